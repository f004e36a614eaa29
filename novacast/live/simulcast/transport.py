"""FLV tags as an MPEG transport stream: ISO/IEC 13818-1, with one programme of H.264 and AAC."""

from novacast.errors import Unavailable
from novacast.i18n import text
from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.records import dataclass

PACKET = 188
LEAD = 700
"""Milliseconds from a frame's arrival, by the programme's clock reference, to its decoding."""
TABLES_EVERY = 100
"""Milliseconds."""
_TABLE, _PROGRAMME, _PICTURE, _SOUND = 0x0000, 0x1000, 0x0100, 0x0101
_H264, _ADTS = 0x1B, 0x0F
"""Stream types: table 2-34."""
_ADTS_HEAD = 7
_PICTURE_ID, _SOUND_ID = 0xE0, 0xC0
_START = b"\0\0\0\1"
_DELIMITER = _START + b"\x09\xf0"
"""An access unit begins with one in a transport stream: 2.14.1."""
_DELIMITED = 9
_RANDOM_ACCESS, _CLOCK = 0x40, 0x10
_CLOCKS = 90
"""A millisecond: 2.4.2.2."""
_WRAP = 1 << 33


@dataclass(frozen=True, slots=True)
class _Picture:
    sets: bytes
    """Parameter sets as they stand before a keyframe."""
    length_size: int


class TransportStream:
    """`take` gives whole packets. Before the first keyframe and its headers there are none."""

    def __init__(self) -> None:
        self._counters: dict[int, int] = {}
        self._picture: _Picture | None = None
        self._head: bytes | None = None
        """Of an ADTS frame, without its length."""
        self._begun = False
        self._tables_at = -TABLES_EVERY

    def take(self, tag: Tag) -> bytes:
        """Raises Malformed, Unavailable for what no transport stream of ours holds."""
        if tag.kind is Kind.SCRIPT:
            return b""
        found = flv.facts(tag)[0]
        body = tag.data[found.body : found.end]
        if found.part == "header":
            self._configure(tag.kind, body)
        elif found.part == "frame" and tag.kind is Kind.VIDEO and self._picture is not None:
            self._begun = self._begun or found.keyframe
            if self._begun:
                return self._tables(tag.time, found.keyframe) + self._frame(self._picture, tag.time, found, body)
        elif found.part == "frame" and tag.kind is Kind.AUDIO and self._begun and self._head is not None:
            sound = self._head[:3] + _with_length(self._head[3], _ADTS_HEAD + len(body)) + body
            return self._tables(tag.time, False) + self._packets(_SOUND, _pes(_SOUND_ID, tag.time, tag.time, sound))
        return b""

    def _configure(self, kind: Kind, body: bytes) -> None:
        if kind is Kind.VIDEO:
            self._picture = _picture_of(body)
        elif len(body) >= 2:  # some senders describe it later
            self._head = _adts_of(body)

    def _frame(self, picture: _Picture, time: int, found: flv.Facts, body: bytes) -> bytes:
        units = _units(body, picture.length_size)
        data = b"".join(_START + unit for unit in units if unit[0] & 31 != _DELIMITED)
        flags = _CLOCK | (_RANDOM_ACCESS if found.keyframe else 0)
        clock = time * _CLOCKS % _WRAP
        field = bytes((flags,)) + (clock << 15 | 0x7E00).to_bytes(6, "big")  # base, reserved, extension of 0
        pes = _pes(_PICTURE_ID, time, time + found.composition, _DELIMITER + picture.sets * found.keyframe + data)
        return self._packets(_PICTURE, pes, field)

    def _tables(self, time: int, keyframe: bool) -> bytes:
        """Who joins now finds them at once."""
        if not keyframe and 0 <= time - self._tables_at < TABLES_EVERY:
            return b""
        self._tables_at = time
        streams = [(_H264, _PICTURE)] + ([(_ADTS, _SOUND)] if self._head is not None else [])
        listed = b"".join(bytes((kind,)) + _pid(pid) + b"\xf0\0" for kind, pid in streams)
        programmes = _section(0x00, b"\0\1" + _pid(_PROGRAMME))
        streamed = _section(0x02, _pid(_PICTURE) + b"\xf0\0" + listed)
        return self._packets(_TABLE, programmes) + self._packets(_PROGRAMME, streamed)

    def _packets(self, pid: int, data: bytes, field: bytes = b"") -> bytes:
        """`field`: an adaptation field for the first, without its length: 2.4.3.4."""
        out, at, unit = bytearray(), 0, 0x4000
        while at < len(data):
            room = PACKET - 4 - (len(field) + 1 if field else 0)
            piece = data[at : at + room]
            stuffed = _stuffed(field, room - len(piece))
            counter = self._counters[pid] = (self._counters.get(pid, 15) + 1) % 16
            out += b"\x47" + (unit | pid).to_bytes(2, "big") + bytes(((0x30 if stuffed else 0x10) | counter,))
            out += stuffed + piece
            at, unit, field = at + len(piece), 0, b""
        return bytes(out)


def _stuffed(field: bytes, lack: int) -> bytes:
    if not field and lack < 2:
        return b"\0" * lack
    if not field:
        field, lack = b"\0", lack - 2
    return bytes((len(field) + lack,)) + field + b"\xff" * lack


def _pes(stream: int, decoded: int, shown: int, data: bytes) -> bytes:
    """2.4.3.6. Of unbounded length where it is too long to say."""
    apart = shown != decoded
    times = _stamp(3 if apart else 2, shown) + (_stamp(1, decoded) if apart else b"")
    head = bytes((0x84, 0xC0 if apart else 0x80, len(times))) + times
    length = len(head) + len(data)
    return b"\0\0\1" + bytes((stream,)) + (length if length < 0x10000 else 0).to_bytes(2, "big") + head + data


def _stamp(mark: int, milliseconds: int) -> bytes:
    time = (milliseconds + LEAD) * _CLOCKS % _WRAP
    parts = (mark << 4 | time >> 29 & 0x0E | 1, time >> 22 & 0xFF, time >> 14 & 0xFE | 1, time >> 7 & 0xFF)
    return bytes((*parts, time << 1 & 0xFE | 1))


def _pid(pid: int) -> bytes:
    return (0xE000 | pid).to_bytes(2, "big")


def _section(table: int, body: bytes) -> bytes:
    """2.4.4: of number 1, the only one, behind its pointer."""
    section = bytes((table,)) + (0xB000 | len(body) + 9).to_bytes(2, "big") + b"\0\1\xc1\0\0" + body
    section += _crc(section).to_bytes(4, "big")
    return (b"\0" + section).ljust(PACKET - 4, b"\xff")


def _crc(data: bytes) -> int:
    """Annex A."""
    found = 0xFFFFFFFF
    for byte in data:
        found ^= byte << 24
        for _ in range(8):
            found = (found << 1 ^ (0x04C11DB7 if found & 0x80000000 else 0)) & 0xFFFFFFFF
    return found


def _picture_of(config: bytes) -> _Picture:
    """Of an AVCDecoderConfigurationRecord: ISO/IEC 14496-15 5.3.3.1."""
    sets, at = b"", 5
    try:
        for mask in (31, 255):
            count, at = config[at] & mask, at + 1
            for _ in range(count):
                size = config[at] << 8 | config[at + 1]
                sets += _START + config[at + 2 : at + 2 + size]
                at += 2 + size
        return _Picture(sets, (config[4] & 3) + 1)
    except IndexError as short:
        raise Unavailable(_DAMAGED) from short


def _units(body: bytes, size: int) -> list[bytes]:
    found, at = [], 0
    while at + size < len(body):
        length = int.from_bytes(body[at : at + size], "big")
        at += size
        if length:
            found.append(body[at : at + length])
        at += length
    return found


def _adts_of(config: bytes) -> bytes:
    """What all ADTS frames begin with (ISO/IEC 14496-3 1.A.2.2), of an AudioSpecificConfig: AAC-LC, to which players
    find what extends it by themselves."""
    frequency, channels = (config[0] & 7) << 1 | config[1] >> 7, config[1] >> 3 & 15
    if frequency > 12 or channels > 7:
        raise Unavailable(text("A transport stream can't hold this sound."))
    return bytes((0xFF, 0xF1, 1 << 6 | frequency << 2 | channels >> 2, (channels & 3) << 6))


def _with_length(last: int, length: int) -> bytes:
    """From the byte in which the length begins: 13 bits, then 11 that say that the buffer's fullness is unknown."""
    if length > 0x1FFF:
        raise Unavailable(text("A transport stream can't hold this sound."))
    return bytes((last | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC))


_DAMAGED = text("The encoder's output is damaged: it is not described.")
