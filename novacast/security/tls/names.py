"""Host names and addresses: as a person types them, as this machine has them, and as certificates match them."""

import ipaddress
import re
import socket
from collections.abc import Iterable

import idna

from novacast.errors import InvalidInput

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_LONGEST = 253
_ELSEWHERE = (("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6))
"""Documentation addresses (RFC 5737, RFC 3849): connecting a UDP socket to one sends nothing, and picks our own."""

_NOT_PUBLIC = ("localhost", "local", "internal", "lan", "home", "arpa", "test", "example", "invalid", "onion")


def host(text: str, field: str = "host") -> str:
    """A host name in lower-case ASCII (IDNA) or an address in its shortest form. Raises InvalidInput for `field`."""
    given = text.strip()
    if (found := address(given.removeprefix("[").removesuffix("]"))) is not None:
        if found.is_unspecified or found.is_multicast or getattr(found, "scope_id", None):
            raise InvalidInput.field(field, f"{given} is no address that a browser can open.")
        return str(found)
    name = given.rstrip(".").lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError as error:
            raise InvalidInput.field(field, f"{given[:80]!r} is no host name: {error}.") from error
    labels = name.split(".")
    numeric = labels[-1].isdigit()
    if not name or len(name) > _LONGEST or numeric or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidInput.field(
            field, f"{given[:80]!r} is no host name and no address. Write it like box.local or 192.168.1.20."
        )
    return name


def public_domain(text: str, field: str = "domain") -> str:
    """A name that a public authority may vouch for over HTTP-01. Raises InvalidInput for `field`."""
    if text.strip().startswith("*."):
        raise InvalidInput.field(
            field, f"{text[:80]!r} is a wildcard, which HTTP-01 can't prove (RFC 8555, 8.3). Name each host."
        )
    name = host(text, field)
    if address(name) is not None or "." not in name or name.rpartition(".")[2] in _NOT_PUBLIC:
        raise InvalidInput.field(
            field, f"{name} is no public domain name. For names of a local network use `novacast tls local`."
        )
    return name


def address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def host_names_here() -> list[str]:
    """The names this machine goes by: its own, its mDNS name, localhost."""
    own = [socket.gethostname(), socket.getfqdn()]
    first = own[0].partition(".")[0]
    names = []
    for candidate in (f"{first}.local", *own, "localhost"):
        try:
            name = host(candidate)
        except InvalidInput:
            continue
        # Where names are not set up, getfqdn answers with an address or a reverse-lookup name: worth nothing in a URL.
        if address(name) is None and not name.endswith((".arpa", ".localdomain")) and name not in names:
            names.append(name)
    return names


def addresses_here() -> list[str]:
    """The addresses by which other machines of the network reach this one, IPv4 first."""
    found = []
    for elsewhere, family in _ELSEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                own = ipaddress.ip_address(probe.getsockname()[0].partition("%")[0])
        except OSError:
            continue
        if not (own.is_loopback or own.is_link_local or own.is_unspecified):
            found.append(str(own))
    return found


def covers(names: Iterable[str], wanted: str) -> bool:
    """Whether a certificate with these subject alternative names is good for `wanted` (RFC 6125, 6.4)."""
    wanted = wanted.lower().rstrip(".")
    if address(wanted) is not None:
        return wanted in names
    rest = wanted.partition(".")[2]
    return any(name == wanted or (name.startswith("*.") and rest == name[2:]) for name in names)
