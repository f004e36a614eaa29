"""Which network addresses a server may be sent to by somebody else, who could mean its own network by them."""

import ipaddress
from collections.abc import Iterable
from typing import Self

from novacast.errors import BadSettings
from novacast.records import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All that is handed out of IPv6 (RFC 4291, 2.4)."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOWHERE = tuple(
    ipaddress.ip_network(one)
    for one in (
        "192.0.0.0/24",  # of the protocols' own (RFC 6890)
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "2001::/23",  # of the protocols' own, Teredo among them (RFC 2928)
        "2002::/16",  # 6to4 (RFC 7526)
        "3fff::/20",  # of documents (RFC 9637)
    )
)
"""Where nobody has a server, and which not every release of Python says of itself."""


def public(address: str) -> bool:
    """Whether an IP address is one of the wide internet's, whatever it is wrapped in."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return public(str(inner))
        if found not in _GLOBAL_UNICAST:
            return False
    return found.is_global and not found.is_multicast and not any(found in network for network in _NOWHERE)


def literal(host: str) -> bool:
    """Whether it is an address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be called: the wide internet, and what an operator names beside it."""

    hosts: frozenset[str] = frozenset()
    """Names that may lead anywhere."""
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str], key: str) -> Self:
        """Of a setting `key` whose parts are names of hosts, addresses and networks. Raises BadSettings."""
        hosts, networks = set[str](), list[Network]()
        for entry in (one.strip().lower().rstrip(".") for one in entries):
            try:
                networks.append(ipaddress.ip_network(entry))
            except ValueError as error:
                if not entry or "/" in entry or ":" in entry or not entry.isprintable() or " " in entry:
                    raise BadSettings(f"{key}: {entry!r} is neither a host, an address nor a network.") from error
                hosts.add(entry)
        return cls(frozenset(hosts), tuple(networks))

    def named(self, host: str) -> bool:
        """Whether the operator named this very host, or a network that holds this very address."""
        host = host.lower().rstrip(".")
        return host in self.hosts or (literal(host) and self._within(host))

    def allows(self, host: str, address: str) -> bool:
        """Whether `address` may be called, to which the name `host` leads, or which it is."""
        return host.lower().rstrip(".") in self.hosts or public(address) or self._within(address)

    def _within(self, address: str) -> bool:
        found = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self.networks)
