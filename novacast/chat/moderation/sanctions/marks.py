"""Marks: what is kept of addresses and devices. Keyed digests, so that nothing can be read back without the key of this
installation, and nobody can be found by trying all addresses."""

import hmac
import ipaddress
from collections.abc import Mapping

from novacast.chat.models import Visit
from novacast.chat.moderation.rules.models import WIDEST
from novacast.errors import InvalidInput, Unauthenticated
from novacast.i18n import text
from novacast.identity import new_id
from novacast.security.keys import Signer

V6 = 64
"""Bits of an IPv6 address that one subscriber line shares (RFC 6177)."""
_V6_WIDEST = 48
_BYTES = 16


class Marks:
    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"marks of the banned", "sha256")
        self._signer = Signer(key, "chat device")

    def visit(self, address: str, cookie: str | None) -> Visit:
        """Of a request. `address` that is none (a socket's file) has no marks; a cookie that is not ours neither."""
        return Visit(self._networks(address), None if cookie is None else self._device(cookie))

    def new_cookie(self) -> str:
        """By which a browser is known again."""
        return self._signer.sign(new_id().encode())

    def range(self, written: str) -> tuple[str, bytes]:
        """A range as it is written, and its mark. Raises InvalidInput."""
        try:
            network = ipaddress.ip_network(written.strip(), strict=False)
        except ValueError as error:
            message = text("Write an address or a range, such as 203.0.113.0/24 or 2001:db8::/64.")
            raise InvalidInput.field("range", message) from error
        low, high = (WIDEST, 32) if network.version == 4 else (_V6_WIDEST, V6)
        if network.version == 6 and network.prefixlen > V6:
            network = network.supernet(new_prefix=V6)
        if not low <= network.prefixlen <= high:
            message = text("This range is too wide: take /{widest} or less of it.", widest=low)
            raise InvalidInput.field("range", message, "out_of_range")
        return str(network), self._mark(str(network))

    def _networks(self, address: str) -> Mapping[int, bytes]:
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return {}
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        widths = range(WIDEST, 33) if parsed.version == 4 else range(_V6_WIDEST, V6 + 1)
        return {bits: self._mark(_written(parsed, bits)) for bits in widths}

    def _device(self, cookie: str) -> bytes | None:
        try:
            return self._mark(self._signer.verify(cookie).decode("ascii", "replace"))
        except Unauthenticated:
            return None

    def _mark(self, what: str) -> bytes:
        return hmac.digest(self._key, what.encode(), "sha256")[:_BYTES]


def _written(address: ipaddress.IPv4Address | ipaddress.IPv6Address, bits: int) -> str:
    """The network of so many bits, as `ip_network` writes it. Each arrival needs a row of them; objects are slow."""
    rest = address.max_prefixlen - bits
    return f"{type(address)(int(address) >> rest << rest)}/{bits}"


def counted(visit: Visit, bits: int) -> bytes | None:
    """The mark of the network that counts: an IPv4 one of so many bits, or the /64."""
    return visit.networks.get(V6) or visit.networks.get(bits)
