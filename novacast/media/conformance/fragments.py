"""What the boxes of initialization and media segments say (ISO/IEC 14496-12 8.8, 14496-15)."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import BinaryIO

from novacast.errors import MediaFailure
from novacast.media.boxes import Box, boxes, codecs_of
from novacast.records import dataclass

LARGEST_HEAD = 8 * 1024 * 1024
"""Bytes of a moof; one with a million samples has 16 MB, and no segment has so many."""
LARGEST_PICTURE = 64 * 1024 * 1024
NOT_SYNC = 0x10000
"""sample_is_non_sync_sample, 8.8.3.1."""


class Broken(Exception):
    """The boxes do not hold what they must. The message says what."""


@dataclass(frozen=True, slots=True)
class Track:
    """Of an initialization segment."""

    codec: str
    entry: bytes
    timescale: int
    width: Fraction
    """As it is shown: its pixels need not be square."""
    height: int
    channels: int
    """0 where it can't be told."""
    shift: int
    """Media time at which the presentation begins, by the edit list; ticks."""
    defaults: tuple[int, int, int]
    """Of trex: duration, size, flags."""
    length_size: int
    """Bytes of the length before each NAL unit; 0 where there are none."""

    @property
    def picture(self) -> bool:
        return self.width > 0


@dataclass(frozen=True, slots=True)
class Fragment:
    """All of one media segment. Times in ticks of its track."""

    start: int
    duration: int
    samples: int
    longest: int
    """The longest sample."""
    first_shown: int
    sync: bool
    """By its flags, the first sample needs no other."""
    independent: bool
    """By its own bits, the first picture needs no other, and none after it one from before; True where bits don't
    tell."""


def track_of(init: bytes) -> Track:
    """Raises Broken."""
    try:
        codecs = codecs_of(init)
        [movie] = [box for box in boxes(init) if box.kind == b"moov"]
        [trak] = movie.find(b"trak")
        [entry] = next(iter(trak.find(b"mdia", b"minf", b"stbl", b"stsd"))).children()
        [header] = trak.find(b"mdia", b"mdhd")
        [extends] = _below(movie, b"mvex", b"trex")
    except MediaFailure as error:
        raise Broken(error.message) from error
    except ValueError as error:
        raise Broken("it has not just one track, one sample entry and one trex") from error
    picture = entry.kind in {b"avc1", b"avc3", b"hvc1", b"hev1", b"av01", b"vp09"}
    fields = entry.body
    return Track(
        codec=codecs[0],
        entry=entry.kind,
        timescale=_number(header.body, 20 if header.body[0] else 12),
        width=_number(fields, 24, 2) * _pixel(entry) if picture else Fraction(0),
        height=_number(fields, 26, 2) if picture else 0,
        channels=0 if picture else _channels(entry),
        shift=_shift(trak),
        defaults=(_number(extends.body, 12), _number(extends.body, 16), _number(extends.body, 20)),
        length_size=_length_size(entry),
    )


def fragment_of(segment: BinaryIO, size: int, track: Track) -> Fragment:
    """Blocking. Raises Broken."""
    runs: list[Fragment] = []
    moof: Box | None = None
    for kind, at, length in _heads(segment, size):
        if kind == b"moof":
            if length > LARGEST_HEAD or moof is not None:
                raise Broken("it has a moof that is too large or has no mdat")
            segment.seek(at)
            moof = _only(boxes(segment.read(length)), b"moof")
        elif kind == b"mdat":
            if moof is None:
                raise Broken("it has an mdat without a moof")
            run, bytes_, first = _run(moof, track)
            if bytes_ != length - 8:
                raise Broken(f"its samples have {bytes_} bytes and its mdat {length - 8}")
            segment.seek(at + 8)
            intra = not track.length_size or _intra(segment.read(min(first, LARGEST_PICTURE)), track)
            runs.append(Fragment(*run, independent=intra))
            moof = None
    if not runs or moof is not None:
        raise Broken("it has no moof with its mdat")
    return _joined(runs)


def _joined(runs: Sequence[Fragment]) -> Fragment:
    first = runs[0]
    end = first.start
    for run in runs:
        if run.start != end:
            raise Broken(f"a moof in it begins at {run.start} where the one before ends at {end}")
        end += run.duration
    shown = min(run.first_shown for run in runs)
    samples, longest = sum(run.samples for run in runs), max(run.longest for run in runs)
    return Fragment(first.start, end - first.start, samples, longest, shown, first.sync, first.independent)


def _heads(segment: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, place and length of each box."""
    at = 0
    while at < size:
        segment.seek(at)
        head = segment.read(8)
        length = _number(head, 0) if len(head) == 8 else 0
        if length < 8 or at + length > size:
            raise Broken("it is cut off, or a box in it has a wrong size")
        yield head[4:8], at, length
        at += length


def _run(moof: Box, track: Track) -> tuple[tuple[int, int, int, int, int, bool], int, int]:
    """Fields of a Fragment, bytes of all samples and of the first one."""
    traf = _only(boxes(moof.body), b"traf")
    parts = list(boxes(traf.body))
    header, time = _only(parts, b"tfhd"), _only(parts, b"tfdt")
    start = _number(time.body, 4, 8 if time.body[0] else 4)
    samples = [sample for part in parts if part.kind == b"trun" for sample in _samples(part, _defaults(header, track))]
    if not samples:
        raise Broken("it has a moof without samples")
    at, shown = start, []
    for duration, _, _, offset in samples:
        shown.append(at + offset)
        at += duration
    longest = max(duration for duration, *_ in samples)
    fields = (start, at - start, len(samples), longest, min(shown), not samples[0][2] & NOT_SYNC)
    return fields, sum(size for _, size, *_ in samples), samples[0][1]


def _defaults(header: Box, track: Track) -> tuple[int, int, int]:
    """Duration, size and flags of samples that say nothing of their own: tfhd, 8.8.7."""
    flags, at = _number(header.body, 0) & 0xFFFFFF, 8
    at += 8 * (flags & 1) + 4 * (flags >> 1 & 1)
    found = list(track.defaults)
    for number, bit in enumerate((0x8, 0x10, 0x20)):
        if flags & bit:
            found[number] = _number(header.body, at)
            at += 4
    return found[0], found[1], found[2]


def _samples(run: Box, defaults: tuple[int, int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Duration, size, flags and composition offset of each: trun, 8.8.8."""
    body, flags = run.body, _number(run.body, 0) & 0xFFFFFF
    count, at = _number(body, 4), 8 + 4 * (flags & 1)
    first = None
    if flags & 4:
        first, at = _number(body, at), at + 4
    fields = [number for number, bit in enumerate((0x100, 0x200, 0x400, 0x800)) if flags & bit]
    if len(body) < at + 4 * len(fields) * count:
        raise Broken("it has a trun that is cut off")
    for sample in range(count):
        values = [*defaults, 0]
        for field in fields:
            values[field] = _number(body, at)
            at += 4
        if sample == 0 and first is not None:
            values[2] = first
        offset = values[3] - (1 << 32) if values[3] >> 31 else values[3]
        yield values[0], values[1], values[2], offset


def _intra(sample: bytes, track: Track) -> bool:
    """Whether a picture is an IDR picture (H.264) or a random access point (HEVC), by its NAL units' types.

    A recovery point of H.264 is none: pictures shown before it may need some that came earlier (an open GOP).
    """
    at, size = 0, track.length_size
    while at + size < len(sample):
        length, kind = int.from_bytes(sample[at : at + size], "big"), sample[at + size]
        if track.entry in {b"avc1", b"avc3"}:
            if 1 <= kind & 31 <= 5:
                return kind & 31 == 5
        elif kind >> 1 & 63 < 32:
            return 16 <= kind >> 1 & 63 <= 21
        at += size + length
    return False


def _pixel(entry: Box) -> Fraction:
    """Width of a pixel over its height: 14496-12 12.1.4."""
    pasp = next((box.body for box in entry.children() if box.kind == b"pasp"), None)
    if pasp is None or not _number(pasp, 0) or not _number(pasp, 4):
        return Fraction(1)
    return Fraction(_number(pasp, 0), _number(pasp, 4))


def _channels(entry: Box) -> int:
    """By the decoder's own configuration: the field of the sample entry is 2 whatever there is (14496-12 12.2.3).

    ISO/IEC 14496-3 1.6.2.1: five bits of object type, four of the rate's index, four of the channels'.
    """
    configuration = next((bytes(box.body) for box in entry.children() if box.kind == b"esds"), b"")
    at, rate_known = configuration.find(b"\x05", 4 + 3 + 13), 15
    while at > 0 and configuration[at + 1 : at + 2] >= b"\x80":
        at += 1  # the size may take more bytes than it needs
    bits = int.from_bytes(configuration[at + 2 : at + 4], "big")
    if at < 0 or bits >> 11 == 31 or bits >> 7 & 15 == rate_known:
        return 0
    known = {7: 8, 11: 7, 12: 8, 14: 8}
    return known.get(bits >> 3 & 15, bits >> 3 & 15)


def _length_size(entry: Box) -> int:
    places = {b"avcC": 4, b"hvcC": 21}
    return next((1 + (box.body[places[box.kind]] & 3) for box in entry.children() if box.kind in places), 0)


def _shift(trak: Box) -> int:
    """Of the edit that is no empty one: 8.6.6."""
    for edits in _below(trak, b"edts", b"elst"):
        wide = 8 if edits.body[0] else 4
        for number in range(_number(edits.body, 4)):
            at = 8 + number * (2 * wide + 4) + wide
            if (media := _number(edits.body, at, wide)) != (1 << 8 * wide) - 1:
                return media
    return 0


def _below(box: Box, parent: bytes, kind: bytes) -> Iterator[Box]:
    """For parents that `Box.children` does not look into."""
    for child in box.children():
        if child.kind == parent:
            yield from (one for one in boxes(child.body) if one.kind == kind)


def _only(found: Iterator[Box] | Sequence[Box], kind: bytes) -> Box:
    try:
        ones = [box for box in found if box.kind == kind]
    except MediaFailure as error:
        raise Broken("a box in it is longer than what is left") from error
    if len(ones) != 1:
        raise Broken(f"it has {len(ones)} of '{kind.decode()}' where one belongs")
    return ones[0]


def _number(body: bytes | memoryview, at: int, size: int = 4) -> int:
    if len(body) < at + size:
        raise Broken("a box in it is too short")
    return int.from_bytes(body[at : at + size], "big")


def in_seconds(ticks: int, track: Track) -> Fraction:
    return Fraction(ticks, track.timescale)
