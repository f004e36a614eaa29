"""HLS playlists (RFC 8216): reading the media playlists that FFmpeg wrote, writing the multivariant one ourselves."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from novacast.errors import MediaFailure

LARGEST_PLAYLIST = 16 * 1024 * 1024
"""Bytes; a day of 4 s segments is about 1 MB."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""Names that stay in the playlist's own folder."""


@dataclass(frozen=True, slots=True)
class Segment:
    name: str
    duration: Fraction
    """Seconds, exactly as written."""


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    target: int
    """Seconds."""
    init: str
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


def read_media_playlist(text: str) -> MediaPlaylist:
    """A finished fMP4 playlist. Raises MediaFailure when it is cut off, empty, or names anything outside its folder."""
    if len(text) > LARGEST_PLAYLIST:
        raise _damaged("is too large")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != "#EXTM3U":
        raise _damaged("does not start with #EXTM3U")
    if lines[-1] != "#EXT-X-ENDLIST":
        raise _damaged("has no end: the encoder did not finish it")
    target = _only(r"#EXT-X-TARGETDURATION:(\d{1,6})", lines, "target duration")
    init = _local(_only(r'#EXT-X-MAP:URI="([^"]+)"', lines, "initialization segment"))
    segments = tuple(_segments(lines))
    if not segments:
        raise _damaged("names no segment")
    for segment in segments:
        if round(segment.duration) > int(target):  # RFC 8216 4.3.3.1
            raise _damaged(f"has a segment, {segment.name}, longer than its target duration")
    return MediaPlaylist(int(target), init, segments)


def _segments(lines: Iterable[str]) -> Iterable[Segment]:
    duration = None
    for line in lines:
        if line.startswith("#EXTINF:"):
            duration = _seconds(line.removeprefix("#EXTINF:").partition(",")[0])
        elif not line.startswith("#"):
            if duration is None:
                raise _damaged(f"gives no duration for {line[:100]}")
            yield Segment(_local(line), duration)
            duration = None
    if duration is not None:
        raise _damaged("gives a duration for a segment that it does not name")


def _only(pattern: str, lines: Iterable[str], what: str) -> str:
    found = [match[1] for line in lines if (match := re.fullmatch(pattern, line))]
    if len(found) != 1:
        raise _damaged(f"has {len(found)} lines that give the {what}; one is needed")
    return found[0]


def _seconds(text: str) -> Fraction:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,9})?", text):
        raise _damaged(f"has a duration that is no number, {text[:20]!r}")
    return Fraction(text)


def _local(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise _damaged(f"names {name[:100]!r}, which is not a plain file beside it")
    return name


def _damaged(what: str) -> MediaFailure:
    return MediaFailure(f"The playlist {what}.")


def measured(playlist: MediaPlaylist, sizes: Sequence[int]) -> Rate:
    """Real rates of a rendition; `sizes` are its segments' bytes, in order.

    The peak is that of RFC 8216 4.1: over every run of segments that lasts 0.5 to 1.5 times the target duration. A
    rendition shorter than that peaks at its average.
    """
    if len(sizes) != len(playlist.segments):
        raise ValueError("one size for each segment")
    times = [Fraction(0), *accumulate(playlist.timeline)]
    bits = [0, *accumulate(size * 8 for size in sizes)]
    average = Fraction(bits[-1]) / times[-1] if times[-1] else Fraction(0)
    peak, low, high = average, Fraction(playlist.target, 2), Fraction(playlist.target * 3, 2)
    for first in range(len(sizes)):
        for after in range(first + 1, len(times)):
            lasts = times[after] - times[first]
            if lasts > high:
                break
            if lasts >= low and lasts > 0:
                peak = max(peak, (bits[after] - bits[first]) / lasts)
    return Rate(-(-peak.numerator // peak.denominator), round(average))


def multivariant(variants: Sequence[Variant], audio: Rendition | None) -> str:
    """The playlist that a player opens. The first variant is the one it starts with: the smallest comes first."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if audio is not None:
        language = f"LANGUAGE={_quoted(audio.language)}," if audio.language else ""
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME={_quoted(audio.name)},{language}DEFAULT=YES,AUTOSELECT=YES,'
            f'CHANNELS="{audio.channels}",URI={_quoted(audio.uri)}'
        )
    for variant in sorted(variants, key=lambda variant: (variant.rate.peak, variant.height)):
        rate = variant.rate + audio.rate if audio is not None else variant.rate
        codecs = f"{variant.codecs},{audio.codecs}" if audio is not None else variant.codecs
        group = ',AUDIO="audio"' if audio is not None else ""
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={rate.peak},AVERAGE-BANDWIDTH={rate.average},CODECS={_quoted(codecs)},"
            f"RESOLUTION={variant.width}x{variant.height},FRAME-RATE={float(variant.fps):.3f}{group}"
        )
        lines.append(variant.uri)
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """RFC 8216 4.2: a quoted-string has no line feed, carriage return or double quote."""
    return '"' + re.sub(r'[\x00-\x1f"]', "", text) + '"'
