"""A worker process with one job: `python -m tests.vods.worker_script DATA VIDEO`. Made to be killed."""

import asyncio
import sys
from pathlib import Path

from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.media.ffmpeg import find_ffmpeg
from novacast.settings import Transcode
from tests.vods.conftest import House


async def main(data: DataFolder, video_id: str) -> None:
    house = await House.open(data, SystemClock(), lambda: find_ffmpeg(data.cache))
    await house.work(Transcode(heights=(144, 240, 360), preset="slow", nice=0)).run(video_id)
    await house.close()


if __name__ == "__main__":
    asyncio.run(main(DataFolder.at(Path(sys.argv[1])), sys.argv[2]))
