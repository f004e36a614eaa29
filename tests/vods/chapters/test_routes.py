"""Chapters over HTTP, and where they come from."""

import asyncio
from pathlib import Path

import pytest
import sqlite_utils
from aiohttp import ClientSession

from novacast.vods.chapters.models import Chapter
from novacast.vods.chapters.schema import migrations
from novacast.vods.models import Visibility
from tests.databases import before
from tests.vods.conftest import PRODUCER, Clips, House

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
    async with producer.put(place, json={"items": items, "based_on": 0}) as answer:
        assert answer.status == 200
    async with stranger.get(place) as answer:
        kept = [{"seconds": 0, "title": "One"}, {"seconds": 30, "title": "Two"}]
        assert await answer.json() == {"items": kept, "revision": 1, "typed": True}
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
    body = {"items": [], "based_on": 0}
    async with producer.put(f"{VIDEOS}/{public}/chapters", json=body, headers=foreign) as answer:
        assert answer.status == 403
    async with stranger.put(f"{VIDEOS}/{public}/chapters", json=body) as answer:
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
    async with producer.put(f"{VIDEOS}/{video_id}/chapters", json={"items": items, "based_on": 0}) as answer:
        assert answer.status == 422
    async with producer.get(f"{VIDEOS}/{video_id}/chapters") as answer:
        assert await answer.json() == {"items": [], "revision": 0, "typed": False}


@pytest.mark.slow
async def test_a_files_own_chapters_come_with_it_until_somebody_types_some(
    house: House, producer: ClientSession, chaptered: Path
) -> None:
    video_id = await house.arrive(chaptered)
    await house.work().finish(video_id)
    place = f"{VIDEOS}/{video_id}/chapters"
    async with producer.get(place) as answer:
        shown = await answer.json()
    assert [(one["seconds"], one["title"]) for one in shown["items"]] == [(0, "Anfang"), (1, "Ende")]
    assert (shown["typed"], shown["revision"]) == (False, 1)
    await again(house, video_id)
    async with producer.put(place, json={"items": [], "based_on": 1}) as answer:
        assert answer.status == 200, "the same ones of the file are no change"
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
    async with producer.post(place, data={"chapters": "0:00 A\nnonsense", "based_on": 0}, headers=headers) as answer:
        page = await answer.text()
        assert (answer.status, "Line 2 is no chapter" in page, "nonsense" in page) == (422, True, True)
    async with producer.post(f"{place}/described", data={"based_on": 0}, headers=headers) as answer:
        page = await answer.text()
        assert "0:20 Storm" in page
        assert "The description lists" not in page
    async with producer.post(place, data={"chapters": "", "based_on": 1}, headers=headers) as answer:
        assert answer.status == 200
    async with producer.get(f"{VIDEOS}/{video_id}/chapters") as answer:
        assert (await answer.json()) == {"items": [], "revision": 2, "typed": True}


async def test_who_began_from_an_older_list_does_not_overwrite_the_newer_one(
    house: House, producer: ClientSession
) -> None:
    video_id = await house.publish()
    place = f"{VIDEOS}/{video_id}/chapters"
    theirs, mine = [{"seconds": 0, "title": "Theirs"}], [{"seconds": 0, "title": "Mine"}]
    async with producer.put(place, json={"items": mine}) as answer:
        assert answer.status == 422, "it must say what it began from"
    async with producer.put(place, json={"items": theirs, "based_on": 0}) as answer:
        assert (await answer.json())["revision"] == 1
    async with producer.put(place, json={"items": mine, "based_on": 0}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (412, "precondition_failed")
    async with producer.put(place, json={"items": theirs, "based_on": 0}) as answer:
        assert (answer.status, (await answer.json())["revision"]) == (200, 1), "the very same is no conflict"
    async with producer.put(place, json={"items": mine, "based_on": 1}) as answer:
        assert (await answer.json()) == {"items": mine, "revision": 2, "typed": True}
    assert len(await house.facts("video.chapters")) == 2


async def test_the_page_shows_what_another_saved_keeps_what_was_typed_and_lets_it_count_if_saved_again(
    house: House, producer: ClientSession
) -> None:
    video_id = await house.publish()
    place, headers = f"/studio/videos/{video_id}/chapters", {"Sec-Fetch-Site": "same-origin"}
    await house.chapters.write(PRODUCER, video_id, [Chapter(0, "Theirs & <others>")], 0)
    typed = {"chapters": "0:00 Mine"}
    async with producer.post(place, data={**typed, "based_on": 0}, headers=headers) as answer:
        page = await answer.text()
    assert answer.status == 412
    assert "0:00 Theirs &amp; &lt;others&gt;" in page
    assert "0:00 Mine</textarea>" in page
    assert 'name="based_on" value="1"' in page
    async with producer.post(place, data={**typed, "based_on": 1}, headers=headers) as answer:
        assert answer.status == 200
    assert [one.title for one in (await house.chapters.show(PRODUCER, video_id)).items] == ["Mine"]


async def test_of_two_who_write_at_once_one_is_kept_whole_and_the_others_are_told(
    house: House, producer: ClientSession
) -> None:
    video_id = await house.publish()
    place = f"{VIDEOS}/{video_id}/chapters"
    lists = [[{"seconds": n, "title": name} for n in range(20)] for name in ("a", "b", "c")]
    bodies = [{"items": items, "based_on": 0} for items in lists]
    answers = await asyncio.gather(*(producer.put(place, json=body) for body in bodies))
    assert sorted(answer.status for answer in answers) == [200, 412, 412]
    (kept,) = [items for items, answer in zip(lists, answers, strict=True) if answer.status == 200]
    async with producer.get(place) as answer:
        assert (await answer.json())["items"] == kept


def test_chapters_of_an_older_venue_are_kept_and_who_wrote_them() -> None:
    db = sqlite_utils.Database(memory=True)
    db.execute("CREATE TABLE videos (id TEXT PRIMARY KEY)")
    before(migrations, "m002_revisions").apply(db)
    db.execute("INSERT INTO chapters VALUES ('typed', 0, 'A'), ('file', 0, 'B'), ('file', 5, 'C')")
    db.execute("INSERT INTO chapters_typed VALUES ('typed'), ('emptied')")
    migrations.apply(db)
    found = db.execute("SELECT video_id, revision, typed FROM chapter_lists ORDER BY video_id").fetchall()
    assert found == [("emptied", 1, 1), ("file", 1, 0), ("typed", 1, 1)]
    assert db.execute("SELECT count(*) FROM chapters").fetchone() == (3,)
