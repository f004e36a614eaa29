from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.media.conftest import Make
from tests.media.encoders.scene import Scene


@pytest.fixture
def scene(tmp_path: Path, clips: Make) -> Scene:
    source = clips("source.mp4", size="320x180", rate="25", seconds=2, sound=False)
    return Scene(tmp_path, Path(imageio_ffmpeg.get_ffmpeg_exe()), source)
