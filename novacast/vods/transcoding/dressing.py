"""What is published with a picture and can change without it: brought into what is watched already, under the same lock
as everything that is published."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

from novacast.database import Database
from novacast.durable import sync_folder
from novacast.media.encode import MASTER
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, whole, write
from novacast.vods.models import VideoState
from novacast.vods.ports import Weighs
from novacast.vods.transcoding import store
from novacast.vods.transcoding.plan import Plan

AGAIN_SECONDS = 0.02
"""How long after a try for what others have the next one comes."""


class Dress(Protocol):
    """What goes around a picture, as it is at one moment."""

    @property
    def changed(self) -> int:
        """Number of the last change that is in it."""
        ...

    def put(self, folder: Path, duration: int, master: str, /) -> str:
        """Blocking. Its files into an edition's folder, and the master playlist that names them. `duration`:
        microseconds. Called often: what is there already costs nothing."""
        ...

    def clear(self, folder: Path, /) -> None:
        """Blocking. Its files that no playlist names any more."""
        ...


class Around(Protocol):
    async def dress(self, video_id: str, /) -> Dress:
        """As the rows have it now."""
        ...

    async def worn(self, video_id: str, changed: int, /) -> None:
        """All that is watched of the video has it, up to that change."""
        ...


class Dressing:
    """Fits what rooms need that change what is around a picture."""

    def __init__(self, db: Database, folders: MediaFolders, around: Around, weights: Weighs | None = None) -> None:
        self._db = db
        self._folders = folders
        self._around = around
        self._weights = weights

    async def dress(self, video_id: str) -> None:
        """All editions that are watched or will be, as the rows have it now. Repeatable."""
        first = await self._around.dress(video_id)
        for edition, duration in (await self._editions(video_id)).items():
            folder = self._folders.edition(video_id, edition)
            with suppress(FileNotFoundError):  # deleted meanwhile, or not begun
                async with alone(folder):
                    await whole(_put, folder, duration, await self._around.dress(video_id))
        await self._around.worn(video_id, first.changed)
        if self._weights is not None:
            await self._weights.weigh(video_id)

    async def _editions(self, video_id: str) -> dict[str, int]:
        async with self._db.snapshot() as view:
            video = await view.one(videos.by_id(video_id))
            transcode = await view.one(store.by_video(video_id))
        found: dict[str, int] = {}
        if transcode is not None and transcode.edition is not None and transcode.plan is not None:
            found[transcode.edition] = Plan.read(transcode.plan).info.duration
        if video is not None and video.state is VideoState.READY and video.edition is not None:
            found[video.edition] = video.duration or found.get(video.edition, 0)
        return found


def _put(folder: Path, duration: int, dress: Dress) -> None:
    before = (folder / MASTER).read_text(encoding="utf-8")
    master = dress.put(folder, duration, before)
    if master != before:
        write(folder / MASTER, master, sync=True)
        sync_folder(folder)
    dress.clear(folder)


@asynccontextmanager
async def alone(folder: Path) -> AsyncIterator[None]:
    """Nobody else, of this process or another, publishes for the edition in `folder`. Raises FileNotFoundError.

    No thread waits for it: with as many who wait as there are threads, whoever has it would find none for its work.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        while not _taken(handle):  # noqa: ASYNC110 - the kernel has no way to tell a loop that a lock is free
            await asyncio.sleep(AGAIN_SECONDS)
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
