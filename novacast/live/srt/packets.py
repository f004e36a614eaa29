"""Datagrams of SRT: draft-sharabayko-srt-01, section 3."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import IntEnum

from novacast.errors import Malformed
from novacast.i18n import text
from novacast.records import dataclass

HEADER = struct.Struct("!IIII")
"""What it is, information or message number, microseconds of the sender's clock, id of the socket it is for."""
CONTROL = 1 << 31
SEQUENCES = 1 << 31
"""Data is numbered modulo this."""
MESSAGES = 0x03FF_FFFF
RETRANSMITTED = 1 << 26
ENCRYPTED_WITH = 27
"""Bits to the right of the two that tell which key."""


class Control(IntEnum):
    HANDSHAKE = 0
    KEEPALIVE = 1
    ACK = 2
    NAK = 3
    CONGESTION = 4
    SHUTDOWN = 5
    ACKACK = 6
    DROP = 7
    PEER_ERROR = 8
    EXTENSION = 0x7FFF


class Extension(IntEnum):
    """3.2.1.1, table 5."""

    HS_REQUEST = 1
    HS_RESPONSE = 2
    KEY_REQUEST = 3
    KEY_RESPONSE = 4
    STREAM_ID = 5
    CONGESTION = 6
    FILTER = 7
    GROUP = 8


INDUCTION, CONCLUSION = 1, 0xFFFF_FFFF
MAGIC = 0x4A17
"""Of a listener that knows version 5."""

_HANDSHAKE = struct.Struct("!IHHIIIIII16s")
_EXTENSION = struct.Struct("!HH")


@dataclass(frozen=True, slots=True)
class Handshake:
    """3.2.1. `body` of a rejection is nothing but its kind: 1000 and a reason."""

    version: int
    encryption: int
    extension: int
    first: int
    """Number of the first packet of data."""
    mtu: int
    window: int
    kind: int
    socket: int
    """Of whoever sends it."""
    cookie: int
    peer: bytes = bytes(16)
    extensions: tuple[tuple[int, bytes], ...] = ()

    @classmethod
    def read(cls, body: bytes) -> "Handshake":
        """Raises Malformed. What is padded behind the extensions of an induction is not read."""
        if len(body) < _HANDSHAKE.size:
            raise Malformed(text("The encoder sent a handshake that is cut off."))
        fields = _HANDSHAKE.unpack_from(body)
        extensions = tuple(_extensions(body)) if fields[6] == CONCLUSION and fields[0] >= 5 else ()
        return replace(cls(*fields), extensions=extensions)

    def written(self) -> bytes:
        head = _HANDSHAKE.pack(
            self.version, self.encryption, self.extension, self.first, self.mtu, self.window, self.kind, self.socket,
            self.cookie, self.peer,
        )  # fmt: skip
        return head + b"".join(_EXTENSION.pack(kind, len(data) // 4) + data for kind, data in self.extensions)

    def one(self, kind: Extension) -> bytes | None:
        return next((data for found, data in self.extensions if found == kind), None)


def _extensions(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HANDSHAKE.size
    while at < len(body):
        if len(body) < at + _EXTENSION.size:
            raise Malformed(text("The encoder sent a handshake that is cut off."))
        kind, words = _EXTENSION.unpack_from(body, at)
        at += _EXTENSION.size
        data = body[at : at + 4 * words]
        if len(data) < 4 * words:
            raise Malformed(text("The encoder sent a handshake that is cut off."))
        yield kind, data
        at += 4 * words


def control(kind: Control, to: int, time: int, body: bytes = b"", *, about: int = 0, subtype: int = 0) -> bytes:
    """`time`: microseconds since the connection began."""
    return HEADER.pack(CONTROL | kind << 16 | subtype, about, time & 0xFFFF_FFFF, to) + body


def swapped(words: bytes) -> bytes:
    """Text in an extension: each 32-bit word has its bytes in reverse (3.2.1.3)."""
    return b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))


def loss_list(gaps: Iterable[tuple[int, int]]) -> bytes:
    """First and last number of each (appendix A)."""
    written = bytearray()
    for first, last in gaps:
        if first == last:
            written += struct.pack("!I", first % SEQUENCES)
        else:
            written += struct.pack("!II", first % SEQUENCES | CONTROL, last % SEQUENCES)
    return bytes(written)
