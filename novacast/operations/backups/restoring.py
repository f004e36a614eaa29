"""A backup laid out as a data folder again. The database comes last, and under its name only when all else is on the
disk; until then a mark in the folder keeps every NovaCast from starting there. Cut short, it is done again from the
beginning, into the same folder.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from novacast.database import snapshots
from novacast.errors import Conflict, NotFound, Unavailable
from novacast.folder import RESTORING, DataFolder
from novacast.operations.backups.disk import understood
from novacast.operations.backups.models import DATABASE, PIECE, ROOMS, SETTINGS, Entry, Head, Progress, Watch
from novacast.operations.backups.repository import Opened
from novacast.records import dataclass

Prepare = Callable[[Path], object]
"""Done with the database before it gets its name; whatever it raises leaves the folder unfinished."""


@dataclass(frozen=True, slots=True)
class Restored:
    head: Head
    folder: DataFolder
    settings: Path | None
    """The settings file as it was, for somebody to put where it belongs."""


def choose(opened: Opened, wanted: str = "") -> Head:
    """The backup of this name, or the newest whose database was whole. Raises NotFound, Unavailable."""
    repository = opened.repository
    if wanted:
        return repository.head(wanted)
    for name in reversed(repository.ids()):
        with suppress(Unavailable):
            if (head := repository.head(name)).whole:
                return head
    raise NotFound("There is no backup here that can be restored.")


def restore(opened: Opened, head: Head, into: Path, prepare: Prepare, watch: Watch) -> Restored:
    """Raises Conflict for a folder that holds something else, DiskFull, and Unavailable for what is missing or damaged:
    then nothing there passes for a venue."""
    folder = _emptied(into)
    with _understood(folder), folder.lock():
        staged = folder.cache / DATABASE
        done, settings = 0, None
        for entry in opened.entries(head.id):
            _write(opened, entry, place := _place(folder, entry, staged))
            settings = place if entry.path == SETTINGS else settings
            done += entry.size
            watch(Progress("restoring", done, head.size))
        if not staged.is_file():
            raise Unavailable("The backup holds no database.")
        if head.whole and (wrong := snapshots.damages(staged)):
            raise Unavailable(f"The database in the backup is damaged: {'; '.join(wrong)}.")
        watch(Progress("finishing", head.size, head.size))
        prepare(staged)
        _bring(staged, folder.database)
        (folder.root / RESTORING).unlink()
    return Restored(head, folder, settings)


def _emptied(into: Path) -> DataFolder:
    """The folder, with the mark, and with nothing of an earlier attempt."""
    folder = DataFolder.at(into)
    mark = folder.root / RESTORING
    with _understood(folder):
        there = list(folder.root.iterdir()) if folder.root.is_dir() else []
        if folder.held():
            raise Conflict(f"A server works on {folder.root}. Restore into a folder of its own.")
        if there and not mark.exists():
            raise Conflict(f"{folder.root} is not empty. Restore into a new folder, and move it when it is proved.")
        folder.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch(mode=0o600)
        for left in there:
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            elif left != mark:
                left.unlink()
        folder.prepare(restoring=True)
    return folder


def _place(folder: DataFolder, entry: Entry, staged: Path) -> Path:
    if entry.path == DATABASE:
        return staged
    if entry.path != SETTINGS and entry.path.split("/")[0] not in ROOMS:
        raise Unavailable("The list of files is damaged.")
    return folder.root / entry.path


def _write(opened: Opened, entry: Entry, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size = 0
    with place.open("xb") as file:
        place.chmod(0o600)
        for digest in entry.pieces:
            content = opened.content(bytes.fromhex(digest), PIECE)
            if hashlib.sha256(content).hexdigest() != digest:
                raise Unavailable(f"{entry.path} is damaged in the backup.")
            size += file.write(content)
    if size != entry.size:
        raise Unavailable(f"{entry.path} is not whole in the backup.")
    os.utime(place, ns=(entry.modified, entry.modified))


def _bring(staged: Path, database: Path) -> None:
    """All that was written is on the disk before the database has its name, and so is that before anybody starts."""
    snapshots.folded(staged)
    os.sync()
    staged.rename(database)
    os.sync()


def _understood(folder: DataFolder) -> AbstractContextManager[None]:
    return understood(folder.root, "The backup is as it was; restore it onto a larger disk.")
