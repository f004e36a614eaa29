"""What is on and what comes, as everybody who comes to the house is shown it."""

from novacast.clock import HOUR
from novacast.identity import Principal
from novacast.live.programmes.service import Programming
from novacast.visibility import Visibility
from tests.live.conftest import GUEST, OUTSIDER, PRODUCER, STRANGER, Ask, House


async def shown(house: House, who: Principal) -> Programming:
    return await house.own.programmes.programming(who, now=10, coming=10)


async def test_what_is_on_is_shown_to_those_who_are_meant_to_find_it(house: House) -> None:
    for visibility in Visibility:
        channel = await house.channel(name=visibility.value, visibility=visibility)
        await house.on_air(channel, visibility.value)
    found = {
        who: sorted(one.visibility.value for one in (await shown(house, person)).now)
        for who, person in {"stranger": STRANGER, "guest": GUEST, "outsider": OUTSIDER, "member": PRODUCER}.items()
    }
    assert found == {
        "stranger": ["public"],
        "guest": ["public", "signed_in"],
        "outsider": ["public", "signed_in"],
        "member": ["organization", "public", "signed_in"],
    }


async def test_what_comes_is_shown_soonest_first_and_no_more_once_it_is_past(house: House) -> None:
    channel = await house.channel()
    now = house.clock.now()
    for title, hours in (("third", 30), ("first", 1), ("second", 2), ("past", -1)):
        await house.programme(channel, title=title, planned_start=now + hours * HOUR)
    found = await shown(house, STRANGER)
    assert [one.title for one in found.next] == ["first", "second", "third"]
    assert found.posters[channel.id].name == "Main hall"


async def test_how_many_watch_is_told_as_long_as_it_is_counted(house: House, ask: Ask) -> None:
    programme = await house.on_air(await house.channel())
    address = f"/api/v1/programmes/{programme.id}/now"
    assert await ask("", "GET", address) == (200, {"state": "on_air", "viewers": None})
    await house.airing.measured(programme.id, {"viewers": 7})
    assert await ask("", "GET", address) == (200, {"state": "on_air", "viewers": 7})
    house.clock.advance(60)
    assert await ask("", "GET", address) == (200, {"state": "on_air", "viewers": None})
    await house.airing.ended(programme.id)
    assert await ask("", "GET", address) == (200, {"state": "ended", "viewers": None})
