"""Another file for a video: it keeps all it has, and is watchable all the time."""

import asyncio
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession

from novacast.errors import Conflict, Forbidden, NotFound
from novacast.identity import new_id
from novacast.vods import store as videos
from novacast.vods.chapters.models import Chapter
from novacast.vods.models import Draft, Video, VideoState, Visibility
from novacast.vods.replacement import store
from novacast.vods.source import VideoSource
from novacast.vods.transcoding import store as transcodes
from novacast.vods.transcoding.models import TranscodeState
from tests.fakes.clock import FakeClock
from tests.vods.conftest import DOOR, ORG, OWNER, PRODUCER, STRANGER, Clips, House

TUS = {"Tus-Resumable": "1.0.0"}
UPLOADS = "/api/v1/uploads"


def metadata(**values: str) -> str:
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in values.items())


async def send(session: ClientSession, file: Path, video_id: str, name: str = "better.mp4") -> str:
    """Its upload's id."""
    body = file.read_bytes()
    headers = {**TUS, "Upload-Length": str(len(body)), "Upload-Metadata": metadata(filename=name, replaces=video_id)}
    async with session.post(UPLOADS, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        place = answer.headers["Location"]
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    async with session.patch(place, data=body, headers=headers) as answer:
        assert answer.status == 204, await answer.text()
    return place.rsplit("/", 1)[1]


async def shown(house: House, video_id: str) -> Video:
    video = await house.db.one(videos.by_id(video_id))
    assert video is not None
    return video


async def ready(house: House, clips: Clips, **more: object) -> str:
    video_id = await house.arrive(clips("clip.mp4"), **more)
    await house.work().finish(video_id)
    return video_id


async def waiting(house: House, file: Path | None, video_id: str, name: str = "better.mp4") -> str:
    """As an upload leaves it."""
    draft = Draft(new_id(), ORG, "producer", "x", "", "", Visibility.PRIVATE, name, 1)
    if file is not None:
        house.folders.arrival(draft.id).write_bytes(file.read_bytes())
    await house.db.write(lambda tx: house.intake.replace(tx, video_id, draft))
    return draft.id


async def test_a_new_file_takes_the_place_of_the_old_and_all_around_it_stays(
    house: House, producer: ClientSession, clips: Clips
) -> None:
    video_id = await ready(house, clips, title="Mine", description="Words", source_name="old.mp4")
    await house.chapters.write(PRODUCER, video_id, [Chapter(0, "Typed")])
    await house.positions.keep(PRODUCER, video_id, 1_000_000)
    before = await shown(house, video_id)
    await send(producer, clips("longer.mp4", seconds=4), video_id)
    assert (await shown(house, video_id)) == before
    await house.replacement_work().run(video_id)
    queued = await shown(house, video_id)
    assert (queued.state, queued.edition, queued.source_name) == (VideoState.READY, before.edition, "better.mp4")
    old = (await VideoSource(house.db, house.folders).locate(STRANGER, video_id)).folder
    assert (old / "master.m3u8").exists()
    await house.work().finish(video_id)
    after = await shown(house, video_id)
    assert after.edition != before.edition
    assert (after.title, after.description, after.created_at, after.published_at) == (
        "Mine", "Words", before.created_at, before.published_at,
    )  # fmt: skip
    assert before.duration is not None
    assert (after.duration or 0) > before.duration * 1.5
    assert not old.exists()
    assert [one.title for one in (await house.chapters.show(STRANGER, video_id)).items] == ["Typed"]
    detail = await house.videos.show(PRODUCER, video_id)
    assert detail.position is not None
    originals = list(house.folders.video(video_id).glob("original*"))
    assert [path.stat().st_size for path in originals] == [clips("longer.mp4", seconds=4).stat().st_size]
    assert list(house.data.uploads.iterdir()) == []
    assert await house.videos.library(STRANGER) is not None


async def test_what_is_no_video_is_refused_and_the_old_one_goes_on(
    house: House, producer: ClientSession, clips: Clips, tmp_path: Path
) -> None:
    video_id = await ready(house, clips)
    before = await shown(house, video_id)
    nonsense = tmp_path / "nonsense.mp4"
    nonsense.write_bytes(b"no video at all" * 100)
    await send(producer, nonsense, video_id)
    await house.replacement_work().run(video_id)
    assert (await shown(house, video_id)) == before
    transcode = await house.db.one(transcodes.by_video(video_id))
    assert transcode is not None
    assert transcode.state is TranscodeState.DONE
    place = f"/api/v1/videos/{video_id}/replacement"
    async with producer.get(place) as answer:
        told = await answer.json()
    assert (told["state"], bool(told["reason"])) == ("refused", True)
    async with producer.get(f"/studio/videos/{video_id}/replacement") as answer:
        assert "The new file was not taken." in await answer.text()
    assert list(house.data.uploads.iterdir()) == []
    async with producer.delete(place) as answer:
        assert answer.status == 204
    async with producer.get(place) as answer:
        assert answer.status == 404


async def test_only_those_who_may_edit_replace(house: House, address: str, clips: Clips) -> None:
    video_id = await ready(house, clips, visibility=Visibility.PUBLIC)
    for who, status in (("outsider", 403), ("door", 403)):
        async with ClientSession(address, headers={"Authorization": f"Bearer {who}"}) as session:
            headers = {**TUS, "Upload-Length": "5", "Upload-Metadata": metadata(filename="x.mp4", replaces=video_id)}
            async with session.post(UPLOADS, headers=headers) as answer:
                assert answer.status == status
            async with session.get(f"/api/v1/videos/{video_id}/replacement") as answer:
                assert answer.status == 403
    async with ClientSession(address, headers={"Authorization": "Bearer producer"}) as session:
        headers = {**TUS, "Upload-Length": "5", "Upload-Metadata": metadata(filename="x.mp4", replaces="nothing")}
        async with session.post(UPLOADS, headers=headers) as answer:
            assert answer.status == 404
    with pytest.raises(Forbidden):
        await house.replacements.show(DOOR, video_id)
    with pytest.raises(NotFound):
        await house.replacements.show(STRANGER, await house.publish(visibility=Visibility.PRIVATE))


async def test_a_token_that_may_only_upload_takes_no_video_its_file(house: House) -> None:
    video_id = await house.publish()
    with pytest.raises(Forbidden, match="write"):
        await house.intake.replaceable(replace(PRODUCER, scopes=frozenset({"upload"})), video_id)
    assert await house.intake.replaceable(replace(PRODUCER, scopes=frozenset({"upload", "write"})), video_id) == ORG


async def test_a_file_for_a_video_that_was_deleted_meanwhile_is_gone(
    house: House, producer: ClientSession, clips: Clips
) -> None:
    video_id = await ready(house, clips)
    headers = {**TUS, "Upload-Length": "3", "Upload-Metadata": metadata(filename="x.mp4", replaces=video_id)}
    async with producer.post(UPLOADS, headers=headers) as answer:
        place = answer.headers["Location"]
    await house.videos.delete(OWNER, video_id)
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    async with producer.patch(place, data=b"abc", headers=headers) as answer:
        assert answer.status == 410


async def test_a_file_that_waited_goes_with_the_video_that_it_was_for(house: House, clips: Clips) -> None:
    video_id = await house.publish()
    upload_id = await waiting(house, clips("clip.mp4"), video_id)
    await house.videos.delete(OWNER, video_id)
    await house.removal.sweep()
    assert not house.folders.arrival(upload_id).exists()
    assert await house.db.all(videos.doomed()) == []


async def test_the_last_of_two_files_counts_and_the_other_is_thrown_away(house: House, clips: Clips) -> None:
    video_id = await ready(house, clips)
    first = await waiting(house, clips("clip.mp4"), video_id, "first.mp4")
    second = await waiting(house, clips("clip.mp4"), video_id, "second.mp4")
    assert not house.folders.arrival(first).exists()
    assert house.folders.arrival(second).exists()
    with pytest.raises(Conflict):
        await house.replacements.dismiss(PRODUCER, video_id)
    await house.replacement_work().run(video_id)
    assert (await shown(house, video_id)).source_name == "second.mp4"


async def test_a_transcode_of_the_old_file_ends_before_the_new_one_begins(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    await waiting(house, clips("longer.mp4", seconds=4), video_id)
    await house.replacement_work().run(video_id)
    await house.work().finish(video_id)
    video = await shown(house, video_id)
    assert (video.state, (video.duration or 0) > 3_500_000) == (VideoState.READY, True)


async def test_while_a_worker_is_at_the_old_file_it_is_asked_to_end_and_the_job_comes_again(
    house: House, clips: Clips
) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    await house.db.write(lambda tx: transcodes.claim(tx, video_id))
    upload_id = await waiting(house, clips("clip.mp4"), video_id)
    await house.replacement_work().run(video_id)
    transcode = await house.db.one(transcodes.by_video(video_id))
    assert transcode is not None
    assert transcode.cancelling
    assert house.folders.arrival(upload_id).exists()


async def test_killed_between_file_and_row_it_goes_on_where_it_was(
    house: House, clock: FakeClock, clips: Clips
) -> None:
    video_id = await ready(house, clips)
    upload_id = await waiting(house, clips("longer.mp4", seconds=4), video_id)
    assert house.folders.replace_original(video_id, upload_id, "better.mp4")
    assert await house.db.write(store.forgotten) == []
    clock.advance(store.REMIND / 1_000_000 + 1)
    assert await house.db.write(store.forgotten) == [video_id]
    await asyncio.gather(house.replacement_work().run(video_id), house.replacement_work().run(video_id))
    await house.work().finish(video_id)
    assert ((await shown(house, video_id)).duration or 0) > 3_500_000


async def test_a_file_that_vanished_is_told(house: House, clips: Clips) -> None:
    video_id = await ready(house, clips)
    await waiting(house, None, video_id)
    await house.replacement_work().run(video_id)
    _, replacement = await house.replacements.show(PRODUCER, video_id)
    assert replacement is not None
    assert "missing" in (replacement.reason or "")
    assert house.folders.original(video_id) is not None


@pytest.mark.slow
async def test_a_new_file_that_fails_later_leaves_the_old_edition_watchable(house: House, clips: Clips) -> None:
    video_id = await ready(house, clips)
    before = await shown(house, video_id)
    await waiting(house, clips("longer.mp4", seconds=4), video_id)
    await house.replacement_work().run(video_id)
    original = house.folders.original(video_id)
    assert original is not None
    original.write_bytes(b"")
    await house.work().finish(video_id)
    after = await shown(house, video_id)
    assert (after.state, after.edition) == (VideoState.READY, before.edition)
    assert (house.folders.edition(video_id, after.edition or "") / "master.m3u8").exists()
