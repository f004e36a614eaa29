"""A video that FFmpeg made once for all tests; each that wants it has a copy of its data folder."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from novacast.folder import DataFolder
from novacast.media.ffmpeg import FFmpeg
from tests.fakes.clock import FakeClock
from tests.vods.conftest import Clips, House, prepare

MADE = "made"
"""Id of the video that a stocked house has: 240p and 144p, of two seconds."""


def clip_of(clips: Clips) -> Path:
    """What was uploaded for it."""
    return clips("stocked.mp4", size="426x240", seconds=2)


def filled(root: Path, ffmpeg: FFmpeg, clip: Path) -> Path:
    """A data folder with the video `MADE`, of this clip."""
    data = DataFolder.at(root)

    async def fill() -> None:
        async with opened(data, FakeClock(), ffmpeg) as house:
            await house.arrive(clip, id=MADE, source_name=clip.name, source_bytes=clip.stat().st_size)
            await house.work().finish(MADE)

    data.prepare()
    prepare(data)
    asyncio.run(fill())
    return root


@asynccontextmanager
async def opened(
    folder: DataFolder, clock: FakeClock, ffmpeg: FFmpeg, stock: Path | None = None
) -> AsyncIterator[House]:
    """A house over the folder, of a copy of `stock`."""

    async def found() -> FFmpeg:
        return ffmpeg

    if stock is not None:
        shutil.copytree(stock, folder.root, dirs_exist_ok=True)
    house = await House.open(folder, clock, found)
    yield house
    await house.close()


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory, ffmpeg: FFmpeg, clips: Clips) -> Path:
    return filled(tmp_path_factory.mktemp("stock") / "data", ffmpeg, clip_of(clips))


@pytest.fixture
async def stocked(folder: DataFolder, clock: FakeClock, ffmpeg: FFmpeg, stock: Path) -> AsyncIterator[House]:
    """A house with the video `MADE`."""
    async with opened(folder, clock, ffmpeg, stock) as house:
        yield house
