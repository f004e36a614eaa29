"""A rung and its sounds as one MP4, packet by packet as they are."""

from collections.abc import Sequence
from pathlib import Path

import ffmpeg

from novacast.media.commands.line import Node, line


def remux_command(
    program: Path, rung: Path, sounds: Sequence[tuple[Path, str | None]], target: str, *, title: str
) -> tuple[str, ...]:
    """`rung` and `sounds`, each with its language, are media playlists, or lists of such (`.ffconcat`). The index comes
    first in the file: it plays while it is still being fetched.
    """
    nodes = [_open(rung).video, *(_open(sound).audio for sound, _ in sounds)]
    languages = {f"metadata:s:a:{n}": f"language={tag}" for n, (_, tag) in enumerate(sounds) if tag}
    options = {"c": "copy", "movflags": "+faststart", "map_metadata": -1, "metadata": f"title={title}"}
    return line(program, ffmpeg.output(*nodes, target, f="mp4", **options, **languages))


def wrap_command(program: Path, source: Path, target: str, *, title: str) -> tuple[str, ...]:
    """`source`, an FLV file that a live encoder sent, as an MP4."""
    limits = {"threads": 1, "protocol_whitelist": "file", "format_whitelist": "flv"}
    opened = ffmpeg.input(f"file:{source.absolute()}", f="flv", **limits)
    options = {"c": "copy", "movflags": "+faststart", "map_metadata": -1, "metadata": f"title={title}"}
    return line(program, ffmpeg.output(opened["v:0"], opened["a:0?"], target, f="mp4", **options))


def _open(source: Path) -> Node:
    allowed = {"threads": 1, "protocol_whitelist": "file", "format_whitelist": "concat,hls,mov"}
    if source.suffix == ".ffconcat":
        return ffmpeg.input(f"file:{source.absolute()}", f="concat", safe=0, **allowed)
    return ffmpeg.input(f"file:{source.absolute()}", f="hls", **allowed)
