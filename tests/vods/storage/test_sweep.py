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
from tests.vods.conftest import OWNER, PRODUCER, STRANGER, House
from tests.vods.stock import MADE


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


async def test_a_house_in_order_has_nothing_to_sweep(stocked: House) -> None:
    waiting = await stocked.arrive()
    lay(stocked.folders.arrival(waiting))
    upload = (await stocked.uploads.begin(PRODUCER, 70, Wish.of(""))).upload
    lay(stocked.folders.arrival(upload.id))
    await stocked.db.write(lambda tx: imports.begin(tx, "org1", "/films/a.mp4", "begun"))
    lay(stocked.folders.arrival("begun"))
    report = await sweeping(stocked).report()
    assert (report.findings, report.young) == ((), 0)
    assert stocked.folders.arrival(waiting).exists()


async def test_files_that_are_nobodys_are_found_and_removed_when_told_to(stocked: House) -> None:
    place = (await VideoSource(stocked.db, stocked.folders).show(STRANGER, MADE)).folder
    nobodys = [
        lay(stocked.data.uploads / "stray"),
        lay(stocked.data.media / "nobody" / "original.mp4").parent,
        lay(stocked.folders.video(MADE) / "oldedition" / "master.m3u8").parent,
        lay(place / "720p" / "seg.m4s").parent,
    ]
    kept = lay(stocked.folders.video(MADE) / "pictures" / "a.jpg")
    young = await sweeping(stocked, hours=0.5).report()
    assert (young.findings, young.young) == ((), 4)
    sweep = sweeping(stocked)
    report = await sweep.report()
    assert kinds(report) == [Kind.ARRIVAL, Kind.EDITION, Kind.RUNG, Kind.VIDEO]
    assert {one.path for one in report.findings} == set(nobodys)
    assert all(one.bytes >= 10 for one in report.findings)
    assert all(path.exists() for path in nobodys)
    assert len(await sweep.mend(report)) == 4
    assert not any(path.exists() for path in nobodys)
    assert kept.exists()
    assert (await sweep.report()).findings == ()
    await VideoSource(stocked.db, stocked.folders).show(STRANGER, MADE)


async def test_what_became_somebodys_after_the_report_stays(stocked: House) -> None:
    stray, folder = lay(stocked.data.uploads / "stray"), lay(stocked.data.media / "stray" / "original.mp4")
    sweep = sweeping(stocked)
    report = await sweep.report()
    assert len(report.findings) == 2
    await stocked.arrive(id="stray")
    assert await sweep.mend(report) == []
    assert stray.exists()
    assert folder.exists()


async def test_what_a_worker_may_hold_is_left_alone(stocked: House) -> None:
    lay(stocked.folders.video(MADE) / "edition2" / "master.m3u8")
    await stocked.db.write(lambda tx: tx.run("UPDATE transcodes SET state = 'queued'"))
    assert (await sweeping(stocked).report()).findings == ()


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
async def test_what_is_missing_is_found_and_queued_to_be_made_again(stocked: House, what: str) -> None:
    place = (await VideoSource(stocked.db, stocked.folders).show(STRANGER, MADE)).folder
    if what == "master.m3u8":
        (place / what).unlink()
    elif what == "240p":
        shutil.rmtree(place / what)
    else:
        (place / "master.m3u8").write_text(without((place / "master.m3u8").read_text(), ["240p"]))
    sweep = sweeping(stocked)
    report = await sweep.report()
    assert kinds(report) == [Kind.NO_EDITION if what == "master.m3u8" else Kind.NO_RUNG]
    assert len(await sweep.mend(report)) == 1
    assert (await stocked.transcoding.show(OWNER, MADE)).state is TranscodeState.QUEUED
    assert (await sweep.report()).findings == ()


async def test_what_is_missing_is_made_again_from_the_original(stocked: House) -> None:
    shutil.rmtree((await VideoSource(stocked.db, stocked.folders).show(STRANGER, MADE)).folder / "240p")
    sweep = sweeping(stocked)
    assert len(await sweep.mend(await sweep.report())) == 1
    await stocked.work().finish(MADE)
    assert (await sweep.report()).findings == ()
    video = await stocked.db.one(videos.by_id(MADE))
    assert video is not None
    assert video.state is VideoState.READY


async def test_a_missing_original_is_told_and_what_can_not_be_mended_too(stocked: House) -> None:
    original = stocked.folders.original(MADE)
    assert original is not None
    original.unlink()
    (await VideoSource(stocked.db, stocked.folders).show(STRANGER, MADE)).folder.joinpath("master.m3u8").unlink()
    sweep = sweeping(stocked)
    report = await sweep.report()
    assert {one.kind: one.mendable for one in report.findings} == {Kind.NO_ORIGINAL: True, Kind.NO_EDITION: False}
    assert [one.kind for one in await sweep.mend(report)] == [Kind.NO_ORIGINAL]
    assert kinds(await sweep.report()) == [Kind.NO_EDITION]
