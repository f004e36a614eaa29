"""Real FFmpegs and the clips they make, once for a run."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import imageio_ffmpeg
import pytest

Make = Callable[..., Path]
SmallDisk = Callable[[int], Path]
"""Bytes -> a folder on a disk that holds no more."""


def programs() -> list[Path]:
    system = shutil.which("ffmpeg")
    return [*([Path(system)] if system else []), Path(imageio_ffmpeg.get_ffmpeg_exe())]


def tried() -> Iterator[object]:
    """Where there are two, the quick set is content with the system's."""
    first, *others = programs()
    yield pytest.param(first, id="system" if others else "shipped")
    for other in others:
        yield pytest.param(other, id="shipped", marks=pytest.mark.slow)


@pytest.fixture(scope="session", params=tried())
def program(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """`clips(name, *options)`: a file that FFmpeg made; asked for again, it is the same file."""
    folder = tmp_path_factory.mktemp("clips")
    shipped = imageio_ffmpeg.get_ffmpeg_exe()

    def make(
        name: str, *options: str, size: str = "320x180", rate: str = "25", seconds: float = 3, sound: bool = True
    ) -> Path:
        made_of = f"{options} {size} {rate} {seconds} {sound}"
        target = folder / sha256(made_of.encode()).hexdigest()[:16] / name
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            source = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]
            tone = ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds}"] if sound else []
            fast = ["-preset", "ultrafast", "-pix_fmt", "yuv420p"] if not options else []
            command = [shipped, "-v", "error", "-nostdin", "-y", *source, *tone, *fast, *options, str(target)]
            subprocess.run(command, check=True)
        return target

    return make


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    mounted: list[Path] = []

    def mount(size: int) -> Path:
        folder = tmp_path_factory.mktemp("small")
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False).returncode:
            pytest.skip("this machine lets nobody mount a small disk")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)
