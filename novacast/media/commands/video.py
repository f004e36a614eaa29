"""The picture: which part of it, through which filters, and encoded how."""

from dataclasses import field
from fractions import Fraction
from typing import Any

from novacast.media.commands.line import Node
from novacast.media.encoders.models import CPU, Codec, Encoder, Kind, Route, Target
from novacast.media.encoders.options import encoding as encoder_options
from novacast.media.info import Video
from novacast.media.ladder import Ladder, Rung
from novacast.records import dataclass

TONE_MAP = (
    ("zscale", {"t": "linear", "npl": 100}), ("format", {"pix_fmts": "gbrpf32le"}), ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}), ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)  # fmt: skip
"""HDR (PQ, HLG) to what every browser shows; about twice the cost of a plain scale."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the owner of the machine decides."""

    preset: str = "veryfast"
    crf: int = 22
    """Quality that is enough: maxrate bounds the rate, so simple pictures cost less than their rung's bitrate."""
    threads: int = 0
    """0 lets FFmpeg take all processors."""
    tone_map: bool = False
    """This FFmpeg has zscale and tonemap."""
    encoder: Encoder = field(default=Encoder(Codec.H264, Kind.SOFTWARE, CPU))
    route: Route = Route.PROCESSOR
    repeated: bool = False
    """Parameter sets stand in the segments too, for players that keep the first initialization segment (FFmpeg) where
    parts of a rendition have different ones."""

    @property
    def on_device(self) -> bool:
        """Pictures never come to the processor, whose filters can't be used then."""
        return self.route is Route.WHOLE


@dataclass(frozen=True, slots=True)
class Part:
    """A run of frames of the ladder's constant rate, made by itself so that it joins its neighbours without a seam."""

    first: int
    count: int | None
    """None: to the end."""
    segment: int
    """Number of its first segment."""
    cuts: tuple[int, ...] | None = None
    """Frames that begin a segment, as they lie in a copied rung; None: the ladder's regular ones."""

    def starts(self, fps: Fraction) -> Fraction:
        """Seconds from the video's beginning."""
        return self.first / fps


WHOLE = Part(0, None, 0)


def picture(
    opened: Node, video: Video, fps: Fraction | None, *, tone_map: bool, part: Part = WHOLE, on_device: bool = False,
    from_zero: bool = False,
) -> Node:  # fmt: skip
    """Progressive, constant rate from zero, 8 bit 4:2:0, standard range. FFmpeg itself turns rotated pictures.

    The rate filter drops what a seek gives before the part; what the source lacks at its end is made up by its last
    picture, as the filter itself does in the middle: so a part has exactly the frames of an unparted whole.
    Pictures that stay on a device are not made up: no filter does that everywhere, and a part with too few of them
    is left to the next encoder. `from_zero`: the first picture is at zero, whatever the clock says.
    """
    node = opened[str(video.index)]
    if from_zero:
        node = node.filter("setpts", "PTS-STARTPTS")
    if video.interlaced:
        node = node.filter("bwdif", mode="send_frame")
    if fps is not None:
        node = node.filter("fps", fps=str(fps), start_time=f"{float(part.starts(fps)):.9f}" if part.first else 0)
    if part.count is not None:
        padded = node if on_device else node.filter("tpad", stop=-1, stop_mode="clone")
        node = padded.filter("trim", end_frame=part.count)
    if on_device:
        return node
    if video.colour.hdr and tone_map:
        for name, options in TONE_MAP:
            node = node.filter(name, **options)
    return node.filter("format", "yuv420p")


def target_of(rung: Rung, ladder: Ladder, encoding: Encoding, part: Part = WHOLE) -> Target:
    return Target.of(
        rung, ladder, encoding.encoder.codec, preset=encoding.preset, quality=encoding.crf, threads=encoding.threads,
        longest=0 if part.cuts is None else 100 * ladder.gop,
    )  # fmt: skip


def video_options(rung: Rung, ladder: Ladder, encoding: Encoding, part: Part = WHOLE) -> dict[str, Any]:
    """How one rung is encoded: codec, rate and keyframes."""
    options = dict(encoder_options(encoding.encoder, target_of(rung, ladder, encoding, part)))
    if encoding.repeated and encoding.encoder.codec is not Codec.AV1:  # AV1 repeats its sequence header anyway
        before = [str(options["bsf:v"])] if "bsf:v" in options else []
        options["bsf:v"] = ",".join([*before, "dump_extra=freq=keyframe"])
    return options | {"force_key_frames": keyframes(ladder, part)}


def keyframes(ladder: Ladder, part: Part) -> str:
    """For -force_key_frames: the first frame at or after each multiple of a segment's length, or the frames given."""
    if part.cuts is not None:
        # Quarter of a frame before each: FFmpeg takes the first that is not earlier.
        return ",".join(f"{max(0.0, float((cut - Fraction(1, 4)) / ladder.fps)):.6f}" for cut in part.cuts)
    seconds = f"n_forced*{float(ladder.seconds):g}"
    if not part.segment:
        return f"expr:gte(t,{seconds})"
    # FFmpeg counts t from the first frame that it encodes, which comes up to a frame after its segment should begin.
    late = part.starts(ladder.fps) - part.segment * ladder.seconds
    return f"expr:gte(t,{seconds}-{float(late) + 0.000002:.6f})"
