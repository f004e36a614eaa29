"""Connections that outlive their request: taken from aiohttp once they are opened, so that a client that only listens
costs a transport and one small object, and what is written to all of them is written as it is.

A wire gets bytes that were framed once for everybody. It is bounded: one that does not read has up to MOST_BEHIND bytes
waiting, then its listener is told; and one that shows no sign of life for two beats is cut.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import ClassVar, Protocol, cast

from aiohttp import web

from novacast.errors import Unavailable
from novacast.i18n import text
from novacast.web.connections import Connection, Seat
from novacast.web.fanout import Fanout

MOST_BEHIND = 512 * 1024
"""Bytes that may wait for one client. They are shared: what waits for many is in memory once, TLS aside."""
CLOSE_SECONDS = 2.0
"""How long a client gets to read why it is hung up on."""
BEAT_SECONDS = 30.0
BUCKETS = 15
"""Beats are spread, so that thousands of clients never get one in the same turn of the loop."""


class Listener(Protocol):
    """Who stands behind a wire. Called on the event loop; must not wait."""

    def received(self, text: str, /) -> None: ...

    def behind(self) -> None:
        """The client does not read what is written; more may not wait."""
        ...

    def closed(self) -> None:
        """Once, whoever ended it."""
        ...


class Wire(asyncio.Protocol):
    """One connection of `hand_over`. `write` takes what `framed` made, for this client or for all."""

    __slots__ = (
        "_behind",
        "_closing",
        "_hearts",
        "_loop",
        "_mute",
        "_seat",
        "alive",
        "fanout",
        "listener",
        "transport",
    )

    BEAT: ClassVar[bytes] = b""
    together = Fanout
    """Makes what writes to many of a kind."""

    def __init__(self, transport: asyncio.Transport, seat: Seat, hearts: "Hearts") -> None:
        self.transport, self._seat, self._hearts = transport, seat, hearts
        self._loop = asyncio.get_running_loop()
        self.fanout: Fanout | None = None
        self.listener: Listener | None = None
        self.alive = True
        self._closing = self._behind = self._mute = False
        transport.set_write_buffer_limits(high=MOST_BEHIND)
        hearts.add(self)

    @staticmethod
    def framed(payload: bytes) -> bytes:
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """Raises RuntimeError where the connection has ended."""
        if not self._mute:
            self.transport.write(data)
            if self.fanout is not None:
                self.fanout.doubt(self)

    def close(self, code: int, reason: str = "") -> None:
        """Say why, as far as the wire can, and hang up. `code`: of RFC 6455 7.4."""
        raise NotImplementedError

    def beat(self) -> None:
        self.alive = False
        if not self.transport.is_closing():
            self.write(self.BEAT)

    def pause_writing(self) -> None:
        if not self._behind:
            self._behind = True
            # Not at once: this is told from within a write to everybody.
            self._loop.call_soon(self._fell_behind)

    def resume_writing(self) -> None:
        self._behind = False

    def _fell_behind(self) -> None:
        if self._behind and self.listener is not None:
            self.listener.behind()

    def eof_received(self) -> bool | None:
        return None

    def connection_lost(self, exc: BaseException | None) -> None:
        self._closing = True
        self._part()
        self._hearts.discard(self)
        self._seat.leave()
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.closed()

    def _write_last(self, data: bytes) -> None:
        """Nothing is written behind it, whoever still has this wire in a list."""
        self._closing = True
        self._part()
        with contextlib.suppress(RuntimeError):  # it is gone already, and will be told so
            self.write(data)
        self._mute = True

    def _part(self) -> None:
        """From those that are written to together."""
        if self.fanout is not None:
            self.fanout.discard(self)

    def _hang_up(self) -> None:
        """What was written goes out first, for as long as CLOSE_SECONDS."""
        self.transport.close()
        self._loop.call_later(CLOSE_SECONDS, self.transport.abort)


class EventWire(Wire):
    """Server-sent events (WHATWG HTML 9.2): nothing is received, and its end says nothing."""

    __slots__ = ()

    BEAT = b":\n\n"

    @staticmethod
    def framed(payload: bytes) -> bytes:
        """`payload` has no line breaks."""
        return b"data: " + payload + b"\n\n"

    def data_received(self, data: bytes) -> None:
        self.transport.close()

    def beat(self) -> None:
        super().beat()
        self.alive = not self._behind

    def close(self, code: int, reason: str = "") -> None:
        if not self._closing:
            self._write_last(b"")
            self._hang_up()


class Hearts:
    """Beats for all wires of an owner. Runs while there are any."""

    def __init__(self, seconds: float = BEAT_SECONDS) -> None:
        self._pause = seconds / BUCKETS
        self._buckets: list[set[Wire]] = [set() for _ in range(BUCKETS)]
        self._next = self._turn = 0
        self._timer: asyncio.TimerHandle | None = None
        self._places: dict[Wire, int] = {}

    def __len__(self) -> int:
        return len(self._places)

    def add(self, wire: Wire) -> None:
        self._next = (self._next + 1) % BUCKETS
        self._buckets[self._next].add(wire)
        self._places[wire] = self._next
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._pause, self._beat)

    def discard(self, wire: Wire) -> None:
        place = self._places.pop(wire, None)
        if place is not None:
            self._buckets[place].discard(wire)

    def _beat(self) -> None:
        self._turn = (self._turn + 1) % BUCKETS
        for wire in list(self._buckets[self._turn]):
            if not wire.alive:
                wire.transport.abort()
                continue
            wire.beat()
        self._timer = None
        if self._places:
            self._timer = asyncio.get_running_loop().call_later(self._pause, self._beat)


class HandedOver(web.StreamResponse):
    """What is left to say of a request whose connection went elsewhere: nothing is written for it."""

    async def prepare(self, request: web.BaseRequest) -> None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


Opening = Callable[[asyncio.Transport, Seat], Wire]


def hand_over(request: web.Request, head: bytes, opening: Opening, *, status: int = 200) -> HandedOver:
    """Write `head` and give the connection to the wire that `opening` makes. Raises Unavailable where it is gone."""
    connection = cast("Connection", request.protocol)
    if connection.transport is None or connection.transport.is_closing():
        raise Unavailable(text("The connection is gone."))
    connection.transport.write(head)
    connection.hand_over(opening)
    return HandedOver(status=status)
