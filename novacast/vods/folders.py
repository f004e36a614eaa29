"""Where the files of a video lie, and how they get there so that nothing half done is ever seen.

`uploads/<id>`                  a file on its way in, then complete and waiting for the worker
`media/<id>/original.<ext>`     the complete original
`media/<id>/pictures/`          posters to choose from
`media/<id>/downloads/`         files made to be taken home
`media/<id>/sources/`           of what was broadcast: what each encoder sent, as it came
`media/<id>/<edition>/`         what is or will be watched: playlists, rungs, pictures; rows say what of it counts
`live/<id>/`                    a programme while it is recorded, of which a video of the same id is made
`media/.work/<id>-<task>-<token>/`   what one attempt at a task makes, on the same file system, moved when it is whole

Everything here blocks: call it through `whole`.
"""

import asyncio
import errno
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from novacast.durable import sync_file, sync_folder
from novacast.errors import DiskFull
from novacast.folder import DataFolder
from novacast.i18n import text
from novacast.records import dataclass

P = ParamSpec("P")
T = TypeVar("T")

SOURCES = "sources"
MOST_REMOVALS = 10
"""Attempts at a folder that something is still written into."""
ROOMS = frozenset({"pictures", "downloads", SOURCES})
"""Folders of a video that outlive its editions, whose names are longer."""
FULL = (errno.ENOSPC, errno.EDQUOT)
COPY_BYTES = 4 * 1024 * 1024
SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".flv", ".wmv", ".mxf"}
)


async def whole(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in a thread. If the caller is cancelled, the cancellation waits until `work` is done."""
    return await unbroken(asyncio.get_running_loop().run_in_executor(None, lambda: work(*args, **kwargs)))


async def unbroken(future: asyncio.Future[T]) -> T:
    """Its result. If the caller is cancelled, the cancellation waits until it is done."""
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        while not future.done():
            try:
                await asyncio.wait({future})
            except asyncio.CancelledError:
                continue
        raise


@contextmanager
def room(folder: Path) -> Iterator[None]:
    """Turns the errors of a full disk (or quota) into DiskFull that names the folder."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(
                text("No room left on the disk that holds {folder}. Free some and try again.", folder=folder)
            ) from error
        raise


@dataclass(frozen=True, slots=True)
class MediaFolders:
    data: DataFolder

    @property
    def work(self) -> Path:
        return self.data.media / ".work"

    def arrival(self, video_id: str) -> Path:
        return self.data.uploads / video_id

    def video(self, video_id: str) -> Path:
        return self.data.media / video_id

    def live(self, video_id: str) -> Path:
        return self.data.live / video_id

    def edition(self, video_id: str, edition: str) -> Path:
        return self.video(video_id) / edition

    def attempt(self, video_id: str, task: str, token: str) -> Path:
        return self.work / f"{video_id}-{task}-{token}"

    def original(self, video_id: str) -> Path | None:
        """The complete original; None if there is none (yet)."""
        folder = self.video(video_id)
        return next(iter(sorted(folder.glob("original*"))), None) if folder.is_dir() else None

    def sources(self, video_id: str) -> list[Path]:
        """What encoders sent, in the order in which they came."""
        return sorted((self.video(video_id) / SOURCES).glob("*.flv"))

    def settle(self, video_id: str, source_name: str) -> Path | None:
        """Bring the arrived file to its place, if that is not done yet; where it is. None: there is no file."""
        if (original := self.original(video_id)) is not None:
            return original
        arrival = self.arrival(video_id)
        if not arrival.exists():
            return None
        suffix = Path(source_name).suffix.lower()
        target = self.video(video_id) / f"original{suffix if suffix in SUFFIXES else ''}"
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with room(self.data.media):
            self._move(arrival, target)
        return target

    def replace_original(self, video_id: str, arrival_id: str, source_name: str) -> bool:
        """The file that arrived is the original from now on, and no other; False if it is not there. Repeatable."""
        suffix = Path(source_name).suffix.lower()
        target = self.video(video_id) / f"original-{arrival_id}{suffix if suffix in SUFFIXES else ''}"
        arrival = self.arrival(arrival_id)
        with room(self.data.media):
            target.parent.mkdir(mode=0o700, exist_ok=True)
            if not target.exists():
                if not arrival.exists():
                    return False
                self._move(arrival, target)
        for other in target.parent.glob("original*"):
            if other != target:
                other.unlink(missing_ok=True)
        return True

    def start(self, video_id: str, task: str, token: str) -> Path:
        """A fresh folder for an attempt at a task."""
        folder = self.attempt(video_id, task, token)
        shutil.rmtree(folder, ignore_errors=True)
        with room(self.data.media):
            folder.mkdir(parents=True, mode=0o700)
        return folder

    def begin_edition(self, video_id: str, edition: str) -> Path:
        """The folder of an edition, empty or as it was left."""
        folder = self.edition(video_id, edition)
        with room(self.data.media):
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            sync_folder(folder.parent)
        return folder

    def kept(self, video_id: str, kind: str) -> Path:
        """The folder of `ROOMS` that outlives editions, made if need be."""
        folder = self.video(video_id) / kind
        with room(self.data.media):
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        return folder

    def abandon(self, video_id: str, task: str, token: str) -> None:
        """Remove whatever an attempt left behind."""
        shutil.rmtree(self.attempt(video_id, task, token), ignore_errors=True)

    def keep_only(self, video_id: str, editions: Collection[str]) -> None:
        """Remove all editions but these; what outlives them stays (`ROOMS`)."""
        folder = self.video(video_id)
        for entry in folder.iterdir() if folder.is_dir() else ():
            if entry.is_dir() and entry.name not in editions and entry.name not in ROOMS:
                shutil.rmtree(entry, ignore_errors=True)

    def remove(self, video_id: str) -> None:
        """All of a video. Can be called again where it was interrupted. Raises OSError if something stays."""
        for folder in (self.video(video_id), self.live(video_id), *self.work.glob(f"{video_id}-*")):
            if folder.exists():
                _remove(folder)
        self.arrival(video_id).unlink(missing_ok=True)

    def unfinished(self) -> list[tuple[Path, str]]:
        """Folders of attempts, each with its token."""
        if not self.work.is_dir():
            return []
        return [(entry, entry.name.rpartition("-")[2]) for entry in self.work.iterdir()]

    def discard(self, attempt: Path) -> None:
        shutil.rmtree(attempt, ignore_errors=True)

    def free(self) -> int:
        """Bytes that are free for us on the disk that holds the media."""
        return free_bytes(self.data.media)

    def _move(self, source: Path, target: Path) -> None:
        try:
            source.rename(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            unfinished = target.with_name(f".{target.name}")
            copy(source, unfinished)
            unfinished.rename(target)
            sync_folder(target.parent)
            source.unlink()
        sync_folder(target.parent)


def free_bytes(folder: Path) -> int:
    stat = os.statvfs(folder)
    return stat.f_bavail * stat.f_frsize


def copy(source: Path, target: Path, tell: Callable[[int], None] = lambda _: None) -> None:
    """To a file that does not exist yet, onto the disk; nothing stays if it fails. `tell` gets the bytes so far."""
    done = 0
    with source.open("rb") as incoming, target.open("xb") as outgoing:
        try:
            target.chmod(0o600)
            while chunk := incoming.read(COPY_BYTES):
                outgoing.write(chunk)
                done += len(chunk)
                tell(done)
            outgoing.flush()
            os.fsync(outgoing.fileno())
        except BaseException:
            target.unlink()
            raise


def link(source: Path, target: Path) -> None:
    """`target` is the same file as `source` from now on, whatever it was before; at no moment is there none."""
    fresh = target.with_name(f".{target.name}")
    fresh.unlink(missing_ok=True)
    os.link(source, fresh)
    fresh.replace(target)
    # Where both were the same file already, a rename does nothing and leaves both names: rename(2).
    fresh.unlink(missing_ok=True)


def put(unfinished: Path, target: Path) -> None:
    """A file that is whole, onto the disk and to its place."""
    unfinished.chmod(0o600)
    sync_file(unfinished)
    unfinished.replace(target)
    sync_folder(target.parent)


def write(path: Path, text: str, *, sync: bool) -> None:
    """The whole text, or what was there before."""
    fresh = path.with_name(f".{path.name}")
    with room(path.parent), fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        if sync:
            file.flush()
            os.fsync(file.fileno())
    fresh.replace(path)


def size_of(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _remove(folder: Path) -> None:
    """An encoder that has yet to be told may write into it meanwhile: then begin again."""
    for left in reversed(range(MOST_REMOVALS)):
        try:
            shutil.rmtree(folder)
            return
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or not left:
                raise
