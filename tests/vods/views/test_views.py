"""Views: each viewer once in half an hour, after having really played it."""

import asyncio

import pytest
from aiohttp import ClientSession

from novacast.clock import MINUTE, SECOND
from novacast.database import Query
from novacast.errors import Conflict, NotFound
from novacast.identity import new_id
from novacast.vods.models import Visibility
from novacast.vods.views.models import Viewer, is_robot
from tests.fakes.clock import FakeClock
from tests.vods.conftest import DOOR, PRODUCER, STRANGER, House, KnownViewing
from tests.vods.test_pages import page

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def watched(
    house: House, video_id: str, person: str | None = None, *, address: str = "192.0.2.1", agent: str = FIREFOX
) -> Viewer:
    """Someone whose session began a minute ago."""
    session = new_id()
    house.viewings.sessions[session] = KnownViewing(video_id, house.db.clock.now() - MINUTE)
    return Viewer(person, address, agent, session)


async def total(house: House, video_id: str) -> int:
    return (await house.views.totals([video_id])).get(video_id, 0)


async def test_a_viewer_counts_once_in_half_an_hour(house: House, clock: FakeClock) -> None:
    video_id = await house.publish()
    assert await house.views.count(video_id, watched(house, video_id))
    assert not await house.views.count(video_id, watched(house, video_id))
    clock.advance(29 * 60)
    assert not await house.views.count(video_id, watched(house, video_id))
    clock.advance(61)
    assert await house.views.count(video_id, watched(house, video_id))
    assert await total(house, video_id) == 2


async def test_who_is_logged_in_counts_as_a_person_wherever_they_are(house: House) -> None:
    video_id = await house.publish()
    assert await house.views.count(video_id, watched(house, video_id, "p1"))
    assert not await house.views.count(
        video_id, watched(house, video_id, "p1", address="198.51.100.7", agent="Other/1")
    )
    assert await house.views.count(video_id, watched(house, video_id, "p2"))
    other = await house.publish()
    assert await house.views.count(other, watched(house, other, "p1"))


async def test_strangers_are_told_apart_by_place_and_browser(house: House) -> None:
    video_id = await house.publish()
    for address, agent, counts in (
        ("192.0.2.1", FIREFOX, True),
        ("192.0.2.2", FIREFOX, True),
        ("192.0.2.1", "Mozilla/5.0 Safari/605", True),
        ("192.0.2.1", FIREFOX, False),
        ("2001:db8::1", FIREFOX, True),
        ("2001:db8::2", FIREFOX, False),  # of one subscriber's line
    ):
        viewer = watched(house, video_id, address=address, agent=agent)
        assert await house.views.count(video_id, viewer) is counts, (address, agent)


async def test_one_session_is_one_view_whatever_it_says_of_itself(house: House) -> None:
    video_id = await house.publish()
    first = watched(house, video_id)
    assert await house.views.count(video_id, first)
    for number in range(3):
        again = Viewer(None, f"203.0.113.{number}", f"Browser/{number}", first.session_id)
        assert not await house.views.count(video_id, again)


async def test_many_reports_at_once_are_one_view(house: House) -> None:
    video_id = await house.publish()
    viewers = [watched(house, video_id) for _ in range(20)]
    assert sum(await asyncio.gather(*(house.views.count(video_id, viewer) for viewer in viewers))) == 1
    assert await total(house, video_id) == 1


async def test_midnight_makes_nobody_a_new_viewer(house: House, clock: FakeClock) -> None:
    video_id = await house.publish()
    clock.set_now(1_751_327_940 * SECOND)  # 2025-06-30, 23:59 UTC
    assert await house.views.count(video_id, watched(house, video_id))
    clock.advance(120)
    assert not await house.views.count(video_id, watched(house, video_id))
    clock.advance(30 * 60)
    assert await house.views.count(video_id, watched(house, video_id))
    assert [day.number for day in (await house.views.of(PRODUCER, video_id, 2)).days] == [1, 1]


async def test_no_view_without_a_session_that_really_played(house: House, clock: FakeClock) -> None:
    video_id, other = await house.publish(), await house.publish()
    with pytest.raises(NotFound):
        await house.views.count(video_id, Viewer(None, "192.0.2.1", FIREFOX, "made-up"))
    with pytest.raises(NotFound):
        await house.views.count(video_id, watched(house, other))
    silent, early = watched(house, video_id), watched(house, video_id)
    house.viewings.sessions[silent.session_id] = KnownViewing(video_id, clock.now() - MINUTE, segments=0)
    house.viewings.sessions[early.session_id] = KnownViewing(video_id, clock.now() - 4 * SECOND)
    for viewer in (silent, early):
        with pytest.raises(Conflict):
            await house.views.count(video_id, viewer)
    clock.advance(1)
    assert await house.views.count(video_id, early)  # ten seconds at twice the speed


async def test_of_a_short_video_half_is_enough(house: House, clock: FakeClock) -> None:
    video_id = await house.publish()
    await house.db.write(lambda tx: tx.run("UPDATE videos SET duration = 4000000 WHERE id = ?", (video_id,)))
    viewer = watched(house, video_id)
    house.viewings.sessions[viewer.session_id] = KnownViewing(video_id, clock.now() - SECOND)
    assert await house.views.count(video_id, viewer)


@pytest.mark.parametrize(
    "agent",
    [
        "", " ", "curl/8.5.0", "Wget/1.21", "python-requests/2.32", "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)", "facebookexternalhit/1.1", "Twitterbot/1.0",
        "Mozilla/5.0 HeadlessChrome/120", "Lavf/60.3", "yt-dlp/2025.01", "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
    ],
)  # fmt: skip
async def test_robots_are_no_viewers(house: House, agent: str) -> None:
    video_id = await house.publish()
    assert not await house.views.count(video_id, watched(house, video_id, agent=agent))
    assert await total(house, video_id) == 0


@pytest.mark.parametrize(
    "agent",
    [
        FIREFOX,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1",
        "Mozilla/5.0 (Linux; Android 15; CUBOT X70) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
        "AppleCoreMedia/1.0.0.21A329 (iPad; U; CPU OS 17_0)",
        "VLC/3.0.20 LibVLC/3.0.20",
    ],
)
def test_people_are_no_robots(agent: str) -> None:
    assert not is_robot(agent)


async def test_counts_survive_a_restart_and_so_does_who_was_counted(house: House, clock: FakeClock) -> None:
    video_id = await house.publish()
    await house.views.count(video_id, watched(house, video_id))
    reopened = await House.open(house.data, clock, house.find)
    try:
        assert await total(reopened, video_id) == 1
        assert not await reopened.views.count(video_id, watched(reopened, video_id))
    finally:
        await reopened.close()


async def test_nothing_that_names_a_viewer_is_kept(house: House, clock: FakeClock) -> None:
    video_id = await house.publish()
    await house.views.count(video_id, watched(house, video_id, "p1"))
    marks = await house.db.all(Query("SELECT mark, video_id FROM view_marks", (), tuple))
    assert len(marks) == 2
    assert not any(b"p1" in mark or b"192.0.2" in mark for mark, _ in marks)
    clock.advance(31 * 60)
    await house.views.sweep()
    assert await house.db.all(Query("SELECT mark FROM view_marks", (), tuple)) == []
    clock.advance(2 * 86_400)
    await house.views.sweep()
    assert await house.db.all(Query("SELECT salt FROM view_salts", (), tuple)) == []
    assert await total(house, video_id) == 1


async def test_the_days_are_for_makers_and_the_total_for_who_may_watch(house: House) -> None:
    video_id, hidden = await house.publish(), await house.publish(visibility=Visibility.PRIVATE)
    await house.views.count(video_id, watched(house, video_id))
    assert [day.number for day in (await house.views.of(PRODUCER, video_id, 7)).days] == [1]
    for who in (STRANGER, DOOR):
        counted = await house.views.of(who, video_id, 7)
        assert (counted.total, counted.days) == (1, [])
    with pytest.raises(NotFound):
        await house.views.of(STRANGER, hidden, 7)


async def test_views_are_counted_and_shown_over_http(
    house: House, stranger: ClientSession, producer: ClientSession
) -> None:
    video_id = await house.publish(title="Faust")
    path, headers = f"/api/v1/videos/{video_id}/views", {"User-Agent": FIREFOX}
    session = watched(house, video_id).session_id
    for expected in (True, False):
        async with stranger.post(path, json={"session": session}, headers=headers) as answer:
            assert (answer.status, await answer.json()) == (200, {"counted": expected})
    async with stranger.get(path) as answer:
        assert await answer.json() == {"total": 1, "days": []}
    async with producer.get(path, params={"days": "1"}) as answer:
        (day,) = (await answer.json())["days"]
        assert (day["day"], day["views"]) == ("2025-06-15", 1)
    for where in ("/library", "/", f"/watch/{video_id}"):
        assert "1 view" in await page(stranger, where)
    assert 'data-label="Views">1<' in await page(producer, "/studio")
    for body, status in (({}, 422), ({"session": ""}, 422), ({"session": 5}, 422), ({"session": "x" * 65}, 422),
                         ({"session": "nobody"}, 404)):  # fmt: skip
        async with stranger.post(path, json=body, headers=headers) as answer:
            assert answer.status == status, body
    async with stranger.post(path, json={"session": session}, headers={**headers, "Origin": "https://evil.example",
                             "Sec-Fetch-Site": "cross-site"}) as answer:  # fmt: skip
        assert answer.status == 403


async def test_a_deleted_video_leaves_no_numbers(house: House) -> None:
    video_id = await house.publish()
    viewer = watched(house, video_id)
    await house.views.count(video_id, watched(house, video_id, address="198.51.100.1"))
    await house.videos.delete(PRODUCER, video_id)
    assert await total(house, video_id) == 0
    with pytest.raises(NotFound):
        await house.views.count(video_id, viewer)
