"""What a probe found out about a file. Facts only; what to do with them is for the ladder and for the slices."""

from enum import StrEnum
from fractions import Fraction

from novacast.records import dataclass


class Refusal(StrEnum):
    """Why a file is no video for us. Stable: stored in rows, shown through the message."""

    EMPTY = "empty"
    NOT_MEDIA = "not_media"
    PLAYLIST = "playlist"
    PICTURE = "picture"
    CORRUPT = "corrupt"
    NO_STREAMS = "no_streams"
    TOO_MANY_STREAMS = "too_many_streams"
    CODEC = "codec"
    ENCRYPTED = "encrypted"
    DIMENSIONS = "dimensions"
    FRAME_RATE = "frame_rate"
    DURATION = "duration"
    RESOURCES = "resources"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Colour:
    """Code points of ITU-T H.273; 2 is unspecified."""

    range: int
    """1 limited (tv), 2 full (pc), 0 unspecified, as FFmpeg counts."""
    primaries: int
    transfer: int
    matrix: int

    @property
    def hdr(self) -> bool:
        return self.transfer in {16, 18}  # PQ, HLG


@dataclass(frozen=True, slots=True)
class Keyframes:
    counted: int
    longest_gap: int
    """Microseconds between neighbours, the last one's distance to the end of what was looked at included."""
    whole: bool
    """True when every packet was listed or read; False when only the first part was scanned."""
    steady: bool = False
    """Whether pictures follow each other at a constant rate, but for one in a hundred."""
    times: tuple[int, ...] = ()
    """Microseconds from the file's `zero`; empty where they are too many or were not all seen."""


@dataclass(frozen=True, slots=True)
class Video:
    index: int
    codec: str
    profile: str | None
    level: int | None
    pix_fmt: str
    width: int
    height: int
    sample_aspect: Fraction
    """Width of one pixel over its height; 1 where the file says nothing."""
    rotation: int
    """Degrees clockwise that a player turns the picture: 0, 90, 180 or 270."""
    fps: Fraction
    """Best guess at the frame rate; always above 0."""
    average_fps: Fraction | None
    base_fps: Fraction | None
    bit_rate: int | None
    bit_depth: int
    alpha: bool
    interlaced: bool
    colour: Colour
    keyframes: Keyframes | None

    @property
    def display_size(self) -> tuple[Fraction, Fraction]:
        """Width and height in square pixels, turned as a viewer sees it."""
        width, height = self.width * self.sample_aspect, Fraction(self.height)
        return (height, width) if self.rotation in {90, 270} else (width, height)


@dataclass(frozen=True, slots=True)
class Audio:
    index: int
    codec: str
    profile: str | None
    layout: str
    channels: int
    sample_rate: int
    language: str | None
    """ISO 639-2 or whatever else the file says."""
    default: bool
    title: str | None = None
    clean: bool = False
    """Packets follow each other without a gap from the file's start on, as its index has it."""


@dataclass(frozen=True, slots=True)
class Subtitles:
    index: int
    codec: str
    language: str | None
    forced: bool


@dataclass(frozen=True, slots=True)
class MediaInfo:
    container: str
    """The demuxer that read it, one of `sniff.CONTAINERS`; FFmpeg is forced to the same."""
    size: int
    """Bytes."""
    duration: int
    """Microseconds that can be played: of a truncated file, what is left."""
    declared_duration: int | None
    """Microseconds the container claims."""
    bit_rate: int | None
    video: Video | None
    """None for audio alone; whether that will do is for the caller."""
    audio: tuple[Audio, ...]
    subtitles: tuple[Subtitles, ...]
    warnings: tuple[str, ...]
    """For people, whole sentences."""
    cover: int | None = None
    """Index of the stream that holds a still picture."""
    chapters: tuple[tuple[int, str], ...] = ()
    """Microseconds from `zero`, and title."""
    start: int = 0
    """Microseconds on the file's clock of its first packet."""
    zero: int = 0
    """Microseconds on the file's clock where all that is made of it begins."""

    @property
    def truncated(self) -> bool:
        return self.declared_duration is not None and self.duration < self.declared_duration

    @property
    def main_audio(self) -> Audio | None:
        """The one marked as default, else the first."""
        return next((track for track in self.audio if track.default), self.audio[0] if self.audio else None)
