"""Small files that are whole or not there, whoever is killed whenever, and on the disk once a call has come back."""

import os
import secrets
from pathlib import Path


def replaced(path: Path, data: bytes, mode: int = 0o600) -> None:
    """A reader sees what was there before or all of `data`. Raises OSError, with the file as it was."""
    unfinished = _written(path, data, mode)
    try:
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def made_once(path: Path, data: bytes) -> None:
    """`data`, unless it is there already: of two processes that start together the first is right. Raises OSError."""
    unfinished = _written(path, data, 0o600)
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """What was made, renamed or removed in it is on disk from here on."""
    _sync(folder, os.O_DIRECTORY)


def sync_file(path: Path) -> None:
    _sync(path, 0)


def _written(path: Path, data: bytes, mode: int) -> Path:
    """Beside it, under a name that nobody else takes."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)
            file.write(data)
            file.flush()
            os.fsync(handle)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
