"""The listener's side of the handshake: draft-sharabayko-srt-01, section 4.3.1."""

import struct
from dataclasses import replace

from novacast.errors import NovaCastError, Unauthenticated
from novacast.i18n import Text, text
from novacast.live.srt.encryption import MediaKeys
from novacast.live.srt.limits import Limits
from novacast.live.srt.packets import CONCLUSION, MAGIC, Extension, Handshake, swapped
from novacast.live.srt.rejection import Rejection
from novacast.live.srt.streamid import Request, read_stream_id
from novacast.records import dataclass

OURS = 0x010402
"""The version of SRT whose ways these are: 1.4.2."""
OLDEST = 0x010300
MTU = 1500
TSBPD_SENDER, TSBPD_RECEIVER, CRYPT, DROPS, PERIODIC_NAK, RETRANSMIT_FLAG, STREAM = 1, 2, 4, 8, 16, 32, 64
_ANSWERED = TSBPD_SENDER | TSBPD_RECEIVER | CRYPT | DROPS | PERIODIC_NAK | RETRANSMIT_FLAG
_EXTENSIONS, _KEYS = 1, 2
"""Bits of a conclusion's extension field."""
_REQUEST = struct.Struct("!IIHH")


class Refused(Exception):
    def __init__(self, code: Rejection, why: Text) -> None:
        super().__init__(why)
        self.code, self.why = code, why


@dataclass(frozen=True, slots=True)
class Wish:
    """What a conclusion asks for, and was found good but for its key."""

    request: Request
    software: str
    latency: int
    """Milliseconds, agreed on."""
    keys: MediaKeys | None
    key_message: bytes = b""


def induction(asked: Handshake, cookie: int, socket: int) -> Handshake:
    """The answer to a first call, for which nothing is remembered. As long as the question."""
    return replace(asked, version=5, encryption=0, extension=MAGIC, socket=socket, cookie=cookie, extensions=())


def rejected(asked: Handshake, code: Rejection) -> Handshake:
    return replace(asked, version=5, extension=0, kind=int(code), extensions=())


def wish(asked: Handshake, limits: Limits) -> Wish:
    """Raises Refused."""
    told = asked.one(Extension.HS_REQUEST)
    if asked.version < 5 or told is None or len(told) < _REQUEST.size:
        raise Refused(Rejection.VERSION, text("The encoder's SRT is too old; 1.3 is the oldest that is taken."))
    version, flags, _, latency = _REQUEST.unpack_from(told)
    if version < OLDEST:
        raise Refused(Rejection.VERSION, text("The encoder's SRT is too old; 1.3 is the oldest that is taken."))
    _live(asked, flags)
    keys, message = _keys(asked, limits.passphrase)
    try:
        request = read_stream_id(asked.one(Extension.STREAM_ID))
    except NovaCastError as error:
        raise Refused(Rejection.BAD_REQUEST, Text(error.message)) from error
    if not request.publish:
        raise Refused(Rejection.BAD_MODE, text("By SRT one can publish here, not watch."))
    agreed = min(max(latency, limits.latency), max(limits.longest_latency, limits.latency))
    software = f"SRT {version >> 16}.{version >> 8 & 255}.{version & 255}"
    return Wish(request, software, agreed, keys, message)


def conclusion(asked: Handshake, wished: Wish, socket: int, window: int) -> Handshake:
    """The answer that makes it a connection."""
    delays = _REQUEST.pack(OURS, _ANSWERED, wished.latency, 0)
    extensions: list[tuple[int, bytes]] = [(Extension.HS_RESPONSE, delays)]
    bits = _EXTENSIONS
    if wished.key_message:
        extensions.append((Extension.KEY_RESPONSE, wished.key_message))
        bits |= _KEYS
    return replace(
        asked, version=5, encryption=0, extension=bits, mtu=min(asked.mtu, MTU), window=window, kind=CONCLUSION,
        socket=socket, extensions=tuple(extensions),
    )  # fmt: skip


def _live(asked: Handshake, flags: int) -> None:
    if flags & STREAM:
        raise Refused(Rejection.MESSAGE_API, text("The encoder wants to send a file; live is what is taken."))
    if swapped(asked.one(Extension.CONGESTION) or b"evil").rstrip(b"\0") != b"live":
        raise Refused(Rejection.CONGESTION, text("The encoder wants to send a file; live is what is taken."))
    if asked.one(Extension.FILTER) is not None:
        raise Refused(Rejection.FILTER, text("Packet filters are not known here; leave them out."))
    if asked.one(Extension.GROUP) is not None:
        raise Refused(Rejection.GROUP, text("Groups of connections are not known here; use one."))


def _keys(asked: Handshake, passphrase: str) -> tuple[MediaKeys | None, bytes]:
    message = asked.one(Extension.KEY_REQUEST)
    if message is None and not passphrase:
        return None, b""
    if message is None:
        raise Refused(Rejection.UNSECURE, text("The encoder does not encrypt. Give it the passphrase."))
    if not passphrase:
        raise Refused(Rejection.UNSECURE, text("The encoder encrypts, and no passphrase is set here."))
    keys = MediaKeys(passphrase)
    try:
        keys.learn(message)
    except Unauthenticated as error:
        raise Refused(Rejection.BAD_SECRET, Text(error.message)) from error
    except NovaCastError as error:
        raise Refused(Rejection.CRYPTO, Text(error.message)) from error
    return keys, message
