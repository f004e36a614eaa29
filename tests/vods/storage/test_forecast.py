"""What a video will need, told before it is made, and the refusal of what will not fit."""

from fractions import Fraction

import pytest

from novacast.clock import SECOND
from novacast.errors import DiskFull
from novacast.media.probe import probe
from novacast.settings import Transcode
from novacast.vods import store as videos
from novacast.vods.models import Video, VideoState
from novacast.vods.storage.forecast import Forecasts
from novacast.vods.storage.models import QuotaReached, Sample, Wanted, size
from novacast.vods.storage.quota import Quotas
from novacast.vods.transcoding.models import TranscodeState
from novacast.vods.transcoding.plan import Choices, Plan
from tests.fakes.clock import FakeClock
from tests.vods.conftest import ORG, OTHER_ORG, OWNER, QUICK, Clips, House


async def planned(clips: Clips) -> Plan:
    info = await probe(clips("forecast.mp4", size="426x240", seconds=2))
    return Plan.of(info, Choices.of(QUICK))


async def past(house: House, org_id: str, rate: int, count: int) -> None:
    """Videos of a minute whose 240p took `rate` bits a second, each made in half a minute."""
    for _ in range(count):
        video_id = await house.publish(org_id=org_id)
        row = (video_id, rate * 60 // 8)
        await house.db.write(
            lambda tx, row=row: tx.run("INSERT INTO rungs VALUES (?, '240p', 426, 240, 'published', ?)", row)  # type: ignore[misc]  # bound per video
        )
        await house.db.write(
            lambda tx, row=row: tx.run(  # type: ignore[misc]  # bound per video
                "UPDATE transcodes SET started_at = 0, ended_at = ? WHERE video_id = ?", (30 * SECOND, row[0])
            )
        )
        await house.db.write(lambda tx, row=row: tx.run("UPDATE videos SET height = 240 WHERE id = ?", (row[0],)))  # type: ignore[misc]  # bound per video


async def test_without_a_past_the_ladder_is_the_measure(house: House, clips: Clips) -> None:
    plan = await planned(clips)
    forecast = await Forecasts(house.db, house.folders, house.quotas, 0).of(ORG, plan)
    rates = sum(rung.bitrate for rung in plan.ladder.rungs) / 2 + sum(sound.bitrate for sound in plan.ladder.sounds)
    copied = plan.info.size if plan.copied is not None else 0
    assert forecast.bytes == pytest.approx(rates * plan.info.duration / SECOND / 8 + copied, rel=0.01)
    assert (forecast.seconds, forecast.measured) == (None, False)


async def test_an_organizations_own_past_comes_before_that_of_others(house: House, clips: Clips) -> None:
    encoded = Transcode(heights=(240,), preset="ultrafast", copy=False)
    info = await probe(clips("forecast.mp4", size="426x240", seconds=2))
    plan, forecasts = Plan.of(info, Choices.of(encoded)), Forecasts(house.db, house.folders, house.quotas, 0)
    sounds = sum(sound.bitrate for sound in plan.ladder.sounds)
    await past(house, OTHER_ORG, 40_000, 5)
    seconds = Fraction(plan.info.duration, SECOND)
    first = await forecasts.of(ORG, plan)
    assert first.bytes == pytest.approx(float((40_000 + sounds) * seconds / 8), rel=0.01)
    assert first.measured
    assert first.seconds == pytest.approx(float(seconds) / 2)
    await past(house, ORG, 120_000, 3)
    second = await forecasts.of(ORG, plan)
    assert second.bytes == pytest.approx(float((120_000 + sounds) * seconds / 8), rel=0.01)


def test_what_four_of_five_took_is_the_measure_but_never_more_than_the_encoder_may() -> None:
    wanted = [Wanted("720p", 1000)]
    rates = [Sample("720p", rate) for rate in (100, 200, 300, 400, 5000)]
    assert size(wanted, rates, 8) == (1250, True)
    assert size(wanted, [*rates, *rates[:4]], 8) == (400, True)
    assert size(wanted, rates[:2], 8) == (500, False)
    assert size([], rates, 8) == (0, False)


async def video_of(house: House, video_id: str) -> Video:
    video = await house.db.one(videos.by_id(video_id))
    assert video is not None
    return video


async def test_what_the_disk_or_the_quota_can_not_take_is_refused(house: House, clips: Clips) -> None:
    plan, video = await planned(clips), await video_of(house, await house.arrive())
    await Forecasts(house.db, house.folders, house.quotas, 0).check(video, plan)
    with pytest.raises(DiskFull, match="The renditions need about"):
        await Forecasts(house.db, house.folders, house.quotas, 2**60).check(video, plan)
    with pytest.raises(QuotaReached):
        await Forecasts(house.db, house.folders, Quotas(house.db, 10), 0).check(video, plan)


async def test_a_transcode_that_will_not_fit_ends_before_it_begins_and_says_why(
    house: House, clips: Clips, clock: FakeClock
) -> None:
    video_id = await house.arrive(clips("forecast.mp4", size="426x240", seconds=2))
    await house.work(reserve=2**60).finish(video_id)
    transcode = await house.transcoding.show(OWNER, video_id)
    assert transcode.state is TranscodeState.FAILED
    assert (await video_of(house, video_id)).state is VideoState.FAILED
    assert "full" in (transcode.reason or "") or "renditions need" in (transcode.reason or "")
