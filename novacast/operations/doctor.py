"""The whole examination, one finding after the other. Changes nothing except the cache of trials."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

from novacast.clock import Clock
from novacast.database import Migrations
from novacast.folder import DataFolder
from novacast.operations import machine, state
from novacast.operations.encoders import encoders
from novacast.operations.models import Finding, failed
from novacast.settings import Settings

Check = Callable[[], Finding | Awaitable[Finding]]


async def examine(
    settings: Settings, clock: Clock, sets: Sequence[Migrations], failed_mails: state.FailedMails, *,
    try_encoders: bool = False, more: Mapping[str, Check] = MappingProxyType({}),
) -> AsyncIterator[Finding]:  # fmt: skip
    """Findings in the order of what depends on what. Safe beside a running server.

    `try_encoders` makes every trial encode anew; without it, what former trials found is told. `more` are checks of
    what belongs to no slice.
    """
    folder = DataFolder.at(settings.data)
    checks: dict[str, Check] = {
        "python": machine.python,
        "clock": lambda: machine.time(clock, folder),
        "files": lambda: machine.file_limit(settings),
        "permissions": lambda: state.permissions(folder),
        "disk": lambda: machine.disk(settings, folder),
        "port": lambda: machine.port(settings, served=folder.held()),
        "live": lambda: machine.encoder_ports(settings, served=folder.held()),
        "ffmpeg": lambda: machine.ffmpeg(settings, folder),
        "encoders": lambda: encoders(settings, folder, clock, again=try_encoders),
        "database": lambda: state.database(settings, folder, clock, sets),
        "queue": lambda: state.queue(settings, folder),
        "backups": lambda: state.backups(settings, folder, clock),
        "mail": lambda: state.mail(folder, clock, sets, failed_mails),
        **more,
    }
    for name, check in checks.items():
        yield await _made(name, check)


async def _made(name: str, check: Check) -> Finding:
    """A check that breaks is a finding too: the rest of the examination is still wanted."""
    try:
        found = await asyncio.to_thread(check)
        return found if isinstance(found, Finding) else await found
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is wrong here
        return failed(name, f"Could not be looked at: {error}.", "Mend what it names and look again.")
