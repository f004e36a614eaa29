"""Reading and copying the files of an import. Blocking.

The hash is BLAKE2b of 32 bytes over the whole content.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from novacast.durable import sync_folder
from novacast.errors import Conflict, FieldError, InvalidInput, NotFound, UnsupportedMedia
from novacast.i18n import text
from novacast.media.sniff import HEAD, container_of, why_not
from novacast.vods.folders import COPY_BYTES, room

Tell = Callable[[int], None]
"""Gets the bytes that are done so far, from another thread."""

BYTES_OF_HASH = 32


def looked_at(path: Path) -> os.stat_result:
    """What the file system tells of a file that at least begins like a video; the rest is for the probe, later."""
    try:
        regular, found = path.is_file(), path.stat()
    except OSError as error:
        raise NotFound(text("{path} can't be read: {why}.", path=path, why=error.strerror)) from error
    if not regular:
        raise InvalidInput.field("path", text("{path} is no file.", path=path))
    if not found.st_size:
        raise InvalidInput.field("path", text("{path} is empty: there is no video in it.", path=path))
    try:
        head = head_of(path)
    except OSError as error:
        raise InvalidInput.field("path", text("{path} can't be read: {why}.", path=path, why=error.strerror)) from error
    if container_of(head) is None:
        message = text("{path}: {why}", path=path, why=why_not(head))
        raise UnsupportedMedia(message, errors=[FieldError("path", "unsupported_media", message)])
    return found


def head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def hash_of(path: Path, tell: Tell = lambda _: None) -> str:
    digest, done = blake2b(digest_size=BYTES_OF_HASH), 0
    with path.open("rb") as file:
        while chunk := file.read(COPY_BYTES):
            digest.update(chunk)
            done += len(chunk)
            tell(done)
    return digest.hexdigest()


def place(source: Path, target: Path, *, link: bool, tell: Tell) -> str:
    """Copy or link the file; its hash. A copy that was interrupted goes on where it is still the same.

    Raises InvalidInput, DiskFull, and Conflict where the source changes or another copies it at this moment.
    """
    before = source.stat()

    def bounded(done: int) -> None:
        if done > before.st_size:
            raise _changed(source)
        tell(done)

    with room(target.parent):
        try:
            if link:
                _link(source, target)
                hash_ = hash_of(source, bounded)
            else:
                hash_ = _copy(source, target, bounded)
        except PermissionError as error:
            raise InvalidInput.field(
                "path", text("{source} can't be read. Check its owner and permissions.", source=source)
            ) from error
        except OSError as error:
            if link:
                raise InvalidInput.field(
                    "link", text("{source} can't be linked ({why}): copy it.", source=source, why=error.strerror)
                ) from error
            raise
        sync_folder(target.parent)
    after = source.stat()
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise _changed(source)
    return hash_


def _changed(source: Path) -> Conflict:
    return Conflict(text("{source} changed while it was read. Bring it when it is complete.", source=source))


def _link(source: Path, target: Path) -> None:
    whole = source.resolve()
    with suppress(FileNotFoundError):
        if target.samefile(whole):
            return
        target.unlink()
    os.link(whole, target)


def _copy(source: Path, target: Path, tell: Tell) -> str:
    digest, done = blake2b(digest_size=BYTES_OF_HASH), 0
    with source.open("rb") as incoming, _alone(source, target) as outgoing:
        there = outgoing.seek(0, os.SEEK_END)
        outgoing.seek(0)
        while chunk := incoming.read(COPY_BYTES):
            if done < there and outgoing.read(len(chunk)) != chunk:
                # What is here ends, or is another file's: it begins anew with this piece.
                outgoing.seek(done)
                outgoing.truncate()
                there = done
            if done >= there:
                outgoing.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            tell(done)
        outgoing.truncate(done)
        outgoing.flush()
        os.fsync(outgoing.fileno())
    return digest.hexdigest()


@contextmanager
def _alone(source: Path, target: Path) -> Iterator[BinaryIO]:
    handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "r+b") as file:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(text("{source} is being imported by another process now.", source=source)) from error
        yield file
