"""Health: what players tell is checked, added up, and shown to a video's makers."""

import re
from dataclasses import replace

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from novacast.database import Query, Transaction
from novacast.errors import Forbidden, NotFound, RateLimited
from novacast.graphs import Graph
from novacast.identity import new_id
from novacast.limits import RateLimiter
from novacast.live.playing import Playing
from novacast.vods.health.models import HEIGHTS, STARTUP, Kind, Report, bucket, nearest
from novacast.vods.health.service import VideoHealth
from novacast.vods.views.models import day_of
from novacast.vods.views.store import count
from tests.fakes.clock import FakeClock
from tests.vods.conftest import DOOR, PRODUCER, STRANGER, House, KnownViewing
from tests.vods.test_pages import page

GOOD = Report(
    startup=700, stalls=(300, 4000), played=((1080, 20_000), (360, 5_000)), switches=2, frames=600, dropped=6,
    errors=(("fragLoadError", False), ("bufferStalledError", True)),
)  # fmt: skip


def session_of(house: House, video_id: str) -> str:
    session = new_id()
    house.viewings.sessions[session] = KnownViewing(video_id, house.db.clock.now())
    return session


async def tell(house: House, video_id: str, report: Report = GOOD) -> None:
    await house.health.report(video_id, session_of(house, video_id), report)


async def test_reports_of_many_are_one_sum(house: House) -> None:
    video_id = await house.publish()
    for _ in range(3):
        await tell(house, video_id)
    health = await house.health.of(PRODUCER, video_id, 7)
    assert health.sums[Kind.START] == 3
    assert dict(health.startup)[1000] == 3
    assert {bound: number for bound, number in health.stalls if number} == {500: 3, 5000: 3}
    assert health.rungs == [(360, 15_000), (1080, 60_000)]
    assert health.errors == [("bufferStalledError", 3, 3), ("fragLoadError", 3, 0)]
    assert health.stall_share == pytest.approx(12.9 / (75 + 12.9))
    assert health.dropped_share == 0.01
    assert health.startup_median == 1000
    rows = await house.db.all(Query("SELECT count(*) FROM health_hours", (), tuple))
    assert rows == [(len(GOOD.amounts()),)]


async def test_hours_and_days_stand_where_they_belong(house: House, clock: FakeClock) -> None:
    video_id = await house.publish()
    await tell(house, video_id)
    clock.advance(3600)
    await tell(house, video_id)
    hourly = await house.health.of(PRODUCER, video_id, 2)
    assert [span.starts for span in hourly.spans] == [0] * 46 + [1, 1]
    daily = await house.health.of(PRODUCER, video_id, 7)
    assert [span.starts for span in daily.spans] == [0] * 6 + [2]
    clock.advance(86_400)
    daily = await house.health.of(PRODUCER, video_id, 7)
    assert [span.starts for span in daily.spans] == [0] * 5 + [2, 0]
    assert daily.spans[-2].stall_share is not None
    assert daily.spans[-1].stall_share is None


async def test_what_is_old_is_forgotten(house: House, clock: FakeClock) -> None:
    video_id = await house.publish()
    await tell(house, video_id)
    clock.advance(89 * 86_400)
    await house.health.sweep()
    assert (await house.health.of(PRODUCER, video_id, 366)).sums
    clock.advance(2 * 86_400)
    await house.health.sweep()
    assert not (await house.health.of(PRODUCER, video_id, 366)).sums


async def test_what_is_told_of_a_programme_on_air_goes_to_who_has_it_on_air(house: House) -> None:
    playing = Playing(house.db.clock)
    health = VideoHealth(house.db, house.viewings, RateLimiter(house.db.clock), keep_days=1, on_air=playing)
    await health.report("programme1", session_of(house, "programme1"), GOOD)
    await health.report("programme1", session_of(house, "programme1"), replace(GOOD, played=((720, 60_000),)))
    assert playing.look("programme1") == {"stalls": 4, "stalled_percent": pytest.approx(100 * 8.6 / 93.6, abs=0.01)}
    video_id = await house.publish()
    await health.report(video_id, session_of(house, video_id), GOOD)
    assert playing.look(video_id) == {}


async def test_only_sessions_of_the_video_tell_of_it_and_not_too_often(house: House, clock: FakeClock) -> None:
    video_id, other = await house.publish(), await house.publish()
    for session in ("made-up", session_of(house, other)):
        with pytest.raises(NotFound):
            await house.health.report(video_id, session, GOOD)
    session = session_of(house, video_id)
    for _ in range(12):
        await house.health.report(video_id, session, GOOD)
    with pytest.raises(RateLimited):
        await house.health.report(video_id, session, GOOD)
    clock.advance(60)
    await house.health.report(video_id, session, GOOD)
    assert (await house.health.of(PRODUCER, video_id, 7)).sums[Kind.START] == 13


async def test_inventions_do_not_fill_the_table(house: House) -> None:
    video_id = await house.publish()
    for number in range(40):
        await tell(house, video_id, Report(played=[(100 + 200 * number, 10)], errors=[(f"Invented{number}", True)]))
    rows = await house.db.one(Query("SELECT count(*) FROM health_hours", (), lambda row: int(row[0])))
    assert rows is not None
    assert rows <= len(HEIGHTS) + 1
    assert (await house.health.of(PRODUCER, video_id, 7)).errors == [("other", 40, 40)]
    await tell(house, video_id, Report())


@given(st.integers(0, 10**9), st.integers(1, 8640))
def test_every_value_has_a_bucket(time: int, height: int) -> None:
    name = bucket(STARTUP, time)
    assert name == "more" if time > STARTUP[-1] else int(name) >= time
    assert nearest(height) in HEIGHTS


@given(st.lists(st.floats(0, 1e9), max_size=100))
def test_bars_stay_within_their_graph_and_little_is_not_nothing(values: list[float]) -> None:
    graph = Graph.of("a", "A", ("x", "y"), [(str(at), value, str(value)) for at, value in enumerate(values)])
    for bar, value in zip(graph.bars, values, strict=True):
        assert 0 <= bar.y <= graph.height
        assert bar.x >= 0
        assert bar.x + bar.width <= graph.width + 0.2
        assert (bar.height > 0) == (value > 0)
    assert graph.empty == (not any(values))


async def test_who_may_only_watch_is_told_nothing_of_others(house: House, stranger: ClientSession) -> None:
    video_id = await house.publish()
    for who in (STRANGER, DOOR):
        with pytest.raises(Forbidden):
            await house.health.of(who, video_id, 7)
    async with stranger.get(f"/api/v1/videos/{video_id}/health") as answer:
        assert answer.status == 401
    await page(stranger, f"/studio/videos/{video_id}/audience", 303)


async def test_a_beacon_is_taken_and_shown(house: House, stranger: ClientSession, producer: ClientSession) -> None:
    video_id = await house.publish(title="Faust")
    path = f"/api/v1/videos/{video_id}/health"
    body = {
        "session": session_of(house, video_id), "startup": 0.7, "stalls": [0.3, 4], "switches": 2, "frames": 600,
        "played": [{"height": 1080, "seconds": 20}, {"height": 360, "seconds": 5.5}], "dropped": 6,
        "errors": [{"name": "fragLoadError", "fatal": False}],
    }  # fmt: skip
    async with stranger.post(path, json=body) as answer:
        assert (answer.status, await answer.text()) == (204, "")
    async with producer.get(path, params={"days": "1"}) as answer:
        told = await answer.json()
    assert (told["plays"], told["stalled"], told["rungs"]) == (
        1,
        4.3,
        [{"height": 360, "seconds": 5.5}, {"height": 1080, "seconds": 20.0}],
    )
    assert len(told["spans"]) == 24
    text = await page(producer, f"/studio/videos/{video_id}/audience?days=7")
    assert "up to 1 s" in text
    assert "fragLoadError" in text
    assert len(re.findall(r"<svg class=\"graph\"", text)) == 4
    assert text.count("<caption") == 5
    assert "Nothing was told in this time." in text  # no views yet
    await page(producer, f"/studio/videos/{video_id}/audience?days=8", 422)


async def test_the_videos_own_page_tells_in_short(house: House, clock: FakeClock, producer: ClientSession) -> None:
    video_id, unmade = await house.publish(title="Faust"), await house.arrive()
    place = f"/studio/videos/{video_id}"
    assert "Audience" not in await page(producer, f"/studio/videos/{unmade}")
    text = await page(producer, place)
    assert "Nobody has watched this video in this time." in text
    assert f'href="{place}/audience"' in text
    assert "<svg" not in text.partition('id="audience"')[2].partition("</section>")[0]
    today = day_of(clock.now())

    def viewed(tx: Transaction) -> None:
        for back, number in ((0, 2), (3, 5), (27, 1), (28, 100)):
            for _ in range(number):
                count(tx, video_id, today - back)

    await house.db.write(viewed)
    await tell(house, video_id)
    text = (await page(producer, place)).partition('id="audience"')[2].partition("</section>")[0]
    told = re.findall(r"<d[td][^>]*>([^<]*)</d[td]>", text)
    assert told == [
        "Views", "8", "Interruptions", "288", "per hour watched", "Start-up time", "up to 1 s", "of half of the plays",
        "Qualities", "1080p 80%", "360p 20%",
    ]  # fmt: skip
    assert text.count("<rect") == 28
    assert "At most 5 on a day, on " in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"startup": -1}, {"startup": 1e9}, {"stalls": [0.1] * 51}, {"stalls": ["1"]}, {"switches": -1},
        {"played": [{"height": 0, "seconds": 1}]}, {"played": [{"height": 360, "seconds": 601}]},
        {"played": [{"height": 360, "seconds": 1}] * 17}, {"errors": [{"name": "<script>"}]},
        {"errors": [{"name": "x" * 61}]}, {"errors": [{"name": "x"}] * 21}, {"dropped": 100_001}, {"frames": 1.5},
        {"video": "other"}, {"session": ""}, {"session": None},
    ],
)  # fmt: skip
async def test_a_report_that_makes_no_sense_is_refused(
    house: House, stranger: ClientSession, wrong: dict[str, object]
) -> None:
    video_id = await house.publish()
    body = {"session": session_of(house, video_id), "startup": 0.5} | wrong
    async with stranger.post(f"/api/v1/videos/{video_id}/health", json=body) as answer:
        assert answer.status == 422, await answer.text()
    assert not (await house.health.of(PRODUCER, video_id, 7)).sums


async def test_a_deleted_video_leaves_no_sums_and_takes_no_reports(house: House) -> None:
    video_id = await house.publish()
    await tell(house, video_id)
    session = session_of(house, video_id)
    await house.videos.delete(PRODUCER, video_id)
    await house.health.report(video_id, session, GOOD)
    assert await house.db.all(Query("SELECT 1 FROM health_hours", (), tuple)) == []
