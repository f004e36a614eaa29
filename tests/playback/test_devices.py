"""How many devices one person watches on, and what they are called."""

import asyncio
import json
from dataclasses import replace

import pytest

from novacast.clock import SECOND
from novacast.errors import Conflict, NotFound, Unauthenticated
from novacast.identity import ANONYMOUS
from novacast.playback.models import IDLE, device_name
from tests.playback.world import FILM, World

SEG = "v360/seg1.m4s"


async def test_one_device_too_many_is_refused_with_the_names_of_the_others(world: World) -> None:
    ann = world.venue.person("ann")
    for device in ("Firefox on Linux", "Safari on iPhone", "VLC on Windows"):
        await world.session(ann, device=device)
    with pytest.raises(Conflict) as refusal:
        await world.playback.stream(ann, FILM, address="")
    assert {error.message.split(",")[0] for error in refusal.value.errors} == {
        "Firefox on Linux",
        "Safari on iPhone",
        "VLC on Windows",
    }


async def test_addresses_gathered_beforehand_do_not_get_around_the_limit_of_devices(world: World) -> None:
    ann = world.venue.person("ann")
    streams = [await world.playback.stream(ann, FILM, address="") for _ in range(8)]
    answers = await asyncio.gather(*(world.get(stream.url) for stream in streams))
    assert sorted(answer.status for answer in answers) == [302] * 3 + [409] * 5
    problem = json.loads(next(answer.body for answer in answers if answer.status == 409))
    assert len(problem["errors"]) == 3


async def test_taking_over_stops_the_device_longest_unseen_and_says_why(world: World) -> None:
    ann = world.venue.person("ann")
    bases = []
    for _ in range(3):
        bases.append(await world.session(ann))
        world.clock.advance(1)
    newest = await world.session(ann, take_over=True)
    assert [(await world.get(f"{base}/{SEG}")).status for base in [*bases, newest]] == [410, 200, 200, 200]
    assert "took over" in json.loads((await world.get(f"{bases[0]}/{SEG}")).body)["detail"]


async def test_a_page_that_is_loaded_anew_is_the_same_device(world: World) -> None:
    ann = world.venue.person("ann")
    streams = [await world.playback.stream(ann, FILM, address="") for _ in range(3)]
    bases = [(await world.get(stream.url)).headers["location"].rpartition("/")[0] for stream in streams]
    again = await world.playback.stream(ann, FILM, address="", session=streams[0].session)
    assert again.session == streams[0].session
    assert (await world.get(again.url)).headers["location"].rpartition("/")[0] == bases[0]
    assert [(await world.get(f"{base}/{SEG}")).status for base in bases] == [200, 200, 200]


async def test_nobody_goes_on_in_a_session_that_is_over_or_is_another_sign_ins(world: World) -> None:
    ann = world.venue.person("ann")
    elsewhere = replace(ann, session_id="session-elsewhere")
    first = (await world.playback.stream(ann, FILM, address="")).session
    assert (await world.playback.stream(ann, FILM, address="", session=first)).session != first  # it was never opened
    bases = [await world.session(ann) for _ in range(3)]
    active = await world.playback.sessions(ann, None, 10)
    with pytest.raises(Conflict):
        await world.playback.stream(elsewhere, FILM, address="", session=active.items[0].id)
    await world.playback.end(ann, active.items[0].id)
    fresh = await world.playback.stream(ann, FILM, address="", session=active.items[0].id)
    assert fresh.session not in {one.id for one in active.items}
    assert sorted([(await world.get(f"{base}/{SEG}")).status for base in bases]) == [200, 200, 410]


async def test_a_device_that_fell_silent_makes_room_by_itself(world: World) -> None:
    ann = world.venue.person("ann")
    bases = [await world.session(ann) for _ in range(3)]
    world.clock.advance(IDLE / SECOND)
    for base in bases[1:]:
        await world.get(f"{base}/{SEG}")
    await world.audience.flush()
    newest = await world.session(ann)
    assert [(await world.get(f"{base}/{SEG}")).status for base in [*bases, newest]] == [410, 200, 200, 200]


async def test_people_and_films_do_not_share_their_limits_and_strangers_have_none(world: World) -> None:
    for name in ("ann", "bob"):
        for _ in range(3):
            await world.session(world.venue.person(name))
    for _ in range(10):
        await world.session(ANONYMOUS)
    assert len((await world.playback.sessions(world.venue.person("ann"), None, 10)).items) == 3


async def test_ones_sessions_are_listed_in_pages_and_can_be_ended(world: World) -> None:
    ann, bob = world.venue.person("ann"), world.venue.person("bob")
    bases = []
    for _ in range(3):
        bases.append(await world.session(ann))
        world.clock.advance(1)
    first = await world.playback.sessions(ann, None, 2)
    second = await world.playback.sessions(ann, first.next, 2)
    assert [len(first.items), len(second.items), second.next] == [2, 1, None]
    oldest = second.items[0]
    assert (await world.get(f"{bases[0]}/{SEG}")).status == 200
    with pytest.raises(NotFound):
        await world.playback.end(bob, oldest.id)
    assert (await world.get(f"{bases[0]}/{SEG}")).status == 200
    await world.playback.end(ann, oldest.id)
    assert (await world.get(f"{bases[0]}/{SEG}")).status == 410
    assert len((await world.playback.sessions(ann, None, 10)).items) == 2
    with pytest.raises(Unauthenticated):
        await world.playback.sessions(ANONYMOUS, None, 10)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Lavf/59.27.100", "FFmpeg"),
        ("AppleCoreMedia/1.0.0 (Macintosh; Intel Mac OS X)", "Apple player on Mac"),
        ("", "Unknown player"),
        ("\x00<script>", "Unknown player"),
        ("mpv 0.38", "mpv 0.38"),
        ("x" * 10_000, "x" * 40),
    ],
)
def test_devices_are_named_as_people_know_them(agent: str, name: str) -> None:
    assert device_name(agent) == name
