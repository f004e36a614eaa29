"""The restore drill, as CI and operators run it."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from novacast.media.ffmpeg import find_ffmpeg
from novacast.media.process import Command, run_child

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds of picture and sound."""
    target = tmp_path / "clip.mp4"

    async def make() -> None:
        ffmpeg = await find_ffmpeg(tmp_path)
        source = (
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x90:rate=10:duration=2",
            "-f",
            "lavfi",
            "-i",
            "sine=duration=2",
        )
        await run_child(Command("clip", (str(ffmpeg.path), "-loglevel", "error", *source, str(target))))

    asyncio.run(make())
    return target


@pytest.mark.slow
def test_a_venue_that_was_deleted_comes_back_from_its_backup_and_plays(clip: Path, tmp_path: Path) -> None:
    program = tmp_path / "novacast"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from novacast_admin.cli.main import run; run()" "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "NOVACAST": str(program), "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1"}
    environment["TMPDIR"] = environment["HOME"] = str(tmp_path)
    done = subprocess.run(
        [ROOT / "packaging" / "drill", clip], env=environment, capture_output=True, text=True, timeout=300
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    for line in (
        "A segment of each video was played: 1.",
        "Somebody new could log in",
        "sales are shut",
        "comes back whole",
        "Shut since the restore of a backup",
    ):
        assert line in said
    assert [path.name for path in tmp_path.glob("tmp.*")] == [], "it cleans up"
