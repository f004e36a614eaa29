"""The server: two ports, many publishers."""

import asyncio
import logging
import socket
import ssl
from functools import partial

from novacast.i18n import text
from novacast.live.ingest import Gate
from novacast.live.rtmp.arrivals import Seat, Seats, accept, bound, seated
from novacast.live.rtmp.connection import Connection, House
from novacast.live.rtmp.counters import Counters
from novacast.live.rtmp.limits import Limits
from novacast.metrics import Metrics
from novacast.records import dataclass
from novacast.settings import Settings
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

GOODBYE_SECONDS = 3.0
"""In which connections end after the server's close, before they are cut."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where; a port of None is not opened, and one of 0 is any free one."""

    host: str
    rtmp: int | None
    rtmps: int | None
    most: int = 200
    each: int = 20

    @classmethod
    def of(cls, settings: Settings) -> "Listening":
        live, anywhere = settings.live, settings.server.port == 0

        def port(number: int) -> int | None:
            return None if number == 0 else 0 if anywhere else number

        host = live.rtmp_host or settings.server.host
        return cls(
            host, port(live.rtmp_port), port(live.rtmps_port), live.max_connections, live.connections_per_address
        )


class RtmpServer:
    """`context`: of the server's certificate; without one there is no RTMPS."""

    def __init__(
        self,
        gate: Gate,
        metrics: Metrics,
        listening: Listening,
        limits: Limits | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._listening, self._context = listening, context
        counters = Counters(metrics, lambda: self._seats.taken)
        self._seats = Seats(listening.most, listening.each, lambda bound: counters.refused.labels(bound).inc())
        self._doors, self._tasks = TaskGroup("rtmp doors"), TaskGroup("rtmp")
        self._house = House(gate, limits or Limits(), counters, self._tasks)
        self._sockets: list[socket.socket] = []
        self._inside: set[Connection] = set()
        self.port: int | None = None
        self.tls_port: int | None = None

    async def start(self) -> None:
        """Raises BadSettings; then nothing listens."""
        try:
            if self._listening.rtmp is not None:
                self.port = await self._open("rtmp", self._listening.rtmp, None)
            if self._listening.rtmps is not None and self._context is not None:
                self.tls_port = await self._open("rtmps", self._listening.rtmps, self._context)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Repeatable. Every intake has heard its end when this returns."""
        await self._doors.close()
        for listener in self._sockets:
            listener.close()
        self._sockets.clear()
        for connection in list(self._inside):
            connection.close(text("The server is being stopped."))
        await self._emptied()
        for connection in list(self._inside):
            connection.cut()
        await self._tasks.close()
        await self._emptied()

    async def _emptied(self) -> None:
        if self._inside:
            await asyncio.wait([connection.gone for connection in self._inside], timeout=GOODBYE_SECONDS)

    async def _open(self, protocol: str, port: int, context: ssl.SSLContext | None) -> int:
        opened = await bound(self._listening.host, port, f"[live] {protocol}_port")
        self._sockets += opened
        for listener in opened:
            welcome = partial(self._welcome, protocol, context)
            self._doors.start(accept(listener, self._seats, welcome), protocol)
        number: int = opened[0].getsockname()[1]
        log.info("encoders are listened for at %s://%s:%d", protocol, self._listening.host or "*", number)
        return number

    def _welcome(
        self, protocol: str, context: ssl.SSLContext | None, accepted: socket.socket, address: str, seat: Seat
    ) -> None:
        self._tasks.start(self._seat(protocol, context, accepted, address, seat), f"arrival by {protocol}")

    async def _seat(
        self, protocol: str, context: ssl.SSLContext | None, accepted: socket.socket, address: str, seat: Seat
    ) -> None:
        connection = Connection(self._house, protocol, address)
        made = None
        try:
            made = await seated(accepted, lambda: connection, context, self._house.limits.handshake_seconds)
        finally:
            if made is None:
                seat.leave()
        if made is not None:
            self._inside.add(connection)
            connection.gone.add_done_callback(lambda _: self._left(connection, seat))

    def _left(self, connection: Connection, seat: Seat) -> None:
        self._inside.discard(connection)
        seat.leave()
