"""Tags as encoders send them, made by a real FFmpeg."""

import subprocess
from collections.abc import Callable, Sequence
from functools import cache

from novacast.live.flv import TagReader
from novacast.live.ingest import Kind, Tag
from tests.live.broadcast.conftest import SYSTEM

Change = Callable[[Tag], Tag | None]
"""What is sent in place of a tag; None: nothing."""


@cache
def clip(size: str = "256x144", seconds: int = 8, rate: int = 30) -> Sequence[Tag]:
    argv = [
        SYSTEM, "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}", "-f", "lavfi", "-i",
        "sine=sample_rate=48000", "-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency",
        "-g", str(rate), "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "flv", "pipe:1",
    ]  # fmt: skip
    return TagReader().feed(subprocess.run(argv, capture_output=True, check=True).stdout)


def later(tags: Sequence[Tag], milliseconds: int) -> list[Tag]:
    return [Tag(tag.kind, tag.time + milliseconds, tag.data) for tag in tags]


def without(kind: Kind, since: int, until: int = 1 << 40) -> Change:
    """Frames of these times are left out; headers, at 0, are not."""
    return lambda tag: None if tag.kind is kind and since <= tag.time < until and tag.data[1] else tag


def moved(since: int, by: int) -> Change:
    """Times jump."""
    return lambda tag: Tag(tag.kind, tag.time + by, tag.data) if tag.time >= since else tag
