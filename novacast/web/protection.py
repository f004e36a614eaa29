"""Who a request really comes from, and whether a browser was tricked into sending it."""

import ipaddress
import os
import pwd
import socket
import struct
from asyncio import BaseTransport
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web

from novacast.errors import BadSettings, Forbidden
from novacast.i18n import text
from novacast.records import dataclass
from novacast.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LOCAL = "local"
"""Address of callers on the Unix socket."""

RELAYED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
"""Any of these on the Unix socket means that a proxy speaks there for others: that is nobody, not the operator."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Client:
    address: str
    secure: bool
    local: bool
    """Straight on the Unix socket, by the server's own user or root."""
    user: str = ""
    """Who that is on this machine; only where `local`."""


class Edge:
    """Looks through reverse proxies, but only through those that the settings trust."""

    def __init__(self, settings: Settings) -> None:
        self._trusted = _networks(settings.server.trusted_proxies)
        self._public = urlsplit(settings.public_url)
        self._https = self._public.scheme == "https"

    def client(self, request: web.Request) -> Client:
        transport = request.transport
        local = transport is not None and isinstance(transport.get_extra_info("sockname"), (str, bytes))
        proxied = "X-Forwarded-For" in request.headers
        peer = LOCAL if local else _plain(request.remote or "")
        trusts = local or self.trusts(peer)
        forwarded = request.headers.get("X-Forwarded-Proto", "").strip().lower() if trusts else ""
        secure = self._https or forwarded == "https" or request.secure
        address = self._behind(request, peer) if trusts and proxied else peer
        straight = local and not any(name in request.headers for name in RELAYED)
        user = _operator(transport) if straight and transport is not None else None
        return Client(address, secure, user is not None, user or "")

    def _behind(self, request: web.Request, peer: str) -> str:
        """The last address that no trusted proxy has: what stands before it, a client may have invented."""
        hops = ",".join(request.headers.getall("X-Forwarded-For")).split(",")
        address = peer
        for hop in reversed(hops):
            address = _plain(hop.strip())
            if not self.trusts(address):
                break
        return address or peer

    def trusts(self, address: str) -> bool:
        if not self._trusted:
            return False
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._trusted)

    def check_origin(self, request: web.Request, client: Client, *, cookie: bool, bearer: bool) -> None:
        """Refuse what another site made a browser send (CSRF). Raises Forbidden.

        A token in the Authorization header is never sent by a browser on its own. Browsers say where a request was
        made, by Sec-Fetch-Site or by Origin; a cookie that comes without either came from no browser we know.
        A WebSocket is opened by a GET and then does whatever its cookie may.
        """
        opens = request.headers.get("Upgrade", "").lower() == "websocket"
        if (request.method in SAFE_METHODS and not opens) or bearer or client.local:
            return
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is not None:
            allowed = site in ("same-origin", "none")
        elif origin is not None:
            allowed = self.is_own(origin, request, client)
        else:
            allowed = not cookie
        if not allowed:
            raise Forbidden(text("This request was made by another site. Open the page here and try again."))

    def is_own(self, origin: str, request: web.Request, client: Client) -> bool:
        scheme = "https" if client.secure else "http"
        own = {f"{self._public.scheme}://{self._public.netloc}".lower(), f"{scheme}://{request.host}".lower()}
        return origin.lower() in own


def _operator(transport: BaseTransport) -> str | None:
    """The user of this machine at the other end of a Unix socket; None for whom it is not for. The file's mode keeps
    others out already: this holds where somebody loosened it, or handed an open socket on.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return "system"  # of this system the kernel tells no more; the file's mode stands alone
    found: socket.socket = transport.get_extra_info("socket")
    _pid, uid, _gid = struct.unpack("3i", found.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if uid not in (0, os.geteuid()):
        return None
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def safe_next(target: str | None, default: str = "/") -> str:
    """`target` if it is a path of this site, else `default`: no one is sent elsewhere by a link of ours."""
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    if "\\" in target or any(ord(char) <= 0x20 or ord(char) == 0x7F for char in target):
        return default
    try:
        parts = urlsplit(target)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else target


def _plain(address: str) -> str:
    """The address without zone or port, IPv4 in IPv6 unwrapped; "" if it is none."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0].strip("[]"))
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ip)


def _networks(addresses: Sequence[str]) -> list[Network]:
    try:
        return [ipaddress.ip_network(address, strict=False) for address in addresses]
    except ValueError as error:
        raise BadSettings(f"[server] trusted_proxies: {error}. Write addresses or networks (10.0.0.0/8).") from error
