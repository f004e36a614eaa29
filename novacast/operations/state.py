"""Checks of what NovaCast keeps: the data folder's permissions, the database, the queue, mails given up."""

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from novacast.clock import DAY, HOUR, Clock, iso
from novacast.database import Database, Migrations, Query, pending
from novacast.errors import NewerDatabase, NovaCastError
from novacast.folder import DataFolder
from novacast.jobs import JobQueue, connect
from novacast.operations import store
from novacast.operations.backups.models import EVERY
from novacast.operations.backups.service import last_good
from novacast.operations.models import Finding, failed, ok, warning
from novacast.settings import Settings

BACKLOG = 1000
"""Waiting jobs above which nobody seems to work."""
MAIL_DAYS = 7
LATE = 2
"""Times what the settings say lies between two backups."""
FailedMails = Callable[[int], Query[tuple[str, str]]]
"""What the mails given up since an instant were about, and why, newest first."""


def permissions(folder: DataFolder) -> Finding:
    root = folder.root
    if not root.exists():
        return ok("permissions", f"{root} is not there yet; `novacast init` makes it.")
    owner = root.stat().st_uid
    if owner != os.geteuid():
        mend = f"Run as the owner (user {owner}), or: chown -R {os.geteuid()} {root}"
        return failed("permissions", f"{root} belongs to user {owner}, and this is user {os.geteuid()}.", mend)
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        return failed("permissions", f"{root} can't be written.", f"chmod u+rwx {root}")
    if seen := _readable_by_others(folder):
        return warning(
            "permissions",
            f"Other users of this machine can read {', '.join(str(path) for path in seen[:3])}.",
            f"chmod -R go-rwx {root}",
        )
    return ok("permissions", f"{root} is readable by its owner alone.")


def _readable_by_others(folder: DataFolder) -> list[Path]:
    """Where the folder itself is closed, nothing in it can be reached; keys are looked at all the same."""
    keys = sorted(folder.keys.glob("*")) if folder.keys.is_dir() else []
    return [path for path in (folder.root, *keys) if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]


def backups(settings: Settings, folder: DataFolder, clock: Clock) -> Finding:
    """The last good one, if any are to be made."""
    own, last = settings.backups, last_good(folder)
    if not own.folder:
        return ok("backups", "None are made: [backups] folder is not set.")
    made = "None was made yet" if last is None else f"The last good one is of {iso(last.at)}"
    if own.every not in EVERY:
        return ok("backups", f"{made}; they are made by hand.")
    # One of tomorrow is of a clock that was wrong: since when there is none nobody knows.
    if last is None or not -HOUR <= clock.now() - last.at <= LATE * EVERY[own.every]:
        mend = "novacast backup create, and see whether novacast-backup.timer runs: systemctl status novacast-backup"
        return warning("backups", f"{made}, and there is to be one {own.every}.", mend)
    return ok("backups", f"{made}, in {last.target}.")


async def database(settings: Settings, folder: DataFolder, clock: Clock, sets: Sequence[Migrations]) -> Finding:
    """Whole, of a version that this program knows, and without rows that point nowhere."""
    path = folder.database
    if not path.exists():
        return ok("database", f"{path} is not there yet; `novacast init` makes it.")
    try:
        todo = pending(path, sets)
        damages, orphans = await _questions(path, clock)
    except NewerDatabase as error:
        return failed("database", error.message, "Install the newer version again, or restore the copy in backups/.")
    except NovaCastError as error:
        return failed(
            "database", error.message, f"Stop NovaCast and restore the newest good copy from {folder.backups}."
        )
    if damages != ["ok"]:
        return failed(
            "database",
            f"{path} is damaged: {'; '.join(damages)}.",
            f"Stop NovaCast, keep a copy of the file, and restore the newest good one from {folder.backups}.",
        )
    if orphans:
        named = ", ".join(f"{table} -> {parent}" for table, parent in orphans)
        return failed("database", f"Rows of {path} point nowhere: {named}.", f"Restore a copy from {folder.backups}.")
    if todo:
        return warning("database", f"{path} is whole; migrations are due: {len(todo)}.", "novacast migrate")
    return ok("database", f"{path} is whole and up to date.")


async def _questions(path: Path, clock: Clock) -> tuple[list[str], list[tuple[str, str]]]:
    db = await Database.open(path, clock, readers=1)
    try:
        damages = await db.all(store.damages())
        return damages, await db.all(store.broken_references()) if damages == ["ok"] else []
    finally:
        await db.close()


async def queue(settings: Settings, folder: DataFolder) -> Finding:
    if settings.jobs.engine == "sqlite" and not folder.queue.exists():
        return ok("queue", "Nothing has been queued yet.")
    jobs = JobQueue(connect(settings.jobs, folder.queue))
    try:
        waiting = jobs.waiting()
    finally:
        await jobs.close()
    words = "1 job waits." if waiting == 1 else f"{waiting} jobs wait."
    if waiting > BACKLOG:
        mend = "Look whether a worker runs (`novacast worker`, or jobs.worker = true), and at its log."
        return warning("queue", words, mend)
    return ok("queue", words)


async def mail(folder: DataFolder, clock: Clock, sets: Sequence[Migrations], failed_mails: FailedMails) -> Finding:
    if not folder.database.exists() or pending(folder.database, sets):
        return ok("mail", "Not looked at: the database is not there yet, or not up to date.")
    db = await Database.open(folder.database, clock, readers=1)
    try:
        failures = await db.all(failed_mails(clock.now() - MAIL_DAYS * DAY))
    finally:
        await db.close()
    if not failures:
        return ok("mail", f"No mail was given up in {MAIL_DAYS} days.")
    about, why = failures[0]
    many = "1 mail was" if len(failures) == 1 else f"{len(failures)} mails were"
    mend = "Mend what it names (see [mail] in the settings); whoever waits for a mail can have another one sent."
    return warning("mail", f"{many} given up in {MAIL_DAYS} days; the last ({about}): {why}", mend)
