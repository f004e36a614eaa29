"""HLS playlists (RFC 8216): reading the media playlists that FFmpeg wrote, writing the multivariant one ourselves."""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import accumulate
from math import lcm

from novacast import i18n
from novacast.errors import MediaFailure
from novacast.records import dataclass

LARGEST_PLAYLIST = 16 * 1024 * 1024
"""Bytes; a day of 4 s segments is about 1 MB."""

STEREO = 2

_MAP = re.compile(r'#EXT-X-MAP:URI="([^"]+)"')
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""Names that stay in the playlist's own folder."""


@dataclass(frozen=True, slots=True)
class Segment:
    name: str
    duration: Fraction
    """Seconds, exactly as written."""
    init: str = ""
    """Its initialization segment, where that is another than the playlist's first."""
    stretch: str | None = None
    """Of the first of a stretch, with time stamps or a format of its own: when it was, as EXT-X-PROGRAM-DATE-TIME has
    it, or nothing."""
    gap: bool = False
    """It is not there (EXT-X-GAP)."""


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    target: int
    """Seconds."""
    init: str
    """The first initialization segment."""
    segments: tuple[Segment, ...]

    @property
    def duration(self) -> Fraction:
        return sum((segment.duration for segment in self.segments), Fraction(0))

    @property
    def timeline(self) -> tuple[Fraction, ...]:
        """EXTINF values: equal in all rungs whose keyframes are aligned."""
        return tuple(segment.duration for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Rate:
    """Bits a second."""

    peak: int
    average: int

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.peak + other.peak, self.average + other.average)


@dataclass(frozen=True, slots=True)
class Variant:
    uri: str
    """Relative to the multivariant playlist."""
    rate: Rate
    """Of the picture alone; the audio rendition's is added."""
    codecs: str
    width: int
    height: int
    fps: Fraction


@dataclass(frozen=True, slots=True)
class Rendition:
    uri: str
    rate: Rate
    codecs: str
    channels: int
    name: str = "Audio"
    language: str | None = None
    default: bool = True


def media_playlist(init: str, target: int, segments: Iterable[Segment], *, ended: bool, grew: bool = True) -> str:
    """`target` is fixed from the first version on. `grew`: it is read while it grows (RFC 8216 4.3.3.5).

    Where a segment needs another initialization segment a new EXT-X-MAP stands before it (4.3.2.5). No discontinuity
    goes with it: it is a MUST for a change of format, tracks or time stamps only (4.3.2.3), and those stay, save where
    a segment says that a stretch begins.
    """
    segments = tuple(segments)
    version = 8 if any(segment.gap for segment in segments) else 7
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{version}", f"#EXT-X-TARGETDURATION:{target}", "#EXT-X-MEDIA-SEQUENCE:0"]
    lines += [f"#EXT-X-PLAYLIST-TYPE:{'EVENT' if grew else 'VOD'}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines.append(f"#EXT-X-MAP:URI={_quoted(init)}")
    named = init
    for number, segment in enumerate(segments):
        if segment.stretch is not None:
            lines += ["#EXT-X-DISCONTINUITY"] if number else []
            lines += [f"#EXT-X-PROGRAM-DATE-TIME:{segment.stretch}"] if segment.stretch else []
        if (segment.init or init) != named:
            named = segment.init or init
            lines.append(f"#EXT-X-MAP:URI={_quoted(named)}")
        lines += ["#EXT-X-GAP"] if segment.gap else []
        lines += [f"#EXTINF:{segment.duration.numerator / segment.duration.denominator:.6f},", segment.name]
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def read_growing(text: str) -> tuple[Segment, ...]:
    """The segments that are complete by now, in a playlist that its encoder is still writing; none before the first.

    Raises MediaFailure for what no encoder of ours writes.
    """
    if len(text) > LARGEST_PLAYLIST:
        raise MediaFailure(i18n.text("The playlist is too large."))
    return tuple(_segments(line.strip() for line in text.splitlines() if line.strip()))


def read_media_playlist(text: str) -> MediaPlaylist:
    """A finished fMP4 playlist. Raises MediaFailure when it is cut off, empty, or names anything outside its folder."""
    if len(text) > LARGEST_PLAYLIST:
        raise MediaFailure(i18n.text("The playlist is too large."))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != "#EXTM3U":
        raise MediaFailure(i18n.text("The playlist does not start with #EXTM3U."))
    if lines[-1] != "#EXT-X-ENDLIST":
        raise MediaFailure(i18n.text("The playlist has no end: the encoder did not finish it."))
    target = _only(r"#EXT-X-TARGETDURATION:(\d{1,6})", lines, i18n.text("target duration"))
    first = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    init = _local(_only(_MAP.pattern, lines[:first], i18n.text("initialization segment")))
    segments = tuple(_segments(lines))
    if not segments:
        raise MediaFailure(i18n.text("The playlist names no segment."))
    for segment in segments:
        if round(segment.duration) > int(target):  # RFC 8216 4.3.3.1
            raise MediaFailure(
                i18n.text(
                    "The playlist has a segment, {segment}, longer than its target duration.", segment=segment.name
                )
            )
    return MediaPlaylist(int(target), init, segments)


def _segments(lines: Iterable[str]) -> Iterable[Segment]:
    duration, first, init = None, "", ""
    for line in lines:
        if found := _MAP.fullmatch(line):
            init = _local(found[1])
            first = first or init
        elif line.startswith("#EXTINF:"):
            duration = _seconds(line.removeprefix("#EXTINF:").partition(",")[0])
        elif not line.startswith("#"):
            if duration is None:
                raise MediaFailure(i18n.text("The playlist gives no duration for {segment}.", segment=line[:100]))
            yield Segment(_local(line), duration, "" if init == first else init)
            duration = None
    if duration is not None:
        raise MediaFailure(i18n.text("The playlist gives a duration for a segment that it does not name."))


def _only(pattern: str, lines: Iterable[str], what: str) -> str:
    found = [match[1] for line in lines if (match := re.fullmatch(pattern, line))]
    if len(found) != 1:
        raise MediaFailure(
            i18n.text(
                "The playlist has {count} lines that give the {what}; one is needed.", count=len(found), what=what
            )
        )
    return found[0]


def _seconds(text: str) -> Fraction:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,9})?", text):
        raise MediaFailure(
            i18n.text("The playlist has a duration that is no number, '{duration}'.", duration=text[:20])
        )
    return Fraction(text)


def _local(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise MediaFailure(
            i18n.text("The playlist names '{name}', which is not a plain file beside it.", name=name[:100])
        )
    return name


def measured(playlist: MediaPlaylist, sizes: Sequence[int]) -> Rate:
    """Real rates of a rendition; `sizes` are its segments' bytes, in order.

    The peak is that of RFC 8216 4.1: over every run of segments that lasts 0.5 to 1.5 times the target duration. A
    rendition shorter than that peaks at its average.
    """
    if len(sizes) != len(playlist.segments):
        raise ValueError("one size for each segment")
    # In whole ticks: a recording of hours has tens of thousands of segments, and fractions would take seconds.
    scale = lcm(2, *{segment.duration.denominator for segment in playlist.segments})
    times = [0, *accumulate(int(segment.duration * scale) for segment in playlist.segments)]
    bits = [0, *accumulate(size * 8 for size in sizes)]
    if not times[-1]:
        return Rate(0, 0)
    peak, over, low, high = bits[-1], times[-1], playlist.target * scale // 2, playlist.target * scale * 3 // 2
    for first, begin in enumerate(times[:-1]):
        for after in range(first + 1, len(times)):
            lasts = times[after] - begin
            if lasts > high:
                break
            if lasts >= low and lasts > 0 and (bits[after] - bits[first]) * over > peak * lasts:
                peak, over = bits[after] - bits[first], lasts
    return Rate(-(-peak * scale // over), round(Fraction(bits[-1] * scale, times[-1])))


def multivariant(variants: Sequence[Variant], sounds: Sequence[Rendition]) -> str:
    """The playlist that a player opens. The first variant is the one it starts with: the smallest comes first, and
    H.264, which everything plays, before other codecs.

    All sounds are one group, which every variant plays with. Without pictures the first sound is the only variant.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS", *map(_rendition, sounds)]
    group = ',AUDIO="audio"' if sounds else ""
    codecs = list(dict.fromkeys(sound.codecs for sound in sounds))
    # What a player takes at most: one of the sounds (RFC 8216 4.3.4.2).
    loudest = Rate(max((s.rate.peak for s in sounds), default=0), max((s.rate.average for s in sounds), default=0))
    for variant in sorted(variants, key=_place):
        rate, named = variant.rate + loudest, _quoted(",".join([variant.codecs, *codecs]))
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={rate.peak},AVERAGE-BANDWIDTH={rate.average},CODECS={named},"
            f"RESOLUTION={variant.width}x{variant.height},FRAME-RATE={float(variant.fps):.3f}{group}"
        )
        lines.append(variant.uri)
    if not variants and sounds:
        rates = f"BANDWIDTH={loudest.peak},AVERAGE-BANDWIDTH={loudest.average}"
        lines += [f"#EXT-X-STREAM-INF:{rates},CODECS={_quoted(','.join(codecs))}{group}", sounds[0].uri]
    return "\n".join(lines) + "\n"


def _place(variant: Variant) -> tuple[bool, int, int]:
    return not variant.codecs.startswith("avc1"), variant.rate.peak, variant.height


def _rendition(sound: Rendition) -> str:
    language = f"LANGUAGE={_quoted(sound.language)}," if sound.language else ""
    # Nobody's player should take surround of itself: it is for those who choose it.
    auto = "YES" if sound.default or sound.channels <= STEREO else "NO"
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME={_quoted(sound.name)},{language}'
        f'DEFAULT={"YES" if sound.default else "NO"},AUTOSELECT={auto},CHANNELS="{sound.channels}",'
        f"URI={_quoted(sound.uri)}"
    )


def _quoted(text: str) -> str:
    """RFC 8216 4.2: a quoted-string has no line feed, carriage return or double quote."""
    return '"' + re.sub(r'[\x00-\x1f"]', "", text) + '"'
