"""Connections: how many there may be, how long a request's head may take, and answers to what is no HTTP."""

import asyncio
import logging
from typing import cast

from aiohttp import http_exceptions, web

from novacast.identity import new_id
from novacast.web.problems import HTTP_CODES, Refusal, document

log = logging.getLogger(__name__)

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\n"
    b"Content-Length: 33\r\nConnection: close\r\n\r\nToo many connections. Come back.\n"
)


class Door:
    """Makes connections, and counts who is inside."""

    def __init__(self, server: web.Server, most: int, head_seconds: float) -> None:
        self._server, self._most, self._head_seconds = server, most, head_seconds
        self.inside: set[Connection] = set()
        self.refused = 0
        self.empty = asyncio.Event()
        self.empty.set()

    def __call__(self) -> "Connection":
        return Connection(self, self._server, self._head_seconds)

    def enter(self, connection: "Connection") -> bool:
        if len(self.inside) >= self._most:
            if self.refused % 1000 == 0:
                log.warning("all %d connections are taken; a new one was refused", self._most)
            self.refused += 1
            return False
        self.inside.add(connection)
        self.empty.clear()
        return True

    def leave(self, connection: "Connection") -> None:
        self.inside.discard(connection)
        if not self.inside:
            self.empty.set()

    def abort(self) -> None:
        """Cut whoever is still inside."""
        for connection in list(self.inside):
            if connection.transport is not None:
                connection.transport.abort()


class Connection(web.RequestHandler):
    """One connection. A slow-loris meets aiohttp's keep-alive timer: it runs from the connection's beginning and
    from each answer's end, and bytes that complete no head don't move it."""

    __slots__ = ("_door", "_refused")

    def __init__(self, door: Door, server: web.Server, head_seconds: float) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=head_seconds,
            access_log=cast("logging.Logger", None),  # ours is a middleware
            lingering_time=5.0,
            auto_decompress=False,
        )
        self._door, self._refused = door, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._door.enter(self):
            super().connection_made(transport)
            return
        self._refused = True
        asyncio_transport = cast("asyncio.Transport", transport)
        asyncio_transport.write(_FULL)
        asyncio_transport.close()

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        if not self._refused:
            super().connection_lost(exc)
            self._door.leave(self)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """What the parser refuses, and what fails outside the application. `message` may hold secrets: not shown."""
        if request.writer.output_size > 0:
            raise ConnectionResetError
        if status == 400 and isinstance(exc, http_exceptions.LineTooLong):
            status = 431
        if status >= 500:
            log.error("unhandled %s", type(exc).__name__, exc_info=exc)
        code, detail = HTTP_CODES.get(status, ("internal", "Something went wrong here."))
        response = document(Refusal(status, code, detail).problem(request, new_id()), {})
        response.force_close()
        return response
