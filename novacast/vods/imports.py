"""A video from a file on this machine, for the command line: the same beginning as an upload, without the network."""

import os
from collections.abc import Callable
from pathlib import Path

from novacast.database import Database, Transaction
from novacast.errors import InvalidInput, NotFound
from novacast.identity import new_id
from novacast.vods import store
from novacast.vods.folders import MediaFolders, copy, room, sync_folder, whole
from novacast.vods.intake import Intake
from novacast.vods.models import Draft, Texts, Video, Visibility, title_of


class Imports:
    def __init__(self, db: Database, folders: MediaFolders, intake: Intake) -> None:
        self._db = db
        self._folders = folders
        self._intake = intake

    async def bring(
        self,
        path: Path,
        org_id: str,
        *,
        owner_id: str | None = None,
        title: str = "",
        description: str = "",
        language: str = "",
        visibility: Visibility = Visibility.PRIVATE,
        link: bool = False,
        tell: Callable[[int], None] = lambda _: None,
    ) -> Video:
        """Copy the file (or `link` it, which takes no room but shares later changes to it) and queue its transcode.

        `tell` gets the bytes copied so far, from another thread. Raises InvalidInput, NotFound, DiskFull.
        """
        texts = Texts()
        named = texts.title(title or title_of(path.name))
        description, language = texts.description(description), texts.language(language)
        texts.check()
        size = await whole(_size, path)
        draft = Draft(new_id(), org_id, owner_id, named, description, language, visibility, path.name, size)
        arrival = self._folders.arrival(draft.id)
        await whole(_place, path, arrival, link, tell)

        def unit(tx: Transaction) -> Video:
            self._intake.take(tx, draft)
            video = tx.one(store.by_id(draft.id))
            assert video is not None
            return video

        try:
            return await self._db.write(unit)
        except Exception:
            await whole(lambda: arrival.unlink(missing_ok=True))
            raise


def _size(path: Path) -> int:
    try:
        regular, size = path.is_file(), path.stat().st_size
    except OSError as error:
        raise NotFound(f"{path} can't be read: {error.strerror}.") from error
    if not regular:
        raise InvalidInput.field("path", f"{path} is no file.")
    if not size:
        raise InvalidInput.field("path", f"{path} is empty: there is no video in it.")
    return size


def _place(source: Path, target: Path, link: bool, tell: Callable[[int], None]) -> None:
    with room(target.parent):
        try:
            if link:
                os.link(source.resolve(), target)
            else:
                copy(source, target, tell)
        except PermissionError as error:
            raise InvalidInput.field("path", f"{source} can't be read. Check its owner and permissions.") from error
        except OSError as error:
            if link:
                raise InvalidInput.field("link", f"{source} can't be linked ({error.strerror}): copy it.") from error
            raise
        sync_folder(target.parent)
