"""Whether this server can do its work at this moment, part by part."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

from novacast.database import Database, Transaction
from novacast.folder import DataFolder
from novacast.settings import Settings

log = logging.getLogger(__name__)

SECONDS = 2.0
"""A part that takes longer to answer is not well."""
KEPT_SECONDS = 1.0
"""However often it is asked, the parts are asked once in so long."""


class Part(StrEnum):
    OK = "ok"
    FAILED = "failed"
    """What needs it is refused."""
    DEGRADED = "degraded"
    """It goes on without."""


Check = Callable[[], Awaitable[Part]]


class Readiness:
    def __init__(self, db: Database, settings: Settings, folder: DataFolder) -> None:
        self._db, self._settings, self._folder, self._clock = db, settings, folder, db.clock
        self._known: tuple[float, Mapping[str, Part]] | None = None
        self.leaving = False
        """Whether the server stops: no new work is to be sent to it."""

    async def parts(self) -> Mapping[str, Part]:
        now = self._clock.monotonic()
        if self._known is None or now - self._known[0] >= KEPT_SECONDS:
            checks: dict[str, Check] = {
                "database": self._reads,
                "writer": self._writes,
                "disk": self._disk,
                "worker": self._worker,
            }
            found = await asyncio.gather(*(_asked(name, check) for name, check in checks.items()))
            self._known = now, dict(zip(checks, found, strict=True))
        return {**self._known[1], "server": Part.FAILED if self.leaving else Part.OK}

    async def _reads(self) -> Part:
        async with self._db.snapshot():
            return Part.OK

    async def _writes(self) -> Part:
        await self._db.write(_nothing)
        return Part.OK

    async def _disk(self) -> Part:
        """A disk below the reserve takes no recordings and uploads; all else goes on."""
        usage = await asyncio.to_thread(shutil.disk_usage, self._folder.root)
        return Part.OK if usage.free > self._settings.uploads.reserve_bytes else Part.DEGRADED

    async def _worker(self) -> Part:
        """Of this machine's, where the queue is here as well. Without one transcodes and mails wait."""
        if self._settings.jobs.engine != "sqlite":
            return Part.OK
        return Part.OK if await asyncio.to_thread(self._folder.attended, "worker") else Part.DEGRADED


async def _asked(name: str, check: Check) -> Part:
    try:
        async with asyncio.timeout(SECONDS):
            return await check()
    except Exception as error:  # noqa: BLE001 - whatever it is, that part is not well
        log.error("%s is not ready: %s", name, error)
        return Part.FAILED


def _nothing(tx: Transaction) -> None:
    """A commit without changes: the writer's thread lives, and the file can be locked."""
