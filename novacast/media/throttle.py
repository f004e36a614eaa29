"""Lets a child work for a share of its time only, while something goes on that must not wait for it: a broadcast.

A lower priority is not enough: what runs beside it still takes caches and the way to memory. Held still most of the
time, it leaves them too. Time held still does not count for its limits.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType

from novacast.errors import NovaCastError
from novacast.media.process import Child
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

PERIOD = 0.2
"""Seconds of one turn of work and standing still: no longer than a part of a live stream."""
LOOK = 1.0
"""Seconds between two questions whether it is still so."""

Busy = Callable[[], Awaitable[bool]]


class Throttle:
    """`watch` of runs of FFmpeg, until the block is left: `async with Throttle(busy, 0.25) as throttle`.

    `share`: of its time that a child works while `busy`, from 0 to 1. Without `busy` nothing is held.
    """

    def __init__(self, busy: Busy | None, share: float, look: float = LOOK) -> None:
        self._busy = busy if share < 1 else None
        self._share = share
        self._look = look
        self._tasks = TaskGroup("throttle")

    def watch(self, child: Child) -> None:
        if self._busy is not None:
            self._tasks.start(self._hold(child, self._busy), str(child.pid))

    async def __aenter__(self) -> "Throttle":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.close()

    async def _hold(self, child: Child, busy: Busy) -> None:
        try:
            while child.running:
                if await _asked(busy):
                    await self._turns(child)
                else:
                    child.resume()
                    await asyncio.sleep(self._look)
        finally:
            child.resume()

    async def _turns(self, child: Child) -> None:
        for _ in range(max(1, round(self._look / PERIOD))):
            if self._share:
                child.resume()
                await asyncio.sleep(PERIOD * self._share)
            child.pause()
            await asyncio.sleep(PERIOD * (1 - self._share))


async def _asked(busy: Busy) -> bool:
    """A database that is busy for a moment holds nothing up."""
    try:
        return await busy()
    except NovaCastError:
        log.exception("nobody can say whether a programme is live")
        return False
