"""What encodes pictures, on what, how that was proven, and what is asked of it. Facts only."""

from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum
from fractions import Fraction
from math import ceil

from novacast.media.ladder import Ladder, Rung
from novacast.records import dataclass

CPU = "cpu"


class Codec(StrEnum):
    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"


class Kind(StrEnum):
    """How FFmpeg reaches the encoder; with the codec it gives the encoder's name."""

    SOFTWARE = "software"
    NVENC = "nvenc"
    QSV = "qsv"
    VAAPI = "vaapi"
    AMF = "amf"
    V4L2M2M = "v4l2m2m"
    VIDEOTOOLBOX = "videotoolbox"


class Route(StrEnum):
    WHOLE = "whole"
    """Decoded, scaled and encoded on the device; pictures never leave it."""
    UPLOAD = "upload"
    """Decoded and scaled by the processor, encoded on the device."""
    PROCESSOR = "processor"
    """No device takes part."""


SOFTWARE = {Codec.H264: "libx264", Codec.HEVC: "libx265", Codec.AV1: "libsvtav1"}
WHOLE_KINDS = frozenset({Kind.NVENC, Kind.QSV, Kind.VAAPI})
"""Whose decoders and scalers keep pictures in the device's memory with every FFmpeg from 5.1 on."""

SHARE = {Codec.H264: Fraction(1), Codec.HEVC: Fraction(7, 10), Codec.AV1: Fraction(6, 10)}
"""Of a rung's bits, which are meant for H.264, what this codec takes for pictures as good."""


@dataclass(frozen=True, slots=True)
class Encoder:
    codec: Codec
    kind: Kind
    device: str
    """`cpu`, `cuda:0`, `/dev/dri/renderD128`, `/dev/video11`, `amf:0`, `videotoolbox`."""

    @property
    def name(self) -> str:
        """As FFmpeg calls it."""
        return SOFTWARE[self.codec] if self.kind is Kind.SOFTWARE else f"{self.codec}_{self.kind}"

    @property
    def hardware(self) -> bool:
        return self.kind is not Kind.SOFTWARE

    @property
    def routes(self) -> tuple[Route, ...]:
        """Those worth a trial, the best first."""
        if not self.hardware:
            return (Route.PROCESSOR,)
        return (Route.WHOLE, Route.UPLOAD) if self.kind in WHOLE_KINDS else (Route.UPLOAD,)

    def __str__(self) -> str:
        return f"{self.name} on {self.device}" if self.hardware else self.name


@dataclass(frozen=True, slots=True)
class Target:
    """One rung, as one codec is asked for it."""

    width: int
    height: int
    fps: Fraction
    bitrate: int
    """Bits a second, as are all rates here."""
    maxrate: int
    bufsize: int
    seconds: Fraction
    """From one forced keyframe to the next; the first picture at or after each multiple of it starts a segment."""
    preset: str = "veryfast"
    """As x264 names them; other encoders get what comes nearest."""
    quality: int = 22
    """x264's CRF; software encoders of other codecs get what comes nearest, hardware works by bitrate."""
    threads: int = 0
    """Of the encoder; 0 is its own choice."""
    longest: int = 0
    """Pictures from one keyframe to the next at most, where they are forced at uneven distances; 0 is `gop`."""

    @property
    def gop(self) -> int:
        """Pictures from one regular keyframe to the next, at most."""
        return ceil(self.fps * self.seconds)

    @classmethod
    def of(
        cls, rung: Rung, ladder: Ladder, codec: Codec, *,
        preset: str = "veryfast", quality: int = 22, threads: int = 0, longest: int = 0,
    ) -> "Target":  # fmt: skip
        share = SHARE[codec] / SHARE[Codec(rung.codec)]
        bitrate, maxrate, bufsize = (int(rate * share) for rate in (rung.bitrate, rung.maxrate, rung.bufsize))
        size = rung.width, rung.height
        return cls(*size, rung.fps, bitrate, maxrate, bufsize, ladder.seconds, preset, quality, threads, longest)


def coded(rung: Rung, codec: Codec) -> Rung:
    """A rung of the H.264 ladder as one of another codec's, beside it under a name of its own."""
    share = SHARE[codec]
    bitrate, maxrate, bufsize = (int(rate * share) for rate in (rung.bitrate, rung.maxrate, rung.bufsize))
    name = f"{rung.name}-{codec}"
    return replace(rung, name=name, codec=codec.value, bitrate=bitrate, maxrate=maxrate, bufsize=bufsize)


@dataclass(frozen=True, slots=True)
class Proof:
    """How a trial of one encoder on one device ended. Either `route` is set or `reason` is."""

    encoder: Encoder
    route: Route | None = None
    """The best one that gave right pictures; None when none did."""
    speed: float = 0.0
    """Times real time at 720p, one encoding alone."""
    sessions: int = 0
    """Encodings that ran at once, as many as were tried; a ladder of six rungs takes six. 0 is any number."""
    limited: bool = False
    """More than `sessions` were tried and the driver refused."""
    quality: float = 0.0
    """The worst picture's PSNR against the source, in dB."""
    codecs: str = ""
    """What the initialization segment said (RFC 6381)."""
    reason: str = ""
    """The last words of what failed, of the better route too where only the lesser one works."""
    certain: bool = True
    """Whether a trial would end the same way again; time-outs and kills are not kept."""

    @property
    def works(self) -> bool:
        return self.route is not None


@dataclass(frozen=True, slots=True)
class Device:
    """A place that may encode."""

    kind: Kind
    name: str
    driver: str
    """Whatever changes when the driver or the device behind the name does."""


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    options: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}={':'.join(f'{key}={value}' for key, value in self.options.items())}".rstrip("=")
