import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from novacast.media.ffmpeg import find_ffmpeg
from tests.app.venue import Venue, open_venue


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    async with open_venue(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
async def clip(tmp_path: Path) -> Path:
    """Four seconds of picture and sound."""
    ffmpeg = await find_ffmpeg(tmp_path)
    file = tmp_path / "clip.mp4"
    picture, sound = "testsrc2=size=426x240:rate=25:duration=4", "sine=frequency=440:duration=4"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    subprocess.run(
        [ffmpeg.path, "-v", "error", *inputs, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", file],
        check=True,
    )
    return file
