"""A folder as the place of backups: another disk, or a share of another machine."""

import fcntl
import os
import secrets
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from novacast.durable import sync_folder
from novacast.errors import Conflict, NotFound, Unavailable
from novacast.operations.backups.disk import understood

UNFINISHED = "unfinished"
"""What is being written; what a process that was killed left there goes with the next one that writes."""
AT_ONCE = 64
"""Files, or BYTES of them, that are brought to the disk together before they get their names."""
BYTES = 64 * 1024 * 1024


class FolderTarget:
    """A name is given to what is on the disk already, so that what has a name is whole, whenever the power went."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._waiting: list[tuple[int, Path, Path]] = []
        self._weight = 0
        self._promised: set[str] = set()
        self._touched: set[Path] = set()

    @property
    def told(self) -> str:
        return str(self._root)

    def has(self, name: str) -> bool:
        return name in self._promised or (self._root / name).is_file()

    def put(self, name: str, parts: Iterable[bytes]) -> int:
        unfinished = self._root / UNFINISHED / secrets.token_hex(12)
        with self._understood():
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                size = 0
                for part in parts:
                    size += _write(handle, part)
            except BaseException:
                os.close(handle)
                unfinished.unlink(missing_ok=True)
                raise
            self._keep(name, handle, unfinished, size)
        return size

    def settle(self) -> None:
        with self._understood(), self._lock:
            taken = self._taken()
        self._finish(taken)
        with self._understood(), self._lock:
            for folder in sorted(self._touched):
                sync_folder(folder)
            self._touched.clear()

    def open(self, name: str) -> BinaryIO:
        try:
            return (self._root / name).open("rb")
        except FileNotFoundError as error:
            raise NotFound(f"{name} is missing in {self._root}.") from error
        except OSError as error:
            raise Unavailable(f"{name} in {self._root} can't be read: {error.strerror}.") from error

    def names(self, folder: str) -> Iterator[str]:
        for place, folders, files in os.walk(self._root / folder):
            folders.sort()
            for name in sorted(files):
                yield (Path(place) / name).relative_to(self._root).as_posix()

    def size(self, name: str) -> int:
        try:
            return (self._root / name).stat().st_size
        except OSError as error:
            raise NotFound(f"{name} is missing in {self._root}.") from error

    def remove(self, name: str) -> None:
        with self._understood():
            (self._root / name).unlink(missing_ok=True)

    @contextmanager
    def mine(self) -> Iterator[None]:
        with self._understood():
            (self._root / UNFINISHED).mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            with self._understood():
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise Conflict(f"A backup is being made in {self._root} already. Wait until it is done.") from error
            self._clear()
            yield
        finally:
            self._clear()
            os.close(handle)

    def _clear(self) -> None:
        with self._lock:
            for handle, _, _ in self._waiting:
                os.close(handle)
            self._waiting, self._weight, self._promised = [], 0, set()
        with suppress(OSError):
            for left in (self._root / UNFINISHED).iterdir():
                left.unlink(missing_ok=True)

    def _keep(self, name: str, handle: int, unfinished: Path, size: int) -> None:
        with self._lock:
            self._waiting.append((handle, unfinished, self._root / name))
            self._promised.add(name)
            self._weight += size
            full = len(self._waiting) >= AT_ONCE or self._weight >= BYTES
            taken = self._taken() if full else []
        self._finish(taken)

    def _taken(self) -> list[tuple[int, Path, Path]]:
        taken, self._waiting, self._weight = self._waiting, [], 0
        return taken

    def _finish(self, taken: list[tuple[int, Path, Path]]) -> None:
        left = list(reversed(taken))
        with self._understood():
            try:
                while left:
                    handle, unfinished, final = left[-1]
                    os.fdatasync(handle)
                    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    unfinished.rename(final)
                    with self._lock:
                        self._promised.discard(final.relative_to(self._root).as_posix())
                        self._touched |= {final.parent, final.parent.parent}
                    left.pop()
                    os.close(handle)
            finally:
                for handle, _, _ in left:
                    os.close(handle)

    def _understood(self) -> AbstractContextManager[None]:
        return understood(self._root, "The backups there are as they were; make room, or prune.")


def _write(handle: int, part: bytes) -> int:
    rest = memoryview(part)
    while rest:
        rest = rest[os.write(handle, rest) :]
    return len(part)
