"""A worker process with one video: `python -m tests.vods.worker_script DATA VIDEO [parts|copy]`. Made to be killed."""

import asyncio
import sys
from pathlib import Path

from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.media.ffmpeg import find_ffmpeg
from novacast.settings import Transcode
from tests.vods.conftest import House

WAYS = {
    "": Transcode(heights=(144, 240), preset="slow", nice=0, copy=False),
    "parts": Transcode(heights=(144, 240), preset="medium", nice=0, copy=False, chunk_seconds=8),
    "copy": Transcode(heights=(144, 240), preset="medium", nice=0, chunk_seconds=8),
}


async def main(data: DataFolder, video_id: str, way: str) -> None:
    house = await House.open(data, SystemClock(), lambda: find_ffmpeg(data.cache))
    await house.work(WAYS[way]).finish(video_id)
    await house.close()


if __name__ == "__main__":
    asyncio.run(main(DataFolder.at(Path(sys.argv[1])), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""))
