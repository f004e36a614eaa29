"""What a file will need, told to those who have it before they send it."""

import pytest
from aiohttp import ClientSession

from novacast.clock import SECOND
from novacast.errors import DiskFull, Forbidden, MediaFailure, NotFound, TooLarge
from novacast.identity import SYSTEM
from novacast.settings import Settings, Transcode, Uploads
from novacast.vods.storage.models import QuotaReached
from novacast.vods.storage.outlook import Announced, Refusal
from novacast.vods.uploads.models import Wish
from tests.vods.conftest import DOOR, ORG, OTHER_ORG, OUTSIDER, PRODUCER, House
from tests.vods.serving import outlooks

FORECAST = f"/api/v1/organizations/{ORG}/forecast"
FILM = Announced(1_000_000, 60, 240)


async def refused(house: House, announced: Announced, settings: Settings | None = None) -> Refusal | None:
    return (await outlooks(house, settings).of(PRODUCER, ORG, announced)).refusal


async def test_it_grows_with_length_and_picture(house: House) -> None:
    settings = Settings(transcode=Transcode(heights=(144, 240, 480)))

    async def renditions(seconds: float | None, height: int | None) -> int:
        announced = Announced(1_000_000, seconds, height)
        return (await outlooks(house, settings).of(PRODUCER, ORG, announced)).forecast.bytes

    sound, small, high = [await renditions(60, height) for height in (0, 144, 480)]
    assert 0 < sound < small < high
    assert await renditions(120, 480) == pytest.approx(2 * high, rel=0.01)
    assert await renditions(60, None) == high
    # A second of eight million bits, where nobody knows better.
    assert await renditions(None, 480) == await renditions(1, 480)


async def test_an_unknown_length_is_guessed_by_what_the_organization_brought_before(house: House) -> None:
    await house.publish(source_bytes=60 * 100_000)  # of a minute
    guessed = await outlooks(house).of(PRODUCER, ORG, Announced(1_000_000, None, 240))
    known = await outlooks(house).of(PRODUCER, ORG, Announced(1_000_000, 10, 240))
    assert (guessed.forecast.bytes, guessed.guessed) == (known.forecast.bytes, True)
    assert not known.guessed


async def test_work_on_other_pictures_is_the_measure_of_time_where_none_like_it_was_made(house: House) -> None:
    assert (await outlooks(house).of(PRODUCER, ORG, FILM)).forecast.seconds is None
    video_id = await house.publish()
    times = "UPDATE transcodes SET started_at = 0, ended_at = ? WHERE video_id = ?"
    await house.db.write(lambda tx: tx.run(times, (40 * SECOND, video_id)))
    await house.db.write(lambda tx: tx.run("UPDATE videos SET width = 854, height = 480 WHERE id = ?", (video_id,)))
    told = (await outlooks(house).of(PRODUCER, ORG, FILM)).forecast.seconds
    assert told == pytest.approx(10, rel=0.02)


async def test_what_will_not_fit_is_told_with_the_reason_before_a_byte_is_sent(house: House) -> None:
    assert await refused(house, FILM) is None
    full = await refused(house, FILM, Settings(uploads=Uploads(reserve_bytes=2**60)))
    assert full is not None
    assert isinstance(full.why, DiskFull)
    large = await refused(house, FILM, Settings(uploads=Uploads(max_bytes=2000)))
    assert large is not None
    assert isinstance(large.why, TooLarge)
    long = await refused(house, Announced(1000, 7200, 240), Settings(transcode=Transcode(max_hours=1)))
    assert long is not None
    assert isinstance(long.why, MediaFailure)
    assert full.certain
    assert large.certain
    assert long.certain


async def test_a_guess_refuses_nothing_but_what_the_file_alone_says(house: House) -> None:
    await house.quotas.set(SYSTEM, ORG, 1_010_000)
    known, guess = await refused(house, FILM), await refused(house, Announced(1_000_000, None, 240))
    alone = await refused(house, Announced(1_300_000, None, 240))
    for refusal, certain in ((known, True), (guess, False), (alone, True)):
        assert refusal is not None
        assert isinstance(refusal.why, QuotaReached)
        assert refusal.certain is certain


async def test_what_other_uploads_announced_is_not_free(house: House) -> None:
    await house.quotas.set(SYSTEM, ORG, 10_000_000)
    assert await refused(house, FILM) is None
    await house.uploads.begin(PRODUCER, 9_500_000, Wish.of(""))
    assert await refused(house, FILM) is not None


async def test_only_those_who_may_bring_videos_are_told(house: House) -> None:
    with pytest.raises(NotFound):
        await outlooks(house).of(OUTSIDER, ORG, FILM)
    with pytest.raises(Forbidden):
        await outlooks(house).of(DOOR, ORG, FILM)


async def test_the_api_tells_it_and_bounds_what_is_asked(house: House, producer: ClientSession) -> None:
    await house.quotas.set(SYSTEM, ORG, 1000)
    async with producer.get(FORECAST, params={"bytes": 5000, "seconds": 2.5, "height": 240}) as answer:
        told = await answer.json()
    assert answer.status == 200
    assert (told["original"], told["guessed"], told["seconds"]) == (5000, False, None)
    assert told["refusal"]["code"] == "quota_reached"
    assert "may have 1.0 kB here" in told["refusal"]["detail"]
    wrong = ({}, {"bytes": 0}, {"bytes": 1, "seconds": 0}, {"bytes": 1, "seconds": "nan"}, {"bytes": 1, "height": -1},
             {"bytes": 2**61}, {"bytes": 1, "seconds": 1e9}, {"bytes": 1, "other": 1})  # fmt: skip
    for params in wrong:
        async with producer.get(FORECAST, params=params) as answer:
            assert answer.status == 422, params
    async with producer.get(FORECAST, params={"bytes": 2**60, "seconds": 1e7, "height": 65_536}) as answer:
        assert answer.status == 200
    async with producer.get(FORECAST.replace(ORG, OTHER_ORG), params={"bytes": 1}) as answer:
        assert answer.status == 404
