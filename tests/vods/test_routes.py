"""The API of videos over real HTTP."""

import json

import pytest
from aiohttp import ClientSession

from novacast.vods.models import Visibility
from tests.vods.conftest import ORG, Clips, House

VIDEOS = "/api/v1/videos"


async def test_a_video_is_shown_changed_and_deleted(house: House, producer: ClientSession) -> None:
    video_id = await house.publish(title="Before")
    async with producer.get(f"{VIDEOS}/{video_id}") as answer:
        shown = await answer.json()
    assert (shown["title"], shown["state"], shown["duration"], shown["resume"], shown["editable"]) == (
        "Before",
        "ready",
        60.0,
        0.0,
        True,
    )
    async with producer.patch(f"{VIDEOS}/{video_id}", json={"title": "After", "visibility": "unlisted"}) as answer:
        assert (answer.status, (await answer.json())["title"]) == (200, "After")
    async with producer.delete(f"{VIDEOS}/{video_id}") as answer:
        assert answer.status == 204
    async with producer.get(f"{VIDEOS}/{video_id}") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ('{"title": ""}', 422, "title"),
        ('{"title": 5}', 422, "title"),
        ('{"visibility": "everyone"}', 422, "visibility"),
        ('{"owner_id": "me"}', 422, "owner_id"),
        ('{"language": "??"}', 422, "language"),
        ('{"title": "a", "title": "b"}', 400, None),
        ("[]", 422, None),
        ("{", 400, None),
    ],
)
async def test_an_edit_that_makes_no_sense_is_refused(
    house: House, producer: ClientSession, body: str, status: int, field: str | None
) -> None:
    video_id = await house.publish()
    headers = {"Content-Type": "application/json"}
    async with producer.patch(f"{VIDEOS}/{video_id}", data=body, headers=headers) as answer:
        assert answer.status == status
        problem = await answer.json()
    assert field is None or field in {error["field"] for error in problem["errors"]}
    assert await house.facts("video.changed") == []


async def test_strangers_see_the_library_and_public_videos_without_what_is_for_makers(
    house: House, stranger: ClientSession
) -> None:
    public, hidden = await house.publish(title="Seen"), await house.publish(visibility=Visibility.PRIVATE)
    async with stranger.get(VIDEOS, params={"q": "se"}) as answer:
        assert [one["id"] for one in (await answer.json())["items"]] == [public]
    async with stranger.get(f"{VIDEOS}/{public}") as answer:
        shown = await answer.json()
    assert (shown["transcode"], shown["source_name"], shown["editable"]) == (None, None, False)
    async with stranger.get(f"{VIDEOS}/{hidden}") as answer:
        assert answer.status == 404
    for path in (f"{VIDEOS}/{public}/transcode", "/api/v1/watching", f"/api/v1/organizations/{ORG}/videos"):
        async with stranger.get(path) as answer:
            assert answer.status == 401


async def test_a_position_comes_back_as_the_place_to_resume(house: House, producer: ClientSession) -> None:
    video_id = await house.publish()
    async with producer.put(f"{VIDEOS}/{video_id}/position", json={"seconds": 12}) as answer:
        assert (await answer.json())["seconds"] == 12.0
    async with producer.get(f"{VIDEOS}/{video_id}") as answer:
        assert (await answer.json())["resume"] == 12.0
    async with producer.get("/api/v1/watching") as answer:
        (one,) = (await answer.json())["items"]
    assert (one["video"]["id"], one["position"]["finished"]) == (video_id, False)
    for seconds in ("-1", "NaN", '"5"', "1e300", "null"):
        body = f'{{"seconds": {seconds}}}'
        headers = {"Content-Type": "application/json"}
        async with producer.put(f"{VIDEOS}/{video_id}/position", data=body, headers=headers) as answer:
            assert answer.status in {400, 422}, seconds


async def test_a_retry_asked_twice_with_one_key_happens_once(house: House, producer: ClientSession) -> None:
    video_id = await house.arrive()
    async with producer.post(f"{VIDEOS}/{video_id}/transcode/cancel") as answer:
        assert (await answer.json())["state"] == "cancelled"
    answers = []
    for _ in range(2):
        headers = {"Idempotency-Key": "again-1"}
        async with producer.post(f"{VIDEOS}/{video_id}/transcode/retry", headers=headers) as answer:
            answers.append((answer.status, json.loads(await answer.text())))
    assert answers[0] == answers[1]
    assert answers[0][1]["state"] == "queued"
    assert len(await house.facts("video.queued")) == 1
    async with producer.post(f"{VIDEOS}/{video_id}/transcode/retry") as answer:
        assert answer.status == 409


async def test_the_studio_lists_every_state_with_its_transcode(house: House, producer: ClientSession) -> None:
    await house.arrive(title="Waiting")
    async with producer.get(f"/api/v1/organizations/{ORG}/videos", params={"state": "processing"}) as answer:
        (one,) = (await answer.json())["items"]
    assert (one["title"], one["transcode"]["state"]) == ("Waiting", "queued")
    for query in ({"state": "odd"}, {"limit": "0"}, {"limit": "101"}, {"cursor": "x"}, {"unknown": "1"}):
        async with producer.get(f"/api/v1/organizations/{ORG}/videos", params=query) as answer:
            assert answer.status == 422, query


async def test_a_poster_is_for_those_who_may_watch(
    house: House, producer: ClientSession, stranger: ClientSession, clips: Clips
) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    await house.work().finish(video_id)
    async with stranger.get(f"{VIDEOS}/{video_id}") as answer:
        poster = (await answer.json())["poster"]
    async with stranger.get(poster) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"].startswith("private")
        assert (await answer.read()).startswith(b"\xff\xd8")
    async with producer.patch(f"{VIDEOS}/{video_id}", json={"visibility": "private"}) as answer:
        assert answer.status == 200
    async with stranger.get(poster) as answer:
        assert answer.status == 404
    for who, status in (("buyer", 200), ("outsider", 404)):
        async with stranger.get(poster, headers={"Authorization": f"Bearer {who}"}) as answer:
            assert answer.status == status
