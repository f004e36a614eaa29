"""The data folder opened for one command, through the same services as the server's.

SQLite lets several processes write in turn and the queue is a file of its own, so what commands do here (people, roles,
passwords; videos brought in, listed, tried again, deleted) is safe beside a running server, which hears of it through
the outbox.
"""

import asyncio
import json
import os
import pwd
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import TypeVar

from novacast import tables, wiring
from novacast.clock import SystemClock
from novacast.database import migrate, pending
from novacast.errors import NotFound, NovaCastError
from novacast.folder import DataFolder
from novacast.settings import Settings
from novacast.web.problems import status_of
from novacast.web.trail import details
from novacast.wiring import Services
from novacast_admin.cli.command import running

T = TypeVar("T")
READS = frozenset(
    {
        "list",
        "show",
        "members",
        "forecast",
        "channels",
        "keys",
        "programmes",
        "check",
        "verify",
        "status",
        "doctor",
        "bench",
        "deliveries",
        "story",
    }
)
"""Commands that change nothing."""


def run(settings: Settings, work: Callable[[Services], Awaitable[T]]) -> T:
    """Do `work` on a venue that is there already."""

    async def whole() -> T:
        async with opened(settings) as services, _written_down(services):
            return await work(services)

    return asyncio.run(whole())


@asynccontextmanager
async def _written_down(services: Services) -> AsyncIterator[None]:
    """What a command may change is in the book of what operators did, as what is asked for by the API."""
    context = running.get()
    if context is None or context.info_name in READS:
        yield
        return
    user = pwd.getpwuid(os.getuid()).pw_name
    number = await services.operations.audit.begun(
        actor=f"user:{user}",
        name=user,
        address="local",
        action=context.command_path,
        subject={},
        details=details(json.dumps(context.params, default=str).encode()),
        request_id="",
    )
    status = 500
    try:
        yield
        status = 200
    except NovaCastError as error:
        status = status_of(type(error))
        raise
    finally:
        await services.operations.audit.ended(number, status)


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
    if folder.database.exists() and not pending(folder.database, tables.MIGRATIONS):
        return
    with nullcontext() if locked else folder.lock():
        migrate(
            folder.database,
            tables.MIGRATIONS,
            SystemClock(),
            backups=folder.backups,
            keep=settings.database.backup_keep,
        )
