"""Viewers who are sent to instead of fetching: their sessions are as all others."""

import pytest

from novacast.clock import MINUTE
from novacast.errors import Conflict, Gone
from novacast.identity import ANONYMOUS, Principal, Role
from tests.playback.world import FILM, World


async def begun(world: World, principal: Principal = ANONYMOUS) -> str:
    return await world.peers.begin(principal, FILM, address="192.0.2.1", software="GStreamer/1.22")


async def test_whoever_is_sent_to_is_counted_while_a_sign_of_life_comes_and_not_once_they_left(world: World) -> None:
    world.air()
    tokens = [await begun(world) for _ in range(2)]
    for token in tokens:
        await world.peers.hold(token, FILM, "webrtc")
    seen = await world.audience.watching(FILM)
    assert (seen.viewers, seen.tracks) == (2, {"webrtc": 2})
    await world.peers.leave(tokens[0])
    await world.peers.leave(tokens[0])
    assert (await world.audience.watching(FILM)).viewers == 1
    with pytest.raises(Gone):
        await world.peers.hold(tokens[0], FILM, "webrtc")
    world.clock.advance(20)
    assert (await world.audience.watching(FILM)).viewers == 0


async def test_the_permission_is_asked_again_after_a_fact_and_its_loss_ends_the_session(world: World) -> None:
    token = await begun(world)
    asked = await world.peers.hold(token, FILM, "webrtc")
    world.clock.advance(1)
    assert await world.peers.hold(token, FILM, "webrtc") == asked
    await world.tell("programme.changed", FILM)
    assert await world.peers.hold(token, FILM, "webrtc") > asked
    world.venue.visibility = "private"
    await world.tell("programme.changed", FILM)
    with pytest.raises(Gone):
        await world.peers.hold(token, FILM, "webrtc")


async def test_it_is_a_device_of_its_person_and_makes_room_when_it_leaves(world: World) -> None:
    ann = world.venue.person("ann")
    tokens = [await begun(world, ann) for _ in range(3)]
    with pytest.raises(Conflict):
        await begun(world, ann)
    await world.peers.leave(tokens[0])
    await begun(world, ann)
    page = await world.playback.sessions(ann, None, 10)
    assert {one.device for one in page.items} == {"GStreamer"}


async def test_a_session_lives_as_long_as_it_is_held(world: World) -> None:
    token = await begun(world)
    for _ in range(20):
        world.clock.advance(60)
        await world.peers.hold(token, FILM, "webrtc")
    world.clock.advance(MINUTE / 1_000_000)
    assert await world.peers.hold(token, FILM, "webrtc")


async def test_whose_session_it_is_is_told_with_the_roles_of_now(world: World) -> None:
    ann = world.venue.person("ann", Role.DOOR)
    token, other = await begun(world, ann), await begun(world)
    assert await world.peers.principal(token) == ann
    world.venue.person("ann")
    found = await world.peers.principal(token)
    assert found is not None
    assert found.roles == {}
    assert await world.peers.principal(other) == ANONYMOUS
    del world.venue.signed_in["session-ann"]
    assert await world.peers.principal(token) is None
