"""The transcode job, on real clips."""

import asyncio
import re
from pathlib import Path

import pytest

from novacast.errors import Conflict, Forbidden, NotFound
from novacast.settings import Transcode
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.source import VideoSource
from novacast.vods.transcoding import store
from novacast.vods.transcoding.models import ATTEMPTS, LEASE, TranscodeState
from novacast.vods.transcoding.models import Transcode as Row
from tests.fakes.clock import FakeClock
from tests.vods.conftest import DOOR, OUTSIDER, PRODUCER, STRANGER, Clips, House
from tests.waiting import until

LONG = Transcode(heights=(144, 240, 360), preset="slow", nice=0)


async def row(house: House, video_id: str) -> Row:
    found = await house.db.one(store.by_video(video_id))
    assert found is not None
    return found


async def state(house: House, video_id: str) -> VideoState:
    video = await house.db.one(videos.by_id(video_id))
    assert video is not None
    return video.state


def leavings(house: House, video_id: str) -> list[str]:
    """Whatever lies about of the video except its original."""
    made = list(house.folders.work.glob("*")) if house.folders.work.is_dir() else []
    return sorted(
        p.name for p in [*made, *house.folders.video(video_id).glob("*")] if not p.name.startswith("original")
    )


async def encoding(house: House, video_id: str) -> None:
    """Returns once FFmpeg is at it."""

    async def begun() -> bool:
        return (await row(house, video_id)).step == "encode" and any(house.folders.work.glob("*/*/*.m4s"))

    await until(begun)


async def test_a_clip_becomes_a_ladder_with_sound_poster_and_storyboard(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"), source_name="Holiday.MP4")
    await house.work().finish(video_id)

    detail = await house.videos.show(STRANGER, video_id)
    assert detail.video.state is VideoState.READY
    assert [(rung.name, rung.published) for rung in detail.rungs] == [("180p", True), ("144p", True)]
    assert all(rung.bytes for rung in detail.rungs)
    assert detail.video.duration is not None
    assert abs(detail.video.duration - 2_000_000) < 200_000
    assert (detail.video.width, detail.video.height) == (320, 180)
    place = await VideoSource(house.db, house.folders).locate(STRANGER, video_id)
    assert place.folder.parent == house.folders.video(video_id)
    assert "144p/index.m3u8" in (place.folder / place.master).read_text()
    assert place.poster
    assert (place.folder / place.poster).read_bytes().startswith(b"\xff\xd8")
    assert place.storyboard
    assert "storyboard_0.jpg#xywh=" in (place.folder / place.storyboard).read_text()
    assert (house.folders.video(video_id) / "original.mp4").stat().st_size == clips("clip.mp4").stat().st_size
    assert (await row(house, video_id)).progress == 1000
    assert not house.folders.arrival(video_id).exists()
    assert not list(house.folders.work.glob("*"))
    assert [event.audience for event in await house.facts("video.published")] == ["org:org1"]


@pytest.mark.slow
async def test_segments_are_as_long_as_the_settings_say(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("longer.mp4", seconds=5))
    await house.work(Transcode(heights=(144,), preset="ultrafast", gop_seconds=2.0)).finish(video_id)
    place = await VideoSource(house.db, house.folders).locate(STRANGER, video_id)
    lengths = re.findall(r"#EXTINF:([\d.]+)", (place.folder / "144p" / "index.m3u8").read_text())
    assert [round(float(length)) for length in lengths] == [2, 2, 1]


async def test_progress_is_told_to_the_organization_and_only_grows(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("longer.mp4", seconds=8))
    await house.work().finish(video_id)
    facts = await house.facts("video.progress")
    told = [event.payload["progress"] for event in facts]
    assert told == sorted(told)
    assert {event.audience for event in facts} == {"org:org1"}


def table(tmp: Path, clips: Clips) -> dict[str, tuple[Path, str, str]]:
    """Name -> file, code of the reason, a word that the reason must hold."""
    made: dict[str, tuple[bytes, str, str]] = {
        "text": (b"Dear diary, this is no film.\n" * 50, "not_media", "video"),
        "playlist": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "playlist", "playlist"),
        "empty": (b"", "empty", "empty"),
        "corrupt": (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00" + bytes(range(256)) * 40, "corrupt", "damaged"),
        "cut": (clips("clip.mp4").read_bytes()[:3000], "corrupt", "damaged"),
    }
    rows = {}
    for name, (data, code, word) in made.items():
        path = tmp / f"{name}.mp4"
        path.write_bytes(data)
        rows[name] = (path, code, word)
    return rows


@pytest.mark.parametrize("name", ["text", "playlist", "empty", "corrupt", "cut"])
async def test_what_is_no_video_is_refused_in_words(house: House, clips: Clips, tmp_path: Path, name: str) -> None:
    path, code, word = table(tmp_path, clips)[name]
    video_id = await house.arrive(path)
    await house.work().finish(video_id)
    ended = await row(house, video_id)
    assert ended.state is TranscodeState.FAILED
    assert ended.reason is not None
    assert (ended.reason_code, word in ended.reason.lower()) == (code, True), ended.reason
    assert str(tmp_path) not in ended.reason
    assert await state(house, video_id) is VideoState.FAILED
    assert leavings(house, video_id) == []
    assert (await house.facts("video.failed"))[0].payload["reason"] == ended.reason


async def test_a_video_longer_than_the_setting_is_refused(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("forty.mp4", seconds=40, size="64x36"))
    await house.work(Transcode(heights=(144,), max_hours=0.01)).finish(video_id)
    assert "hours" in ((await row(house, video_id)).reason or "")


async def test_an_original_that_is_gone_fails_with_its_reason(house: House) -> None:
    video_id = await house.arrive(None)
    await house.work().finish(video_id)
    assert "missing" in ((await row(house, video_id)).reason or "")


@pytest.mark.slow
async def test_a_cancelled_transcode_ends_and_leaves_nothing_and_can_be_tried_again(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("film.mp4", seconds=24, size="640x360"))
    running = asyncio.ensure_future(house.work(LONG).finish(video_id))
    await encoding(house, video_id)
    assert (await house.transcoding.cancel(PRODUCER, video_id)).cancelling
    async with asyncio.timeout(10):
        await running
    assert (await row(house, video_id)).state is TranscodeState.CANCELLED
    assert leavings(house, video_id) == []
    assert await house.db.all(videos.rungs(video_id)) == []
    assert len(await house.facts("video.cancelled")) == 1

    await house.db.write(lambda tx: tx.run("UPDATE videos SET source_name = 'x' WHERE id = ?", (video_id,)))
    assert (await house.transcoding.retry(PRODUCER, video_id)).state is TranscodeState.QUEUED
    assert await state(house, video_id) is VideoState.PROCESSING
    await house.work().finish(video_id)
    assert await state(house, video_id) is VideoState.READY


async def test_a_waiting_transcode_is_cancelled_at_once(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    assert (await house.transcoding.cancel(PRODUCER, video_id)).state is TranscodeState.CANCELLED
    assert (await house.transcoding.cancel(PRODUCER, video_id)).state is TranscodeState.CANCELLED
    await house.work().finish(video_id)
    assert await state(house, video_id) is VideoState.FAILED


async def test_what_has_ended_is_not_cancelled_and_what_succeeded_is_not_retried(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    with pytest.raises(Conflict):
        await house.transcoding.retry(PRODUCER, video_id)
    await house.work().finish(video_id)
    with pytest.raises(Conflict):
        await house.transcoding.retry(PRODUCER, video_id)
    with pytest.raises(Conflict):
        await house.transcoding.cancel(PRODUCER, video_id)


async def test_strangers_and_members_without_the_right_reach_no_transcode(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    for who in (STRANGER, OUTSIDER, DOOR):
        with pytest.raises(NotFound):
            await house.transcoding.show(who, video_id)
        with pytest.raises(NotFound):
            await house.transcoding.cancel(who, video_id)
    ready = await house.publish()
    with pytest.raises(Forbidden):
        await house.transcoding.cancel(DOOR, ready)


async def test_two_workers_that_are_woken_for_one_video_make_it_once(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    await asyncio.gather(*(house.work().finish(video_id) for _ in range(4)))
    assert len(await house.facts("video.started")) == 1
    assert len(leavings(house, video_id)) == 1
    assert (await row(house, video_id)).attempts == 1


async def test_a_video_deleted_while_it_is_transcoded_leaves_no_file(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("film.mp4", seconds=24, size="640x360"))
    running = asyncio.ensure_future(house.work(LONG).finish(video_id))
    await encoding(house, video_id)
    await house.videos.delete(PRODUCER, video_id)
    await house.removal.remove(video_id)
    async with asyncio.timeout(10):
        await running
    assert not house.folders.video(video_id).exists()
    assert not list(house.folders.work.glob("*"))


async def test_a_worker_that_stops_hands_its_work_back_uncounted(house: House, clips: Clips, clock: FakeClock) -> None:
    video_id = await house.arrive(clips("film.mp4", seconds=24, size="640x360"))
    running = asyncio.ensure_future(house.work(LONG).finish(video_id))
    await encoding(house, video_id)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    waiting = await row(house, video_id)
    assert (waiting.state, waiting.attempts) == (TranscodeState.QUEUED, 0)
    assert house.folders.unfinished() == []
    before = house.queue.waiting()
    await house.transcoding.sweep()

    async def woken() -> bool:
        return house.queue.waiting() > before

    await until(woken)


async def test_a_wake_up_that_died_with_the_server_comes_again_at_its_start(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    await settled(house, before := 2)
    await house.transcoding.sweep()
    assert house.queue.waiting() == before
    await house.transcoding.begin()
    await house.transcoding.sweep()
    await settled(house, before + 1)
    await house.transcoding.sweep()
    assert house.queue.waiting() == before + 1
    assert (await row(house, video_id)).state is TranscodeState.QUEUED


async def settled(house: House, waiting: int) -> None:
    await until(lambda: house.queue.waiting() == waiting)


async def test_an_attempt_that_lost_its_lease_publishes_nothing(house: House, clips: Clips, clock: FakeClock) -> None:
    video_id = await house.arrive(clips("film.mp4", seconds=24, size="640x360"))
    slow = asyncio.ensure_future(house.work(LONG).finish(video_id))
    await encoding(house, video_id)
    stolen = "UPDATE tasks SET worker = 'second' WHERE video_id = ? AND state = 'running'"
    await house.db.write(lambda tx: tx.run(stolen, (video_id,)))
    async with asyncio.timeout(10):
        await slow
    assert {task.worker for task in await house.db.all(store.tasks(video_id)) if task.state == "running"} == {"second"}
    assert (await row(house, video_id)).state is TranscodeState.RUNNING
    assert not any(task.state == "done" for task in await house.db.all(store.tasks(video_id)) if task.kind.renders)
    assert house.folders.unfinished() == []


async def test_what_dies_again_and_again_fails_in_the_end(house: House, clips: Clips, clock: FakeClock) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    for _ in range(ATTEMPTS):
        assert await house.db.write(lambda tx: store.claim(tx, video_id))
        clock.advance(LEASE / 1e6 + 1)
    assert not await house.db.write(lambda tx: store.claim(tx, video_id))
    await house.transcoding.sweep()
    ended = await row(house, video_id)
    assert (ended.state, ended.reason_code) == (TranscodeState.FAILED, "worker_lost")
    assert await state(house, video_id) is VideoState.FAILED
    await house.transcoding.retry(PRODUCER, video_id)
    assert (await row(house, video_id)).attempts == 0


async def test_the_sweep_removes_folders_of_attempts_that_are_over(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    (task,) = await house.db.write(lambda tx: store.claim(tx, video_id))
    assert task.worker is not None
    alive = house.folders.start(video_id, "plan", task.worker)
    house.folders.start(video_id, "plan", "dead")
    await house.transcoding.sweep()
    assert house.folders.unfinished() == [(alive, task.worker)]


async def test_a_lost_wake_up_is_found_once_and_not_every_minute(house: House, clips: Clips, clock: FakeClock) -> None:
    await house.arrive(clips("clip.mp4"))
    await settled(house, 2)
    await house.transcoding.sweep()
    assert house.queue.waiting() == 2
    clock.advance(601)
    await house.transcoding.sweep()
    await settled(house, 3)
    await house.transcoding.sweep()
    assert house.queue.waiting() == 3


async def test_a_retry_of_a_video_that_was_ready_replaces_its_edition(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    await house.work().finish(video_id)
    first = (await house.videos.show(PRODUCER, video_id)).video.edition
    await house.db.write(lambda tx: store.queue(tx, video_id))
    await house.work().finish(video_id)
    second = (await house.videos.show(PRODUCER, video_id)).video.edition
    assert first != second
    assert leavings(house, video_id) == [second]


async def test_a_clock_that_was_set_back_holds_up_no_work(house: House, clips: Clips, clock: FakeClock) -> None:
    waiting, running = await house.arrive(clips("clip.mp4")), await house.arrive(clips("clip.mp4"))
    assert await house.db.write(lambda tx: store.claim(tx, running))
    await settled(house, 4)
    clock.set_now(clock.now() - 86_400_000_000)
    await house.transcoding.sweep()
    await settled(house, 6)
    for video_id in (waiting, running):
        await house.work().finish(video_id)
        assert await state(house, video_id) is VideoState.READY
