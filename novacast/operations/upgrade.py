"""A database brought up to date for a new program, or left exactly as it was for the old one, on a full disk too.

What is killed half way is no harm either: each migration is there or not, the next start goes on from there, and the
copy from before lies in `backups/`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from novacast.clock import Clock, moment
from novacast.database import Migrations, migrate, pending, snapshots
from novacast.durable import sync_file, sync_folder
from novacast.errors import AlreadyRunning, NovaCastError
from novacast.folder import DataFolder
from novacast.operations.models import Finding, State, failed
from novacast.records import dataclass

Check = Callable[[], Sequence[Finding]]
"""Looks whether the venue works. It may open the folder as the server does."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    migrations: Sequence[str]
    """Those that were due; applied, unless it was rolled back."""
    findings: Sequence[Finding]
    copy: Path | None
    """The database from before; None where nothing was due, or it is in its place again."""
    rolled_back: bool


def upgrade(folder: DataFolder, sets: Sequence[Migrations], clock: Clock, check: Check, *, keep: int) -> Upgraded:
    """Copy, migrate, check; and where that fails, put the copy back. Nobody else may work on the folder meanwhile.

    Raises AlreadyRunning, NewerDatabase, DiskFull, Unavailable, all with nothing changed.
    """
    for name in ("server", "worker"):
        if folder.attended(name):
            stop = "Stop both first: systemctl stop novacast novacast-worker"
            raise AlreadyRunning(f"A {name} works on {folder.root}. {stop}")
    with folder.lock("upgrade"):
        todo = pending(folder.database, sets)
        if not todo:
            return Upgraded(todo, _found(check), None, rolled_back=False)
        copy = _copy(folder, clock)
        try:
            with folder.lock():
                migrate(folder.database, sets, clock, backups=folder.backups, keep=keep)
            findings = _found(check)
        except BaseException as error:
            _put_back(folder, copy)
            if not isinstance(error, Exception):
                raise
            findings = [
                failed("migrations", f"They failed: {str(error).rstrip('.')}.", "Stay with the program that you had.")
            ]
            return Upgraded(todo, findings, None, rolled_back=True)
        wrong = any(one.state is State.FAILED for one in findings)
        if wrong:
            _put_back(folder, copy)
        _prune(folder, keep)
        return Upgraded(todo, findings, None if wrong else copy, rolled_back=wrong)


def _found(check: Check) -> Sequence[Finding]:
    """A check that breaks has found something too."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it keeps the venue from working
        return [failed("check", f"The venue could not be looked at: {error}.", "Stay with the program that you had.")]


def _copy(folder: DataFolder, clock: Clock) -> Path:
    stamp = moment(clock.now()).strftime("%Y%m%dT%H%M%S%fZ")
    unfinished = folder.backups / f"before-upgrade-{stamp}.db.part"
    try:
        snapshots.copy(folder.database, unfinished)
        sync_file(unfinished)
        copy = unfinished.rename(unfinished.with_suffix(""))
        sync_folder(folder.backups)
        return copy
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _put_back(folder: DataFolder, copy: Path) -> None:
    """By a rename alone: it may be for want of room that the new program failed. What lies beside the database belongs
    to the one that goes, and must not meet the other."""
    with folder.lock():
        try:
            snapshots.folded(folder.database)
        except NovaCastError:
            # There is no room for that either. What it would have folded in is not wanted any more.
            snapshots.cut_off(folder.database)
        copy.replace(folder.database)
        sync_folder(folder.root)


def _prune(folder: DataFolder, keep: int) -> None:
    for old in sorted(folder.backups.glob("before-upgrade-*.db"))[:-keep]:
        old.unlink()
