"""Fragmented MP4 from a pipe, one track to each (ISO/IEC 14496-12 8.8), cut into what parts are made of.

Only heads of boxes are looked at; media is copied and never read.
"""

from collections.abc import Iterator
from struct import Struct, error

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.live.packaging.models import Fragment, Init
from novacast.media.boxes import LARGEST_INIT, boxes
from novacast.records import dataclass

LARGEST_FRAGMENT = 64 * 1024 * 1024
"""Bytes; two seconds at 100 Mbit/s have 25 MB."""
LARGEST_HEAD = 1024 * 1024
"""Bytes of a moof; one of FFmpeg's has 16 for each sample."""
NOT_SYNC = 0x10000
"""sample_is_non_sync_sample, 8.8.3.1."""
BASE_OFFSET, EMPTY = 0x1, 0x10000
"""Of tf_flags, 8.8.7.1: base-data-offset-present, duration-is-empty."""
OFFSET, FIRST_FLAGS, DURATION, SIZE, FLAGS, COMPOSITION = 0x1, 0x4, 0x100, 0x200, 0x400, 0x800
"""Of tr_flags, 8.8.8.1."""

_HEAD = Struct(">I4s")
_WORD = Struct(">I")
_LONG = Struct(">Q")
_SKIPPED = frozenset({b"styp", b"sidx", b"free", b"skip", b"prft", b"emsg", b"mfra", b"uuid"})


@dataclass(frozen=True, slots=True)
class Defaults:
    """What samples have that say nothing of their own."""

    duration: int = 0
    size: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A `trun`, and where it is."""

    at: int
    """Of its body in the fragment."""
    flags: int
    count: int
    defaults: Defaults


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the boxes of a fragment are; offsets of bodies, full boxes' version included."""

    traf: int
    """Of its head."""
    tfhd: int
    tfdt: int
    runs: tuple[Run, ...]
    mdat: int
    """Of its head; where the moof ends."""

    def start(self, data: bytes | memoryview) -> int:
        wide = data[self.tfdt]
        return int((_LONG if wide else _WORD).unpack_from(data, self.tfdt + 4)[0])


class Reader:
    """Takes a pipe's bytes as they come. What it holds back is less than one fragment."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._kept = b""
        """The box that came before and waits for its other half: `ftyp` or `moof`."""
        self._init: Init | None = None
        self._defaults = Defaults()

    def feed(self, data: bytes) -> Iterator[Init | Fragment]:
        """Whatever is whole by now. Raises MediaFailure for what is no fragmented MP4 of one track."""
        buffer = self._buffer
        buffer += data
        while len(buffer) >= _HEAD.size:
            size, kind = _HEAD.unpack_from(buffer)
            _check_size(size, kind)
            if len(buffer) < size:
                return
            with memoryview(buffer) as view:
                box = bytes(view[:size])
            del buffer[:size]
            if (made := self._box(kind, box)) is not None:
                yield made

    def _box(self, kind: bytes, box: bytes) -> Init | Fragment | None:
        if kind in _SKIPPED:
            return None
        wanted = {b"moov": b"ftyp", b"mdat": b"moof"}.get(kind)
        if wanted is None:
            if self._kept:
                raise MediaFailure(
                    text(
                        "The encoder's output is damaged: '{kind}' follows a box that is not finished.",
                        kind=_name(kind),
                    )
                )
            self._kept = box
            return None
        kept, self._kept = self._kept, b""
        if kept[4:8] != wanted:
            raise MediaFailure(
                text("The encoder's output is damaged: '{kind}' lacks what belongs before it.", kind=_name(kind))
            )
        if kind == b"moov":
            self._init, self._defaults = read_init(kept + box)
            return self._init
        if self._init is None:
            raise MediaFailure(
                text("The encoder's output is damaged: a fragment comes before the initialization segment.")
            )
        return read_fragment(kept + box, self._init.timescale, self._defaults)


def _check_size(size: int, kind: bytes) -> None:
    limits = {b"ftyp": 1024, b"moov": LARGEST_INIT, b"moof": LARGEST_HEAD, b"mdat": LARGEST_FRAGMENT}
    most = limits.get(kind, LARGEST_HEAD if kind in _SKIPPED else 0)
    if not _HEAD.size <= size <= most:
        raise MediaFailure(
            text(
                "The encoder's output is damaged: '{kind}' with {size} bytes does not belong there.",
                kind=_name(kind),
                size=size,
            )
        )


def _name(kind: bytes) -> str:
    return ascii(kind.decode("latin-1"))[1:-1]


def read_init(data: bytes) -> tuple[Init, Defaults]:
    """Of `ftyp` and `moov`. Raises MediaFailure unless there is one track in fragments."""
    movies = [box for box in boxes(data) if box.kind == b"moov"]
    headers = [box.body for movie in movies for box in movie.find(b"trak", b"mdia", b"mdhd")]
    extends = [
        one.body
        for movie in movies
        for box in movie.children()
        if box.kind == b"mvex"
        for one in boxes(box.body)
        if one.kind == b"trex"
    ]
    if len(headers) != 1 or len(extends) != 1:
        raise MediaFailure(
            text("The encoder's output has {count} tracks; one to a pipe is needed.", count=len(headers))
        )
    try:
        timescale = _WORD.unpack_from(headers[0], 20 if headers[0][0] else 12)[0]
        defaults = Defaults(*(_WORD.unpack_from(extends[0], at)[0] for at in (12, 16, 20)))
    except (error, IndexError) as short:
        raise MediaFailure(text("The encoder's output is damaged: its initialization segment is cut off.")) from short
    if not timescale:
        raise MediaFailure(text("The encoder's output is damaged: its track has no time scale."))
    return Init(data, timescale), defaults


def read_fragment(data: bytes, timescale: int, defaults: Defaults) -> Fragment:
    """Of one `moof` and its `mdat`. Raises MediaFailure."""
    layout = layout_of(data, defaults)
    try:
        duration = sum(_duration(data, run) for run in layout.runs)
        samples = sum(run.count for run in layout.runs)
        independent = not first_flags(data, layout.runs[0]) & NOT_SYNC
    except error as short:
        raise _damaged() from short
    if not samples or duration <= 0:
        raise MediaFailure(text("The encoder's output is damaged: a fragment has no samples or lasts no time."))
    return Fragment(data, layout.start(data), duration, timescale, samples, independent)


def layout_of(data: bytes, defaults: Defaults) -> Layout:
    """Raises MediaFailure for more than one track, and for offsets that count from elsewhere than the moof."""
    try:
        return _layout(data, defaults)
    except (error, IndexError, KeyError) as wrong:
        raise _damaged() from wrong


def _layout(data: bytes, defaults: Defaults) -> Layout:
    end = _WORD.unpack_from(data)[0]
    inside = {kind: at for kind, at, _ in _boxes(data, 8, end)}
    traf = inside[b"traf"] - 8
    found = list(_boxes(data, traf + 8, traf + _WORD.unpack_from(data, traf)[0]))
    places = {kind: at for kind, at, _ in found}
    tfhd, tfdt = places[b"tfhd"], places[b"tfdt"]
    own = _defaults(data, tfhd, defaults)
    runs = []
    for kind, at, length in found:
        if kind == b"trun":
            flags, count = _WORD.unpack_from(data, at)[0] & 0xFFFFFF, _WORD.unpack_from(data, at + 4)[0]
            if length < samples_at(flags) + count * row(flags):
                raise _damaged()
            runs.append(Run(at, flags, count, own))
    if not runs or data[end + 4 : end + 8] != b"mdat" or _WORD.unpack_from(data, tfhd)[0] & (BASE_OFFSET | EMPTY):
        raise _damaged()
    return Layout(traf, tfhd, tfdt, tuple(runs), end)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, place and length of each body; each kind once, `trun` excepted."""
    seen = set()
    while at < end:
        size, kind = _HEAD.unpack_from(data, at)
        if size < 8 or at + size > end or (kind in seen and kind != b"trun"):
            raise _damaged()
        seen.add(kind)
        yield kind, at + 8, size - 8
        at += size


def _defaults(data: bytes, tfhd: int, otherwise: Defaults) -> Defaults:
    """8.8.7: after the track come base offset (refused), description, then those three."""
    flags = _WORD.unpack_from(data, tfhd)[0]
    at = tfhd + 8 + (4 if flags & 0x2 else 0)
    values = [otherwise.duration, otherwise.size, otherwise.flags]
    for number, bit in enumerate((0x8, 0x10, 0x20)):
        if flags & bit:
            values[number] = _WORD.unpack_from(data, at)[0]
            at += 4
    return Defaults(*values)


def samples_at(flags: int) -> int:
    """Where the table of a `trun` begins in its body."""
    return 8 + (4 if flags & OFFSET else 0) + (4 if flags & FIRST_FLAGS else 0)


def row(flags: int) -> int:
    """Bytes of one sample in that table."""
    return 4 * (flags & (DURATION | SIZE | FLAGS | COMPOSITION)).bit_count()


def _duration(data: bytes, run: Run) -> int:
    if not run.flags & DURATION:
        return run.defaults.duration * run.count
    step, at = row(run.flags), run.at + samples_at(run.flags)
    return sum(_WORD.unpack_from(data, at + step * number)[0] for number in range(run.count))


def first_flags(data: bytes, run: Run) -> int:
    if run.flags & FIRST_FLAGS:
        return int(_WORD.unpack_from(data, run.at + samples_at(run.flags) - 4)[0])
    if run.flags & FLAGS:
        before = 4 * (run.flags & (DURATION | SIZE)).bit_count()
        return int(_WORD.unpack_from(data, run.at + samples_at(run.flags) + before)[0])
    return run.defaults.flags


def _damaged() -> MediaFailure:
    return MediaFailure(text("The encoder's output is damaged: a fragment's boxes do not fit together."))
