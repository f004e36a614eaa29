"""Bringing files of this machine in, once each, however often the import is begun and wherever it was cut off."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

from novacast.database import Database, Transaction
from novacast.errors import Conflict, DiskFull, NovaCastError
from novacast.i18n import Text, text
from novacast.identity import new_id
from novacast.texts import printable
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, free_bytes, whole
from novacast.vods.imports import store
from novacast.vods.imports.files import Tell, hash_of, looked_at, place
from novacast.vods.imports.finding import find, subtitle
from novacast.vods.imports.metadata import LARGEST, joined, metadata
from novacast.vods.imports.models import Brought, Found, Item, Look, Metadata, Unmapped, Wish
from novacast.vods.imports.ports import Allowance, Beside
from novacast.vods.intake import Intake
from novacast.vods.models import TITLE_LENGTH, Draft, Texts, Video, Visibility, title_of

Work = Callable[[], Awaitable[Sequence[Text]]]
"""Takes one thing over; what of it was left out, in words."""


def _silent(_done: int) -> None:
    pass


class Imports:
    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        intake: Intake,
        reserve: int = 0,
        allowance: Allowance | None = None,
        beside: Beside | None = None,
    ) -> None:
        """`reserve`: bytes of disk that are left alone."""
        self._db = db
        self._folders = folders
        self._intake = intake
        self._reserve = reserve
        self._allowance = allowance
        self._beside = beside

    async def find(self, paths: Sequence[Path]) -> Found:
        """The videos in files and folders, with what lies beside them. Raises NotFound, TooLarge."""
        return await asyncio.to_thread(find, paths)

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
        tell: Callable[[int], None] = _silent,
    ) -> Video:
        """One file, without what lies beside it, also if it is here already. Raises what `take` does."""
        wish = Wish(org_id, owner_id, title, description, language, visibility, link, again=True)
        video = (await self.take(Item(path), wish, tell)).video
        assert video is not None
        return video

    async def look(self, item: Item, wish: Wish, tell: Tell = _silent) -> Look:
        """What `take` would make of it; reads the file only where something of the same size is here.

        Raises InvalidInput, UnsupportedMedia, NotFound.
        """
        found = await whole(looked_at, item.path)
        told = await whole(_told, item)
        texts = Texts()
        title = texts.title(wish.title or told.title or title_of(item.path.name))
        description = texts.description(wish.description or told.description)
        language = texts.language(wish.language or told.language)
        texts.check()
        twin = None
        if not wish.again:
            twin = await self._twin(item.path, wish.org_id, found.st_size, found.st_mtime_ns, tell)
        pictures = item.sidecars.pictures
        return Look(
            path=item.path,
            shelf=_shelf(item.folder) if wish.shelve else "",
            size=found.st_size,
            changed=found.st_mtime_ns,
            title=title,
            description=description,
            language=language,
            twin=twin,
            chapters=told.chapters,
            subtitles=tuple(subtitle(item.path, path) for path in item.sidecars.subtitles),
            picture=pictures[0] if pictures else None,
            unmapped=(
                *told.unmapped,
                *(Unmapped(path, "picture", text("One picture is taken; another was.")) for path in pictures[1:]),
            ),
        )

    async def take(self, item: Item, wish: Wish, tell: Tell = _silent) -> Brought:
        """Copy or link the file, make it a video and queue its transcode; then take over what lies beside it.

        `tell` gets the bytes that are done so far, from another thread. An attempt that was cut off goes on where it
        was. Raises InvalidInput, UnsupportedMedia, NotFound, DiskFull, Conflict.
        """
        look = await self.look(item, wish, tell)
        if look.twin is not None:
            mine = await self._db.one(store.known(wish.org_id, _name(item.path), look.size, look.changed))
            unmapped = await self._settle(mine[0], look, wish) if mine is not None and not mine[1] else ()
            return Brought(item.path, None, look.twin, unmapped)
        await self._check_room(wish, look.size)
        brought = await self._place(look, wish, tell)
        if isinstance(brought, str):
            return Brought(item.path, None, brought, ())
        return Brought(item.path, brought, None, (*look.unmapped, *await self._settle(brought.id, look, wish)))

    async def _twin(self, path: Path, org_id: str, size: int, changed: int, tell: Tell) -> str | None:
        """The video that has this file's content already. Each content is read once: its hash is kept."""
        known = await self._db.one(store.known(org_id, _name(path), size, changed))
        if known is not None:
            return known[0]
        candidates = await self._db.all(store.same_size(org_id, size))
        if not candidates:
            return None
        mine = await whole(hash_of, path, tell)
        hashes = {one.hash or await self._hashed(one.video_id, org_id, size): one.video_id for one in candidates}
        if (twin := hashes.get(mine)) is None:
            return None
        name = _name(path)
        await self._db.write(lambda tx: store.keep(tx, twin, org_id, name, size, changed, mine, settled=True))
        return twin

    async def _hashed(self, video_id: str, org_id: str, size: int) -> str | None:
        """Of a video that came another way."""

        def read() -> str | None:
            original = self._folders.original(video_id) or self._folders.arrival(video_id)
            try:
                return hash_of(original) if original.stat().st_size == size else None
            except OSError:
                return None

        hash_ = await whole(read)
        if hash_ is not None:
            await self._db.write(lambda tx: store.keep(tx, video_id, org_id, "", size, 0, hash_, settled=True))
        return hash_

    async def _place(self, look: Look, wish: Wish, tell: Tell) -> Video | str:
        """The new video, or the id of the one that has the same content."""
        name = _name(look.path)
        video_id = await self._db.write(lambda tx: store.begin(tx, wish.org_id, name, new_id()))
        arrival = self._folders.arrival(video_id)
        draft = Draft(
            id=video_id,
            org_id=wish.org_id,
            owner_id=wish.owner_id,
            title=look.title,
            description=look.description,
            language=look.language,
            visibility=wish.visibility,
            source_name=printable(look.path.name),
            source_bytes=look.size,
        )
        try:
            hash_ = await whole(lambda: place(look.path, arrival, link=wish.link, tell=tell))
        except Conflict:
            raise
        except NovaCastError:
            await self._undo(video_id, arrival)
            raise

        def unit(tx: Transaction) -> Video | str:
            if not store.end(tx, video_id):
                raise Conflict(text("{source} is being imported by another process now.", source=look.path))
            twin = None if wish.again else tx.one(store.twin(wish.org_id, hash_))
            if twin is not None:
                store.keep(tx, twin, wish.org_id, name, look.size, look.changed, hash_, settled=True)
                return twin
            self._intake.take(tx, draft)
            store.keep(tx, video_id, wish.org_id, name, look.size, look.changed, hash_, settled=False)
            video = tx.one(videos.by_id(video_id))
            assert video is not None
            return video

        made = await self._db.write(unit)
        if isinstance(made, str):
            await whole(lambda: arrival.unlink(missing_ok=True))
        return made

    async def _undo(self, video_id: str, arrival: Path) -> None:
        await whole(lambda: arrival.unlink(missing_ok=True))
        await self._db.write(lambda tx: store.end(tx, video_id))

    async def _settle(self, video_id: str, look: Look, wish: Wish) -> tuple[Unmapped, ...]:
        """What lies beside the file, each for itself: one that is refused stops no other."""
        unmapped: list[Unmapped] = []
        for path, what, work in self._works(video_id, look, wish):
            try:
                unmapped += [Unmapped(path, what, why) for why in await work()]
            except NovaCastError as error:
                unmapped.append(Unmapped(path, what, error.message))
        await self._db.write(lambda tx: store.settle(tx, video_id))
        return tuple(unmapped)

    def _works(self, video_id: str, look: Look, wish: Wish) -> Iterator[tuple[Path, str, Work]]:
        beside, language, chapters, picture = self._beside, look.language, look.chapters, look.picture
        if beside is None:
            return
        for one in look.subtitles:
            yield one.path, "subtitles", lambda one=one: beside.subtitles(video_id, one, language)  # type: ignore[misc]  # bound per file

        async def draw() -> tuple[Text, ...]:
            assert picture is not None
            await beside.picture(video_id, picture)
            return ()

        async def divide() -> tuple[Text, ...]:
            await beside.chapters(video_id, chapters)
            return ()

        async def shelve() -> tuple[Text, ...]:
            await beside.shelve(video_id, wish.org_id, look.shelf, wish.visibility)
            return ()

        if picture is not None:
            yield picture, "picture", draw
        if chapters:
            yield look.path, "chapters", divide
        if look.shelf:
            yield look.path, "collection", shelve

    async def _check_room(self, wish: Wish, size: int) -> None:
        if self._allowance is not None:
            await self._allowance.check(wish.org_id, size)
        if wish.link:
            return
        folder = self._folders.data.uploads
        free = await asyncio.to_thread(free_bytes, folder)
        if free - self._reserve < size:
            raise DiskFull(
                text(
                    "There is no room for {length} more bytes on the disk that holds {folder}. "
                    "Free some and try again.",
                    length=size,
                    folder=folder,
                )
            )


def _told(item: Item) -> Metadata:
    parts = []
    for path in item.sidecars.descriptions:
        try:
            with path.open("rb") as file:
                parts.append(metadata(path, file.read(LARGEST + 1)))
        except OSError:
            continue
    return joined(parts)


def _name(path: Path) -> str:
    """By which a file is known again; bytes that are no UTF-8 are written out, for SQLite takes nothing else."""
    return os.fsencode(path.absolute()).decode("utf-8", "backslashreplace")


def _shelf(folder: str) -> str:
    """A collection's title as it will be stored, so that the folder's next video finds it again."""
    return " ".join(printable(folder.replace("/", " / ")).split())[:TITLE_LENGTH].strip()
