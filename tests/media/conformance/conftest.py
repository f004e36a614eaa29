"""A good ladder, made once by FFmpeg, and copies of it to be broken."""

import asyncio
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from novacast.media.commands import Encoding
from novacast.media.ladder import plan_ladder
from novacast.media.probe import probe
from tests.media.conftest import Make, programs
from tests.media.ladders import make_ladder
from tests.media.test_encode import kit

Break = Callable[[Path], None]


@pytest.fixture(scope="session")
def ladder(clips: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rungs with pictures out of order and a sound, five segments each."""
    place = tmp_path_factory.mktemp("ladder")
    two = ("-map", "0", "-map", "1", "-map", "1", "-metadata:s:a:0", "language=ger", "-metadata:s:a:1", "language=eng")
    source = clips(
        "good.mkv", *two, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", size="426x240", seconds=9
    )

    async def make() -> None:
        info = await probe(source)
        plan = plan_ladder(info, (144, 240), Fraction(2))
        made = await make_ladder(
            kit(programs()[-1]), source, info, plan, place, encoding=Encoding(preset="veryfast", threads=1)
        )
        (place / "master.m3u8").write_text(made.master)

    asyncio.run(make())
    return place


@pytest.fixture
def copy(ladder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ladder, tmp_path / "copy"))
