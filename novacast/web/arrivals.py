"""Connections to a port that speaks TLS: looked at before the handshake, so that plain http gets an answer.

An accepted socket is watched until its first byte can be read, which stays where it is (MSG_PEEK). A handshake begins
with 22; what does not is read as http and sent to https. The socket becomes a transport only then, whole, so neither
asyncio nor uvloop has to give bytes back.
"""

import asyncio
import errno
import logging
import re
import socket
import ssl
from collections.abc import Sequence
from typing import cast

from novacast.tasks import TaskGroup
from novacast.web.connections import Door, Seat, address_of

log = logging.getLogger(__name__)

HANDSHAKE = 22
"""First byte of a TLS record that begins a handshake (RFC 8446 5.1)."""
HEAD = 8192
"""Bytes of a request that came to the wrong port, at most."""
AT_ONCE = 100
"""Connections accepted before others get their turn."""
REST_SECONDS = 1.0
"""Without free descriptors there is nothing to accept with; asking again at once would only burn the processor."""

_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_REQUEST = re.compile(rb"(GET|HEAD) (/[\x21-\x7e]*) HTTP/1\.[01]\r\n")
_HOST = re.compile(
    rb"\r\nhost:[ \t]*([a-z0-9.\-]+(?::[0-9]{1,5})?|\[[0-9a-f:.]+\](?::[0-9]{1,5})?)[ \t]*\r\n", re.IGNORECASE
)


class TlsListener:
    """Accepts on `sockets`, which are bound and listen already."""

    def __init__(self, door: Door, sockets: Sequence[socket.socket], context: ssl.SSLContext, tasks: TaskGroup) -> None:
        self.door, self.sockets, self.context = door, tuple(sockets), context
        self._tasks = tasks
        self._waiting: set[Arrival] = set()
        self.astray: set[Astray] = set()
        self._loop = asyncio.get_running_loop()
        self._closed = False
        for listener in self.sockets:
            self._listen(listener)

    def close(self) -> None:
        """Accept no more, and drop whoever has said nothing yet. Handshakes are the task group's to end."""
        if self._closed:
            return
        self._closed = True
        for listener in self.sockets:
            self._loop.remove_reader(listener.fileno())
            listener.close()
        for arrival in list(self._waiting):
            arrival.drop()
        for stray in list(self.astray):
            stray.drop()

    def _listen(self, listener: socket.socket) -> None:
        if not self._closed:
            self._loop.add_reader(listener.fileno(), self._accept, listener)

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, peer = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                log.error("no connection can be accepted: %s", error.strerror)
                self._loop.remove_reader(listener.fileno())
                self._loop.call_later(REST_SECONDS, self._listen, listener)
                return
            connection.setblocking(False)
            seat = self.door.take(address_of(peer))
            if isinstance(seat, bytes):
                # Whoever waits for a handshake could not read the reason, and one more handshake is what it costs.
                connection.close()
                continue
            self._waiting.add(Arrival(self, connection, seat))

    def begin(self, arrival: "Arrival") -> None:
        """Its first byte is there."""
        self._waiting.discard(arrival)
        self._tasks.start(arrival.received(), "arrival")

    def forget(self, arrival: "Arrival") -> None:
        self._waiting.discard(arrival)


class Arrival:
    """One accepted socket, until it is known what it speaks."""

    def __init__(self, listener: TlsListener, connection: socket.socket, seat: Seat) -> None:
        self._listener, self._socket, self._seat = listener, connection, seat
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(connection.fileno(), self._readable)
        self._timer = self._loop.call_later(listener.door.head_seconds, self.drop)

    def drop(self) -> None:
        self._ignore()
        self._listener.forget(self)
        self._socket.close()
        self._seat.leave()

    def _ignore(self) -> None:
        self._timer.cancel()
        self._loop.remove_reader(self._socket.fileno())

    def _readable(self) -> None:
        self._ignore()
        self._listener.begin(self)

    async def received(self) -> None:
        """Hand the socket on. The seat goes along, and is left here if nobody came to sit."""
        door, given, sat = self._listener.door, False, False
        try:
            first = self._socket.recv(1, socket.MSG_PEEK)
            given = bool(first)
            if first and first[0] == HANDSHAKE:
                await self._loop.connect_accepted_socket(
                    lambda: door.connection(self._seat),
                    self._socket,
                    ssl=self._listener.context,
                    ssl_handshake_timeout=door.head_seconds,
                )
            elif first:
                await self._loop.connect_accepted_socket(lambda: Astray(self._listener, self._seat), self._socket)
            sat = bool(first)
        except (OSError, ssl.SSLError) as error:
            log.debug("a connection ended before its first request: %s", error)
        finally:
            # From the moment the loop has the socket, it is the loop's to close.
            if not given:
                self._socket.close()
            if not sat:
                self._seat.leave()


class Astray(asyncio.Protocol):
    """Plain http at a port that speaks TLS: a page is looked for under https, anything else is told why it failed.

    Not for good (307): a browser would keep a permanent redirect, also when the venue goes back to plain http.
    """

    def __init__(self, listener: TlsListener, seat: Seat) -> None:
        self._listener, self._seat = listener, seat
        self._head = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's has the methods and not the class
        self._listener.astray.add(self)
        self._timer = asyncio.get_running_loop().call_later(self._listener.door.head_seconds, self.drop)

    def drop(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        if len(self._head) > HEAD:
            return
        self._head += data
        if b"\r\n\r\n" in self._head or len(self._head) > HEAD:
            self._transport.write(answer(self._head))
            self._head = b" " * (HEAD + 1)
            self._transport.close()

    def eof_received(self) -> None:
        if self._transport is not None and len(self._head) <= HEAD:
            self._transport.write(answer(self._head))

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._listener.astray.discard(self)
        self._seat.leave()


def answer(head: bytes) -> bytes:
    """What to say to plain http that begins with `head`."""
    request, host = _REQUEST.match(head), _HOST.search(head.partition(b"\r\n\r\n")[0] + b"\r\n")
    where = b"https://" + host[1].lower() if host else b"https"
    text = b"This port speaks https. Ask for " + (where + b"/" if host else where) + b" instead.\n"
    lines = [b"HTTP/1.1 400 Bad Request"]
    if request and host:
        lines = [b"HTTP/1.1 307 Temporary Redirect", b"Location: " + where + request[2]]
    lines += [b"Content-Type: text/plain; charset=utf-8", b"Content-Length: %d" % len(text)]
    lines += [b"Cache-Control: no-store", b"Connection: close", b"", b""]
    return b"\r\n".join(lines) + (b"" if request and request[1] == b"HEAD" else text)
