"""What all command lines share: how a source is opened, and what stands before everything else."""

from pathlib import Path
from typing import Any

import ffmpeg

from novacast.media.info import MediaInfo
from novacast.media.process import PROGRESS

Node = Any
"""ffmpeg-python has no types of its own."""

PLAYLIST, INIT, SEGMENTS = "index.m3u8", "init.mp4", "seg_%05d.m4s"


def open_source(source: Path, info: MediaInfo, *, threads: int, **options: Any) -> Node:
    """Opened as what the probe found it to be, by name; it can reach no other file and no network."""
    limits = {"f": info.container, "protocol_whitelist": "file", "format_whitelist": info.container}
    return ffmpeg.input(f"file:{source.absolute()}", threads=threads, **limits, **options)


def line(program: Path, node: Node, *, threads: int = 1, before: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The whole argv. The child must be given a pipe 3 for its progress: some FFmpegs refuse to start without."""
    telling = ("-progress", f"pipe:{PROGRESS}", "-stats_period", "0.5")
    graph = ("-filter_complex_threads", str(threads or 2))
    quiet = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y")
    return (str(program), *quiet, *telling, *graph, *before, *map(str, node.get_args()))
