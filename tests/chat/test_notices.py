"""What a room is told of its programme: that it is interrupted, goes on and is over, by nobody's word."""

import asyncio
import json
from typing import Any

import aiohttp

from novacast.chat.notices.service import MOST_AN_HOUR
from novacast.clock import SECOND
from novacast.outbox import Event
from tests.chat.world import ROOM, WITHIN, World


def notices(messages: list[dict[str, Any]]) -> list[str]:
    return [one["notice"] for one in messages if "notice" in one]


async def test_everybody_in_the_room_is_told_of_a_drop_a_return_and_the_end_by_nobody(world: World) -> None:
    async with world.inside("anna") as anna, world.inside() as stranger:
        for topic in ("interrupted", "resumed", "ended"):
            await world.emit(f"programme.{topic}", ROOM)
        for line in (anna, stranger):
            assert await line.texts(3) == [
                "The programme is interrupted.",
                "The programme goes on.",
                "The programme is over.",
            ]
            told = [one["message"] for one in line.events]
            assert notices(told) == ["interrupted", "resumed", "ended"]
            assert {(one["kind"], one["author"]["name"], one["author"].get("id")) for one in told} == {
                ("announcement", "", None)
            }


async def test_who_only_reads_is_told_of_them_too_and_after_a_break_of_those_that_are_new(world: World) -> None:
    url = f"{world.url}/api/v1/rooms/{ROOM}/events"
    async with world.client.get(url) as response, asyncio.timeout(WITHIN):
        for topic in ("interrupted", "resumed"):
            await world.emit(f"programme.{topic}", ROOM)
        there = await told(response, 2)
    assert notices([one["message"] for frame in there for one in frame["events"]]) == ["interrupted", "resumed"]
    await world.emit("programme.ended", ROOM)
    async with world.client.get(f"{url}?after={there[-1]['seq']}") as response, asyncio.timeout(WITHIN):
        missed = await told(response, 1)
    assert notices([one["message"] for frame in missed for one in frame["events"]]) == ["ended"]


async def told(response: aiohttp.ClientResponse, count: int) -> list[dict[str, Any]]:
    """Frames of server-sent events, up to the one with the event that makes so many."""
    frames: list[dict[str, Any]] = []
    while sum(len(frame["events"]) for frame in frames) < count:
        line = await response.content.readline()
        frame = json.loads(line[6:]) if line.startswith(b"data: ") else {}
        frames += [frame] if frame.get("type") == "events" else []
    return frames


async def test_a_replay_tells_of_drops_at_their_moment_and_not_of_the_end(world: World) -> None:
    clock: Any = world.clock
    async with world.inside() as line:
        await world.emit("programme.interrupted", ROOM)
        await line.texts(1)
        clock.advance(5)
        await world.emit("programme.resumed", ROOM)
        await line.texts(2)
        world.show(open=False, began_at=None)
        await world.emit("programme.ended", ROOM)
        await line.texts(3)
    world.show(kind="video")
    _, page = await world.ask("", "GET", "ROOM/replay?begin=0&end=1000")
    assert [(one["notice"], one["at"]) for one in page["items"]] == [("interrupted", 60), ("resumed", 65)]


async def test_a_fact_that_is_told_late_or_twice_is_one_line_at_the_moment_it_happened(world: World) -> None:
    event = Event(1, world.clock.now() - 20 * SECOND, "programme.interrupted", ROOM, "public", {}, True)
    await world.chat.notices.hear(event)
    await world.chat.notices.hear(event)
    _, page = await world.ask("", "GET", "ROOM/messages")
    assert [one["at"] for one in page["items"]] == [40]


async def test_nobody_waits_longer_for_their_turn_since_a_programme_was_interrupted(world: World) -> None:
    await world.ask("moderator", "PATCH", "ROOM", {"slow_seconds": 60})
    await world.chat.notices.hear(Event(1, world.clock.now(), "programme.interrupted", ROOM, "public", {}, True))
    assert (await world.say("anna", "oh no"))["text"] == "oh no"


async def test_an_encoder_that_comes_and_goes_does_not_push_away_what_people_say(world: World) -> None:
    for number in range(MOST_AN_HOUR + 5):
        for topic in ("interrupted", "resumed"):
            fact = Event(2 * number + (topic == "resumed"), world.clock.now(), f"programme.{topic}", ROOM, "", {}, True)
            await world.chat.notices.hear(fact)
    _, page = await world.ask("", "GET", "ROOM/messages?limit=100")
    found = [one["notice"] for one in page["items"]]
    assert (len(found), found[0]) == (2 * MOST_AN_HOUR, "resumed")


async def test_a_programme_that_is_gone_has_no_room_made_for_it(world: World) -> None:
    await world.chat.notices.hear(Event(1, world.clock.now(), "programme.ended", "gone", "public", {}, True))
    assert (await world.ask("", "GET", "/api/v1/rooms/gone/messages"))[0] == 404
