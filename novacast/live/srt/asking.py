"""The caller's side of the handshake: draft-sharabayko-srt-01, section 4.3.1."""

import struct

from novacast.errors import Unavailable
from novacast.i18n import text
from novacast.live.srt.encryption import OwnKey
from novacast.live.srt.greeting import (
    CRYPT,
    DROPS,
    MTU,
    OURS,
    PERIODIC_NAK,
    RETRANSMIT_FLAG,
    TSBPD_RECEIVER,
    TSBPD_SENDER,
)
from novacast.live.srt.packets import CONCLUSION, INDUCTION, MAGIC, Extension, Handshake, swapped
from novacast.live.srt.rejection import Rejection
from novacast.records import dataclass

WINDOW = 8192
_FLAGS = TSBPD_SENDER | TSBPD_RECEIVER | CRYPT | DROPS | PERIODIC_NAK | RETRANSMIT_FLAG
_REQUEST = struct.Struct("!IIHH")
_HS, _KM, _CONFIG = 1, 2, 4
"""Bits of a conclusion's extension field: table 3."""
_AES_128 = 2
_DATAGRAMS = 2
"""What a first call has for an extension: UDT's type of socket."""


@dataclass(frozen=True, slots=True)
class Wanted:
    stream_id: str
    key: OwnKey | None
    latency: int
    """Milliseconds, at least."""
    first: int
    """Number of the first packet."""
    socket: int


@dataclass(frozen=True, slots=True)
class Agreed:
    peer: int
    latency: int
    """Milliseconds."""


def first_call(wanted: Wanted) -> Handshake:
    return Handshake(4, 0, _DATAGRAMS, wanted.first, MTU, WINDOW, INDUCTION, wanted.socket, 0)


def second_call(wanted: Wanted, answer: Handshake) -> Handshake:
    """Raises Unavailable for a listener that refuses or is too old."""
    if answer.kind != INDUCTION:
        raise Unavailable(_refusal(answer.kind))
    if answer.version < 5 or answer.extension != MAGIC:
        raise Unavailable(text("The other side speaks an SRT that is too old."))
    extensions: list[tuple[int, bytes]] = [
        (Extension.HS_REQUEST, _REQUEST.pack(OURS, _FLAGS, 0, wanted.latency)),
    ]
    bits = _HS
    if wanted.key is not None:
        extensions.append((Extension.KEY_REQUEST, wanted.key.message))
        bits |= _KM
    if wanted.stream_id:
        raw = wanted.stream_id.encode()
        extensions.append((Extension.STREAM_ID, swapped(raw + bytes(-len(raw) % 4))))
        bits |= _CONFIG
    return Handshake(
        5, _AES_128 if wanted.key is not None else 0, bits, wanted.first, MTU, WINDOW, CONCLUSION, wanted.socket,
        answer.cookie, bytes(16), tuple(extensions),
    )  # fmt: skip


def agreed(wanted: Wanted, answer: Handshake) -> Agreed:
    """Raises Unavailable where it refuses."""
    if answer.kind != CONCLUSION:
        raise Unavailable(_refusal(answer.kind))
    told = answer.one(Extension.HS_RESPONSE)
    if told is None or len(told) < _REQUEST.size:
        raise Unavailable(text("The other side speaks an SRT that is too old."))
    if wanted.key is not None and answer.one(Extension.KEY_RESPONSE) != wanted.key.message:
        raise Unavailable(_SECRET)  # 3.2.2: a state of four bytes in place of the message
    return Agreed(answer.socket, max(wanted.latency, _REQUEST.unpack_from(told)[2]))


def _refusal(kind: int) -> str:
    if kind in (Rejection.BAD_SECRET, Rejection.UNSECURE):
        return _SECRET
    if kind in (Rejection.UNAUTHORIZED, Rejection.FORBIDDEN, Rejection.BAD_REQUEST):
        return text("The other side refuses the stream id (code {code}).", code=kind - 1000)
    return text("The other side refuses the call (code {code}).", code=kind - 1000)


_SECRET = text("The other side wants another passphrase.")
