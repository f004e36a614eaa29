"""Clips out of what is on air and out of what was, and who may cut them."""

import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from novacast import outbox
from novacast.accounts.people.service import Addressees
from novacast.clock import MINUTE, SECOND
from novacast.database import Database
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.folder import DataFolder
from novacast.identity import Principal
from novacast.jobs import JobQueue, connect
from novacast.limits import RateLimiter
from novacast.live.channels import store as channels
from novacast.live.models import ProgrammeState
from novacast.live.programmes import store
from novacast.live.recording.around import ClipLists
from novacast.live.recording.clips import Clips
from novacast.live.reminders.ports import Post
from novacast.live.services import LiveServices, live_services
from novacast.media.conformance import check_edition
from novacast.notifications.services import notification_services
from novacast.outbox import Event
from novacast.settings import Settings
from novacast.tables import MIGRATIONS
from novacast.visibility import Visibility
from novacast.vods.models import Changes, Video
from novacast.vods.ports import Records
from novacast.vods.services import VodServices, vod_services
from novacast.vods.storage.models import QuotaReached
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.live.conftest import CHANNEL, DOOR, GUEST, MODERATOR, ORG, OUTSIDER, PRODUCER, PROGRAMME, STRANGER
from tests.live.recording.material import SECONDS, Stretch, recorded

ID = "abcdefghij0123456789"


@dataclass
class Station:
    """Live and videos put together, with a programme on air."""

    db: Database
    live: LiveServices
    vods: VodServices
    folder: DataFolder

    async def state(self, state: ProgrammeState, **more: object) -> None:
        await self.db.write(lambda tx: store.change(tx, ID, {"state": state.value, **more}))

    async def end(self) -> None:
        await self.state(ProgrammeState.ENDED, ended_at=self.db.clock.now())

    async def video(self, video_id: str, principal: Principal = PRODUCER) -> Video:
        return (await self.vods.videos.show(principal, video_id)).video

    async def edition(self, video_id: str) -> Path:
        return (await self.vods.source.show(PRODUCER, video_id)).folder

    def clips(self, who: str) -> Clips:
        limiter = RateLimiter(self.db.clock)
        return Clips(
            self.db, self.folder.live, self.vods.recordings, self.vods.quotas, limiter, who=who, longest=MINUTE
        )


@pytest.fixture
async def station(folder: DataFolder, clock: FakeClock, stretches: Sequence[Stretch]) -> AsyncIterator[Station]:
    settings = Settings(data=folder.root)
    migrated(folder.database, MIGRATIONS)
    db = await Database.open(folder.database, clock, readers=2)
    queue = JobQueue(connect(settings.jobs, folder.queue))
    records: list[Records] = []
    vods = vod_services(db, queue, clock, settings, folder, records)
    post = Post(notification_services(db, queue, clock, settings, folder).mailbox, Addressees())
    live = live_services(db, RateLimiter(clock), settings, folder, vods.recordings, vods.quotas, vods.films, post)
    records.append(live.recordings)
    await db.write(lambda tx: channels.add(tx, CHANNEL))
    now = clock.now()
    on_air = replace(PROGRAMME, id=ID, title="Opening night", state=ProgrammeState.ON_AIR, started_at=now)
    await db.write(lambda tx: store.add(tx, on_air))
    await recorded(folder.live / ID, stretches)
    yield Station(db, live, vods, folder)
    await db.close()
    await queue.close()


async def test_a_clip_of_what_is_on_air_is_a_video_of_whole_segments_that_takes_no_room_of_its_own(
    station: Station,
) -> None:
    clip = await station.live.clips.make(PRODUCER, ID, round(0.5 * SECOND), round(5.5 * SECOND), "The entrance")
    video = await station.video(clip.id)
    assert (video.title, video.visibility.value, video.owner_id) == ("The entrance", "unlisted", "producer")
    assert video.duration == clip.duration == 2 * SECONDS * SECOND
    folder = await station.edition(clip.id)
    assert list(check_edition(folder).findings) == []
    for segment in folder.rglob("seg_*.m4s"):
        assert segment.samefile(station.folder.live / ID / segment.parent.name / segment.name)
    assert sorted(path.name for path in station.folder.live.iterdir()) == [ID]


async def test_whoever_watches_hears_of_a_clip(station: Station) -> None:
    await station.live.clips.make(PRODUCER, ID, 0, 6 * SECOND)
    told = [one for one in await station.db.all(outbox.after(0, 1000)) if one.topic == "programme.clipped"]
    assert [(one.subject, one.audience) for one in told] == [(ID, "public")]


async def test_a_clip_ends_with_the_segment_that_holds_its_end(station: Station) -> None:
    clip = await station.live.clips.make(PRODUCER, ID, round(0.9 * SECOND), round(4.2 * SECOND), "")
    folder = await station.edition(clip.id)
    names = sorted(path.name for path in (folder / "240p").glob("seg_*"))
    assert names == [f"seg_0000{number}.m4s" for number in range(5)]
    assert clip.title == "Opening night"


async def test_a_clip_outlives_its_programme(station: Station) -> None:
    clip = await station.live.clips.make(PRODUCER, ID, 0, 6 * SECOND)
    shutil.rmtree(station.folder.live / ID)
    assert list(check_edition(await station.edition(clip.id)).findings) == []


async def test_a_programme_that_ended_is_cut_as_its_recording_plays(station: Station) -> None:
    await station.end()
    (station.folder.live / ID / "144p" / "seg_00000.m4s").unlink()
    assert await station.live.recordings.ended(ID)
    clip = await station.live.clips.make(PRODUCER, ID, 0, 5 * SECOND)
    folder = await station.edition(clip.id)
    assert sorted(path.name for path in (folder / "144p").glob("seg_*"))[0] == "seg_00001.m4s"
    assert list(check_edition(folder).findings) == []
    of_clip = await station.live.clips.make(PRODUCER, clip.id, 0, 5 * SECOND)
    assert of_clip.duration == 5 * SECOND


@pytest.mark.parametrize(
    ("start", "end"), [(0, 4), (3, 3), (5, 2), (-1, 6), (0, 90), (60, 80)],
    ids=["short", "empty", "turned round", "before", "long", "not there"],
)  # fmt: skip
async def test_a_clip_has_bounds(station: Station, start: int, end: int) -> None:
    with pytest.raises(InvalidInput):
        await station.clips("nobody").make(PRODUCER, ID, start * SECOND, end * SECOND)
    assert sorted(path.name for path in station.folder.live.iterdir()) == [ID]


@pytest.mark.parametrize(
    ("who", "permitted"),
    [
        ("nobody", []),
        ("moderators", [MODERATOR]),
        ("members", [MODERATOR, DOOR]),
        ("viewers", [MODERATOR, DOOR, GUEST]),
    ],
)
async def test_the_setting_says_who_may_cut(station: Station, who: str, permitted: list[Principal]) -> None:
    clips = station.clips(who)
    for principal in (MODERATOR, DOOR, GUEST, STRANGER):
        if principal in permitted:
            assert (await clips.make(principal, ID, 0, 6 * SECOND)).title == "Opening night"
        else:
            with pytest.raises(Forbidden):
                await clips.make(principal, ID, 0, 6 * SECOND)


async def test_what_may_not_be_watched_may_not_be_cut(station: Station) -> None:
    await station.db.write(lambda tx: store.change(tx, ID, {"visibility": "organization"}))
    clips = station.clips("viewers")
    with pytest.raises(NotFound):
        await clips.make(OUTSIDER, ID, 0, 6 * SECOND)
    with pytest.raises(Unauthenticated):
        await clips.make(STRANGER, ID, 0, 6 * SECOND)
    clip = await clips.make(DOOR, ID, 0, 6 * SECOND)
    assert clip.visibility == "organization"


async def test_a_token_without_the_scope_cuts_nothing(station: Station) -> None:
    with pytest.raises(Forbidden):
        await station.live.clips.make(replace(PRODUCER, scopes=frozenset({"read"})), ID, 0, 6 * SECOND)


async def test_a_full_quota_and_a_programme_that_has_not_begun_give_no_clip(station: Station) -> None:
    await station.vods.quotas.set(Principal(system=True), ORG, 1)
    with pytest.raises(QuotaReached):
        await station.live.clips.make(PRODUCER, ID, 0, 6 * SECOND)
    await station.state(ProgrammeState.STANDBY)
    with pytest.raises(Conflict):
        await station.live.clips.make(PRODUCER, ID, 0, 6 * SECOND)


async def test_a_video_that_was_uploaded_is_not_cut(station: Station) -> None:
    with pytest.raises(NotFound):
        await station.live.clips.make(PRODUCER, "zzzzzzzzzzzzzzzzzzzz", 0, 6 * SECOND)


async def test_a_programme_that_a_killed_server_left_ended_becomes_a_video_by_the_sweep(
    station: Station, clock: FakeClock
) -> None:
    clock.advance(10)
    await station.live.producing.mark(PRODUCER, ID, "Curtain", 2 * SECOND)
    assert await station.live.recordings.recording() == {ID}
    await station.live.recordings.sweep()
    assert (station.folder.live / ID).exists()
    await station.end()
    await station.live.recordings.sweep()
    assert (station.folder.live / ID).exists()
    clock.advance(120)
    await station.live.recordings.sweep()
    assert (await station.video(ID)).title == "Opening night"
    chapters = await station.vods.chapters.show(PRODUCER, ID)
    assert [(one.at, one.title) for one in chapters.items] == [(2 * SECOND, "Curtain")]
    assert await station.live.recordings.recording() == set()


async def test_what_was_kept_for_rewinding_alone_goes_at_the_end(station: Station) -> None:
    await station.db.write(lambda tx: channels.change(tx, CHANNEL.id, {"record": 0}))
    await station.end()
    assert not await station.live.recordings.ended(ID)
    assert list(station.folder.live.iterdir()) == []
    with pytest.raises(NotFound):
        await station.video(ID)


async def test_the_latest_seconds_end_now_or_where_a_viewer_is_who_went_back(station: Station) -> None:
    latest = await station.live.clips.latest(PRODUCER, ID, 5)
    before = await station.live.clips.latest(PRODUCER, ID, 5, 1, "Before")
    names = [
        sorted(path.name for path in (await station.edition(one.id) / "240p").glob("seg_*")) for one in (latest, before)
    ]
    assert names[0][-1] > names[1][-1]
    assert len(names[0]) <= 6
    with pytest.raises(InvalidInput):
        await station.live.clips.latest(PRODUCER, ID, 2)


async def test_clips_are_listed_where_they_were_cut_for_those_who_may_see_them(station: Station) -> None:
    lists = ClipLists(station.db, station.vods.watchable)
    assert await lists.of_channel(PRODUCER, CHANNEL.id, 12) == []
    clip = await station.live.clips.latest(PRODUCER, ID, 6, title="The entrance")
    for listed in (await lists.of_channel(STRANGER, CHANNEL.id, 12), await lists.of_programme(STRANGER, ID, 12)):
        assert [(one["href"], one["title"]) for one in listed] == [(f"/watch/{clip.id}", "The entrance")]
    await station.vods.videos.edit(PRODUCER, clip.id, Changes(visibility=Visibility.PRIVATE))
    assert await lists.of_channel(STRANGER, CHANNEL.id, 12) == []
    assert len(await lists.of_channel(PRODUCER, CHANNEL.id, 12)) == 1
    await station.end()
    assert await station.live.recordings.ended(ID)
    around = await lists.around(PRODUCER, clip.id, 12)
    assert around["cut_from"] == {"href": f"/watch/{ID}", "title": "Opening night"}
    await station.live.endings.hear(Event(1, 0, "video.deleted", clip.id, "internal", {}))
    assert (await lists.around(PRODUCER, clip.id, 12))["cut_from"] is None
