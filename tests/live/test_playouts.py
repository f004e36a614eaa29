"""Which videos are put on air in a programme, and by whom."""

import pytest

from novacast.clock import SECOND
from novacast.database import Transaction
from novacast.live.models import FeedRole
from novacast.live.playout.models import Place, place
from novacast.visibility import Visibility
from novacast.vods import store as videos
from novacast.vods.models import Draft
from tests.live.conftest import ORG, OTHER_ORG, PRODUCER, Ask, House


async def video(house: House, id_: str, org: str = ORG, state: str = "ready") -> str:
    def unit(tx: Transaction) -> None:
        videos.add(tx, Draft(id_, org, None, "Film", "", "", Visibility.PRIVATE, "film.mp4", 0))
        if state == "ready":
            videos.change(tx, id_, {"state": state, "edition": "e", "duration": 60 * SECOND, "published_at": 1})
            videos.set_rungs(tx, id_, [("144p", 256, 144, "published", 1)])

    await house.db.write(unit)
    return id_


async def test_videos_are_put_on_air_by_those_who_produce(house: House, ask: Ask) -> None:
    programme = await house.programme(await house.channel())
    await video(house, "film")
    path = f"/api/v1/programmes/{programme.id}/playout"
    assert (await ask("producer", "GET", path))[0] == 404
    for who, status in (("moderator", 403), ("outsider", 403), ("", 401)):
        assert (await ask(who, "PUT", path, {"videos": ["film"]}))[0] == status
    status, made = await ask("producer", "PUT", path, {"videos": ["film", "film"], "loop": True})
    assert (status, made["videos"], made["role"], made["began_at"]) == (200, ["film", "film"], "main", None)
    assert (await ask("producer", "GET", path))[1] == made
    page = await ask("producer", "GET", f"/studio/live/programmes/{programme.id}", Accept="text/html")
    assert "/watch/film" in page[1]
    assert (await ask("producer", "DELETE", path))[0] == 204


async def test_only_ready_videos_of_the_same_organization(house: House, ask: Ask) -> None:
    programme = await house.programme(await house.channel())
    await video(house, "theirs", OTHER_ORG)
    await video(house, "unready", state="arriving")
    path = f"/api/v1/programmes/{programme.id}/playout"
    for ids in (["theirs"], ["unready"], ["nowhere"], []):
        assert (await ask("producer", "PUT", path, {"videos": ids}))[0] == 422


async def test_what_is_due_is_what_the_rows_say(house: House) -> None:
    programme = await house.programme(await house.channel(), planned_start=house.clock.now() + 60 * SECOND)
    film = await video(house, "film")
    await house.own.playouts.put(PRODUCER, programme.id, [film], loop=False, role=FeedRole.MAIN)
    assert await house.own.playouts.due() == []
    house.clock.advance(61)
    (due,) = await house.own.playouts.due()
    assert due.playout.videos == ("film",)
    began = await house.own.playouts.began(programme.id)
    house.clock.advance(5)
    assert await house.own.playouts.began(programme.id) == began
    await house.own.playouts.finished(due.playout)
    assert await house.own.playouts.due() == []


@pytest.mark.parametrize(
    ("passed", "loop", "expected"),
    [
        (0, False, Place(0, 0)),
        (9, False, Place(0, 9)),
        (10, False, Place(2, 0)),
        (29, False, Place(2, 19)),
        (30, False, None),
        (30, True, Place(0, 0)),
        (75, True, Place(2, 5)),
        (-1, False, Place(0, 0)),
    ],
)
def test_a_place_is_found_past_what_can_not_be_played(passed: int, loop: bool, expected: Place | None) -> None:
    assert place([10, 0, 20], passed, loop=loop) == expected


def test_nothing_to_play_has_no_place() -> None:
    assert place([0, 0], 5, loop=True) is None
