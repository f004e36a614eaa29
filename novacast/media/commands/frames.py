"""One picture: of an instant of a video, or of a file that somebody brought."""

from pathlib import Path

import ffmpeg

from novacast.media.commands.line import Node, line, open_source
from novacast.media.commands.stills import still
from novacast.media.commands.video import picture
from novacast.media.info import MediaInfo

STILLS = ("jpeg_pipe", "png_pipe", "webp_pipe")
LARGEST = (1280, 1280)
MOST_PIXELS = 50_000_000


def frame_command(
    program: Path, source: Path, info: MediaInfo, target: str, *, at: int, tone_map: bool = False
) -> tuple[str, ...]:
    """The picture that is shown at `at` microseconds of a file that was probed."""
    assert info.video is not None
    opened = open_source(source, info, threads=1, ss=f"{at / 1e6:.6f}")
    node = picture(opened, info.video, None, tone_map=tone_map)
    width, height = info.video.display_size
    # The frame's own shape may be anamorphic: its square size is made first.
    node = node.filter("scale", max(2, round(width)), max(2, round(height))).filter("setsar", 1)
    return line(program, _one(node, target))


def segment_frame_command(program: Path, segment: Path, target: str, *, after: int) -> tuple[str, ...]:
    """The first picture from `after` microseconds on in a segment of ours that stands behind its initialization."""
    opened = ffmpeg.input(
        f"file:{segment.absolute()}", f="mov", threads=1, protocol_whitelist="file", format_whitelist="mov"
    )
    return line(program, _one(opened.video.filter("select", f"gte(t,{after / 1e6:.6f})"), target))


def brought_command(program: Path, source: Path, kind: str, target: str) -> tuple[str, ...]:
    """A picture file of `kind`, one of STILLS, as a JPEG without anything but its pixels."""
    assert kind in STILLS
    opened = ffmpeg.input(
        f"file:{source.absolute()}", f=kind, threads=1, max_pixels=MOST_PIXELS, protocol_whitelist="file",
        format_whitelist=kind,
    )  # fmt: skip
    return line(program, _one(opened.video, target))


def _one(node: Node, target: str) -> Node:
    width, height = LARGEST
    share = f"min(1,min({width}/iw,{height}/ih))"
    # Of a strip of 5000 by 1 a line is left: FFmpeg refuses to scale to a side of nothing.
    node = node.filter("scale", f"max(1,round(iw*{share}))", f"max(1,round(ih*{share}))")
    # A JPEG has no transparency: what can be seen through is black, as around any picture in the player.
    return still(node.filter("format", "yuvj420p"), target, **{"frames:v": 1, "update": 1})
