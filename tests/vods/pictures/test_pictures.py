"""Posters: proposed, taken, brought, chosen; what is chosen outlives every edition."""

import asyncio
import subprocess
from io import BytesIO
from pathlib import Path

import av
import imageio_ffmpeg
import pytest
from aiohttp import ClientSession

from novacast.clock import SECOND
from novacast.errors import NotFound
from novacast.vods.models import Visibility
from novacast.vods.pictures import store as rows
from novacast.vods.pictures.models import LARGEST, MOST, Kind, State
from novacast.vods.source import VideoSource
from novacast.vods.transcoding import store as transcodes
from tests.fakes.clock import FakeClock
from tests.vods.conftest import OWNER, PRODUCER, STRANGER, House
from tests.vods.stock import MADE

VIDEOS = "/api/v1/videos"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A transparent PNG, larger than what is kept."""
    target = tmp_path / "picture.png"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i"]
    subprocess.run([*command, "testsrc2=size=1920x1080,format=rgba", "-frames:v", "1", str(target)], check=True)
    return target


async def poster(house: House, session: ClientSession, video_id: str) -> bytes:
    async with session.get(f"{VIDEOS}/{video_id}/poster") as answer:
        assert answer.status == 200
        return await answer.read()


async def test_three_pictures_are_proposed_when_a_video_is_published(house: House) -> None:
    video_id = MADE
    for event in await house.facts("video.published"):
        await house.pictures.hear(event)
    await house.picture_work().run(video_id)
    gallery = await house.pictures.show(PRODUCER, video_id)
    assert [(one.kind, one.state) for one in gallery.items] == [(Kind.PROPOSED, State.READY)] * 3
    files = [await house.pictures.file(PRODUCER, video_id, one.id) for one in gallery.items]
    assert len({path.read_bytes()[:2] for path in files}) == 1
    assert len({path.read_bytes() for path in files}) == 3
    assert gallery.video.poster is None


@pytest.mark.slow
async def test_proposals_of_an_earlier_edition_go_and_the_chosen_one_stays(house: House) -> None:
    video_id = MADE
    (event,) = await house.facts("video.published")
    await house.pictures.hear(event)
    await house.picture_work().run(video_id)
    first = (await house.pictures.show(PRODUCER, video_id)).items[0]
    await house.pictures.choose(PRODUCER, video_id, first.id)
    await house.pictures.hear(event)
    await house.picture_work().run(video_id)
    gallery = await house.pictures.show(PRODUCER, video_id)
    assert (gallery.video.poster, len(gallery.items)) == (first.id, 4)
    folder = house.folders.video(video_id) / "pictures"
    assert sorted(path.stem for path in folder.iterdir()) == sorted(one.id for one in gallery.items)


async def test_pictures_are_proposed_on_request_for_videos_from_before(house: House, producer: ClientSession) -> None:
    video_id = MADE
    place = f"/studio/videos/{video_id}/poster"
    async with producer.get(place) as answer:
        assert "Propose three" in await answer.text()
    async with producer.post(f"{place}/proposals", headers=SAME_ORIGIN) as answer:
        page = await answer.text()
        assert ("Pictures are being made" in page, "Propose three" in page) == (True, False)
    assert len((await house.pictures.show(PRODUCER, video_id)).items) == 3


async def test_any_frame_becomes_the_poster_once_it_is_made(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    video_id = MADE
    before = await poster(house, stranger, video_id)
    async with producer.post(f"{VIDEOS}/{video_id}/pictures", json={"seconds": 1.52, "choose": True}) as answer:
        assert answer.status == 201
        made = await answer.json()
    assert (made["state"], made["seconds"], made["file"]) == ("wanted", 1.52, None)
    assert await poster(house, stranger, video_id) == before
    await house.picture_work().run(video_id)
    after = await poster(house, stranger, video_id)
    assert after != before
    assert after[:2] == b"\xff\xd8"
    async with producer.get(f"{VIDEOS}/{video_id}/pictures") as answer:
        listed = await answer.json()
    assert listed["chosen"] == made["id"]
    async with producer.get(listed["items"][0]["file"]) as answer:
        assert await answer.read() == after
    async with stranger.get(f"{VIDEOS}/{video_id}") as answer:
        assert made["id"] in (await answer.json())["poster"]


@pytest.mark.slow
async def test_what_was_chosen_outlives_another_edition(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    video_id = MADE
    async with producer.post(f"{VIDEOS}/{video_id}/pictures", json={"seconds": 1, "choose": True}) as answer:
        assert answer.status == 201
    await house.picture_work().run(video_id)
    chosen, old = await poster(house, stranger, video_id), await folder_of(house, video_id)
    await house.db.write(lambda tx: transcodes.queue(tx, video_id))
    await house.work().finish(video_id)
    assert await folder_of(house, video_id) != old
    assert not old.exists()
    assert await poster(house, stranger, video_id) == chosen


async def folder_of(house: House, video_id: str) -> Path:
    return (await VideoSource(house.db, house.folders).locate(STRANGER, video_id)).folder


async def test_a_brought_picture_is_encoded_anew_and_small(
    house: House, producer: ClientSession, stranger: ClientSession, picture: Path
) -> None:
    video_id = MADE
    place = f"{VIDEOS}/{video_id}/picture-files?choose=true"
    async with producer.post(place, data=picture.read_bytes()) as answer:
        assert answer.status == 201, await answer.text()
    await house.picture_work().run(video_id)
    shown = await poster(house, stranger, video_id)
    assert shown[:2] == b"\xff\xd8"
    assert (1280).to_bytes(2, "big") in shown[:1000]
    assert not list((house.folders.video(video_id) / "pictures").glob(".*"))


@pytest.mark.parametrize("size", [(5000, 1), (1, 5000), (1, 1)])
async def test_a_picture_of_any_shape_is_taken(
    house: House, producer: ClientSession, tmp_path: Path, size: tuple[int, int]
) -> None:
    video_id, strip = await house.publish(), tmp_path / "strip.png"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i"]
    subprocess.run([*command, f"color=red:size={size[0]}x{size[1]},format=rgb24", "-frames:v", "1", strip], check=True)
    async with producer.post(f"{VIDEOS}/{video_id}/picture-files", data=strip.read_bytes()) as answer:
        picture_id = (await answer.json())["id"]
    await house.picture_work().run(video_id)
    with av.open(str(await house.pictures.file(PRODUCER, video_id, picture_id))) as made:
        (shown,) = made.decode(video=0)
    assert (shown.width, shown.height) == tuple(min(side, 1280) for side in size)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"\xff\xd8", 422), (b"<svg onload='x'></svg>" * 10, 415), (b"#EXTM3U\nfile:///etc/passwd\n", 415),
        (b"GIF89a" + bytes(100), 415),
    ],
)  # fmt: skip
async def test_what_is_no_picture_is_refused_and_leaves_nothing(
    house: House, producer: ClientSession, body: bytes, status: int
) -> None:
    video_id = await house.publish()
    async with producer.post(f"{VIDEOS}/{video_id}/picture-files", data=body) as answer:
        assert answer.status in {status, 415}
    assert list((house.folders.video(video_id) / "pictures").iterdir()) == []


async def test_a_picture_too_large_is_refused_and_leaves_nothing(house: House, producer: ClientSession) -> None:
    video_id = await house.publish()
    body = BytesIO(b"\xff\xd8\xff\xe0" + bytes(LARGEST))
    async with producer.post(f"{VIDEOS}/{video_id}/picture-files", data=body) as answer:
        assert answer.status == 413
    assert list((house.folders.video(video_id) / "pictures").iterdir()) == []


async def test_a_picture_that_is_broken_inside_says_so_and_the_poster_stays(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    video_id = MADE
    before = await poster(house, stranger, video_id)
    async with producer.post(
        f"{VIDEOS}/{video_id}/picture-files?choose=true", data=b"\xff\xd8\xff\xe0" + bytes(2000)
    ) as answer:
        assert answer.status == 201
    await house.picture_work().run(video_id)
    async with producer.get(f"{VIDEOS}/{video_id}/pictures") as answer:
        (one,) = (await answer.json())["items"]
    assert one["state"] == "failed"
    assert one["reason"] == "The file can't be read as a picture: it is damaged, or has more than 50000000 pixels."
    assert await poster(house, stranger, video_id) == before
    assert list((house.folders.video(video_id) / "pictures").iterdir()) == []


async def test_only_makers_see_what_was_not_chosen(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    video_id = MADE
    picture_id = (await house.pictures.take(PRODUCER, video_id, 0, choose=False)).id
    await house.picture_work().run(video_id)
    async with ClientSession(str(producer._base_url), headers={"Authorization": "Bearer outsider"}) as outsider:
        for path in ("pictures", f"pictures/{picture_id}/image.jpg"):
            async with outsider.get(f"{VIDEOS}/{video_id}/{path}") as answer:
                assert answer.status == 403
    async with stranger.get(f"{VIDEOS}/{video_id}/pictures/{picture_id}/image.jpg") as answer:
        assert answer.status == 401
    private = await house.publish(visibility=Visibility.PRIVATE, owner_id="owner")
    with pytest.raises(NotFound):
        await house.pictures.show(STRANGER, private)


async def test_a_time_behind_the_end_another_videos_picture_and_too_many_are_refused(
    house: House, producer: ClientSession
) -> None:
    video_id, other = await house.publish(), await house.publish()
    await house.db.write(lambda tx: tx.run("UPDATE videos SET width = 320, height = 180"))
    place = f"{VIDEOS}/{video_id}/pictures"
    async with producer.post(place, json={"seconds": 61}) as answer:
        assert answer.status == 422
    foreign = await house.pictures.take(OWNER, other, 0, choose=False)
    async with producer.put(f"{VIDEOS}/{video_id}/poster", json={"picture": foreign.id}) as answer:
        assert answer.status == 404
    mine = await house.pictures.take(PRODUCER, video_id, 0, choose=False)
    async with producer.put(f"{VIDEOS}/{video_id}/poster", json={"picture": mine.id}) as answer:
        assert answer.status == 409
    for _ in range(MOST - 1):
        await house.pictures.take(PRODUCER, video_id, 0, choose=False)
    async with producer.post(place, json={"seconds": 1}) as answer:
        assert answer.status == 409


async def test_removing_the_chosen_one_brings_back_the_transcodes_own(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    video_id = MADE
    own = await poster(house, stranger, video_id)
    taken = await house.pictures.take(PRODUCER, video_id, 1_000_000, choose=True)
    await house.picture_work().run(video_id)
    assert await poster(house, stranger, video_id) != own
    async with producer.delete(f"{VIDEOS}/{video_id}/pictures/{taken.id}") as answer:
        assert answer.status == 204
    assert await poster(house, stranger, video_id) == own
    assert list((house.folders.video(video_id) / "pictures").iterdir()) == []


async def test_a_lost_wake_up_is_found_and_the_job_may_run_twice_at_once(house: House, clock: FakeClock) -> None:
    video_id = MADE
    taken = await house.pictures.take(PRODUCER, video_id, 0, choose=True)
    clock.advance(rows.REMIND / SECOND + 1)
    assert await house.db.write(rows.forgotten) == [video_id]
    assert await house.db.write(rows.forgotten) == []
    await asyncio.gather(house.picture_work().run(video_id), house.picture_work().run(video_id))
    gallery = await house.pictures.show(PRODUCER, video_id)
    assert (gallery.video.poster, gallery.items[0].state) == (taken.id, State.READY)


async def test_where_the_original_is_gone_the_largest_rung_gives_the_frame(house: House) -> None:
    video_id = MADE
    original = house.folders.original(video_id)
    assert original is not None
    original.unlink()
    taken = await house.pictures.take(PRODUCER, video_id, 1_000_000, choose=False)
    await house.picture_work().run(video_id)
    assert (await house.pictures.file(PRODUCER, video_id, taken.id)).stat().st_size > 1000


async def test_the_page_takes_a_frame_and_says_what_is_no_time(house: House, producer: ClientSession) -> None:
    video_id = await house.publish()
    await house.db.write(lambda tx: tx.run("UPDATE videos SET width = 320, height = 180"))
    place = f"/studio/videos/{video_id}/poster"
    async with producer.post(f"{place}/frame", data={"time": "soon"}, headers=SAME_ORIGIN) as answer:
        assert (answer.status, "such as 12:30" in await answer.text()) == (422, True)
    async with producer.post(f"{place}/frame", data={"time": "0:30"}, headers=SAME_ORIGIN) as answer:
        assert "Pictures are being made" in await answer.text()
