"""A picture file that somebody brought, as a small square: its pixels alone, or moving."""

from pathlib import Path

import ffmpeg

from novacast.media.commands.line import Node, line

MINIATURES = ("jpeg_pipe", "png_pipe", "webp_pipe", "webp_anim", "apng", "gif")
MOST_PIXELS = 2048 * 2048
"""Of one frame, before anything of it is decoded."""


def pixels_command(program: Path, source: Path, kind: str, target: str, *, side: int, frames: int) -> tuple[str, ...]:
    """At most `frames` frames of `side` by `side` pixels, RGBA, one behind the other."""
    node = _square(program, source, kind, side)
    bare = {"f": "rawvideo", "pix_fmt": "rgba", "frames:v": frames, "fps_mode": "passthrough"}
    return line(program, ffmpeg.output(node, target, **bare))


def moving_command(program: Path, source: Path, kind: str, target: str, *, side: int, frames: int) -> tuple[str, ...]:
    """The same as an animated PNG, which every browser shows, with the times that the frames had."""
    node = _square(program, source, kind, side)
    bare = {"f": "apng", "plays": 0, "pix_fmt": "rgba", "frames:v": frames, "fps_mode": "passthrough"}
    return line(program, ffmpeg.output(node, target, map_metadata=-1, fflags="+bitexact", **bare))


def _square(program: Path, source: Path, kind: str, side: int) -> Node:
    assert kind in MINIATURES
    opened = ffmpeg.input(
        f"file:{source.absolute()}", f=kind, threads=1, max_pixels=MOST_PIXELS, protocol_whitelist="file",
        format_whitelist=kind,
    )  # fmt: skip
    node = opened.video.filter("format", "rgba")
    node = node.filter("scale", side, side, force_original_aspect_ratio="decrease", flags="lanczos")
    return node.filter("pad", side, side, "(ow-iw)/2", "(oh-ih)/2", color="black@0").filter("setsar", 1)
