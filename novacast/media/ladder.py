"""Which renditions a video gets. Pure: the same facts and heights always give the same ladder."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil, floor

from novacast.errors import InvalidInput, MediaFailure
from novacast.i18n import text
from novacast.media.info import MediaInfo
from novacast.media.sounds import Sound, plan_sounds
from novacast.records import dataclass

SEGMENT_SECONDS = Fraction(4)
FASTEST = Fraction(60)

KBIT = {144: 200, 240: 400, 360: 800, 480: 1400, 720: 2800, 1080: 5000, 1440: 9000, 2160: 16000}
"""Height of a rung -> kbit/s for 16:9 at up to 30 pictures a second, H.264 at x264's veryfast."""
HEIGHTS = (144, 240, 360, 480, 720, 1080)

NEARLY = Fraction(21, 20)
"""A source this little below a rung's size still gets that rung, at the source's size (1916x1076 is 1080p)."""

USUAL_RATES = tuple(
    Fraction(n, d)
    for n, d in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1))
)

# Rec. ITU-T H.264 table A-1: level_idc, macroblocks a second, macroblocks a frame, decoded picture buffer in
# macroblocks, kbit/s of the Main profile (High takes 1.25 of it).
LEVELS = (
    (10, 1485, 99, 396, 64), (11, 3000, 396, 900, 192), (12, 6000, 396, 2376, 384), (13, 11880, 396, 2376, 768),
    (20, 11880, 396, 2376, 2000), (21, 19800, 792, 4752, 4000), (22, 20250, 1620, 8100, 4000),
    (30, 40500, 1620, 8100, 10000), (31, 108000, 3600, 18000, 14000), (32, 216000, 5120, 20480, 20000),
    (40, 245760, 8192, 32768, 20000), (42, 522240, 8704, 34816, 50000), (50, 589824, 22080, 110400, 135000),
    (51, 983040, 36864, 184320, 240000), (52, 2073600, 36864, 184320, 240000),
)  # fmt: skip
REFERENCES = 4
"""Decoded pictures that must fit; at 1080p level 4 holds just these."""


@dataclass(frozen=True, slots=True)
class Rung:
    name: str
    width: int
    height: int
    bitrate: int
    """Bits a second that are meant for demanding pictures; simple ones take less."""
    maxrate: int
    bufsize: int
    """Bits; with maxrate it bounds any two seconds."""
    fps: Fraction
    level: int
    """level_idc: 31 is level 3.1; of H.264."""
    codec: str = "h264"
    """As FFmpeg names it."""

    @property
    def codecs(self) -> str:
        """High profile, no constraint flags: what the encoder is told to write, and what `boxes` reads back."""
        return f"avc1.6400{self.level:02x}"


@dataclass(frozen=True, slots=True)
class Ladder:
    rungs: tuple[Rung, ...]
    """The smallest first; empty for sound alone."""
    fps: Fraction
    sounds: tuple[Sound, ...]
    """What all rungs share; empty for pictures alone."""
    seconds: Fraction = SEGMENT_SECONDS
    """From one forced keyframe to the next, and of one segment; the last frame before it may reach past it."""

    @property
    def gop(self) -> int:
        """Frames from one forced keyframe to the next, at most."""
        return ceil(self.fps * self.seconds)


def plan_ladder(info: MediaInfo, heights: Iterable[int] = HEIGHTS, seconds: Fraction = SEGMENT_SECONDS) -> Ladder:
    """Rungs of the wanted heights that the source fills. A source below all of them gets one rung of its own size.

    Without a picture there are none. Raises InvalidInput for a height that is not in the table, MediaFailure for
    a file of neither picture nor sound.
    """
    wanted = sorted(set(heights))
    if not wanted or not KBIT.keys() >= set(wanted):
        known = ", ".join(map(str, KBIT))
        raise InvalidInput(
            text("The heights {wanted} are not all rungs of the ladder; there are {known}.", wanted=wanted, known=known)
        )
    sounds = plan_sounds(info)
    if info.video is None:
        if not sounds:
            raise MediaFailure(text("The file has neither picture nor sound that can be read."))
        return Ladder((), Fraction(1), sounds, seconds)
    fps = frame_rate(info.video.fps)
    rungs = rungs_for(info.video.display_size, wanted, fps)
    return Ladder(rungs or (own_size(info.video.display_size, fps),), fps, sounds, seconds)


def frame_rate(source: Fraction) -> Fraction:
    """The usual rate nearby (within 0.3 %), halved until it is at most 60; never below 1."""
    near = min(USUAL_RATES, key=lambda usual: abs(usual - source))
    rate = near if abs(near - source) * 1000 <= 3 * near else source.limit_denominator(1001)
    while rate > FASTEST:
        rate /= 2
    return max(rate, Fraction(1))


def rungs_for(size: tuple[Fraction, Fraction], heights: Iterable[int], fps: Fraction) -> tuple[Rung, ...]:
    """The rungs of these heights, in rising order, that a picture of this display size fills."""
    return tuple(_rungs(size, heights, fps))


def _rungs(size: tuple[Fraction, Fraction], heights: Iterable[int], fps: Fraction) -> Iterator[Rung]:
    """A rung is a box of 16:9, turned for portrait, that the picture is fitted into without growing."""
    width, height = size
    long, short = max(width, height), min(width, height)
    sizes = set()
    for rung in heights:
        scale = min(Fraction(rung * 16, 9) / long, Fraction(rung) / short)
        shrink = min(scale, Fraction(1))
        fitted = _even(width * shrink, width), _even(height * shrink, height)
        if scale <= NEARLY and fitted not in sizes:
            sizes.add(fitted)
            yield _rung(f"{rung}p", fitted, _kbit(rung), fps)


def own_size(display: tuple[Fraction, Fraction], fps: Fraction) -> Rung:
    """A picture's own size as a rung."""
    shown_width, shown_height = display
    size = _even(shown_width, shown_width), _even(shown_height, shown_height)
    return _rung(f"{min(size)}p", size, _kbit(min(size)), fps)


def _kbit(height: int) -> int:
    """Of a rung that is not in the table, and channels may have such, that of the next larger one."""
    return KBIT[next((rung for rung in KBIT if rung >= height), max(KBIT))]


def source_rung(info: MediaInfo) -> Rung:
    """The source's own picture as a rung, for where it is taken over as it is."""
    assert info.video is not None
    return own_size(info.video.display_size, frame_rate(info.video.fps))


def _rung(name: str, size: tuple[int, int], kbit: int, fps: Fraction) -> Rung:
    bitrate = kbit * (1400 if fps > 31 else 1000)
    maxrate = bitrate * 5 // 4
    return Rung(name, *size, bitrate, maxrate, 2 * maxrate, fps, level_of(*size, fps, maxrate))


def level_of(width: int, height: int, fps: Fraction, maxrate: int) -> int:
    """The lowest H.264 level that holds such a picture with the High profile; 52 where none does."""
    across, down = -(-width // 16), -(-height // 16)
    for level, rate, frame, buffer, kbit in LEVELS:
        fits = across * down <= frame and across * across <= 8 * frame and down * down <= 8 * frame
        if fits and across * down * fps <= rate and across * down * REFERENCES <= buffer and maxrate <= kbit * 1250:
            return level
    return LEVELS[-1][0]


def _even(length: Fraction, most: Fraction) -> int:
    """The nearest even number up to `most`: 4:2:0 has one colour sample for two pixels. At least 2."""
    near = 2 * round(length / 2)
    return max(2, near if near <= most else 2 * floor(most / 2))
