"""Two stretches of a programme, made by FFmpeg once for all who ask."""

import shutil
from collections.abc import Sequence

import imageio_ffmpeg
import pytest

from tests.live.recording.material import Stretch, encode


@pytest.fixture(scope="session")
def stretches(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Stretch]:
    """Of another picture, another profile and another tone."""
    folder = tmp_path_factory.mktemp("stretches")
    program = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
    return (
        encode(program, folder / "first", "testsrc2", "baseline", 440),
        encode(program, folder / "second", "smptebars", "high", 660),
    )
