"""Whatever clients, clocks, permissions and the disk do: the room goes on for everybody else."""

import asyncio
import contextlib
import itertools
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from novacast.chat.flood import SlowMode
from novacast.chat.models import Draft
from novacast.chat.rooms.doorkeeper import touched
from novacast.clock import MINUTE
from novacast.facts import TOPICS
from novacast.folder import DataFolder
from novacast.identity import Role
from novacast.settings import Chat
from tests.chat.world import ANNA, BEN, ROOM, World, opened, person
from tests.fakes.clock import FakeClock
from tests.waiting import until


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


async def test_two_seconds_without_the_disk_lose_nothing_and_who_comes_meanwhile_is_let_in(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("ben") as ben, world.inside("moderator") as moderator:
        await anna.does(type="send", text="accepted")
        with locked(world.db.path, 2.0) as freed:
            for number in range(3):
                for who in (anna, ben, moderator):
                    await who.send(type="send", text=f"{number}", ref=f"w{number}")
            assert await ben.texts(1) == ["accepted"]
            async with world.inside("guest1") as late:
                assert late.said() == ["accepted"]
                assert not freed.is_set()
                answers = [
                    await who.until("done", lambda frame: frame.get("ref") == "w2") for who in (anna, ben, moderator)
                ]
                assert freed.is_set()
                assert sorted((await late.texts(10))[1:]) == sorted("012" * 3)
        for who in (anna, ben, moderator):
            await who.texts(10)
        ids = [
            [one["message"]["id"] for one in who.events if one["type"] == "message"] for who in (anna, ben, moderator)
        ]
        assert {answer["message"]["id"] for answer in answers} <= set(ids[0])
        assert ids[0][-9:] == ids[1][-9:] == ids[2][-9:]
        assert len(set(ids[0])) == 10


@contextlib.contextmanager
def locked(path: Path, seconds: float) -> Iterator[threading.Event]:
    """Another process writes for so long. The event: it has ended."""
    other, freed = sqlite3.connect(path, isolation_level=None, check_same_thread=False), threading.Event()
    other.execute("BEGIN IMMEDIATE")

    def free() -> None:
        freed.set()
        other.execute("ROLLBACK")

    timer = threading.Timer(seconds, free)
    timer.start()
    try:
        yield freed
    finally:
        timer.join()
        other.close()


async def test_a_clock_that_is_set_changes_no_moment_of_the_picture_and_lets_nobody_stay_longer(world: World) -> None:
    clock: Any = world.clock
    world.show(began_at=clock.now())
    world.tokens.known["ben"] = replace(BEN, until=clock.now() + 60 * MINUTE)
    async with world.inside("anna") as anna, world.inside() as stranger, world.inside("ben") as ben:
        moments = []
        for jump in (0, -90 * MINUTE, 90 * MINUTE, 30 * MINUTE):
            clock.set_now(clock.now() + jump)
            clock.advance(5)
            moments.append((await anna.does(type="send", text=str(jump)))["message"]["at"])
        assert moments == [5, 10, 15, 20]
        assert (await ben.does(type="ping"))["type"] == "done"
        clock.set_now(clock.now() + 30 * MINUTE)
        assert await ben.closed() == 4401
        # Nobody tells of it, and ten minutes of a clock that was set back would be long.
        world.show(public=False, shown_to=frozenset({"anna"}))
        clock.set_now(clock.now() - 90 * MINUTE)
        assert await stranger.closed() == 4401
        assert (await anna.does(type="ping"))["type"] == "done"


async def test_a_ticket_that_is_cancelled_ends_the_conversation_of_its_holder_alone(world: World) -> None:
    world.show(public=False, shown_to=frozenset({"anna", "ben"}))
    async with world.inside("anna") as anna, world.inside("ben") as ben:
        world.show(shown_to=frozenset({"ben"}))
        await world.emit("media.tickets_changed", ROOM, person_id="anna")
        assert await anna.closed() == 4003
        assert (await ben.does(type="ping"))["type"] == "done"


async def test_what_is_told_often_asks_nobody_anew(world: World) -> None:
    async with world.inside("anna"), world.inside() as stranger:
        heard = world.chat.doorkeeper.heard
        for what in ("programme.viewers", "programme.measured", "programme.marked", "video.progress", "video.rungs"):
            await world.emit(what, ROOM)
        await world.emit("member.changed", "anna", person_id="anna", org_id="org1")
        await until(lambda: world.chat.doorkeeper.heard > heard)
        assert world.chat.doorkeeper.heard == heard + 1
        assert (await stranger.does(type="ping"))["type"] == "done"


def test_every_fact_that_may_shut_people_out_is_among_those_that_ask_them() -> None:
    for topic in TOPICS:
        if topic.unsettles and not topic.name.endswith(".created"):
            assert touched(topic.name, "id", "org:org1", {}), topic.name
    assert touched("member.changed", "anna", "org:org1", {"person_id": "anna", "org_id": "org1"}) == {"anna"}
    assert touched("organization.deleted", "org1", "internal", {}) >= {"org1"}
    assert touched("channel.deleted", "channel1", "org:org1", {}) >= {"org1"}
    assert not touched("mail.requested", "m1", "internal", {"person_id": "anna"})


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


async def test_moderators_keep_their_hands_on_a_room_that_is_flooded(folder: DataFolder, clock: FakeClock) -> None:
    async with (
        opened(folder, clock, Chat(sample_above=10, burst=1000)) as world,
        world.inside("moderator") as moderator,
        world.inside("ben") as ben,
        world.inside("guest0") as loud,
    ):
        first = await moderator.does(type="send", text="stay calm")

        async def flood() -> None:
            guest = await world.chat.entrance.enter(person("guest1"), ROOM)
            with contextlib.suppress(SlowMode):
                for number in itertools.count():
                    draft = Draft(f"flood {number}")
                    await asyncio.gather(*(world.chat.messages.send(guest, draft) for _ in range(20)))

        async with asyncio.TaskGroup() as group:
            group.create_task(flood())
            rude = await moderator.event(fits=lambda one: one["message"]["text"] == "flood 3")
            assert (await moderator.does(type="delete", message=rude["message"]["id"]))["type"] == "done"
            await ben.event("deleted", lambda one: one["id"] == rude["message"]["id"])
            assert (await moderator.does(type="pin", message=first["message"]["id"]))["type"] == "done"
            await ben.event("room", lambda one: one["room"]["pinned"]["id"] == first["message"]["id"])
            assert (await moderator.does(type="slow", seconds=60))["type"] == "done"
            await loud.event("room", lambda one: one["room"]["slow_seconds"] == 60)
        assert (await loud.does(type="send", text="me too"))["type"] == "done"
        assert (await loud.does(type="send", text="me too"))["code"] == "slow_mode"
        said = [one["message"]["seq"] for one in moderator.events if one["type"] == "message"]
        assert said == sorted(set(said))
        assert sum(frame.get("skipped", 0) for frame in moderator.told) == 0


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
