"""Codes of another system as devices at doors keep them. Pure; novacast/web/static/js/door/foreign.js reads them."""

from collections.abc import Iterable

from novacast.records import dataclass

DIGEST_BYTES = 8
"""Of 32: enough to tell the codes of one performance apart, and of no use to make one."""


@dataclass(frozen=True, slots=True)
class ForeignCode:
    digest: bytes
    """SHA-256 of the code as it is compared."""
    ordinal: int
    item: int
    """Its number in tickets."""
    test: bool


def packed(codes: Iterable[ForeignCode]) -> bytes:
    """Of each the beginning of the digest, ordinal (3), item (2) and whether it is of the sandbox (1), big-endian, in
    the order of the digests."""
    entries = sorted(
        one.digest[:DIGEST_BYTES] + one.ordinal.to_bytes(3, "big") + one.item.to_bytes(2, "big") + bytes([one.test])
        for one in codes
    )
    return b"".join(entries)
