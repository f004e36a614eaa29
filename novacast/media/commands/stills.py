"""Pictures that stand still: posters and storyboards."""

from pathlib import Path
from typing import Any

import ffmpeg

from novacast.media.commands.line import Node, line, open_source
from novacast.media.commands.video import picture
from novacast.media.info import MediaInfo

WAVEFORM = (1280, 720)


def poster_command(
    program: Path, source: Path, info: MediaInfo, target: str, *, start: int, width: int = 1280, tone_map: bool = False
) -> tuple[str, ...]:
    """One JPEG, never wider than the source: the most typical of eight keyframes from the one before `start`
    microseconds on; with a `start` of 0, of the first eight pictures, which any file has that can be decoded.
    """
    assert info.video is not None
    # An accurate seek would throw away the keyframe before `start`, which may be the only one.
    seek = {"skip_frame": "nokey", "ss": f"{start / 1e6:.3f}", "noaccurate_seek": None} if start else {}
    opened = open_source(source, info, threads=1, **seek)
    node = picture(opened, info.video, None, tone_map=tone_map).filter("thumbnail", 8)
    shown_width, shown_height = info.video.display_size
    wide = min(width, int(shown_width))
    tall = max(2, round(wide * shown_height / shown_width))
    node = node.filter("scale", wide, tall).filter("setsar", 1)
    return line(program, still(node, target, **{"frames:v": 1, "update": 1}))


def cover_command(program: Path, source: Path, info: MediaInfo, target: str) -> tuple[str, ...]:
    """The still picture that came with a sound file, at most as large as a waveform would be drawn."""
    assert info.cover is not None
    width, height = WAVEFORM
    node = open_source(source, info, threads=1)[str(info.cover)]
    node = node.filter("scale", f"min({width},iw)", f"min({height},ih)", force_original_aspect_ratio="decrease")
    return line(program, still(node.filter("format", "yuvj420p"), target, **{"frames:v": 1, "update": 1}))


def waveform_command(
    program: Path, source: Path, info: MediaInfo, target: str, *, seconds: float = 600
) -> tuple[str, ...]:
    """The sound drawn, for programmes that have no picture at all: of its first `seconds`."""
    assert info.main_audio is not None
    opened = open_source(source, info, threads=1, t=f"{seconds:g}")
    drawn = opened[str(info.main_audio.index)].filter("aresample", 8000).filter("aformat", channel_layouts="mono")
    drawn = drawn.filter("showwavespic", s=f"{WAVEFORM[0]}x{WAVEFORM[1] // 2}", colors="#7fd1ff", scale="sqrt")
    back = ffmpeg.input(f"color=c=#101828:s={WAVEFORM[0]}x{WAVEFORM[1]}:d=1", f="lavfi")
    node = back.overlay(drawn, x=0, y=WAVEFORM[1] // 4).filter("format", "yuvj420p")
    return line(program, still(node, target, **{"frames:v": 1, "update": 1}))


def storyboard_command(
    program: Path, source: str, *, every: int, tile: tuple[int, int], grid: tuple[int, int], target: str
) -> tuple[str, ...]:
    """Sheets of small pictures from the keyframes of a finished rung; `source` is its playlist, absolute or under the
    working directory. Each keyframe starts a segment; `every` n-th is kept. `target` holds a %d that counts from 0.
    """
    opened = ffmpeg.input(
        source, f="hls", skip_frame="nokey", threads=1, protocol_whitelist="file", format_whitelist="hls,mov"
    )
    node = opened.video
    if every > 1:
        node = node.filter("select", f"not(mod(n,{every}))")
    node = node.filter("scale", *tile).filter("setsar", 1).filter("tile", f"{grid[0]}x{grid[1]}")
    return line(program, still(node, target, start_number=0, fps_mode="vfr"))


def strip_command(
    program: Path, source: str, *, apart: float, tile: tuple[int, int], count: int, target: str
) -> tuple[str, ...]:
    """One sheet of `count` small pictures side by side: of `source`, an MP4 in fragments, the first keyframe and those
    that come at least `apart` seconds after the one before."""
    opened = ffmpeg.input(
        source, f="mov", skip_frame="nokey", threads=1, protocol_whitelist="file", format_whitelist="mov"
    )
    node = opened.video.filter("select", f"isnan(prev_selected_t)+gte(t-prev_selected_t,{apart:g})")
    node = node.filter("scale", *tile).filter("setsar", 1).filter("tile", f"{count}x1")
    return line(program, still(node, target, **{"frames:v": 1, "update": 1}))


def still(node: Node, target: str, **options: Any) -> Node:
    return ffmpeg.output(node, target, f="image2", map_metadata=-1, **{"c:v": "mjpeg", "q:v": 4}, **options)
