"""Connections: how many there may be, how long a request's head may take, and answers to what is no HTTP."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Protocol, cast

from aiohttp import http_exceptions, web

from novacast.identity import new_id
from novacast.limits import network
from novacast.metrics import Metrics
from novacast.web.problems import HTTP_CODES, Refusal, document

log = logging.getLogger(__name__)

ITSELF = ("127.0.0.1", "::1")
"""From here come proxies and programs of this machine, each for many people."""

LINGERING = 64
"""Refused connections that stay for their client to read why; more than these are cut."""
LINGER_SECONDS = 2.0


def _answer(status: str, text: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\n"
    return f"{head}Content-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode()


FULL = _answer("503 Service Unavailable", "Too many connections. Come back.\n")
CROWDED = _answer("429 Too Many Requests", "Too many connections from your network. Close some, or come back.\n")


class Seat:
    """One connection's place among those that are allowed; given back once, however often that is said."""

    __slots__ = ("_door", "_place", "_sitter")

    def __init__(self, door: "Door", place: str) -> None:
        self._door: Door | None = door
        self._place = place
        self._sitter: Inside | None = None

    def sit(self, sitter: "Inside") -> None:
        """Whoever sat here before has gone."""
        if self._door is not None:
            if self._sitter is not None:
                self._door.leave(self._sitter)
            self._door.enter(sitter)
            self._sitter = sitter

    def leave(self) -> None:
        if self._door is not None:
            if self._sitter is not None:
                self._door.leave(self._sitter)
            self._door.vacate(self._place)
            self._door = self._sitter = None


class Inside(Protocol):
    """Whoever sits on a connection: an HTTP one, or what took it over."""

    @property
    def transport(self) -> asyncio.Transport | None: ...


class Door:
    """Makes connections, and counts who is inside. `each` network has its own bound; `exempt` addresses have none."""

    def __init__(
        self,
        server: web.Server,
        *,
        most: int,
        each: int,
        head_seconds: float,
        exempt: Callable[[str], bool],
        metrics: Metrics,
    ) -> None:
        self._server, self._most, self._each, self._exempt = server, most, each, exempt
        self.head_seconds = head_seconds
        self.inside: set[Inside] = set()
        self.lingering: set[asyncio.Transport] = set()
        self.empty = asyncio.Event()
        self.empty.set()
        self._taken, self._places, self._told = 0, Counter[str](), Counter[str]()
        self._refused = metrics.counter("connections_refused", "Connections refused, by which bound.", "bound")
        metrics.gauge("connections", "Connections open now.").set_function(lambda: self._taken)

    def __call__(self) -> "Connection":
        return self.connection(None)

    def connection(self, seat: Seat | None) -> "Connection":
        """`seat` was taken for it already; without one it takes its own, or is refused."""
        return Connection(self, self._server, seat)

    def take(self, address: str) -> Seat | bytes:
        """A seat for a connection from `address` ("" from a Unix socket), or the answer that says why there is none."""
        place = "" if not address or address in ITSELF or self._exempt(address) else network(address)
        if self._taken >= self._most:
            return self._refuse("all", FULL, f"all {self._most} connections are taken; a new one was refused")
        if place and self._places[place] >= self._each:
            return self._refuse("network", CROWDED, f"{place} has all its {self._each} connections; one was refused")
        self._taken += 1
        if place:
            self._places[place] += 1
        return Seat(self, place)

    def vacate(self, place: str) -> None:
        self._taken -= 1
        if place:
            self._places[place] -= 1
            if not self._places[place]:
                del self._places[place]

    def _refuse(self, bound: str, answer: bytes, why: str) -> bytes:
        # A flood must not fill the log as well.
        if self._told[bound] % 1000 == 0:
            log.warning("%s", why)
        self._told[bound] += 1
        self._refused.labels(bound).inc()
        return answer

    def enter(self, connection: Inside) -> None:
        self.inside.add(connection)
        self.empty.clear()

    def leave(self, connection: Inside) -> None:
        self.inside.discard(connection)
        if not self.inside:
            self.empty.set()

    def abort(self) -> None:
        """Cut whoever is still inside."""
        for connection in list(self.inside):
            if connection.transport is not None:
                connection.transport.abort()
        for transport in list(self.lingering):
            transport.abort()


def address_of(peer: object) -> str:
    """The address in a socket's peer name; "" for a Unix socket's, and for a peer that is gone already."""
    return str(peer[0]).partition("%")[0].removeprefix("::ffff:") if isinstance(peer, tuple) and peer else ""


class Connection(web.RequestHandler):
    """One connection. A slow-loris meets aiohttp's keep-alive timer: it runs from the connection's beginning and
    from each answer's end, and bytes that complete no head don't move it."""

    __slots__ = ("_door", "_refused", "_seat", "on_lost")

    def __init__(self, door: Door, server: web.Server, seat: Seat | None) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=door.head_seconds,
            access_log=cast("logging.Logger", None),  # ours is a middleware
            lingering_time=5.0,
            auto_decompress=False,
        )
        self._door, self._seat = door, seat
        self._refused: asyncio.Transport | None = None
        self.on_lost: Callable[[], None] | None = None
        """Called when the client is gone, for an answer that waits long between two writes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._seat is None:
            found = self._door.take(address_of(transport.get_extra_info("peername")))
            if isinstance(found, bytes):
                self._refuse(cast("asyncio.Transport", transport), found)
                return
            self._seat = found
        self._seat.sit(self)
        super().connection_made(transport)

    def _refuse(self, transport: asyncio.Transport, answer: bytes) -> None:
        """Say why, and stay a moment: to close with unread bytes resets the connection, and the answer is lost."""
        transport.write(answer)
        if len(self._door.lingering) >= LINGERING:
            transport.close()
            return
        self._door.lingering.add(transport)
        self._refused = transport
        if transport.can_write_eof():
            transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        if self._seat is not None:
            super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self.on_lost is not None:
            self.on_lost()
        if self._seat is not None:
            super().connection_lost(exc)
            self._seat.leave()
        elif self._refused is not None:
            self._door.lingering.discard(self._refused)

    def hand_over(self, opening: Callable[[asyncio.Transport, Seat], asyncio.Protocol]) -> None:
        """Let another protocol have the connection and its seat, from within a handler whose answer is sent.

        aiohttp is told that the connection was lost, which frees all it holds, and has no transport left to close.
        """
        transport, seat, tail = self.transport, self._seat, self._message_tail
        assert transport is not None
        assert seat is not None
        self._seat, self.transport, self._message_tail = None, None, b""
        protocol = opening(transport, seat)
        transport.set_protocol(protocol)
        seat.sit(cast("Inside", protocol))
        super().connection_lost(None)
        if not transport.is_reading():
            transport.resume_reading()
        if tail:
            protocol.data_received(tail)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """What the parser refuses, and what fails outside the application. `message` may hold secrets: not shown."""
        if request.writer.output_size > 0 or isinstance(exc, ConnectionError):
            # Nobody is left to answer. Whoever hangs up a thousand times shall not fill the log with that.
            raise ConnectionResetError from exc
        if status == 400 and isinstance(exc, http_exceptions.LineTooLong):
            status = 431
        if status >= 500:
            log.error("unhandled %s", type(exc).__name__, exc_info=exc)
        code, detail = HTTP_CODES.get(status, ("internal", "Something went wrong here."))
        response = document(Refusal(status, code, detail).problem(request, new_id()), {})
        response.force_close()
        return response
