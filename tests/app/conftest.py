import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.app.venue import Venue, open_venue


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    async with open_venue(tmp_path / "data") as opened:
        yield opened


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of picture and sound. Made once: it is only read."""
    file = tmp_path_factory.mktemp("clip") / "clip.mp4"
    picture, sound = "testsrc2=size=426x240:rate=25:duration=4", "sine=frequency=440:duration=4"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *inputs, "-c:v", "libx264", "-preset", "ultrafast"]
    subprocess.run([*command, "-c:a", "aac", file], check=True)
    return file
