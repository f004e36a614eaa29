"""The moment in which a programme becomes a video, and what everybody sees of it afterwards."""

import shutil
from pathlib import Path

import av
import pytest
from aiohttp import ClientSession

from novacast.identity import new_id
from novacast.live.recording.edition import write_edition
from novacast.live.recording.finishing import Finishing, finished
from novacast.live.recording.journal import read_journal
from novacast.media.conformance import check_edition
from novacast.settings import Storage
from novacast.vods import store as videos
from novacast.vods.downloads.models import State
from novacast.vods.models import VideoState
from novacast.vods.recordings import store
from novacast.vods.recordings.models import Handover
from novacast.vods.recordings.service import Recordings
from novacast.vods.source import VideoSource
from novacast.vods.storage.models import Kind
from novacast.vods.storage.retention import Retention
from novacast.vods.storage.sweep import Sweeping
from tests.fakes.clock import FakeClock
from tests.vods.conftest import ORG, PRODUCER, STRANGER, House
from tests.vods.recordings.conftest import ID, MARKS, PROGRAMME, Ended, Programme


async def test_a_programme_is_a_video_of_the_same_id_that_anyone_can_watch_at_once(
    house: House, ended: Ended, finishing: Finishing
) -> None:
    assert await finishing.finish(ended(), MARKS)
    detail = await house.videos.show(STRANGER, ID)
    video = detail.video
    assert (video.title, video.state, video.duration) == ("Opening night", VideoState.READY, 6_000_000)
    assert (video.width, video.height, video.source_bytes) == (426, 240, 0)
    assert [(rung.name, rung.published) for rung in detail.rungs] == [("240p", True), ("144p", True)]
    playable = await VideoSource(house.db, house.folders).show(STRANGER, ID)
    assert list(check_edition(playable.folder).findings) == []
    assert not (house.data.live / ID).exists()
    chapters = await house.chapters.show(STRANGER, ID)
    assert [(one.at, one.title) for one in chapters.items] == [
        (0, "Doors"), (1_500_000, "Curtain"), (3_000_000, "Second act"),
    ]  # fmt: skip
    for topic in ("video.created", "video.published", "video.finished"):
        assert [event.subject for event in await house.facts(topic)] == [ID]
    assert await house.db.one(store.arriving(ID)) is None


async def test_its_poster_is_a_picture_from_the_middle(house: House, ended: Ended, finishing: Finishing) -> None:
    await finishing.finish(ended())
    await house.picture_work().run(ID)
    playable = await VideoSource(house.db, house.folders).show(STRANGER, ID)
    assert playable.poster is not None
    assert (playable.folder / playable.poster).read_bytes()[:3] == b"\xff\xd8\xff"


async def test_a_poster_that_it_had_stays_its_poster(
    house: House, ended: Ended, finishing: Finishing, tmp_path: Path
) -> None:
    brought = tmp_path / "poster.jpg"
    brought.write_bytes(b"\xff\xd8\xffposter")
    await finishing.finish(ended(), poster=brought)
    playable = await VideoSource(house.db, house.folders).show(STRANGER, ID)
    assert playable.poster is not None
    assert (playable.folder / playable.poster).read_bytes() == brought.read_bytes()


async def test_to_publish_again_changes_nothing(house: House, ended: Ended, finishing: Finishing) -> None:
    programme = ended()
    await finishing.finish(programme)
    before = await house.db.one(videos.by_id(ID))
    assert await finishing.finish(programme)
    folder = house.folders.edition(ID, (before and before.edition) or "")
    edition = write_edition(folder, read_journal(folder))
    assert edition is not None
    await house.recordings.publish(finished(programme, house.data.live / ID, edition))
    assert await house.db.one(videos.by_id(ID)) == before
    assert len(await house.facts("video.published")) == 1
    assert len(list(house.folders.video(ID).iterdir())) == 1


async def killed_after(house: House, programme: Programme, folder: Path, step: str) -> None:
    """As `publish` leaves it that is killed right after a step."""

    class Killed(Exception):
        pass

    class Until(Recordings):
        def _place(self, one: Handover) -> bool:
            if step == "written down":
                raise Killed
            super()._place(one)
            raise Killed

    edition = write_edition(folder, read_journal(folder))
    assert edition is not None
    killed = Until(house.db, house.folders, house.queue, house.pictures, house.weights)
    with pytest.raises(Killed):
        await killed.publish(finished(programme, folder, edition, [(0, "Doors")]))


@pytest.mark.parametrize("step", ["written down", "moved"])
@pytest.mark.parametrize("by", ["the sweep", "another call"])
async def test_whoever_is_killed_in_the_middle_is_followed_by_somebody_who_does_the_rest(
    house: House, ended: Ended, finishing: Finishing, step: str, by: str
) -> None:
    programme = ended()
    await killed_after(house, programme, house.data.live / ID, step)
    assert await house.db.one(videos.by_id(ID)) is None
    assert (await sweeping(house).report()).findings == ()
    if by == "the sweep":
        await house.recordings.sweep()
        await house.recordings.sweep()
    else:
        await finishing.finish(programme)
        await house.recordings.sweep()
    playable = await VideoSource(house.db, house.folders).show(STRANGER, ID)
    assert list(check_edition(playable.folder).findings) == []
    assert len(await house.facts("video.published")) == 1
    assert not (house.data.live / ID).exists()


async def test_a_recording_whose_files_are_gone_is_given_up(house: House, ended: Ended) -> None:
    await killed_after(house, ended(), house.data.live / ID, "written down")
    shutil.rmtree(house.data.live / ID)
    await house.recordings.sweep()
    assert await house.db.all(store.all_arriving()) == []
    assert await house.db.one(videos.by_id(ID)) is None


async def test_a_programme_of_which_nothing_was_recorded_leaves_nothing(house: House, finishing: Finishing) -> None:
    (house.data.live / ID / "240p").mkdir(parents=True)
    assert not await finishing.finish(PROGRAMME)
    assert not (house.data.live / ID).exists()
    assert await house.db.one(videos.by_id(ID)) is None


async def test_what_is_on_its_way_to_an_organization_that_ends_goes_with_it(house: House, ended: Ended) -> None:
    await killed_after(house, ended(), house.data.live / ID, "moved")
    await house.db.write(lambda tx: store.end_organization(tx, ORG))
    await house.recordings.sweep()
    await house.removal.sweep()
    assert await house.db.one(videos.by_id(ID)) is None
    assert not house.folders.video(ID).exists()


def sweeping(house: House, *recording: str) -> Sweeping:
    class Programmes:
        async def recording(self) -> set[str]:
            return set(recording)

    clock = FakeClock(house.clock.now() + 10**15)
    retention = Retention(house.db, house.folders, house.queue, Storage(), clock)
    return Sweeping(house.db, house.folders, retention, clock, 0, [Programmes()])


async def test_a_recording_counts_for_the_quota_has_no_original_and_nothing_to_sweep(
    house: House, ended: Ended, finishing: Finishing
) -> None:
    await finishing.finish(ended())
    usage = await house.quotas.usage(PRODUCER, ORG)
    lying = sum(path.stat().st_size for path in house.folders.video(ID).rglob("*") if path.is_file())
    assert (usage.originals, usage.renditions) == (0, lying)
    assert (await sweeping(house).report()).findings == ()
    retention = Retention(
        house.db, house.folders, house.queue, Storage(unwatched_days=1, originals="drop"), FakeClock(2**60)
    )
    await retention.sweep()
    assert len((await house.videos.show(STRANGER, ID)).rungs) == 2


async def test_a_folder_of_a_programme_that_is_not_there_is_found_and_removed_when_told_to(
    house: House, ended: Ended
) -> None:
    on_air, nobodys = ended(id=new_id()).id, ended(id=new_id()).id
    (house.data.live / "pictures").mkdir()
    report = await sweeping(house, on_air).report()
    assert [(one.kind, one.video_id) for one in report.findings] == [(Kind.RECORDING, nobodys)]
    assert await sweeping(house, on_air, nobodys).mend(report) == []
    assert [one.video_id for one in await sweeping(house, on_air).mend(report)] == [nobodys]
    assert {path.name for path in house.data.live.iterdir()} == {on_air, "pictures"}


async def test_a_deleted_recording_leaves_nothing_on_disk(house: House, ended: Ended, finishing: Finishing) -> None:
    await finishing.finish(ended())
    await house.videos.delete(PRODUCER, ID)
    await house.removal.sweep()
    assert not house.folders.video(ID).exists()


async def test_a_rung_can_be_taken_home_as_one_file(
    house: House, ended: Ended, finishing: Finishing, clock: FakeClock
) -> None:
    await finishing.finish(ended())
    offer = await house.downloads.show(PRODUCER, ID)
    assert [one.name for one in offer.items] == ["240p", "144p"]
    await house.downloads.prepare(PRODUCER, ID, "240p")
    await house.download_work(clock).run(ID)
    offer = await house.downloads.show(PRODUCER, ID)
    assert (offer.items[0].state, offer.items[0].reason) == (State.READY, None)
    taken = await house.downloads.take(PRODUCER, ID, "240p", begins=True)
    with av.open(str(taken.path)) as media:
        assert sum(1 for _ in media.decode(video=0)) == 150
    with av.open(str(taken.path)) as media:
        heard = sum(frame.samples for frame in media.decode(audio=0)) / 48_000
    assert abs(heard - 6) < 0.05
    assert [path.name for path in taken.path.parent.iterdir()] == [taken.path.name]


async def test_its_pages_are_those_of_any_video(
    house: House, ended: Ended, finishing: Finishing, producer: ClientSession
) -> None:
    await finishing.finish(ended())
    for place in (f"/watch/{ID}", f"/studio/videos/{ID}", f"/studio/videos/{ID}/replacement", "/studio", "/library"):
        async with producer.get(place) as answer:
            assert answer.status == 200, place
            assert "Opening night" in await answer.text()
