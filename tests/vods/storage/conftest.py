"""A video that FFmpeg made once for all tests of this room; each has a copy of its data folder."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from novacast.folder import DataFolder
from novacast.media.ffmpeg import FFmpeg
from tests.fakes.clock import FakeClock
from tests.vods.conftest import Clips, House, prepare

MADE = "made"
"""Id of the video that a stocked house has: 240p and 144p, of two seconds."""


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory, ffmpeg: FFmpeg, clips: Clips) -> Path:
    data = DataFolder.at(tmp_path_factory.mktemp("stock") / "data")

    async def found() -> FFmpeg:
        return ffmpeg

    async def fill() -> None:
        house = await House.open(data, FakeClock(), found)
        clip = clips("stocked.mp4", size="426x240", seconds=2)
        await house.arrive(clip, id=MADE, source_bytes=clip.stat().st_size)
        await house.work().finish(MADE)
        await house.close()

    data.prepare()
    prepare(data)
    asyncio.run(fill())
    return data.root


@pytest.fixture
async def stocked(folder: DataFolder, clock: FakeClock, ffmpeg: FFmpeg, stock: Path) -> AsyncIterator[House]:
    """A house with the video `MADE`."""

    async def found() -> FFmpeg:
        return ffmpeg

    shutil.copytree(stock, folder.root, dirs_exist_ok=True)
    house = await House.open(folder, clock, found)
    yield house
    await house.close()
