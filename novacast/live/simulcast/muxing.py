"""What viewers see as FLV tags: of one rung and the sound, in the order of their times."""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.live.ingest import Kind, Tag
from novacast.live.packaging.fragments import NOT_SYNC, Defaults, read_init
from novacast.live.packaging.models import Fragment, Init, Track
from novacast.live.packaging.splicing import samples_of
from novacast.media.boxes import Box, boxes
from novacast.records import dataclass

AHEAD = 3_000
"""Milliseconds that one kind is waited for by the other."""
_AVC, _AAC = 7, 0xAF
"""FLV specification E.4.3.1, E.4.2.1: H.264; AAC, which is always said to be 44 kHz stereo of 16 bits."""
_KEYFRAME, _INTER = 0x10, 0x20
_CONFIG, _FRAME = 0, 1
_DAMAGED = text("The encoder's output is damaged: its sound is not described.")


@dataclass(frozen=True, slots=True)
class Piece:
    """A tag on the programme's clock, and what it is. `header`: a decoder's configuration."""

    tag: Tag
    header: bool = False
    keyframe: bool = False


@dataclass(frozen=True, slots=True)
class _Source:
    defaults: Defaults
    timescale: int
    offset: Fraction


class Muxer:
    """Fits `broadcast.stage.Tap`. `give` gets each piece. `ahead`: milliseconds that one kind is waited for by the
    other."""

    def __init__(self, tracks: Sequence[Track], give: Callable[[Piece], None], *, ahead: int = AHEAD) -> None:
        self._rungs = [one.name for one in tracks if one.kind == "video"]
        self._sound = next((one.name for one in tracks if one.kind == "audio"), "")
        self._give, self._ahead = give, ahead
        self._inits: Mapping[str, Init] = {}
        self._offset = Fraction(0)
        self._sources: dict[str, _Source] = {}
        self._heap: list[tuple[int, int, Piece]] = []
        self._reached: dict[Kind, int] = {}
        self._count = 0
        self._waits = True
        self.rung = ""
        """The one that is sent on; empty: none is H.264."""

    def begin(self, inits: Mapping[str, Init], offset: Fraction) -> None:
        """A new stretch: the same renditions by another encoder."""
        self.finish()
        self._inits, self._offset = inits, offset
        self._choose()
        if self._sound in inits and (config := _sound_config(inits[self._sound].data)):
            self._config(self._sound, Kind.AUDIO, bytes((_AAC, _CONFIG)) + config)

    def take(self, name: str, fragment: Fragment) -> None:
        source = self._sources.get(name)
        if source is None or name not in (self.rung, self._sound):
            return
        picture = name == self.rung
        if picture and self._waits and not fragment.independent:
            return
        if picture:
            self._waits = False
        time = Fraction(fragment.start, source.timescale) + source.offset
        for sample in samples_of(fragment.data, source.defaults):
            at, data = round(time * 1000), bytes(sample.data)
            if picture:
                key = not sample.flags & NOT_SYNC
                self._put(at, Piece(Tag(Kind.VIDEO, at, _picture(data, sample.composition, source, key)), keyframe=key))
            else:
                self._put(at, Piece(Tag(Kind.AUDIO, at, bytes((_AAC, _FRAME)) + data)))
            time += Fraction(sample.duration, source.timescale)
        self._reached[Kind.VIDEO if picture else Kind.AUDIO] = round(time * 1000)
        self._release()

    def drop(self, name: str) -> None:
        """A rendition goes for good."""
        if name in self._rungs:
            self._rungs.remove(name)
            if name == self.rung:
                self._choose()

    def _choose(self) -> None:
        """The largest rung that is H.264: other places take little else."""
        for name in self._rungs:
            if name in self._inits and (config := _picture_config(self._inits[name].data)):
                self.rung, self._waits = name, True
                self._config(name, Kind.VIDEO, bytes((_KEYFRAME | _AVC, _CONFIG, 0, 0, 0)) + config)
                return
        self.rung = ""

    def _config(self, name: str, kind: Kind, data: bytes) -> None:
        init = self._inits[name]
        self._sources[name] = _Source(read_init(init.data)[1], init.timescale, self._offset)
        at = max(self._reached.get(kind, 0), round(self._offset * 1000), 0)
        self._give(Piece(Tag(kind, at, data), header=True))

    def _put(self, at: int, piece: Piece) -> None:
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, piece))

    def _release(self) -> None:
        """All that nothing earlier can come before; the other kind is not waited for without end."""
        newest = max(self._reached.values())
        until = (
            max(min(self._reached.values()), newest - self._ahead) if len(self._reached) > 1 else newest - self._ahead
        )
        while self._heap and self._heap[0][0] < until:
            self._give(heapq.heappop(self._heap)[2])

    def finish(self) -> None:
        """Nothing more comes of this stretch."""
        while self._heap:
            self._give(heapq.heappop(self._heap)[2])


def _picture(data: bytes, composition: int, source: _Source, key: bool) -> bytes:
    """E.4.3.1: kind of frame and codec, that it is a frame, and by how much it is shown later than decoded."""
    signed = composition - (1 << 32) if composition & 0x80000000 else composition
    later = round(Fraction(signed, source.timescale) * 1000) & 0xFFFFFF
    return bytes(((_KEYFRAME if key else _INTER) | _AVC, _FRAME)) + later.to_bytes(3, "big") + data


def _picture_config(init: bytes) -> bytes:
    """AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1); empty for another codec."""
    for entry in _entries(init):
        if entry[0] in (b"avc1", b"avc3"):
            return next((bytes(box.body) for box in entry[1] if box.kind == b"avcC"), b"")
    return b""


def _sound_config(init: bytes) -> bytes:
    """AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1); empty for another codec."""
    for entry in _entries(init):
        if entry[0] == b"mp4a":
            return next((_specific(bytes(box.body)) for box in entry[1] if box.kind == b"esds"), b"")
    return b""


def _entries(init: bytes) -> Iterator[tuple[bytes, list[Box]]]:
    for box in boxes(init):
        if box.kind == b"moov":
            for table in box.find(b"trak", b"mdia", b"minf", b"stbl", b"stsd"):
                for entry in table.children():
                    yield entry.kind, list(entry.children())


def _specific(esds: bytes) -> bytes:
    """The decoder's part of an ES_Descriptor: ISO/IEC 14496-1 7.2.6.5, .6 and .7. Raises MediaFailure."""
    try:
        at = 4  # version and flags
        kind, at, _ = _descriptor(esds, at)
        flags = esds[at + 2]
        at += 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
        if flags & 0x40:
            at += 1 + esds[at]
        inner, at, _ = _descriptor(esds, at)
        last, at, size = _descriptor(esds, at + 13)
    except IndexError as short:
        raise MediaFailure(_DAMAGED) from short
    if (kind, inner, last) != (3, 4, 5):
        raise MediaFailure(_DAMAGED)
    return esds[at : at + size]


def _descriptor(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, where its body is, and how long that is: 8.3.3."""
    kind, size = data[at], 0
    while True:
        at += 1
        size = size << 7 | data[at] & 0x7F
        if not data[at] & 0x80:
            return kind, at + 1, size
