"""Where a process of WebRTC's is reached: addresses, ports, and what its answers say of them."""

import asyncio
import re
import socket
from collections.abc import Sequence
from typing import Any

import aioice.ice

CONNECT_SECONDS = 15.0
"""What a peer gets from its answer to a connection that stands."""
MOST_UNSENT = 512 * 1024
"""Bytes that wait for the network beside what the kernel holds; what is more is lost, as it could be on the way."""
_CANDIDATE = re.compile(r"a=candidate:(\S+) (\d+) (\S+) (\d+) (\S+) (\d+) typ host[^\r\n]*\r\n")


class Unusable(Exception):
    """An offer."""


class PortRange(asyncio.SelectorEventLoop):
    """A loop whose datagram sockets at "any port" are in a range that a firewall can be told of."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__()
        self._first, self._last, self._next = first, last, first

    async def create_datagram_endpoint(self, protocol_factory: Any, *args: Any, **more: Any) -> Any:
        wanted = more.get("local_addr")
        if not self._first or not wanted or wanted[1]:
            return _bounded(await super().create_datagram_endpoint(protocol_factory, *args, **more))
        for _ in range(self._first, self._last + 1):
            port, self._next = self._next, self._next + 1 if self._next < self._last else self._first
            try:
                more["local_addr"] = (wanted[0], port)
                return _bounded(await super().create_datagram_endpoint(protocol_factory, *args, **more))
            except OSError:
                continue  # taken
        raise OSError(f"all UDP ports from {self._first} to {self._last} are taken")


def _bounded(endpoint: Any) -> Any:
    transport, protocol = endpoint
    usual = transport.sendto

    def sendto(data: bytes, address: Any = None) -> None:
        if transport.get_write_buffer_size() < MOST_UNSENT:
            usual(data, address)

    transport.sendto = sendto
    return transport, protocol


def receive_at(wanted: str) -> None:
    """From now on at these addresses of this machine: one, or a name for one; all where it is empty or a wildcard."""
    own = hosts(wanted)
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [  # its one way to be told
        one for one in own if (use_ipv6 if ":" in one else use_ipv4)
    ]


def hosts(wanted: str) -> list[str]:
    if wanted in ("", "0.0.0.0", "::"):  # noqa: S104 - compared
        return [str(one) for one in aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True)]
    found = socket.getaddrinfo(wanted, None, type=socket.SOCK_DGRAM)
    return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))


def reachable(sdp: str, addresses: Sequence[str]) -> str:
    """With candidates at addresses that this machine does not know to be its own."""

    def outside(found: "re.Match[str]") -> str:
        foundation, component, transport, priority, address, port = found.groups()
        more = [
            f"a=candidate:{foundation}{number} {component} {transport} {int(priority) - number} {other} {port}"
            f" typ host\r\n"
            for number, other in enumerate(addresses, 1)
            if (":" in other) is (":" in address)
        ]
        return "".join((found.group(), *more))

    return _CANDIDATE.sub(outside, sdp)
