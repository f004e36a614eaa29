"""Where encoders call: sockets, and how many may be inside.

Sockets are accepted here and not by the loop's own server, so that a TLS handshake has a seat and a time limit too.
"""

import asyncio
import errno
import logging
import os
import socket
import ssl
from collections import Counter
from collections.abc import Callable

from novacast.errors import BadSettings
from novacast.limits import network

log = logging.getLogger(__name__)

BACKLOG = 256
SAID = 65_536
"""Bytes that wait in a socket for an encoder to read them, at most: it is told little."""
REST_SECONDS = 1.0
"""Without free descriptors there is nothing to accept with; asking again at once would only burn the processor."""
ITSELF = ("127.0.0.1", "::1")
_ABSENT = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


class Seats:
    """Who is inside. `each` network has its own bound; this machine has none but `most`."""

    def __init__(self, most: int, each: int, refused: Callable[[str], object]) -> None:
        self._most, self._each, self._refused = most, each, refused
        self._places = Counter[str]()
        self._told = Counter[str]()
        self.taken = 0

    def take(self, address: str) -> "Seat | None":
        place = "" if address in ITSELF else network(address)
        if self.taken >= self._most:
            self._tell("full", f"all {self._most} connections for encoders are taken")
            return None
        if place and self._places[place] >= self._each:
            self._tell("crowded", f"{place} has all its {self._each} connections for encoders")
            return None
        self.taken += 1
        if place:
            self._places[place] += 1
        return Seat(self, place)

    def leave(self, place: str) -> None:
        self.taken -= 1
        if place:
            self._places[place] -= 1
            if not self._places[place]:
                del self._places[place]

    def _tell(self, bound: str, why: str) -> None:
        # A flood must not fill the log as well.
        if self._told[bound] % 1000 == 0:
            log.warning("%s; one was hung up on", why)
        self._told[bound] += 1
        self._refused(bound)


class Seat:
    """Given back once, however often that is said."""

    __slots__ = ("_place", "_seats")

    def __init__(self, seats: Seats, place: str) -> None:
        self._seats: Seats | None = seats
        self._place = place

    def leave(self) -> None:
        if self._seats is not None:
            self._seats.leave(self._place)
            self._seats = None


def address_of(peer: object) -> str:
    """The address in a socket's peer name, without zone and port."""
    return str(peer[0]).partition("%")[0].removeprefix("::ffff:") if isinstance(peer, tuple) and peer else ""


async def bound(host: str, port: int, setting: str) -> list[socket.socket]:
    """Listening sockets of every family that `host` has; "" is every address, port 0 any free one, the same for all.

    Raises BadSettings that names `setting`.
    """
    listeners: list[socket.socket] = []
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
            taken = listeners[0].getsockname()[1] if listeners else port
            try:
                listener = socket.create_server((address[0], taken, *address[2:]), family=family, backlog=BACKLOG)
            except OSError as error:
                if host or error.errno not in _ABSENT:
                    raise
                continue
            listener.setblocking(False)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SAID)
            listeners.append(listener)
        if not listeners:
            raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
    except OSError as error:
        for listener in listeners:
            listener.close()
        raise BadSettings(_refused(error, host, port, setting)) from error
    return listeners


def _refused(error: OSError, host: str, port: int, setting: str) -> str:
    where = f"port {port} of {host or 'every address'}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"Another program listens at {where}, where encoders are to send to. Stop it "
            f"(`ss -ltnp 'sport = :{port}'` names it), or set {setting} to a free port, or to 0 for no encoders."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Encoders can't be listened for at {where}, which is the system's own. Set {setting} to 1024 or more."
    return (
        f"Encoders can't be listened for at {where}: {error.strerror or error}. Set [live] rtmp_host to an address of "
        f"this machine, or {setting} to 0 for no encoders."
    )


async def accept(listener: socket.socket, seats: Seats, welcome: Callable[[socket.socket, str, Seat], object]) -> None:
    """Hand over whoever calls and finds a seat, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            connection, peer = await loop.sock_accept(listener)
        except ConnectionAbortedError:
            continue
        except OSError as error:
            log.error("no encoder can be accepted: %s", error.strerror)
            await asyncio.sleep(REST_SECONDS)
            continue
        seat = seats.take(address_of(peer))
        if seat is None:
            connection.close()
            continue
        connection.setblocking(False)
        welcome(connection, address_of(peer), seat)


async def seated(
    connection: socket.socket, make: Callable[[], asyncio.Protocol], context: ssl.SSLContext | None, seconds: float
) -> asyncio.Protocol | None:
    """The protocol of an accepted socket; None when no TLS could be agreed on within `seconds`."""
    limit = seconds if context else None
    try:
        _, protocol = await asyncio.get_running_loop().connect_accepted_socket(
            make, connection, ssl=context, ssl_handshake_timeout=limit
        )
    except (OSError, ssl.SSLError) as error:
        log.debug("an encoder's connection ended before it began: %s", error)
        return None
    return protocol
