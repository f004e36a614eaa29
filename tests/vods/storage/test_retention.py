"""Upper rungs go when nobody watches and come back when somebody does; originals go only where a setting says so."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from novacast.clock import DAY
from novacast.settings import Storage
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.source import VideoSource
from novacast.vods.storage.models import dropped, without
from novacast.vods.storage.retention import Retention
from novacast.vods.transcoding.dressing import alone
from novacast.vods.transcoding.models import TranscodeState
from tests.fakes.clock import FakeClock
from tests.vods.conftest import OWNER, STRANGER, House
from tests.vods.stock import MADE

DAYS = 30
REDUCING = Storage(unwatched_days=DAYS, keep_height=144)


def retention(house: House, clock: FakeClock, settings: Storage = REDUCING) -> Retention:
    return Retention(house.db, house.folders, house.queue, settings, clock, house.weights)


async def rungs(house: House, video_id: str) -> list[str]:
    return [rung.name for rung in await house.db.all(videos.rungs(video_id)) if rung.published]


async def folder(house: House, video_id: str) -> Path:
    return (await VideoSource(house.db, house.folders).show(STRANGER, video_id)).folder


def listed(folder: Path) -> Sequence[str]:
    """Renditions that the master playlist names, all of which have to be there."""
    names = re.findall(r"^(\w+)/", (folder / "master.m3u8").read_text(), re.MULTILINE)
    assert all((folder / name / "index.m3u8").exists() or list((folder / name).glob("*.m3u8")) for name in names)
    return names


async def test_what_nobody_watches_keeps_its_lower_rungs_and_gets_the_others_back(
    stocked: House, clock: FakeClock
) -> None:
    keeper = retention(stocked, clock)
    place, before = await folder(stocked, MADE), await stocked.quotas.usage(OWNER, "org1")
    await keeper.sweep()
    assert await rungs(stocked, MADE) == ["240p", "144p"]
    clock.advance((DAYS + 1) * 86400)
    await keeper.sweep()
    assert await rungs(stocked, MADE) == listed(place) == ["144p"]
    assert not (place / "240p").exists()
    assert (await stocked.quotas.usage(OWNER, "org1")).renditions < before.renditions
    assert (await stocked.facts("video.rungs"))[-1].payload["rungs"] == ["144p"]

    source = VideoSource(stocked.db, stocked.folders, keeper)
    await source.show(STRANGER, MADE)
    assert (await stocked.transcoding.show(OWNER, MADE)).state is TranscodeState.DONE
    for _ in range(3):
        await source.locate(STRANGER, MADE)
    assert (await stocked.transcoding.show(OWNER, MADE)).state is TranscodeState.QUEUED
    # What is left is watched while the others are made.
    assert (await stocked.videos.show(STRANGER, MADE)).video.state is VideoState.READY
    assert len(await stocked.facts("video.queued")) == 1
    await stocked.work().finish(MADE)
    assert await rungs(stocked, MADE) == ["240p", "144p"]
    assert set(listed(await folder(stocked, MADE))) >= {"240p", "144p"}
    # Who asked counts as watching: it does not go again at once.
    await keeper.sweep()
    assert await rungs(stocked, MADE) == ["240p", "144p"]


async def test_what_is_watched_or_worked_on_stays_whole(stocked: House, clock: FakeClock) -> None:
    keeper = retention(stocked, clock)
    clock.advance((DAYS + 1) * 86400)
    await stocked.positions.keep(OWNER, MADE, 1)
    await keeper.sweep()
    assert await rungs(stocked, MADE) == ["240p", "144p"]
    clock.advance((DAYS + 1) * 86400)
    day = clock.now() // DAY - 1
    await stocked.db.write(lambda tx: tx.insert("view_days", video_id=MADE, day=day, number=1))
    await keeper.sweep()
    assert await rungs(stocked, MADE) == ["240p", "144p"]
    await stocked.db.write(lambda tx: tx.run("DELETE FROM view_days"))
    await stocked.db.write(lambda tx: tx.run("UPDATE transcodes SET state = 'running'"))
    await keeper.sweep()
    assert await rungs(stocked, MADE) == ["240p", "144p"]


async def test_who_publishes_is_waited_for_and_looked_at_again(stocked: House, clock: FakeClock) -> None:
    keeper = retention(stocked, clock)
    clock.advance((DAYS + 1) * 86400)
    async with alone(await folder(stocked, MADE)):
        sweeping = asyncio.ensure_future(keeper.sweep())
        await stocked.positions.keep(OWNER, MADE, 1)
    await sweeping
    assert await rungs(stocked, MADE) == ["240p", "144p"]
    assert set(listed(await folder(stocked, MADE))) >= {"240p", "144p"}


async def test_without_an_original_nothing_is_dropped(stocked: House, clock: FakeClock) -> None:
    keeper = retention(stocked, clock)
    clock.advance((DAYS + 1) * 86400)
    original = stocked.folders.original(MADE)
    assert original is not None
    original.unlink()
    await keeper.sweep()
    assert await rungs(stocked, MADE) == ["240p", "144p"]


async def test_an_interrupted_drop_is_finished_by_the_next_sweep(stocked: House, clock: FakeClock) -> None:
    keeper = retention(stocked, clock)
    clock.advance((DAYS + 1) * 86400)
    place = await folder(stocked, MADE)
    master = place / "master.m3u8"
    master.write_text(without(master.read_text(), ["240p"]))  # killed right after this
    await keeper.sweep()
    assert await rungs(stocked, MADE) == listed(place) == ["144p"]
    assert not (place / "240p").exists()


async def test_originals_go_only_where_that_is_set_and_count_no_more(stocked: House, clock: FakeClock) -> None:
    clock.advance(DAYS * 86400)
    await retention(stocked, clock, Storage()).sweep()
    assert stocked.folders.original(MADE) is not None
    dropping = retention(stocked, clock, Storage(originals="drop", originals_days=7))
    await dropping.sweep()
    assert stocked.folders.original(MADE) is None
    assert (await stocked.quotas.usage(OWNER, "org1")).originals == 0
    assert listed(await folder(stocked, MADE))
    # Nothing can be made again, so nothing more is dropped.
    clock.advance(DAYS * 86400)
    await retention(stocked, clock).sweep()
    assert await rungs(stocked, MADE) == ["240p", "144p"]
    await stocked.db.write(lambda tx: tx.run("UPDATE videos SET source_bytes = 12 WHERE id = ?", (MADE,)))
    assert (await stocked.quotas.usage(OWNER, "org1")).originals == 12


async def test_a_young_original_stays(stocked: House, clock: FakeClock) -> None:
    clock.advance(6 * 86400)
    await retention(stocked, clock, Storage(originals="drop", originals_days=7)).sweep()
    assert stocked.folders.original(MADE) is not None


@pytest.mark.parametrize(
    ("keep", "gone"),
    [(480, ("720p", "1080p")), (144, ("240p", "720p", "1080p")), (64, ("240p", "720p", "1080p")), (4320, ())],
)
def test_the_smallest_rung_always_stays(keep: int, gone: tuple[str, ...]) -> None:
    assert dropped([("1080p", 1080, 9), ("144p", 144, 1), ("720p", 720, 5), ("240p", 240, 2)], keep) == gone
    assert dropped([("1080p", 1080, 9)], keep) == ()


def test_only_the_variants_that_go_are_taken_from_the_playlist() -> None:
    head = '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-MEDIA:TYPE=AUDIO,URI="audio/a.m3u8"\n'
    low, high = "#EXT-X-STREAM-INF:BANDWIDTH=1\n144p/a.m3u8\n", "#EXT-X-STREAM-INF:BANDWIDTH=2\n1144p/a.m3u8\n"
    assert without(head + low + high, ["144p"]) == head + high
    assert without(head + low + high, []) == head + low + high
