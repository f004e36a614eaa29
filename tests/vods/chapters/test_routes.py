"""Chapters over HTTP, and where they come from."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession

from novacast.vods.models import Visibility
from tests.vods.conftest import Clips, House

VIDEOS = "/api/v1/videos"
META = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=Anfang
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=2000
title=Ende
"""


@pytest.fixture
def chaptered(clips: Clips, tmp_path: Path) -> Path:
    meta = tmp_path / "meta.txt"
    meta.write_text(META)
    return clips("chaptered.mp4", "-i", str(meta), "-map", "0:v", "-map_metadata", "2", "-preset", "ultrafast")


async def test_chapters_are_written_as_a_whole_and_read_by_everyone_who_may_watch(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    video_id = await house.publish()
    place = f"{VIDEOS}/{video_id}/chapters"
    items = [{"seconds": 30, "title": "Two"}, {"seconds": 0, "title": "One"}]
    async with producer.put(place, json={"items": items}) as answer:
        assert answer.status == 200
    async with stranger.get(place) as answer:
        assert await answer.json() == {
            "items": [{"seconds": 0, "title": "One"}, {"seconds": 30, "title": "Two"}], "typed": True,
        }  # fmt: skip
    async with stranger.get(f"{place}.vtt") as answer:
        assert answer.content_type == "text/vtt"
        assert "00:00:30.000 --> 00:01:00.000\nTwo" in await answer.text()
    assert [fact.payload["chapters"] for fact in await house.facts("video.chapters")] == [2]


async def test_only_makers_write_and_nobody_reads_what_they_may_not_see(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    video_id = await house.publish(visibility=Visibility.PRIVATE)
    for place in (f"{VIDEOS}/{video_id}/chapters", f"{VIDEOS}/{video_id}/chapters.vtt"):
        async with stranger.get(place) as answer:
            assert answer.status == 404
    public = await house.publish()
    foreign = {"Authorization": "Bearer outsider"}
    async with producer.put(f"{VIDEOS}/{public}/chapters", json={"items": []}, headers=foreign) as answer:
        assert answer.status == 403
    async with stranger.put(f"{VIDEOS}/{public}/chapters", json={"items": []}) as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    "items",
    [
        [{"seconds": 60, "title": "At the end"}],
        [{"seconds": -1, "title": "Before"}],
        [{"seconds": 0, "title": ""}],
        [{"seconds": 0, "title": "a"}, {"seconds": 0, "title": "b"}],
        [{"seconds": 0, "title": "x" * 201}],
        [{"seconds": n / 10, "title": "x"} for n in range(201)],
    ],
)
async def test_chapters_that_make_no_sense_change_nothing(
    house: House, producer: ClientSession, items: list[object]
) -> None:
    video_id = await house.publish()
    async with producer.put(f"{VIDEOS}/{video_id}/chapters", json={"items": items}) as answer:
        assert answer.status == 422
    async with producer.get(f"{VIDEOS}/{video_id}/chapters") as answer:
        assert await answer.json() == {"items": [], "typed": False}


async def test_a_files_own_chapters_come_with_it_until_somebody_types_some(
    house: House, producer: ClientSession, chaptered: Path
) -> None:
    video_id = await house.arrive(chaptered)
    await house.work().finish(video_id)
    place = f"{VIDEOS}/{video_id}/chapters"
    async with producer.get(place) as answer:
        shown = await answer.json()
    assert [(one["seconds"], one["title"]) for one in shown["items"]] == [(0, "Anfang"), (1, "Ende")]
    assert not shown["typed"]
    async with producer.put(place, json={"items": []}) as answer:
        assert answer.status == 200
    await again(house, video_id)
    async with producer.get(place) as answer:
        assert (await answer.json())["items"] == []


async def again(house: House, video_id: str) -> None:
    """Transcode it once more."""
    from novacast.vods.transcoding import store

    await house.db.write(lambda tx: store.queue(tx, video_id))
    await house.work().finish(video_id)


async def test_the_page_takes_lines_names_the_wrong_one_and_offers_those_of_the_description(
    house: House, producer: ClientSession
) -> None:
    video_id = await house.publish(description="Words.\n0:00 Overture\n0:20 Storm")
    place, headers = f"/studio/videos/{video_id}/chapters", {"Sec-Fetch-Site": "same-origin"}
    async with producer.get(place) as answer:
        assert "The description lists 2 chapters." in await answer.text()
    async with producer.post(place, data={"chapters": "0:00 A\nnonsense"}, headers=headers) as answer:
        page = await answer.text()
        assert (answer.status, "Line 2 is no chapter" in page, "nonsense" in page) == (422, True, True)
    async with producer.post(f"{place}/described", headers=headers) as answer:
        page = await answer.text()
        assert "0:20 Storm" in page
        assert "The description lists" not in page
    async with producer.post(place, data={"chapters": ""}, headers=headers) as answer:
        assert answer.status == 200
    async with producer.get(f"{VIDEOS}/{video_id}/chapters") as answer:
        assert (await answer.json()) == {"items": [], "typed": True}


async def test_two_who_write_at_once_leave_one_whole_list(house: House, producer: ClientSession) -> None:
    video_id = await house.publish()
    place = f"{VIDEOS}/{video_id}/chapters"
    lists = [[{"seconds": n, "title": name} for n in range(20)] for name in ("a", "b", "c")]
    answers = await asyncio.gather(*(producer.put(place, json={"items": items}) for items in lists))
    assert {answer.status for answer in answers} == {200}
    async with producer.get(place) as answer:
        assert (await answer.json())["items"] in lists
