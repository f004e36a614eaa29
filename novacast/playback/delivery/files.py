"""Opening a file below a folder so that no link, device or race leads out of it. All of it blocks: call in a thread."""

import errno
import os
import stat

from novacast.records import dataclass

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: a pipe put in place of a file must not hang the thread that opens it.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Facts:
    """What identifies one state of a file."""

    size: int
    modified: int
    """Nanoseconds."""
    inode: int

    @property
    def etag(self) -> str:
        """Strong: of bytes that are never changed in place."""
        return f'"{self.modified:x}-{self.size:x}-{self.inode:x}"'

    @property
    def seconds(self) -> int:
        return self.modified // 1_000_000_000


def open_below(folder: str, name: str) -> tuple[int, Facts]:
    """A descriptor of the regular file `name` and its facts. `name` must fit (`names.fits`).

    Raises FileNotFoundError for whatever is not such a file, reached without a single symbolic link below `folder`.
    """
    parts = name.split("/")
    try:
        here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts[:-1]:
                below = os.open(part, _FOLDER, dir_fd=here)
                os.close(here)
                here = below
            handle = os.open(parts[-1], _FILE, dir_fd=here)
        finally:
            os.close(here)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(name) from error
    except OSError as error:
        raise _translated(error, name) from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise FileNotFoundError(name)
        return handle, Facts(found.st_size, found.st_mtime_ns, found.st_ino)
    except BaseException:
        os.close(handle)
        raise


def read_whole(handle: int, size: int) -> bytes:
    """`size` bytes from the start. Raises OSError if the file has become shorter."""
    pieces, at = [], 0
    while at < size and (piece := os.pread(handle, size - at, at)):
        pieces.append(piece)
        at += len(piece)
    if at != size:
        raise OSError(f"a file for viewers ended after {at} of {size} bytes")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def resident(handle: int, start: int, stop: int) -> bool:
    """Whether the kernel has these bytes in memory, as far as samples tell, so that sending them waits for no disk."""
    try:
        for at in (start, (start + stop) // 2, stop - 1):
            os.preadv(handle, (_sample,), at, os.RWF_NOWAIT)
    except (OSError, AttributeError):
        return False
    return True


_sample = bytearray(1)


def _translated(error: OSError, name: str) -> OSError:
    if error.errno in (errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO):
        return FileNotFoundError(name)
    return error
