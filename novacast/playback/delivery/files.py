"""Opening a file below a folder so that no link, device or race leads out of it. All of it blocks: call in a thread."""

import errno
import mmap
import os
import stat
from dataclasses import dataclass

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
    """`size` bytes from the start, and the descriptor closed. Raises OSError if the file has become shorter."""
    try:
        with open(handle, "rb", buffering=0, closefd=False) as file:
            body = file.read(size)
            while len(body) < size and (more := file.read(size - len(body))):
                body += more
    finally:
        os.close(handle)
    if len(body) != size:
        raise OSError(f"a file for viewers ended after {len(body)} of {size} bytes")
    return body


def resident(body: bytes) -> tuple[int, memoryview] | None:
    """The same bytes in memory that the kernel can send by itself: a descriptor and a view. None where there is none.

    Unlike the file's own pages these are never read back from a disk in the middle of the event loop. The view lives
    on after the descriptor is closed.
    """
    try:
        handle = os.memfd_create("media", os.MFD_CLOEXEC)
    except (AttributeError, OSError):
        return None
    try:
        left = memoryview(body)
        while left:
            left = left[os.write(handle, left) :]
        return handle, memoryview(mmap.mmap(handle, len(body), prot=mmap.PROT_READ))
    except OSError:
        os.close(handle)
        return None


def _translated(error: OSError, name: str) -> OSError:
    if error.errno in (errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO):
        return FileNotFoundError(name)
    return error
