"""Whole programmes, fed by other ways than RTMP."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from novacast.live.models import ProgrammeState
from tests.live.broadcast.conftest import SYSTEM, Hall
from tests.live.srt.test_callers import ffmpeg_speaks_srt, running
from tests.live.webrtc.conftest import Nobody, served
from tests.live.webrtc.test_whip import camera

PICTURE = ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"]
SOUND = ["-f", "lavfi", "-i", "sine=sample_rate=48000"]
CODED = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25", "-c:a", "aac"]
ON_AIR, INTERRUPTED = ProgrammeState.ON_AIR, ProgrammeState.INTERRUPTED


@pytest.fixture
async def address(hall: Hall) -> AsyncIterator[str]:
    """Of pages and WHIP, over the hall's station."""
    async with served(hall.live.whip, hall.db, Nobody()) as found:
        yield found


@pytest.mark.slow
@ffmpeg_speaks_srt
async def test_an_encoder_that_left_by_rtmp_may_come_back_by_srt(hall: Hall) -> None:
    hall.publish()
    programme = await hall.is_now(ON_AIR)
    await hall.goes_on(programme, 1)
    hall.encoders.pop().kill()
    await hall.is_now(INTERRUPTED)
    assert hall.station.srt is not None
    target = f"srt://127.0.0.1:{hall.station.srt.port}?streamid=#!::r=main,m=publish"
    async with running(SYSTEM, "-v", "error", "-nostdin", *PICTURE, *SOUND, *CODED, "-f", "mpegts", target):
        assert (await hall.is_now(ON_AIR)).id == programme.id
        await hall.goes_on(programme, 2)

    assert hall.playlist(programme).count("#EXT-X-DISCONTINUITY\n") == 2


@pytest.mark.slow
@pytest.mark.browser
async def test_a_browsers_camera_is_a_programme(hall: Hall, address: str) -> None:
    async with camera(address, "main") as publishing:
        programme = await hall.is_now(ON_AIR)
        await hall.goes_on(programme, 3)
        shelf = hall.shelf(programme)
        assert set(shelf.ends) >= {"144p"}
        assert len(shelf.ends) == 2
        await publishing.end()
        await hall.is_now(INTERRUPTED)
    await asyncio.wait_for(hall.has_ended(programme.id), 60)
