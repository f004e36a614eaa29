"""The file of an upload. Everything here blocks: call it through `folders.whole`, which never leaves it half done."""

import os
from pathlib import Path

from novacast.errors import DiskFull
from novacast.i18n import text
from novacast.vods.folders import free_bytes, room

BUFFER = 1024 * 1024
"""Bytes that are gathered before they are written: what one upload takes of memory, about twice over."""


class UploadFile:
    """Opened for appending by the one who holds the upload."""

    def __init__(self, path: Path, reserve: int) -> None:
        self._path = path
        self._reserve = reserve
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.size = os.fstat(self._handle).st_size

    def append(self, data: bytes) -> None:
        """Raises DiskFull when the reserve would be touched; what fitted of `data` before that stays."""
        with room(self._path.parent):
            if free_bytes(self._path.parent) - len(data) < self._reserve:
                raise DiskFull(
                    text(
                        "No room left for uploads on the disk that holds {folder}. "
                        "What has arrived is kept: free some and go on.",
                        folder=self._path.parent,
                    )
                )
            view = memoryview(data)
            while view:
                written = os.pwrite(self._handle, view, self.size)
                self.size += written
                view = view[written:]

    def cut(self, size: int) -> None:
        if size < self.size:
            os.ftruncate(self._handle, size)
            self.size = size

    def sync(self) -> int:
        """All that is in the file, onto the disk; how much that is."""
        with room(self._path.parent):
            os.fsync(self._handle)
        return self.size

    def close(self) -> None:
        os.close(self._handle)


def outstanding(folder: Path, lengths: dict[str, int]) -> int:
    """Bytes that uploads (id -> length) have announced and not brought yet."""
    return sum(max(0, length - size(folder / name)) for name, length in lengths.items())


def size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
