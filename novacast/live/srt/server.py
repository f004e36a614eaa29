"""The server: one UDP port, many callers."""

import asyncio
import errno
import logging
import os
import secrets
import socket
from typing import Any, cast

from novacast.clock import Clock
from novacast.errors import BadSettings, NovaCastError, RateLimited
from novacast.i18n import text
from novacast.limits import Rate, RateLimiter, network
from novacast.live.ingest import Gate
from novacast.live.rtmp.arrivals import Seats, address_of
from novacast.live.srt.caller import Call, Caller, House
from novacast.live.srt.cookies import Cookies
from novacast.live.srt.counters import Counters
from novacast.live.srt.greeting import MTU, Refused, induction, rejected, wish
from novacast.live.srt.limits import Limits
from novacast.live.srt.packets import CONCLUSION, CONTROL, HEADER, INDUCTION, Control, Extension, Handshake, control
from novacast.live.srt.rejection import Rejection
from novacast.media.ffmpeg import FindFFmpeg
from novacast.metrics import Metrics
from novacast.records import dataclass
from novacast.settings import Settings
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

PASSPHRASES = Rate("live.srt_passphrases", burst=60, period=10)
"""Of one network that are tried: each takes a millisecond."""
RECEIVE_BUFFER = 4 * 1024**2
REMEMBERED_SECONDS = 3.0
"""How long an answer is repeated to whom it did not reach."""
MOST_REMEMBERED = 500
"""Of those who have gone."""
GOODBYE_SECONDS = 3.0
_ABSENT = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)

Peer = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Listening:
    """Where; a port of 0 is any free one."""

    host: str
    port: int

    @classmethod
    def of(cls, settings: Settings) -> "Listening | None":
        """None where SRT is switched off."""
        live = settings.live
        if live.srt_port == 0:
            return None
        return cls(live.rtmp_host or settings.server.host, 0 if settings.server.port == 0 else live.srt_port)


class SrtServer:
    def __init__(
        self, gate: Gate, find: FindFFmpeg, metrics: Metrics, clock: Clock, listening: Listening,
        limits: Limits | None = None,
    ) -> None:  # fmt: skip
        self._listening, limits = listening, limits or Limits()
        self._limiter = RateLimiter(clock)
        counters = Counters(metrics, lambda: self._seats.taken)
        self._seats = Seats(limits.most, limits.each, lambda bound: counters.refused.labels(bound).inc())
        self._tasks = TaskGroup("srt")
        self._house = House(gate, find, limits, counters, clock, self._tasks)
        self._cookies = Cookies(clock)
        self._doors: list[asyncio.DatagramTransport] = []
        self._callers: dict[int, tuple[Caller, Peer]] = {}
        self._known: dict[tuple[Peer, int], Caller] = {}
        """By where they are and what they call their socket."""
        self._gone: dict[tuple[Peer, int], None] = {}
        """Of them, those that are remembered for their answer alone, the oldest first."""
        self._closed = False
        self.port: int | None = None

    async def start(self) -> None:
        """Raises BadSettings; then nothing listens."""
        host, wanted = self._listening.host, self._listening.port
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host or None, wanted, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
            for family, _, _, _, address in dict.fromkeys(found):
                await self._open(family, (address[0], self.port or wanted, *address[2:]))
            if not self._doors:
                raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
        except OSError as error:
            await self.close()
            raise BadSettings(
                f"SRT can't be listened for at {host or 'every address'} port {wanted}: {error.strerror or error}. "
                "Choose another [live] srt_port, or 0 for none."
            ) from error
        log.info("encoders are listened for at srt://%s:%d", host or "*", self.port)

    async def close(self) -> None:
        """Repeatable. Every intake has heard its end when this returns."""
        self._closed = True
        callers = [caller for caller, _ in self._callers.values()]
        for caller in callers:
            caller.close(text("The server is being stopped."))
        if callers:
            await asyncio.wait([caller.gone for caller in callers], timeout=GOODBYE_SECONDS)
        for door in self._doors:
            door.close()
        self._doors.clear()
        await self._tasks.close()

    async def _open(self, family: int, address: Peer) -> None:
        listener = socket.socket(family, socket.SOCK_DGRAM)
        try:
            listener.setblocking(False)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            listener.bind(address)
        except OSError as error:
            listener.close()
            if self._listening.host or error.errno not in _ABSENT:
                raise
            return
        door, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: _Door(self), sock=listener)
        self._doors.append(door)
        self.port = listener.getsockname()[1]

    def hear(self, door: asyncio.DatagramTransport, data: bytes, peer: Peer) -> None:
        """One datagram, of anybody."""
        if not HEADER.size <= len(data) <= MTU:
            self._house.counters.strays.inc()
            return
        head = cast("tuple[int, int, int, int]", HEADER.unpack_from(data))
        if head[3]:
            caller, known = self._callers.get(head[3], (None, None))
            if caller is None or known != peer:
                self._house.counters.strays.inc()
            else:
                caller.hear(head, data)
        elif head[0] == CONTROL | Control.HANDSHAKE << 16 and not self._closed:
            self._greet(door, head[2], data[HEADER.size :], peer)
        else:
            self._house.counters.strays.inc()

    def _greet(self, door: asyncio.DatagramTransport, stamp: int, body: bytes, peer: Peer) -> None:
        def answer(handshake: Handshake) -> None:
            door.sendto(control(Control.HANDSHAKE, asked.socket, 0, handshake.written()), peer)

        try:
            asked = Handshake.read(body)
        except NovaCastError:
            self._house.counters.strays.inc()
            return
        if asked.kind == INDUCTION:
            answer(induction(asked, self._cookies.bake(peer), secrets.randbits(30) | 1))
        elif asked.kind != CONCLUSION or not self._cookies.good(peer, asked.cookie):
            self._house.counters.strays.inc()
        elif known := self._known.get((peer, asked.socket)):
            known.repeat()
        else:
            try:
                self._seat(door, asked, stamp, peer)
            except Refused as refused:
                self._house.told(refused.code, f"srt from {address_of(peer)}", refused.why)
                self._house.counters.refused.labels(refused.code.name.lower()).inc()
                answer(rejected(asked, refused.code))

    def _seat(self, door: asyncio.DatagramTransport, asked: Handshake, stamp: int, peer: Peer) -> None:
        """Raises Refused."""
        address = address_of(peer)
        if self._house.limits.passphrase and asked.one(Extension.KEY_REQUEST) is not None:
            try:
                self._limiter.check(PASSPHRASES, network(address))
            except RateLimited as error:
                raise Refused(Rejection.OVERLOAD, text("Too many calls came from there.")) from error
        wished = wish(asked, self._house.limits)
        seat = self._seats.take(address)
        if seat is None:
            raise Refused(Rejection.RESOURCE, text("All places for encoders are taken."))
        number = self._number()

        def left() -> None:
            seat.leave()
            self._callers.pop(number, None)
            self._gone[peer, asked.socket] = None
            asyncio.get_running_loop().call_later(REMEMBERED_SECONDS, self._forget, (peer, asked.socket))
            while len(self._gone) > MOST_REMEMBERED:
                self._forget(next(iter(self._gone)))

        call = Call(address, asked, wished, number, stamp)
        caller = Caller(self._house, call, lambda data: door.sendto(data, peer), left)
        self._callers[number] = (caller, peer)
        self._known[peer, asked.socket] = caller

    def _forget(self, gone: tuple[Peer, int]) -> None:
        if gone in self._gone:
            del self._gone[gone], self._known[gone]

    def _number(self) -> int:
        while (number := secrets.randbits(30)) in self._callers or not number:
            pass
        return number


class _Door(asyncio.DatagramProtocol):
    def __init__(self, server: SrtServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, peer: Peer) -> None:
        if self._transport is not None:
            self._server.hear(self._transport, data, peer)

    def error_received(self, error: Exception) -> None:
        """A caller's port is closed; it falls silent, and that is what ends it."""
