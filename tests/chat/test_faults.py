"""Whatever clients, clocks, permissions and the disk do: the room goes on for everybody else."""

import asyncio
import sqlite3
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from novacast.chat.models import Draft
from novacast.clock import MINUTE
from novacast.folder import DataFolder
from novacast.identity import Role
from novacast.settings import Chat
from tests.chat.world import ANNA, ROOM, World, opened, person
from tests.fakes.clock import FakeClock


async def test_who_says_too_much_is_told_how_long_to_wait_and_keeps_it(world: World) -> None:
    clock: Any = world.clock
    async with world.inside("anna") as anna:
        answers = [await anna.does(type="send", text=str(number)) for number in range(6)]
        assert [one["type"] for one in answers] == ["done"] * 5 + ["refused"]
        assert (answers[-1]["code"], 0 < answers[-1]["retry_after"] <= 2) == ("rate_limited", True)
        clock.advance(answers[-1]["retry_after"])
        assert (await anna.does(type="send", text="5"))["type"] == "done"
        assert await anna.texts(6) == ["0", "1", "2", "3", "4", "5"]


async def test_slow_mode_counts_down_for_viewers_and_not_for_moderators(world: World) -> None:
    clock: Any = world.clock
    await world.ask("moderator", "PATCH", "ROOM", {"slow_seconds": 30})
    async with world.inside("anna") as anna, world.inside("moderator") as moderator:
        assert (await anna.does(type="send", text="one"))["type"] == "done"
        clock.advance(10)
        refused = await anna.does(type="send", text="two")
        assert (refused["code"], refused["retry_after"]) == ("slow_mode", 20)
        clock.set_now(clock.now() - 60 * MINUTE)
        assert (await anna.does(type="send", text="two"))["retry_after"] == 30
        clock.set_now(clock.now() + 61 * MINUTE)
        assert (await anna.does(type="send", text="two"))["type"] == "done"
        assert [(await moderator.does(type="send", text=text))["type"] for text in "ab"] == ["done", "done"]
    status, problem = await world.ask("anna", "POST", "ROOM/messages", {"text": "three"})
    assert (status, problem["code"]) == (429, "slow_mode")


async def test_a_log_out_ends_the_conversation(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("ben") as ben:
        del world.tokens.known["anna"]
        await world.emit("session.revoked", "s-anna", person_id="anna")
        assert await anna.closed() == 4401
        assert (await ben.does(type="ping"))["type"] == "done"


async def test_a_token_that_runs_out_ends_the_conversation(world: World) -> None:
    clock: Any = world.clock
    world.tokens.known["anna"] = replace(ANNA, until=clock.now() + MINUTE)
    async with world.inside("anna") as anna:
        clock.advance(59)
        assert (await anna.does(type="ping"))["type"] == "done"
        clock.advance(2)
        assert await anna.closed() == 4401


async def test_who_may_not_watch_any_more_may_not_read_any_more(world: World) -> None:
    async with world.inside() as stranger, world.inside("anna") as anna, world.inside("ben") as ben:
        world.show(public=False, shown_to=frozenset({"ben"}))
        await world.emit("programme.changed", ROOM)
        assert await stranger.closed() == 4401
        assert await anna.closed() == 4003
        assert (await ben.does(type="send", text="still here"))["type"] == "done"


async def test_a_new_role_counts_in_the_middle_of_a_conversation(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("moderator") as moderator:
        assert (await anna.does(type="slow", seconds=5))["code"] == "forbidden"
        world.tokens.known["anna"] = person("anna", Role.MODERATOR)
        await world.emit("member.changed", "anna", person_id="anna", org_id="org1")
        assert (await anna.until("you"))["you"]["moderates"] is True
        assert (await anna.does(type="slow", seconds=5))["type"] == "done"
        world.tokens.known["moderator"] = person("moderator")
        await world.emit("member.changed", "moderator", person_id="moderator", org_id="org1")
        assert (await moderator.until("you"))["you"]["moderates"] is False
        assert (await moderator.does(type="slow", seconds=0))["code"] == "forbidden"


async def test_where_nobody_can_be_asked_nobody_stays(world: World) -> None:
    async with world.inside("anna") as anna:
        world.places.broken = True
        await world.emit("programme.changed", ROOM)
        assert await anna.closed() == 4001


async def test_a_programme_that_goes_on_air_gives_the_room_its_time(world: World) -> None:
    world.show(began_at=None)
    clock: Any = world.clock
    async with world.inside("anna") as anna:
        assert "at" not in (await anna.does(type="send", text="before"))["message"]
        world.show(began_at=clock.now())
        await world.emit("programme.on_air", ROOM)
        await anna.until("you")
        clock.advance(7)
        assert (await anna.does(type="send", text="on air"))["message"]["at"] == 7


async def test_a_busy_disk_delays_only_what_is_not_accepted_yet(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("ben") as ben:
        await anna.does(type="send", text="accepted")
        other = sqlite3.connect(world.db.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            await anna.send(type="send", text="waits", ref="w")
            assert await ben.texts(1) == ["accepted"]
            assert (await ben.does(type="ping"))["type"] == "done"
            assert "waits" not in ben.said()
        finally:
            other.execute("ROLLBACK")
            other.close()
        assert (await anna.until("done", lambda frame: frame.get("ref") == "w"))["message"]["text"] == "waits"
        assert await ben.texts(2) == ["accepted", "waits"]


async def test_too_many_connections_are_told_when_to_come_back(folder: DataFolder, clock: FakeClock) -> None:
    async with opened(folder, clock, Chat(per_person=2, connections=10)) as world:
        async with world.inside("anna"), world.inside("anna"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with world.line("anna"):
                    pass
            assert refused.value.status == 429
            assert refused.value.headers is not None
            assert int(refused.value.headers["Retry-After"]) > 0
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(world.client.ws_connect(f"{world.url}/api/v1/rooms/{ROOM}/ws")) for _ in range(8)
                ]
            with pytest.raises(aiohttp.WSServerHandshakeError) as full:
                async with world.line():
                    pass
            assert full.value.status == 503
            assert full.value.headers is not None
            assert int(full.value.headers["Retry-After"]) > 0
            for task in tasks:
                await task.result().close()
        async with world.inside("anna"):
            pass


async def test_a_server_that_stops_tells_everybody_to_come_back(folder: DataFolder, clock: FakeClock) -> None:
    async with opened(folder, clock) as world, world.line("anna") as anna, world.line() as stranger:
        await anna.until("welcome")
        await stranger.until("welcome")
        _, *codes = await asyncio.gather(world.server.stop(), anna.closed(), stranger.closed())
        assert codes == [1012, 1012]


async def test_a_flooded_room_spares_viewers_and_never_moderators_or_whoever_is_meant(
    folder: DataFolder, clock: FakeClock
) -> None:
    async with (
        opened(folder, clock, Chat(sample_above=10)) as world,
        world.inside("ben") as ben,
        world.inside("moderator") as moderator,
        world.inside() as stranger,
    ):
        drafts = [Draft(f"flood {number}") for number in range(100)] + [Draft("look <@ben>")]
        guests = [await world.chat.entrance.enter(person(f"guest{n}"), ROOM) for n in range(101)]
        send = world.chat.messages.send
        await asyncio.gather(*(send(guest, draft) for guest, draft in zip(guests, drafts, strict=True)))
        await world.say("moderator", "order!")
        assert len(await moderator.texts(102)) == 102
        personal = await ben.until("personal")
        assert personal["event"]["message"]["text"] == "look <@ben>"
        await stranger.event(fits=lambda one: one["message"]["text"] == "order!")
        skipped = sum(frame.get("skipped", 0) for frame in stranger.told)
        assert len(stranger.said()) + skipped == 102
        assert skipped >= 80
        assert stranger.seq == moderator.seq == 102


async def test_a_person_who_is_erased_is_gone_from_the_room_and_from_what_others_said(world: World) -> None:
    from novacast.accounts.ports import Subject

    async with world.inside("ben") as ben:
        said = await world.say("anna", "my secret")
        answered = await world.say("ben", "well, @anna and <@anna>")
        await world.ask("anna", "PUT", f"ROOM/messages/{answered['id']}/reactions", {"reaction": "🎉"})
        subject = Subject("anna", "anna@example.org")
        exported = await world.chat.personal.export(subject)
        assert [one["text"] for one in exported["messages"]] == ["my secret"]
        assert exported["reactions"] == [{"message": answered["id"], "reaction": "🎉"}]
        await world.db.write(lambda tx: world.chat.personal.erase(tx, subject))
        assert (await ben.event("deleted"))["id"] == said["id"]
    _, page = await world.ask("moderator", "GET", "ROOM/messages")
    rows = [str(one) for one in page["items"]]
    assert not any("secret" in row or "Anna" in row for row in rows)
    assert not any((await world.chat.personal.export(subject)).values())


async def test_a_room_ends_with_what_it_was_about_and_not_with_the_programme_that_became_a_video(world: World) -> None:
    await world.say("anna", "hello")
    await world.emit("programme.deleted", ROOM)
    await world.chat.endings.sweep()
    assert (await world.ask("", "GET", "ROOM/messages"))[1]["items"] != []
    place = world.places.places.pop(ROOM)
    await world.chat.endings.sweep()
    world.places.places[ROOM] = place
    _, page = await world.ask("moderator", "GET", "ROOM/messages")
    assert page["items"] == []
