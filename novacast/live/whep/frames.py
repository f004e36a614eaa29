"""Tags of one line as what RTP carries: pictures in packets of RFC 6184, and sound as Opus."""

import logging
from collections.abc import Iterator, Sequence

from novacast.errors import Malformed
from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.media.opus import RATE, OpusEncoder
from novacast.records import dataclass

log = logging.getLogger(__name__)

IDR, SEI, SPS, DELIMITER, FILLER = 5, 6, 7, 9, 12
_LEFT_OUT = frozenset((SEI, DELIMITER, FILLER))
"""Nothing that is shown depends on them, and each viewer would be sent them."""
LARGEST = 1200
"""Bytes of a payload: what is sent fits every network with it."""
_FRAGMENT = 28
"""FU-A: RFC 6184, 5.8."""


@dataclass(frozen=True, slots=True)
class Picture:
    time: int
    """Milliseconds."""
    payloads: Sequence[bytes]
    """Of its packets; shared by all viewers."""
    size: int
    """Bytes."""
    keyframe: bool


@dataclass(frozen=True, slots=True)
class Sound:
    at: int
    """Samples of 48 kHz."""
    payload: bytes


class Framer:
    """Of one line, from one cut to the next."""

    def __init__(self) -> None:
        self._sets: Sequence[bytes] = ()
        """Parameter sets."""
        self._length = 4
        """Bytes that tell how long a unit is."""
        self._opus: OpusEncoder | None = None

    def frames(self, tag: Tag) -> Iterator[Picture | Sound]:
        """What can't be read is left out."""
        try:
            for found in flv.facts(tag)[:1]:
                body = tag.data[found.body : found.end]
                if tag.kind is Kind.VIDEO and found.codec == "h264":
                    yield from self._picture(tag.time, found.part, body)
                elif tag.kind is Kind.AUDIO:
                    yield from self._sound(tag.time, found.codec, found.part, body)
        except (Malformed, IndexError, ValueError) as error:
            log.warning("a frame can't be sent: %r", error)

    def _picture(self, time: int, part: flv.Part, body: bytes) -> Iterator[Picture]:
        if part == "header":
            self._length, self._sets = configured(body)
        if part != "frame":
            return
        units = list(units_of(body, self._length))
        kinds = {unit[0] & 31 for unit in units}
        shown = [unit for unit in units if unit[0] & 31 not in _LEFT_OUT]
        keyframe = IDR in kinds
        if keyframe and SPS not in kinds:
            shown = [*self._sets, *shown]
        if shown:
            payloads = [payload for unit in shown for payload in payloads_of(unit)]
            yield Picture(time, payloads, sum(map(len, payloads)), keyframe)

    def _sound(self, time: int, codec: str, part: flv.Part, body: bytes) -> Iterator[Sound]:
        if codec == "opus" and part == "frame":
            yield Sound(time * RATE // 1000, body)
        elif codec == "aac" and part == "header":
            self._opus = OpusEncoder(body)
        elif codec == "aac" and part == "frame" and self._opus is not None:
            for at, packet in self._opus.feed(time, body):
                yield Sound(at, packet)


def configured(record: bytes) -> tuple[int, Sequence[bytes]]:
    """Of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1): bytes of a unit's length, and its sets. Raises
    IndexError."""
    length, at = (record[4] & 3) + 1, 5
    sets: list[bytes] = []
    for mask in (31, 255):
        count, at = record[at] & mask, at + 1
        for _ in range(count):
            size = record[at] << 8 | record[at + 1]
            sets.append(record[at + 2 : at + 2 + size])
            at += 2 + size
    return length, sets


def units_of(body: bytes, length: int) -> Iterator[bytes]:
    """Network abstraction units behind their lengths: 5.3.4.2. Raises ValueError for what is cut off."""
    at = 0
    while at < len(body):
        end = at + length + int.from_bytes(body[at : at + length], "big")
        if end > len(body):
            raise ValueError("a unit is longer than its frame")
        if end > at + length:
            yield body[at + length : end]
        at = end


def payloads_of(unit: bytes) -> Iterator[bytes]:
    """A unit as it is, or in fragments: RFC 6184, 5.6 and 5.8."""
    if len(unit) <= LARGEST:
        yield unit
        return
    indicator, kind = unit[0] & 0xE0 | _FRAGMENT, unit[0] & 31
    count = -(-(len(unit) - 1) // (LARGEST - 2))
    size = -(-(len(unit) - 1) // count)
    for at in range(1, len(unit), size):
        first, last = at == 1, at + size >= len(unit)
        yield bytes((indicator, first << 7 | last << 6 | kind)) + unit[at : at + size]
