"""One request at a time per upload, and the newest has right of way: an older one may hang on a dead connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from novacast.i18n import text
from novacast.vods.uploads.models import Interrupted


class Hold:
    """One request's turn. It can be ended by a newer one only while it waits for bytes, never between a write and
    what must follow it."""

    def __init__(self) -> None:
        self._scope: asyncio.Timeout | None = None
        self._unwanted = False

    async def next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        """The next piece, None at the end. Raises Interrupted when a newer request waits."""
        if self._unwanted:
            raise _interrupted()
        try:
            async with asyncio.timeout(None) as self._scope:
                return await anext(chunks, None)
        except TimeoutError as error:
            if self._unwanted:
                raise _interrupted() from error
            raise
        finally:
            self._scope = None

    def interrupt(self) -> None:
        self._unwanted = True
        if self._scope is not None:
            self._scope.reschedule(asyncio.get_running_loop().time())


class Holds:
    def __init__(self) -> None:
        self._queues: dict[str, tuple[asyncio.Lock, list[Hold]]] = {}

    def busy(self, key: str) -> bool:
        return key in self._queues

    @asynccontextmanager
    async def take(self, key: str) -> AsyncIterator[Hold]:
        """Wait for one's turn. Requests that read from the network are asked to make way."""
        lock, holds = self._queues.setdefault(key, (asyncio.Lock(), []))
        for older in holds:
            older.interrupt()
        hold = Hold()
        holds.append(hold)
        try:
            async with lock:
                yield hold
        finally:
            holds.remove(hold)
            if not holds:
                del self._queues[key]


def _interrupted() -> Interrupted:
    return Interrupted(text("Another request for this upload took over. Ask for the offset and go on from there."))
