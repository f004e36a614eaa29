"""The evening once a second, looked at once however many read it, and only while somebody does."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from novacast.operations.tonight.service import Evening
from novacast.overview import Tonight
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
MOST_READERS = 32


class Reader:
    """One who keeps looking. The newest look counts: one that was not fetched in time is never seen."""

    def __init__(self) -> None:
        self._newest: Tonight | None = None
        self._wake = asyncio.Event()
        self.ended = False

    def tell(self, look: Tonight) -> None:
        self._newest = look
        self._wake.set()

    def end(self) -> None:
        self.ended = True
        self._wake.set()

    async def next(self) -> Tonight | None:
        """None once it is over."""
        while self._newest is None and not self.ended:
            self._wake.clear()
            await self._wake.wait()
        look, self._newest = self._newest, None
        return None if self.ended else look


class Pulse:
    def __init__(self, evening: Evening, *, every: float = EVERY_SECONDS) -> None:
        self._evening, self._every = evening, every
        self._readers: set[Reader] = set()
        self._tasks = TaskGroup("pulse")
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def full(self) -> bool:
        return len(self._readers) >= MOST_READERS

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reader]:
        reader = Reader()
        if self._closed:
            reader.end()
        self._readers.add(reader)
        if self._running is None or self._running.done():
            self._running = self._tasks.start(self._beat(), "beat")
        try:
            yield reader
        finally:
            self._readers.discard(reader)

    async def close(self) -> None:
        """End all: the server stops."""
        self._closed = True
        for reader in self._readers:
            reader.end()
        await self._tasks.close()

    async def _beat(self) -> None:
        while self._readers and not self._closed:
            try:
                look = await self._evening.now()
            except Exception:
                log.exception("the evening could not be looked at")
            else:
                for reader in self._readers:
                    reader.tell(look)
            await asyncio.sleep(self._every)
