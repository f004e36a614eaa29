"""Where the server listens: TCP, with or without TLS, and a Unix socket for the operator."""

import asyncio
import errno
import logging
import os
import socket
import ssl
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from novacast.errors import BadSettings
from novacast.settings import Settings, Tls
from novacast.tasks import TaskGroup
from novacast.web.arrivals import TlsListener
from novacast.web.connections import Door

log = logging.getLogger(__name__)

BACKLOG = 1024
Factory = Callable[[], asyncio.Protocol]
Sockets = Sequence[socket.socket]


async def tcp(factory: Factory, settings: Settings, sockets: Sockets = ()) -> Sequence[asyncio.Server]:
    """`sockets`: bound ones; without them the settings' address is. Raises BadSettings that says which address can't be
    had, and why."""
    loop = asyncio.get_running_loop()
    if sockets:
        return [await loop.create_server(factory, sock=one, backlog=BACKLOG) for one in sockets]
    host, port = settings.server.host, settings.server.port
    try:
        return [await loop.create_server(factory, host or None, port, backlog=BACKLOG)]
    except OSError as error:
        raise BadSettings(_refused(host, port, error)) from error


async def tls(
    door: Door, settings: Settings, certificate: "Certificate", tasks: TaskGroup, sockets: Sockets = ()
) -> TlsListener:
    """As `tcp`."""
    if sockets:
        return TlsListener(door, sockets, certificate.context, tasks)
    host, port = settings.server.host, settings.server.port
    listeners: list[socket.socket] = []
    try:
        for family, address in await _addresses(host, port):
            try:
                listeners.append(socket.create_server(address, family=family, backlog=BACKLOG))
            except OSError as error:
                # As asyncio does for plain http: a machine without IPv6 still has "every address".
                if host or error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                    raise
            else:
                listeners[-1].setblocking(False)
        if not listeners:
            raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
    except OSError as error:
        for listener in listeners:
            listener.close()
        raise BadSettings(_refused(host, port, error)) from error
    return TlsListener(door, listeners, certificate.context, tasks)


async def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    found = await asyncio.get_running_loop().getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


async def unix(factory: Factory, path: Path) -> asyncio.Server:
    """Only the owner may connect. Raises BadSettings."""
    try:
        listener = _bound(path)
        try:
            return await asyncio.get_running_loop().create_unix_server(factory, sock=listener, backlog=BACKLOG)
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        why = "its path is longer than a socket's may be" if error.errno is None else os.strerror(error.errno)
        raise BadSettings(f"The operator's socket {path} can't be made: {why}. Choose another data folder.") from error


def _bound(path: Path) -> socket.socket:
    """A socket that a dead server left is replaced; that it is dead, the data folder's lock tells."""
    if path.exists() and stat.S_ISSOCK(path.lstat().st_mode):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
    except BaseException:
        listener.close()
        raise
    return listener


def _refused(host: str, port: int, error: OSError) -> str:
    where = f"{host or 'every address'} port {port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken by another program. Stop that one, or choose another port: [server] port in the "
            "settings, or NOVACAST_SERVER_PORT."
        )
    if error.errno == errno.EACCES:
        return f"{where} may not be opened by this user: ports under 1024 are the administrator's. Choose a higher one."
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return f"{where}: this machine has no such address. Mend [server] host."
    return f"{where} can't be listened on: {error.strerror or error}."


class Certificate:
    """A TLS context whose certificate is read again when its file changes; new connections get the new one."""

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._stamp = self._look()
        self.context = _context()
        try:
            self._load(self.context)
        except (OSError, ssl.SSLError) as error:
            raise BadSettings(
                f"[tls] certificate {tls.certificate!r} with key {tls.key!r} can't be used: {error}. "
                "`novacast tls` makes a working pair."
            ) from error

    def refresh(self) -> bool:
        """Whether a new certificate was found and is in use. A half written one waits for the next call."""
        if (stamp := self._look()) == self._stamp:
            return False
        try:
            # On a context of its own first: one that fails half way would spoil the one in use.
            self._load(_context())
            self._load(self.context)
        except (OSError, ssl.SSLError) as error:
            log.warning("the certificate %s changed but can't be used yet: %s", self._tls.certificate, error)
            return False
        self._stamp = stamp
        return True

    def _load(self, context: ssl.SSLContext) -> None:
        context.load_cert_chain(self._tls.certificate, self._tls.key or None)

    def _look(self) -> tuple[int, ...]:
        paths = [Path(name) for name in (self._tls.certificate, self._tls.key) if name]
        try:
            return tuple(part for path in paths for part in (path.stat().st_mtime_ns, path.stat().st_ino))
        except OSError:
            return ()


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
