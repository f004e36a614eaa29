"""Looking at, editing, deleting videos; and going on where one stopped."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from novacast import outbox
from novacast.clock import SECOND
from novacast.database import Transaction
from novacast.errors import Forbidden, Gone, InvalidInput, NotFound, Unauthenticated
from novacast.identity import SYSTEM, Role
from novacast.vods import store
from novacast.vods.endings import Endings
from novacast.vods.models import Changes, Video, VideoState, Visibility
from novacast.vods.personal import VideoPersonalData
from novacast.vods.service import StudioFilter
from novacast.vods.source import VideoSource
from novacast.vods.uploads.models import Wish
from tests.fakes.clock import FakeClock
from tests.vods.conftest import DOOR, ORG, OTHER_ORG, OUTSIDER, OWNER, PRODUCER, STRANGER, House, person

ANYONE = person("anyone")


async def test_strangers_can_not_tell_hidden_from_missing(house: House) -> None:
    private = await house.publish(visibility=Visibility.PRIVATE)
    processing = await house.arrive()
    for who in (STRANGER, ANYONE, OUTSIDER):
        said = set()
        for video_id in (private, processing, "nonsense"):
            with pytest.raises(NotFound) as caught:
                await house.videos.show(who, video_id)
            said.add(caught.value.message)
        assert len(said) == 1


async def test_whom_signing_in_would_help_is_told_so(house: House) -> None:
    for visibility in (Visibility.SIGNED_IN, Visibility.ORGANIZATION):
        video_id = await house.publish(visibility=visibility)
        with pytest.raises(Unauthenticated):
            await house.videos.show(STRANGER, video_id)
        with pytest.raises(Unauthenticated):
            await VideoSource(house.db, house.folders).locate(STRANGER, video_id)
    with pytest.raises(NotFound):
        await VideoSource(house.db, house.folders).locate(PRODUCER, await house.arrive())


async def test_the_studio_shows_all_to_editors_and_their_own_to_the_others(house: House) -> None:
    mine = await house.arrive(title="door's own", owner_id="door")
    other = await house.arrive(title="other")
    assert {entry.video.id for entry in (await house.videos.studio(PRODUCER, ORG)).items} == {mine, other}
    assert [entry.video.id for entry in (await house.videos.studio(DOOR, ORG)).items] == [mine]
    only_mine = await house.videos.studio(PRODUCER, ORG, StudioFilter(mine=True))
    assert [entry.video.id for entry in only_mine.items] == [other]
    found = await house.videos.studio(PRODUCER, ORG, StudioFilter(VideoState.PROCESSING, Visibility.PUBLIC, "door"))
    assert [entry.video.id for entry in found.items] == [mine]
    assert found.items[0].transcode is not None
    for who in (OUTSIDER, ANYONE):
        with pytest.raises(NotFound):
            await house.videos.studio(who, ORG)


async def test_an_edit_is_told_with_its_visibility_in_the_same_transaction(house: House) -> None:
    video_id = await house.publish()
    await house.videos.edit(PRODUCER, video_id, Changes(visibility=Visibility.PRIVATE))
    await house.videos.edit(PRODUCER, video_id, Changes(title="Same eyes"))
    payloads = [event.payload for event in await house.facts("video.changed")]
    assert [(one["visibility"], one["visibility_changed"]) for one in payloads] == [
        ("private", True),
        ("private", False),
    ]

    def break_off(tx: Transaction, video: Video) -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await house.videos.edit(PRODUCER, video_id, Changes(title="Never"), break_off)
    assert len(await house.facts("video.changed")) == 2
    assert (await house.videos.show(PRODUCER, video_id)).video.title == "Same eyes"


async def test_who_may_watch_may_not_for_that_edit_or_delete(house: House) -> None:
    video_id = await house.publish()
    for who in (STRANGER, ANYONE, DOOR, OUTSIDER):
        with pytest.raises(Forbidden):
            await house.videos.edit(who, video_id, Changes(title="Mine"))
        with pytest.raises(Forbidden):
            await house.videos.delete(who, video_id)
    await house.videos.edit(OWNER, video_id, Changes(title="Owner's"))
    await house.videos.edit(person("producer", Role.DOOR), video_id, Changes(title="Maker's"))


async def test_a_deleted_video_leaves_neither_rows_nor_files_even_if_the_job_was_lost(house: House) -> None:
    video_id = await house.publish()
    await house.positions.keep(ANYONE, video_id, SECOND)
    folder = house.folders.video(video_id)
    (folder / "e").mkdir(parents=True)
    (folder / "original.mp4").write_bytes(b"x")
    house.folders.start(video_id, "all", "half")
    house.folders.arrival(video_id).write_bytes(b"x")
    await house.videos.delete(PRODUCER, video_id)
    with pytest.raises(NotFound):
        await house.videos.show(PRODUCER, video_id)
    assert folder.exists()
    await house.removal.sweep()
    assert not folder.exists()
    assert house.folders.unfinished() == []
    assert not house.folders.arrival(video_id).exists()
    assert await house.db.all(store.doomed()) == []
    assert await house.positions.unfinished(ANYONE) == []
    await house.removal.remove(video_id)


async def test_the_removal_job_never_touches_a_video_that_is_there(house: House) -> None:
    video_id = await house.publish()
    house.folders.video(video_id).mkdir()
    await house.removal.remove(video_id)
    assert house.folders.video(video_id).exists()


async def test_one_goes_on_where_one_stopped_until_the_end(house: House, clock: FakeClock) -> None:
    first, second = await house.publish(title="first"), await house.publish(title="second")
    await house.positions.keep(ANYONE, first, 20 * SECOND)
    clock.advance(1)
    await house.positions.keep(ANYONE, second, 10 * SECOND)
    assert [row.video.title for row in await house.positions.unfinished(ANYONE)] == ["second", "first"]
    position = (await house.videos.show(ANYONE, first)).position
    assert position is not None
    assert position.at == 20 * SECOND
    assert (await house.positions.keep(ANYONE, second, 10**12)).finished
    assert [row.video.title for row in await house.positions.unfinished(ANYONE)] == ["first"]
    await house.videos.edit(PRODUCER, first, Changes(visibility=Visibility.PRIVATE))
    assert await house.positions.unfinished(ANYONE) == []


async def test_a_position_is_refused_where_it_means_nothing(house: House) -> None:
    video_id = await house.publish()
    for at in (-1, 10**18):
        with pytest.raises(InvalidInput):
            await house.positions.keep(ANYONE, video_id, at)
    with pytest.raises(Unauthenticated):
        await house.positions.keep(STRANGER, video_id, 1)
    with pytest.raises(NotFound):
        await house.positions.keep(ANYONE, "nonsense", 1)


async def test_many_edits_at_once_all_happen(house: House) -> None:
    video_id = await house.publish()
    await asyncio.gather(
        *(house.videos.edit(PRODUCER, video_id, Changes(title=f"title {number}")) for number in range(20))
    )
    assert len(await house.facts("video.changed")) == 20


async def test_an_erased_person_leaves_videos_but_no_trace(house: House) -> None:
    @dataclass(frozen=True)
    class Subject:
        person_id: str = "producer"

    data = VideoPersonalData(house.db, house.folders)
    video_id = await house.publish(title="Stays")
    await house.positions.keep(PRODUCER, video_id, 5 * SECOND)
    export = await data.export(Subject())
    assert [one["title"] for one in export["uploaded"]] == ["Stays"]
    assert export["watched"][0]["seconds"] == 5
    await house.db.write(lambda tx: data.erase(tx, Subject()))
    nothing: dict[str, list[object]] = {"uploaded": [], "watched": [], "uploads": [], "collections": []}
    assert await data.export(Subject()) == nothing
    video = (await house.videos.show(OWNER, video_id)).video
    assert (video.title, video.owner_id) == ("Stays", None)


async def test_the_videos_of_a_deleted_organization_go_with_it(house: House, clock: FakeClock) -> None:
    gone = [await house.publish(title=str(number)) for number in range(3)]
    kept = await house.publish(org_id=OTHER_ORG)
    upload = await house.uploads.begin(PRODUCER, 5, Wish("f", "F", "", "", Visibility.PRIVATE, ORG, ""))
    endings = Endings(house.db, house.queue)
    await house.db.write(lambda tx: outbox.emit(tx, "organization.deleted", ORG, outbox.INTERNAL))
    (fact,) = await house.facts("organization.deleted")
    for _ in range(2):
        await endings.hear(fact)
    for video_id in gone:
        with pytest.raises(NotFound):
            await house.videos.show(SYSTEM, video_id)
    assert sorted(await house.db.all(store.doomed())) == sorted(gone)
    assert len(await house.facts("video.deleted")) == 3
    assert (await house.videos.show(STRANGER, kept)).video.id == kept
    with pytest.raises(Gone):
        await house.uploads.show(PRODUCER, upload.upload.id)


@pytest.mark.parametrize(("role", "goes_on"), [(None, False), ("door", False), ("manager", True)])
async def test_an_upload_becomes_no_video_once_its_role_is_gone(house: House, role: str | None, goes_on: bool) -> None:
    wish = Wish("f", "F", "", "", Visibility.PUBLIC, ORG, "")
    waiting = (await house.uploads.begin(PRODUCER, 5, wish)).upload.id
    others = (await house.uploads.begin(OWNER, 5, wish)).upload.id
    running = (await house.uploads.begin(PRODUCER, 5, wish)).upload.id
    endings = Endings(house.db, house.queue)

    async def lose_the_role_before_the_last_byte(at_most: int) -> AsyncIterator[bytes]:
        yield b"1234"
        payload = {"org_id": ORG, "person_id": PRODUCER.person_id, "role": role}
        subject = PRODUCER.person_id or ""
        await house.db.write(lambda tx: outbox.emit(tx, "member.changed", subject, outbox.org(ORG), **payload))
        await endings.hear((await house.facts("member.changed"))[-1])
        yield b"5"

    async def all_of_it(at_most: int) -> AsyncIterator[bytes]:
        yield b"12345"

    if goes_on:
        assert (await house.uploads.append(PRODUCER, running, 0, lose_the_role_before_the_last_byte)).upload.finished
        assert (await house.uploads.append(PRODUCER, waiting, 0, all_of_it)).upload.finished
    else:
        with pytest.raises(Gone):
            await house.uploads.append(PRODUCER, running, 0, lose_the_role_before_the_last_byte)
        with pytest.raises(Gone):
            await house.uploads.append(PRODUCER, waiting, 0, all_of_it)
        assert await house.db.one(store.by_id(running)) is None
        await house.uploads.sweep()
        assert not house.folders.arrival(running).exists()
    assert (await house.uploads.append(OWNER, others, 0, all_of_it)).upload.finished
