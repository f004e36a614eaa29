"""One backup, from the snapshot of the database to its head. Until that has its name there is no backup, only objects
that the next one finds and need not store again.
"""

import hashlib
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import field
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

from novacast import __version__
from novacast.clock import Clock
from novacast.database import snapshots
from novacast.errors import Unavailable
from novacast.folder import DataFolder
from novacast.operations.backups import walking
from novacast.operations.backups.disk import understood
from novacast.operations.backups.models import DATABASE, PIECE, SETTINGS, Entry, Head, Progress, Watch
from novacast.operations.backups.repository import Repository
from novacast.operations.backups.walking import Found, Known
from novacast.records import dataclass

THREADS = 3
AT_ONCE = 6
"""Pieces in memory."""
WAITING = 256
"""Files whose pieces are under way."""
SQUEEZED = frozenset({".db", ".toml", ".json", ".m3u8", ".vtt", ".srt", ".eml", ".html", ".txt", ""})
"""Endings of what compressing makes smaller: pictures and sound are compressed already."""
SNAPSHOT = "backup-"


@dataclass(slots=True)
class _Counts:
    files: int = 0
    size: int = 0
    added: int = 0
    vanished: int = 0
    mutable: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Making:
    """For one backup of `folder` into `repository`. `settings`: the settings file, where there is one."""

    def __init__(
        self, folder: DataFolder, repository: Repository, clock: Clock, watch: Watch, settings: Path | None, index: Path
    ) -> None:
        self._folder, self._repository, self._clock, self._watch = folder, repository, clock, watch
        self._settings, self._index = settings, index
        self._counts = _Counts()
        self._room = threading.Semaphore(AT_ONCE)
        self._failure: BaseException | None = None
        """The first one; after it nothing more is stored."""

    def make(self) -> Head:
        """Raises DiskFull, Unavailable; whatever it raises leaves older backups as they were."""
        for left in self._folder.cache.glob(f"{SNAPSHOT}*"):
            shutil.rmtree(left, ignore_errors=True)
        with understood(self._folder.cache, "A copy of the database has to fit there meanwhile."):
            desk = Path(mkdtemp(prefix=SNAPSHOT, dir=self._folder.cache))
            try:
                return self._make(desk)
            finally:
                shutil.rmtree(desk, ignore_errors=True)

    def _make(self, desk: Path) -> Head:
        at = self._clock.now()
        snapshot = desk / DATABASE
        snapshots.copy(self._folder.database, snapshot, self._copied)
        whole = not snapshots.damages(snapshot)
        total = walking.total(self._folder) + snapshot.stat().st_size
        with ThreadPoolExecutor(THREADS, thread_name_prefix="backup") as pool:
            try:
                self._store(pool, desk, total)
            except BaseException as error:
                self._failure = self._failure or error
                raise
        self._watch(Progress("finishing", total, total))
        name = self._repository.new_id(at)
        self._counts.added += self._repository.keep_list(name, desk / "list")
        counts = self._counts
        head = Head(
            name, at, __version__, counts.files, counts.size, counts.added, whole, counts.vanished, counts.mutable
        )
        self._repository.commit(head, desk / "names")
        shutil.copyfile(desk / "list", desk / "index")
        (desk / "index").replace(self._index)
        return head

    def _store(self, pool: ThreadPoolExecutor, desk: Path, total: int) -> None:
        pending: deque[tuple[Found, Entry | list[Future[bytes]]]] = deque()
        with self._known() as known, (desk / "list").open("wb") as listed, (desk / "names").open("wb") as names:

            def finish(most: int) -> None:
                while len(pending) > most:
                    found, stored = pending.popleft()
                    entry = stored if isinstance(stored, Entry) else _entry(found, [one.result() for one in stored])
                    listed.write(entry.line())
                    names.write(b"".join(self._name(one) for one in entry.pieces))
                    self._counts.files += 1
                    self._counts.size += entry.size
                    self._watch(Progress("storing", min(self._counts.size, total), total))

            for found in self._all(desk):
                entry = known.of(found.path)
                if entry is not None and self._there(entry, found):
                    pending.append((found, entry))
                elif (read := self._read(pool, found)) is not None:
                    pending.append(read)
                finish(WAITING)
            finish(0)

    def _all(self, desk: Path) -> Iterator[Found]:
        """The database first, which must be older than all files, then the settings, then what lies in the folder."""
        yield _seen(desk / DATABASE, DATABASE)
        if self._settings is not None and self._settings.is_file():
            yield _seen(self._settings, SETTINGS)
        yield from walking.files(self._folder)

    def _known(self) -> "_Index":
        return _Index(self._index)

    def _there(self, entry: Entry, found: Found) -> bool:
        """Whether it is what was stored before, and that is still there."""
        if not entry.same(found.size, found.modified, found.inode):
            return False
        return all(self._repository.has(self._name(one).hex()) for one in entry.pieces)

    def _name(self, digest: str) -> bytes:
        return bytes.fromhex(self._repository.key.name(bytes.fromhex(digest)))

    def _read(self, pool: ThreadPoolExecutor, found: Found) -> tuple[Found, list[Future[bytes]]] | None:
        """Its pieces, on their way to the target, and what it was while it was read."""
        squeeze = found.file.suffix in SQUEEZED
        try:
            file = found.file.open("rb")
        except FileNotFoundError:
            self._counts.vanished += 1
            return None
        except OSError as error:
            raise Unavailable(f"{found.file} can't be read: {error.strerror}. Nothing was backed up.") from error
        pieces: list[Future[bytes]] = []
        with file:
            size = 0
            for piece in _pieces(file, os.fstat(file.fileno()).st_size):
                size += len(piece)
                pieces.append(self._submit(pool, partial(self._keep, piece, squeeze=squeeze)))
            after = os.fstat(file.fileno())
        if (size, after.st_mtime_ns) != (found.size, found.modified) or after.st_size != size:
            self._counts.mutable += 1
        return Found(
            found.file, found.path, size, after.st_mtime_ns if after.st_size == size else 0, found.inode
        ), pieces

    def _submit(self, pool: ThreadPoolExecutor, work: Callable[[], bytes]) -> "Future[bytes]":
        self._room.acquire()
        self._go_on()
        future = pool.submit(work)
        future.add_done_callback(lambda _: self._room.release())
        return future

    def _go_on(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _keep(self, piece: bytes, *, squeeze: bool) -> bytes:
        self._go_on()
        try:
            digest = hashlib.sha256(piece).digest()
            _, added = self._repository.keep(digest, piece, squeeze=squeeze)
        except BaseException as error:
            self._failure = self._failure or error
            raise
        with self._counts.lock:
            self._counts.added += added
        return digest

    def _copied(self, left: int, total: int) -> None:
        self._watch(Progress("snapshot", total - left, total))


class _Index:
    """The last backup's list, read line by line; without one nothing is known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def __enter__(self) -> Known:
        try:
            self._file = self._path.open("rb")
        except FileNotFoundError:
            return Known(())
        return Known(self._entries(self._file))

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    @staticmethod
    def _entries(file: BinaryIO) -> Iterator[Entry]:
        """Up to the first line that can't be read: what is not known is only stored again."""
        for line in file:
            try:
                entry = Entry.read(line)
            except Unavailable:
                return
            if "/" in entry.path:
                yield entry


def _seen(file: Path, path: str) -> Found:
    seen = file.stat()
    return Found(file, path, seen.st_size, seen.st_mtime_ns, seen.st_ino)


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Of what the file held when it was opened: one that grows is not followed for ever."""
    while size > 0 and (piece := file.read(min(PIECE, size))):
        yield piece
        size -= len(piece)


def _entry(found: Found, digests: list[bytes]) -> Entry:
    return Entry(found.path, found.size, found.modified, found.inode, [digest.hex() for digest in digests])
