"""Videos taken home: by whom, what, and what becomes of the files."""

import asyncio
from pathlib import Path

import av
import pytest
from aiohttp import ClientSession

from novacast.clock import SECOND
from novacast.vods import store as videos
from novacast.vods.downloads import store
from novacast.vods.downloads.models import KEPT, Allowed, plain, title_name
from novacast.vods.models import Visibility
from novacast.vods.transcoding import store as transcodes
from tests.fakes.clock import FakeClock
from tests.vods.conftest import OWNER, PRODUCER, Clips, House
from tests.vods.stock import MADE, clip_of

VIDEOS = "/api/v1/videos"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def ready(house: House, allowed: Allowed = Allowed.EVERYONE, **columns: str) -> str:
    if columns:
        await house.db.write(lambda tx: videos.change(tx, MADE, columns))
    await house.downloads.allow(OWNER, MADE, allowed)
    return MADE


async def test_a_rung_becomes_one_file_that_plays_from_its_beginning(
    house: House, clock: FakeClock, stranger: ClientSession, tmp_path: Path
) -> None:
    video_id = await ready(house, title="Ende: gut/alles gut?")
    place = f"{VIDEOS}/{video_id}/downloads"
    async with stranger.get(f"{place}/144p") as answer:
        assert answer.status == 409
    async with stranger.post(place, json={"name": "144p"}) as answer:
        assert (answer.status, (await answer.json())["state"]) == (200, "wanted")
    await house.download_work(clock).run(video_id)
    async with stranger.get(place) as answer:
        items = {one["name"]: one for one in (await answer.json())["items"]}
    assert {name: one["state"] for name, one in items.items()} == {"original": "ready", "240p": "none", "144p": "ready"}
    async with stranger.get(f"{place}/144p") as answer:
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="Ende gut alles gut (144p).mp4"')
        body = await answer.read()
    assert len(body) == items["144p"]["bytes"]
    file = tmp_path / "home.mp4"
    file.write_bytes(body)
    with av.open(str(file)) as media:
        assert [stream.type for stream in media.streams] == ["video", "audio"]
        assert sum(1 for _ in media.decode(video=0)) == 50
        assert media.metadata["title"] == "Ende: gut/alles gut?"
    assert body.index(b"moov") < body.index(b"mdat")


async def test_ranges_go_on_where_they_stopped_and_only_beginnings_are_counted(
    house: House, stranger: ClientSession, producer: ClientSession, clips: Clips
) -> None:
    video_id = await ready(house)
    place = f"{VIDEOS}/{video_id}/downloads"
    whole = clip_of(clips).read_bytes()
    async with stranger.get(f"{place}/original") as answer:
        assert await answer.read() == whole
    async with stranger.get(f"{place}/original", headers={"Range": "bytes=100-199"}) as answer:
        assert (answer.status, await answer.read()) == (206, whole[100:200])
    async with stranger.head(f"{place}/original") as answer:
        assert answer.status == 200
    async with stranger.get(f"{place}/original", headers={"Range": f"bytes={len(whole)}-"}) as answer:
        assert answer.status == 416
    async with producer.get(place) as answer:
        assert (await answer.json())["taken"] == 1


async def test_a_download_that_goes_on_is_never_put_together_of_two_files(
    house: House, producer: ClientSession
) -> None:
    video_id = await house.publish()
    original = house.folders.video(video_id) / "original.mp4"
    original.parent.mkdir(exist_ok=True)
    original.write_bytes(b"old file")
    place = f"/api/v1/videos/{video_id}/downloads/original"
    async with producer.get(place) as answer:
        tag = answer.headers["ETag"]
    rest = {"Range": "bytes=4-", "If-Range": tag}
    async with producer.get(place, headers=rest) as answer:
        assert (answer.status, await answer.read()) == (206, b"file")
    original.write_bytes(b"another one")
    for condition in (tag, f"W/{tag}", "no date"):
        async with producer.get(place, headers={**rest, "If-Range": condition}) as answer:
            assert (answer.status, await answer.read()) == (200, b"another one")


@pytest.mark.parametrize("asked", ["items=0-1", "bytes=0-1,3-4", "bytes=5-1", "bytes=a-b", "bytes=-0"])
async def test_a_range_that_is_none_is_answered_by_all_there_is(
    house: House, producer: ClientSession, asked: str
) -> None:
    video_id = await house.publish()
    house.folders.video(video_id).mkdir(exist_ok=True)
    (house.folders.video(video_id) / "original.mp4").write_bytes(b"abcdefgh")
    async with producer.get(f"/api/v1/videos/{video_id}/downloads/original", headers={"Range": asked}) as answer:
        assert (answer.status, await answer.read()) == (200, b"abcdefgh")


@pytest.mark.parametrize(
    ("allowed", "who", "status"),
    [
        ("none", None, 403), ("members", None, 403), ("everyone", None, 200), ("none", "outsider", 403),
        ("members", "outsider", 403), ("none", "door", 403), ("members", "door", 200), ("none", "producer", 200),
        ("none", "owner", 200),
    ],
)  # fmt: skip
async def test_who_may_take_a_video_home(
    house: House, address: str, allowed: str, who: str | None, status: int
) -> None:
    video_id = await ready(house, Allowed(allowed))
    headers = {"Authorization": f"Bearer {who}"} if who else {}
    async with ClientSession(address, headers=headers) as session:
        place = f"{VIDEOS}/{video_id}/downloads"
        async with session.get(f"{place}/original") as answer:
            assert answer.status == status
        async with session.post(place, json={"name": "144p"}) as answer:
            assert answer.status == status
        async with session.get(place) as answer:
            shown = await answer.json()
        assert (shown["permitted"], bool(shown["items"]), shown["taken"] is None) == (
            status == 200, status == 200, status != 200,
        )  # fmt: skip
        async with session.get(f"/watch/{video_id}") as answer:
            assert ("<nova-downloads" in await answer.text()) is (status == 200)
        if who not in {"producer", "owner"}:
            async with session.put(place, json={"allowed": "everyone"}) as answer:
                assert answer.status in {401, 403}


async def test_what_may_not_be_seen_may_not_be_taken(house: House, stranger: ClientSession) -> None:
    video_id = await ready(house, visibility=Visibility.PRIVATE)
    for name in ("original", "144p", "../../keys"):
        async with stranger.get(f"{VIDEOS}/{video_id}/downloads/{name}") as answer:
            assert answer.status == 404
    public = await ready(house, visibility=Visibility.PUBLIC)
    async with stranger.post(f"{VIDEOS}/{public}/downloads", json={"name": "2160p"}) as answer:
        assert answer.status == 404
    for name in ("%2e%2e%2foriginal.mp4", "2160p", "nope"):
        async with stranger.get(f"{VIDEOS}/{public}/downloads/{name}") as answer:
            assert answer.status == 404


@pytest.mark.slow
async def test_many_who_ask_at_once_cost_one_file_and_the_job_may_run_twice(
    house: House, clock: FakeClock, stranger: ClientSession
) -> None:
    video_id = await ready(house)
    place = f"{VIDEOS}/{video_id}/downloads"
    answers = await asyncio.gather(*(stranger.post(place, json={"name": "144p"}) for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    await asyncio.gather(house.download_work(clock).run(video_id), house.download_work(clock).run(video_id))
    folder = house.folders.video(video_id) / "downloads"
    assert len(list(folder.iterdir())) == 1
    async with stranger.get(f"{place}/144p") as answer:
        assert answer.status == 200


@pytest.mark.slow
async def test_files_nobody_fetches_and_files_of_another_edition_go(house: House, clock: FakeClock) -> None:
    video_id = await ready(house)
    folder = house.folders.video(video_id) / "downloads"
    work = house.download_work(clock)
    await house.downloads.prepare(PRODUCER, video_id, "144p")
    await work.run(video_id)
    await work.sweep()
    assert len(list(folder.iterdir())) == 1
    clock.advance(KEPT / SECOND + 1)
    await work.sweep()
    assert list(folder.iterdir()) == []
    await house.downloads.prepare(PRODUCER, video_id, "144p")
    await work.run(video_id)
    await house.db.write(lambda tx: transcodes.queue(tx, video_id))
    await house.work().finish(video_id)
    assert len(list(folder.iterdir())) == 1
    await work.sweep()
    assert list(folder.iterdir()) == []


async def test_a_file_that_somebody_deleted_on_disk_can_be_made_again(
    house: House, clock: FakeClock, stranger: ClientSession
) -> None:
    video_id = await ready(house)
    await house.downloads.prepare(PRODUCER, video_id, "144p")
    await house.download_work(clock).run(video_id)
    (file,) = (house.folders.video(video_id) / "downloads").iterdir()
    file.unlink()
    async with stranger.get(f"{VIDEOS}/{video_id}/downloads/144p") as answer:
        assert answer.status == 409
    item = await house.downloads.prepare(PRODUCER, video_id, "144p")
    assert item.state.value == "wanted"


@pytest.mark.slow
async def test_where_there_is_no_room_it_says_so_and_leaves_nothing(
    house: House, clock: FakeClock, stranger: ClientSession
) -> None:
    video_id = await ready(house)
    await house.downloads.prepare(PRODUCER, video_id, "144p")
    await house.download_work(clock, reserve=2**60).run(video_id)
    async with stranger.get(f"{VIDEOS}/{video_id}/downloads") as answer:
        item = next(one for one in (await answer.json())["items"] if one["name"] == "144p")
    assert (item["state"], "room" in item["reason"]) == ("failed", True)
    assert not (house.folders.video(video_id) / "downloads").exists()
    assert (await house.downloads.prepare(PRODUCER, video_id, "144p")).state.value == "wanted"


async def test_a_lost_wake_up_is_found(house: House, clock: FakeClock) -> None:
    video_id = await ready(house)
    await house.downloads.prepare(PRODUCER, video_id, "144p")
    assert await house.db.write(store.forgotten) == []
    clock.advance(store.REMIND / SECOND + 1)
    assert await house.db.write(store.forgotten) == [video_id]
    assert await house.db.write(store.forgotten) == []


async def test_the_pages_work_without_scripts(house: House, producer: ClientSession, stranger: ClientSession) -> None:
    video_id = await house.publish()
    await house.db.write(
        lambda tx: tx.run("INSERT INTO rungs VALUES (?, '144p', 256, 144, 'published', 1000)", (video_id,))
    )
    async with stranger.get(f"/watch/{video_id}") as answer:
        assert "nova-downloads" not in await answer.text()
    place = f"/studio/videos/{video_id}/downloads"
    async with producer.post(place, data={"allowed": "everyone"}, headers=SAME_ORIGIN) as answer:
        assert 'value="everyone" checked' in await answer.text()
    async with stranger.post(f"/watch/{video_id}/download", data={"name": "144p"}, headers=SAME_ORIGIN) as answer:
        assert "It is being prepared." in await answer.text()


def test_names_for_home_are_plain() -> None:
    assert title_name('A/B\\C: "D"?', "720p") == "A B C D (720p).mp4"
    assert title_name("...", "720p") == "Video (720p).mp4"
    assert plain("a\x00b\n.mp4") == "a b .mp4"
    assert len(plain("x" * 400)) == 150
