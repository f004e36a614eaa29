"""Media files of every kind, through a whole transcode as a worker runs it: what comes out is what the manual says."""

import asyncio
from pathlib import Path

import pytest

from novacast.media.conformance import check_edition
from novacast.media.probe import probe
from novacast.settings import Transcode
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.transcoding import store
from novacast.vods.transcoding.plan import Choices, Plan
from tests.media.files.model import File, make
from tests.media.files.outcome import decoded, outcome, refused
from tests.media.files.page import PAGE, page
from tests.media.files.table import FILES
from tests.vods.conftest import House

EVERY = Transcode(heights=(144, 240, 360, 480, 720, 1080, 1440, 2160), preset="ultrafast", nice=0)


@pytest.mark.parametrize(
    "file", [pytest.param(file, id=file.name, marks=() if file.quick else pytest.mark.slow) for file in FILES]
)
async def test_what_comes_out_is_what_the_manual_says(house: House, tmp_path: Path, file: File) -> None:
    source = await asyncio.to_thread(make, file, tmp_path)
    video_id = await house.arrive(source, source_name=file.name)
    await house.work(EVERY).finish(video_id)
    assert await told(house, video_id, source) == file.outcome


async def told(house: House, video_id: str, source: Path) -> str:
    """In one line what is there now; nothing of it may break a rule."""
    video, transcode = await house.db.one(videos.by_id(video_id)), await house.db.one(store.by_video(video_id))
    assert video is not None
    assert transcode is not None
    if video.state is not VideoState.READY:
        return refused(transcode.reason)
    plan, place = Plan.of(await probe(source), Choices.of(EVERY)), house.folders.edition(video_id, video.edition or "")
    report = await asyncio.to_thread(check_edition, place)
    assert [str(one) for one in report.findings] == []
    assert report.ended
    for variant in report.variants:
        if variant.rendition.track is not None and variant.rendition.track.picture:
            pictures = sum(fragment.samples for fragment in variant.rendition.fragments)
            assert await asyncio.to_thread(decoded, (place / variant.rendition.uri).parent) == pictures
    return outcome(plan, report, video)


def test_the_page_of_the_manual_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.media.files.page"
