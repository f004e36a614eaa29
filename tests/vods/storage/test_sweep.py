"""Files without rows, rows without files, and what is left alone."""

import os
import shutil
from pathlib import Path

import pytest

from novacast.clock import HOUR, SystemClock
from novacast.settings import Storage
from novacast.vods import store as videos
from novacast.vods.imports import store as imports
from novacast.vods.models import VideoState
from novacast.vods.source import VideoSource
from novacast.vods.storage.models import Kind, Report, without
from novacast.vods.storage.retention import Retention
from novacast.vods.storage.sweep import GIVEN_UP, Sweeping
from novacast.vods.transcoding.models import TranscodeState
from novacast.vods.uploads.models import Wish
from tests.fakes.clock import FakeClock
from tests.vods.conftest import OWNER, PRODUCER, STRANGER, Clips, House


def sweeping(house: House, hours: float = 2) -> Sweeping:
    """As it is some hours later: files have the times of the real clock."""
    clock = FakeClock(SystemClock().now() + round(hours * HOUR))
    return Sweeping(
        house.db, house.folders, Retention(house.db, house.folders, house.queue, Storage(), clock), clock, 0
    )


def kinds(report: Report) -> list[Kind]:
    return sorted(one.kind for one in report.findings)


def lay(path: Path, size: int = 10) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    return path


async def made(house: House, clips: Clips) -> str:
    video_id = await house.arrive(clips("swept.mp4", size="426x240", seconds=1))
    await house.work().finish(video_id)
    return video_id


async def test_a_house_in_order_has_nothing_to_sweep(house: House, clips: Clips) -> None:
    await made(house, clips)
    waiting = await house.arrive(clips("swept.mp4", size="426x240", seconds=1))
    upload = (await house.uploads.begin(PRODUCER, 70, Wish.of(""))).upload
    lay(house.folders.arrival(upload.id))
    await house.db.write(lambda tx: imports.begin(tx, "org1", "/films/a.mp4", "begun"))
    lay(house.folders.arrival("begun"))
    report = await sweeping(house).report()
    assert (report.findings, report.young) == ((), 0)
    assert house.folders.arrival(waiting).exists()


async def test_files_that_are_nobodys_are_found_and_removed_when_told_to(house: House, clips: Clips) -> None:
    video_id = await made(house, clips)
    place = (await VideoSource(house.db, house.folders).show(STRANGER, video_id)).folder
    nobodys = [
        lay(house.data.uploads / "stray"),
        lay(house.data.media / "nobody" / "original.mp4").parent,
        lay(house.folders.video(video_id) / "oldedition" / "master.m3u8").parent,
        lay(place / "720p" / "seg.m4s").parent,
    ]
    kept = lay(house.folders.video(video_id) / "pictures" / "a.jpg")
    young = await sweeping(house, hours=0.5).report()
    assert (young.findings, young.young) == ((), 4)
    sweep = sweeping(house)
    report = await sweep.report()
    assert kinds(report) == [Kind.ARRIVAL, Kind.EDITION, Kind.RUNG, Kind.VIDEO]
    assert {one.path for one in report.findings} == set(nobodys)
    assert all(one.bytes >= 10 for one in report.findings)
    assert all(path.exists() for path in nobodys)
    assert len(await sweep.mend(report)) == 4
    assert not any(path.exists() for path in nobodys)
    assert kept.exists()
    assert (await sweep.report()).findings == ()
    await VideoSource(house.db, house.folders).show(STRANGER, video_id)


async def test_what_became_somebodys_after_the_report_stays(house: House, clips: Clips) -> None:
    stray, folder = lay(house.data.uploads / "stray"), lay(house.data.media / "stray" / "original.mp4")
    sweep = sweeping(house)
    report = await sweep.report()
    assert len(report.findings) == 2
    await house.arrive(id="stray")
    assert await sweep.mend(report) == []
    assert stray.exists()
    assert folder.exists()


async def test_what_a_worker_may_hold_is_left_alone(house: House, clips: Clips) -> None:
    video_id = await made(house, clips)
    lay(house.folders.video(video_id) / "edition2" / "master.m3u8")
    await house.db.write(lambda tx: tx.run("UPDATE transcodes SET state = 'queued'"))
    assert (await sweeping(house).report()).findings == ()


async def test_a_link_is_removed_and_not_what_it_leads_to(house: House, tmp_path: Path) -> None:
    target = lay(tmp_path / "mine" / "film.mp4")
    (house.data.media / "linked").symlink_to(target.parent)
    (house.data.uploads / "linked").symlink_to(target)
    sweep = sweeping(house)
    await sweep.mend(await sweep.report())
    assert target.exists()
    assert not os.path.lexists(house.data.uploads / "linked")


async def test_an_import_that_was_given_up_is_removed_after_a_week(house: House, clock: FakeClock) -> None:
    clock.set_now(SystemClock().now())
    await house.db.write(lambda tx: imports.begin(tx, "org1", "/films/a.mp4", "begun"))
    lay(house.folders.arrival("begun"))
    assert (await sweeping(house, hours=24 * 6).report()).findings == ()
    sweep = sweeping(house, hours=GIVEN_UP / HOUR + 1)
    report = await sweep.report()
    assert kinds(report) == [Kind.IMPORT]
    assert len(await sweep.mend(report)) == 1
    assert not house.folders.arrival("begun").exists()
    assert await house.db.all(imports.begun()) == []


@pytest.mark.parametrize("what", ["master.m3u8", "240p", "its line"])
async def test_what_is_missing_is_made_again_from_the_original(house: House, clips: Clips, what: str) -> None:
    video_id = await made(house, clips)
    place = (await VideoSource(house.db, house.folders).show(STRANGER, video_id)).folder
    if what == "master.m3u8":
        (place / what).unlink()
    elif what == "240p":
        shutil.rmtree(place / what)
    else:
        (place / "master.m3u8").write_text(without((place / "master.m3u8").read_text(), ["240p"]))
    sweep = sweeping(house)
    report = await sweep.report()
    assert kinds(report) == [Kind.NO_EDITION if what == "master.m3u8" else Kind.NO_RUNG]
    assert len(await sweep.mend(report)) == 1
    assert (await house.transcoding.show(OWNER, video_id)).state is TranscodeState.QUEUED
    assert (await sweep.report()).findings == ()
    await house.work().finish(video_id)
    assert (await sweep.report()).findings == ()
    video = await house.db.one(videos.by_id(video_id))
    assert video is not None
    assert video.state is VideoState.READY


async def test_a_missing_original_is_told_and_what_can_not_be_mended_too(house: House, clips: Clips) -> None:
    video_id = await made(house, clips)
    original = house.folders.original(video_id)
    assert original is not None
    original.unlink()
    (await VideoSource(house.db, house.folders).show(STRANGER, video_id)).folder.joinpath("master.m3u8").unlink()
    sweep = sweeping(house)
    report = await sweep.report()
    assert {one.kind: one.mendable for one in report.findings} == {Kind.NO_ORIGINAL: True, Kind.NO_EDITION: False}
    assert [one.kind for one in await sweep.mend(report)] == [Kind.NO_ORIGINAL]
    assert kinds(await sweep.report()) == [Kind.NO_EDITION]
