"""Putting bytes that are made already on a connection: shared, not copied, and never faster than the reader reads."""

import asyncio
import os
from collections.abc import Callable
from typing import Protocol

from novacast.playback.delivery.files import resident

SMALL = 16 * 1024
"""Bodies up to this size are joined with their head: one buffer costs less than two."""
BEGINNING = 60 * 1024
"""Bytes of a body that are copied beside its head where the kernel sends the rest by itself: with the head they fill
one packet of the loopback, and a reader that is woken by less reads the whole body in smaller pieces."""
PIECE = 128 * 1024
"""What is handed at once to a transport that copies what it can't send yet."""
STALL_SECONDS = 30.0
STALL_BYTES = 64 * 1024
"""A reader that takes less than this in STALL_SECONDS is gone: no rung that can be watched is that slow."""

Release = Callable[[], None]


class Writing(Protocol):
    @property
    def writing_paused(self) -> bool: ...


class Writer(Protocol):
    async def drain(self) -> None: ...


class Connection(Protocol):
    """What aiohttp's requests say about theirs."""

    @property
    def transport(self) -> asyncio.Transport | None: ...

    @property
    def protocol(self) -> Writing: ...

    @property
    def writer(self) -> Writer: ...


class Sending(Protocol):
    async def to(self, connection: Connection, head: bytes) -> int:
        """Send all of it; how many bytes. Raises ConnectionError when the reader is gone or stalled."""
        ...


class Whole:
    """A head and a body in memory."""

    __slots__ = ("_body", "_hold", "_source", "_stall")

    def __init__(
        self,
        body: memoryview,
        stall_seconds: float,
        hold: Callable[[], Release] | None = None,
        source: tuple[int, int] | None = None,
    ) -> None:
        """`hold` is called when the body must wait for a slow reader; what it returns, once it need not any more.

        `source`: descriptor and offset of the same bytes, valid until the first await.
        """
        self._body, self._stall, self._hold, self._source = body, stall_seconds, hold, source

    async def to(self, connection: Connection, head: bytes) -> int:
        transport, body = alive(connection), self._body
        total = len(head) + len(body)
        if len(body) <= SMALL:
            transport.write(b"".join((head, body)))
        else:
            if self._source is not None:
                head, body = _at_once(transport, head, body, self._source)
                if not head and not body:
                    return total
            if _shares(transport):
                transport.writelines((head, body))
            else:
                await self._in_pieces(connection, transport, head, body)
        if connection.protocol.writing_paused:
            await self._patiently(connection, transport)
        return total

    async def _in_pieces(
        self, connection: Connection, transport: asyncio.Transport, head: bytes, body: memoryview
    ) -> None:
        transport.write(head)
        for start in range(0, len(body), PIECE):
            transport.write(body[start : start + PIECE])
            if connection.protocol.writing_paused:
                await self._patiently(connection, transport)

    async def _patiently(self, connection: Connection, transport: asyncio.Transport) -> None:
        release = self._hold() if self._hold else None
        try:
            await drained(connection, transport, self._stall)
        finally:
            if release:
                release()


class Reading(Protocol):
    async def piece(self) -> bytes:
        """The next piece, empty at the end. Raises ConnectionError when the rest is not to be sent."""
        ...

    def close(self) -> None: ...


class Streamed:
    """A body that is read while it is sent, a piece at a time. `reading` is closed whatever happens."""

    __slots__ = ("_reading", "_stall")

    def __init__(self, reading: Reading, stall_seconds: float) -> None:
        self._reading, self._stall = reading, stall_seconds

    async def to(self, connection: Connection, head: bytes) -> int:
        try:
            transport, sent = alive(connection), len(head)
            transport.write(head)
            while piece := await self._reading.piece():
                alive(connection).write(piece)
                sent += len(piece)
                if connection.protocol.writing_paused:
                    await drained(connection, transport, self._stall)
            return sent
        finally:
            self._reading.close()


async def drained(connection: Connection, transport: asyncio.Transport, stall_seconds: float) -> None:
    """Wait until the reader has taken enough. Raises ConnectionResetError if it went away or stalled."""
    watch = _StallWatch(transport, stall_seconds)
    try:
        await connection.writer.drain()
    finally:
        watch.stop()
    alive(connection)


class _StallWatch:
    """Cuts a connection whose write buffer hardly shrinks. A timer, since drain() of aiohttp must not be cancelled."""

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        self._transport, self._seconds = transport, seconds
        self._left = transport.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def stop(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        left = self._transport.get_write_buffer_size()
        if self._left - left < min(STALL_BYTES, self._left):
            self._transport.abort()
            return
        self._left = left
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)


def alive(connection: Connection) -> asyncio.Transport:
    transport = connection.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("the viewer went away")
    return transport


def _shares(transport: asyncio.Transport) -> bool:
    """Whether the transport keeps a reference to what it can't send yet. asyncio's copy it, TLS encrypts it."""
    return type(transport).__module__.startswith("uvloop") and transport.get_extra_info("sslcontext") is None


def _at_once(
    transport: asyncio.Transport, head: bytes, body: memoryview, source: tuple[int, int]
) -> tuple[bytes, memoryview]:
    """What is left for the transport. Only past one that has nothing waiting, so that all bytes stay in order."""
    link = transport.get_extra_info("socket")
    if link is None or transport.get_write_buffer_size() or transport.get_extra_info("sslcontext") is not None:
        return head, body
    return send_at_once(link.fileno(), head, body, source)


def send_at_once(link: int, head: bytes, body: memoryview, source: tuple[int, int] | None) -> tuple[bytes, memoryview]:
    """Give the kernel what it has room for; what is left of head and body. A broken connection leaves something.

    `source`: descriptor and offset of the same bytes in a file. What the kernel has of it in memory it sends uncopied.
    """
    if source is not None and not resident(source[0], source[1], source[1] + len(body)):
        source = None
    # The body's start goes along with the head: a packet of its own would wake the reader for nothing.
    beginning = body if source is None else body[:BEGINNING]
    try:
        sent = os.writev(link, (head, beginning))
    except OSError:
        return head, body
    if sent < len(head):
        return head[sent:], body
    done = sent - len(head)
    if source is None or done < len(beginning):
        return b"", body[done:]
    handle, offset = source
    try:
        # Zero is the end of a file that someone cut short: the rest is in memory.
        while done < len(body) and (sent := os.sendfile(link, handle, offset + done, len(body) - done)):
            done += sent
    except OSError:
        pass  # no room, or the disk, or the reader is gone: the transport finds out which
    return b"", body[done:]
