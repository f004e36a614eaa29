"""Fragmented MP4 made by hand: inits that say what they are, and fragments whose samples can be told apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from struct import pack

from novacast.live.packaging.models import Fragment, Init, Track

SYNC, NOT_SYNC = 0x2000000, 0x1010000


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, version: int, flags: int, *bodies: bytes) -> bytes:
    return box(kind, pack(">I", version << 24 | flags), *bodies)


def picture_init(level: int = 31, width: int = 1280, height: int = 720, timescale: int = 15360) -> Init:
    fields = bytes(24) + pack(">HH", width, height) + bytes(50)
    entry = box(b"avc1", fields, box(b"avcC", bytes([1, 0x64, 0, level, 0xFF, 0xE1])))
    return Init(_init(entry, timescale), timescale)


def sound_init(timescale: int = 48000) -> Init:
    decoder = bytes([4, 17, 0x40, 0x15]) + bytes(11) + bytes([5, 2, 0x11, 0x90])
    descriptor = bytes([3, 3 + len(decoder), 0, 1, 0]) + decoder
    entry = box(b"mp4a", bytes(28), full(b"esds", 0, 0, descriptor))
    return Init(_init(entry, timescale), timescale)


def _init(entry: bytes, timescale: int) -> bytes:
    table = box(b"stbl", full(b"stsd", 0, 0, pack(">I", 1), entry))
    media = box(b"mdia", full(b"mdhd", 0, 0, pack(">IIII", 0, 0, timescale, 0)), box(b"minf", table))
    extends = box(b"mvex", full(b"trex", 0, 0, pack(">IIIII", 1, 1, 0, 0, 0)))
    return box(b"ftyp", b"iso6", bytes(4)) + box(b"moov", box(b"trak", media), extends)


def fragment(
    start: int,
    count: int,
    step: int,
    timescale: int,
    *,
    sync: bool = True,
    wide: bool = True,
    size: int = 20,
    defaults: bool = True,
) -> Fragment:
    """`count` samples of `step` ticks and `size` bytes, each of which begins with its decode time."""
    flags = [SYNC if sync and not number else NOT_SYNC for number in range(count)]
    head = full(b"tfhd", 0, 0x20038 if defaults else 0x20000, pack(">I", 1), *_values(defaults, step, size))
    time = full(b"tfdt", 1, 0, pack(">Q", start)) if wide else full(b"tfdt", 0, 0, pack(">I", start))
    rows = b"".join(pack(">I" if defaults else ">III", *_row(defaults, step, size, one)) for one in flags)
    marks = 0x401 if defaults else 0x701
    length = 8 + 16 + 8 + len(head) + len(time) + 20 + len(rows)
    run = full(b"trun", 0, marks, pack(">Ii", count, length + 8), rows)
    moof = box(b"moof", full(b"mfhd", 0, 0, pack(">I", 1)), box(b"traf", head, time, run))
    assert len(moof) == length
    data = b"".join(pack(">Q", start + number * step).ljust(size, b"\xab") for number in range(count))
    return Fragment(moof + box(b"mdat", data), start, count * step, timescale, count, sync)


def _values(defaults: bool, step: int, size: int) -> tuple[bytes, ...]:
    return (pack(">III", step, size, NOT_SYNC),) if defaults else ()


def _row(defaults: bool, step: int, size: int, flags: int) -> tuple[int, ...]:
    return (flags,) if defaults else (step, size, flags)


def with_composition(start: int, step: int, offsets: list[int], timescale: int) -> Fragment:
    """A trun of version 1, whose composition offsets are signed."""
    plain = fragment(start, len(offsets), step, timescale, defaults=False)
    head = full(b"tfhd", 0, 0x20000, pack(">I", 1))
    time = full(b"tfdt", 1, 0, pack(">Q", start))
    rows = b"".join(
        pack(">IIIi", step, 20, NOT_SYNC if number else SYNC, offset) for number, offset in enumerate(offsets)
    )
    length = 8 + 16 + 8 + len(head) + len(time) + 20 + len(rows)
    run = full(b"trun", 1, 0xF01, pack(">Ii", len(offsets), length + 8), rows)
    moof = box(b"moof", full(b"mfhd", 0, 0, pack(">I", 1)), box(b"traf", head, time, run))
    media = plain.data[plain.data.index(b"mdat") - 4 :]
    return Fragment(moof + media, start, len(offsets) * step, timescale, len(offsets), True)


HIGH = Track("720p", "video", 3_000_000, 1280, 720, Fraction(30))
LOW = Track("360p", "video", 800_000, 640, 360, Fraction(30))
SOUND = Track("audio", "audio", 128_000, channels=2, language="en", title="English")
TRACKS = (HIGH, LOW, SOUND)


@dataclass
class Source:
    """An encoder of 30 pictures a second with a keyframe each `gop` seconds, in parts of `frames`; AAC in parts of
    `sounds` frames. Its clock begins at zero."""

    gop: int = 1
    frames: int = 6
    sounds: int = 9
    size: int = 400

    def inits(self, level: int = 31) -> Mapping[str, Init]:
        return {"720p": picture_init(level), "360p": picture_init(level - 1, 640, 360), "audio": sound_init()}

    def picture(self, until: Fraction) -> Iterator[Fragment]:
        frame, gop = 0, self.gop * 30
        while Fraction(frame, 30) < until:
            count = min(self.frames, gop - frame % gop, round(until * 30) - frame)
            yield fragment(frame * 512, count, 512, 15360, sync=frame % gop == 0, size=self.size)
            frame += count

    def sound(self, until: Fraction) -> Iterator[Fragment]:
        number = 0
        while Fraction(number * 1024, 48000) < until:
            yield fragment(number * 1024, self.sounds, 1024, 48000, size=40)
            number += self.sounds

    def all(self, until: Fraction) -> list[tuple[str, Fragment]]:
        """Of all three, in the order in which they end."""
        made = [(one, piece) for one in ("720p", "360p") for piece in self.picture(until)]
        made += [("audio", piece) for piece in self.sound(until)]
        return sorted(made, key=lambda pair: Fraction(pair[1].start + pair[1].duration, pair[1].timescale))
