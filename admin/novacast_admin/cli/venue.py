"""The data folder opened for one command, through the same services as the server's.

SQLite lets several processes write in turn and the queue is a file of its own, so what commands do here (people, roles,
passwords; videos brought in, listed, tried again, deleted) is safe beside a running server, which hears of it through
the outbox.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import TypeVar

from novacast import wiring
from novacast.clock import SystemClock
from novacast.database import migrate, pending
from novacast.errors import NotFound
from novacast.folder import DataFolder
from novacast.settings import Settings
from novacast.wiring import Services

T = TypeVar("T")


def run(settings: Settings, work: Callable[[Services], Awaitable[T]]) -> T:
    """Do `work` on a venue that is there already."""

    async def whole() -> T:
        async with opened(settings) as services:
            return await work(services)

    return asyncio.run(whole())


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Services]:
    """Raises NotFound where no venue is, and AlreadyRunning when migrations are due under a running server."""
    folder = DataFolder.at(settings.data)
    if not folder.database.exists():
        raise NotFound(
            f"There is no venue in {folder.root}. Make one with `novacast init`, or name another with --data."
        )
    await asyncio.to_thread(up_to_date, settings, folder)
    async with wiring.services(settings, SystemClock()) as services:
        yield services


def up_to_date(settings: Settings, folder: DataFolder, *, locked: bool = False) -> None:
    """Make the folder and bring its database up to date; does nothing where both are so. `locked`: by the caller."""
    folder.prepare()
    if folder.database.exists() and not pending(folder.database, wiring.MIGRATIONS):
        return
    with nullcontext() if locked else folder.lock():
        migrate(
            folder.database,
            wiring.MIGRATIONS,
            SystemClock(),
            backups=folder.backups,
            keep=settings.database.backup_keep,
        )
