"""Time-outs and bans, as those who are in the room see them."""

import asyncio
from typing import Any

import aiohttp
import pytest

from novacast.clock import DAY
from novacast.identity import Role
from tests.chat.moderation.acting import act, rule, undo_last
from tests.chat.world import ORG, ROOM, FakeStanding, World, person

LIST = f"/api/v1/organizations/{ORG}/chat"


async def test_whoever_is_timed_out_reads_and_does_nothing_else_until_it_is_over(world: World) -> None:
    clock: Any = world.clock
    async with world.inside("anna") as anna, world.inside("moderator") as moderator:
        said = (await moderator.does(type="send", text="hello"))["message"]["id"]
        done = await moderator.does(type="timeout", person="anna", seconds=60, reason="Calm down")
        assert done["sanction"]["person"] == {"id": "anna", "name": "Anna"}
        told = await anna.until("you", lambda frame: "silenced" in frame["you"])
        assert told["you"]["silenced"]["reason"] == "Calm down"
        for action in ({"type": "send", "text": "no"}, {"type": "react", "message": said, "reaction": "👍"}):
            refused = await anna.does(**action)
            assert (refused["code"], refused["retry_after"]) == ("timed_out", 60)
        assert (await world.ask("anna", "POST", "ROOM/messages", {"text": "no"}))[0] == 429
        await moderator.does(type="send", text="she reads this")
        assert "she reads this" in await anna.texts(2)
        clock.advance(61)
        assert (await anna.does(type="send", text="sorry"))["type"] == "done"
    assert (await world.ask("anna", "GET", "ROOM"))[1]["you"]["silenced"] is None


async def test_whoever_is_sent_away_is_gone_from_all_rooms_at_once_and_stays_out(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("ben") as ben, world.inside("moderator") as moderator:
        await moderator.does(type="ban", person="anna", effect="removed", scope="organization", reason="Spam")
        assert await anna.closed() == 4003
        assert (await ben.does(type="send", text="still here"))["type"] == "done"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with world.line("anna"):
            pass
    assert refused.value.status == 403
    status, problem = await world.ask("anna", "GET", "ROOM")
    assert (status, problem["code"]) == (403, "banned")
    assert "Spam" in problem["detail"]
    assert (await world.ask("", "GET", "ROOM"))[0] == 200  # what is public anybody may read


async def test_nothing_that_is_said_right_at_a_ban_outlives_it(world: World) -> None:
    """Whatever was accepted before it is deleted with it, and nothing is accepted behind it."""

    async def say(number: int) -> int:
        status, _ = await world.ask("anna", "POST", "ROOM/messages", {"text": f"spam {number}"})
        return int(status)

    ban = {"person": "anna", "kind": "ban", "delete_minutes": 5}
    said = [asyncio.ensure_future(say(number)) for number in range(12)]
    banned = asyncio.ensure_future(world.ask("moderator", "POST", "ROOM/sanctions", ban))
    said += [asyncio.ensure_future(say(number)) for number in range(12, 24)]
    assert (await banned)[0] == 201
    assert set(await asyncio.gather(*said)) <= {201, 403, 429}
    assert await say(24) in (403, 429)
    _, shown = await world.ask("ben", "GET", "ROOM/messages")
    assert [one["text"] for one in shown["items"] if one["author"].get("id") == "anna"] == []


async def test_a_ban_that_is_lifted_is_over_for_those_who_are_there(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("moderator") as moderator:
        sanction = (await moderator.does(type="ban", person="anna"))["sanction"]
        await anna.until("you", lambda frame: frame["you"].get("silenced", {}).get("kind") == "ban")
        assert (await anna.does(type="send", text="no"))["code"] == "banned"
        await moderator.does(type="lift", sanction=sanction["id"])
        await anna.until("you", lambda frame: "silenced" not in frame["you"])
        assert (await anna.does(type="send", text="back"))["type"] == "done"
    _, listed = await world.ask("moderator", "GET", "ROOM/sanctions?active=false")
    assert [(one["kind"], one["lifted_by"]["name"]) for one in listed["items"]] == [("ban", "Moderator")]
    assert (await world.ask("moderator", "GET", "ROOM/sanctions"))[1]["items"] == []


async def test_a_ban_of_one_room_holds_in_no_other(world: World) -> None:
    world.places.places["other"] = type(world.places.places[ROOM])("other", began_at=world.clock.now())
    await act(world, "ban", person="anna")
    assert (await world.ask("anna", "POST", "ROOM/messages", {"text": "no"}))[0] == 403
    assert (await world.ask("anna", "POST", "/api/v1/rooms/other/messages", {"text": "yes"}))[0] == 201
    await act(world, "ban", person="anna", scope="organization")
    assert (await world.ask("anna", "POST", "/api/v1/rooms/other/messages", {"text": "no"}))[0] == 403


async def test_nobody_acts_against_their_own_rank_or_above(world: World) -> None:
    owner = world.tokens.known["owner"] = person("owner", Role.OWNER)
    world.tokens.known["second"] = person("second", Role.MODERATOR)
    async with world.inside("moderator") as moderator, world.inside("producer") as producer:
        for whom in (owner.person_id, "producer", "second", "moderator"):
            assert (await moderator.does(type="timeout", person=whom, seconds=60))["code"] == "forbidden"
        said = (await producer.does(type="send", text="I decide"))["message"]["id"]
        for action in ("delete", "hold"):
            assert (await moderator.does(type=action, message=said))["code"] == "forbidden"
        done = await producer.does(type="timeout", person="moderator", seconds=60)
        assert done["type"] == "done"
        assert (await moderator.does(type="lift", sanction=done["sanction"]["id"]))["code"] == "forbidden"
    async with world.inside("anna") as anna:
        for action in ({"type": "ban", "person": "ben"}, {"type": "mode", "who": "members"}):
            assert (await anna.does(**action))["code"] == "forbidden"
    assert (await world.ask("anna", "GET", f"{LIST}/sanctions"))[0] == 404
    assert (await world.ask("", "GET", "ROOM/sanctions"))[0] == 401


async def test_a_role_that_is_taken_away_counts_in_the_connection_that_is_open(world: World) -> None:
    """Even before the connection is told: the rows are asked inside the transaction."""
    async with world.inside("moderator") as moderator:
        world.standings.changed["moderator"] = FakeStanding("Moderator", 0, None)
        assert (await moderator.does(type="ban", person="anna"))["code"] == "forbidden"
        world.tokens.known["moderator"] = person("moderator")
        await world.emit("member.changed", "moderator", person_id="moderator")
        await moderator.until("you", lambda frame: not frame["you"]["moderates"])


async def test_the_same_browser_or_address_under_another_name_is_banned_too(world: World) -> None:
    await rule(world, address_bans=True, address_days=2)
    async with world.inside("anna") as anna, world.inside("guest1") as other:
        await anna.does(type="send", text="from here")
        async with world.inside("moderator") as moderator:
            sanction = (await moderator.does(type="ban", person="anna"))["sanction"]
            assert [(one["kind"], one.get("range")) for one in sanction["marks"]] == [("address", None)]
            await other.until("you", lambda frame: "silenced" in frame["you"])
            assert (await other.does(type="send", text="another me"))["code"] == "banned"
            assert (await moderator.does(type="send", text="staff comes from anywhere"))["type"] == "done"
    clock: Any = world.clock
    clock.advance(2 * 24 * 3600 + 1)
    assert (await world.ask("guest1", "POST", "ROOM/messages", {"text": "the address is free again"}))[0] == 201
    assert (await world.ask("anna", "POST", "ROOM/messages", {"text": "she is not"}))[0] == 403


async def test_a_ban_reaches_addresses_that_somebody_wrote_from_lately(world: World) -> None:
    await rule(world, address_bans=True)
    await world.say("anna", "over HTTP, and gone")
    await act(world, "ban", person="anna")
    assert (await world.ask("guest1", "POST", "ROOM/messages", {"text": "another me"}))[0] == 403


async def test_a_browser_is_known_again_by_a_cookie_where_the_rules_ask_for_one(world: World) -> None:
    async def browse(who: str, device: str = "", said: str = "") -> tuple[int, str]:
        """The status, and the cookie that was given."""
        headers = {"Cookie": f"novacast_session={who}" + (f"; {device}" if device else "")}
        method, path = ("POST", "/messages") if said else ("GET", "")
        headers["Sec-Fetch-Site"] = "same-origin"
        address, body = f"{world.url}/api/v1/rooms/{ROOM}{path}", {"text": said} if said else None
        async with world.client.request(method, address, headers=headers, json=body, ssl=False) as answer:
            return answer.status, answer.headers.get("Set-Cookie", "")

    assert (await browse("anna"))[1] == ""
    await rule(world, device_bans=True)
    _, given = await browse("anna")
    assert "HttpOnly" in given
    device = given.partition(";")[0]
    assert (await browse("anna", device))[1] == ""
    headers = {"Cookie": "novacast_session=ben", "Origin": world.url}
    address = f"{world.url}/api/v1/rooms/{ROOM}/ws"
    async with world.client.ws_connect(address, headers=headers, ssl=False) as socket:
        assert "novacast_device=" in socket._response.headers["Set-Cookie"]
    assert (await browse("anna", device, "hello"))[0] == 201
    await act(world, "ban", person="anna")
    assert (await browse("guest1", device, "another me"))[0] == 403
    assert (await browse("guest1", f"{device}x", "a forged one is none"))[0] == 201


async def test_a_range_is_banned_with_an_end_and_never_too_wide(world: World) -> None:
    wide = {"range": "10.0.0.0/8", "days": 1}
    assert (await world.ask("moderator", "POST", f"{LIST}/ranges", wide))[0] == 422
    status, made = await world.ask("moderator", "POST", f"{LIST}/ranges", {"range": "127.0.0.9/24", "days": 3})
    assert (status, made["marks"][0]["range"], made["person"]) == (201, "127.0.0.0/24", None)
    assert (await world.ask("anna", "POST", "ROOM/messages", {"text": "no"}))[0] == 403
    await world.ask("moderator", "DELETE", f"{LIST}/sanctions/{made['id']}")
    assert (await world.ask("anna", "POST", "ROOM/messages", {"text": "yes"}))[0] == 201
    for good in ("2001:db8::/64", "2001:db8::1"):
        assert (await world.ask("moderator", "POST", f"{LIST}/ranges", {"range": good}))[0] == 201


async def test_nothing_that_is_stored_tells_an_address(world: World) -> None:
    await rule(world, address_bans=True)
    await world.say("anna", "hello")
    await act(world, "ban", person="anna")
    stored = world.db.path.read_bytes() + world.db.path.with_name(world.db.path.name + "-wal").read_bytes()
    assert b"127.0.0.1" not in stored


async def test_new_accounts_wait_as_long_as_the_rules_say(world: World) -> None:
    await rule(world, min_account_minutes=30)
    world.standings.changed["anna"] = FakeStanding("Anna", world.clock.now(), None)
    async with world.inside("anna") as anna:
        refused = await anna.does(type="send", text="me")
        assert (refused["code"], refused["retry_after"]) == ("account_too_young", 1800)
    clock: Any = world.clock
    clock.advance(1800)
    await world.say("anna", "now")
    await rule(world, min_account_minutes=None, verified_mail=True)
    world.standings.changed["anna"] = FakeStanding("Anna", world.clock.now() - DAY, None, verified=False)
    assert (await world.ask("anna", "POST", "ROOM/messages", {"text": "who am I"}))[0] == 403


async def test_a_ban_takes_what_was_said_lately_with_it_and_undo_brings_all_back(world: World) -> None:
    async with world.inside("ben") as ben:
        for number in range(3):
            await world.say("anna", f"spam {number}")
        await act(world, "ban", person="anna", delete_minutes=5)
        gone = [await ben.event("deleted") for _ in range(3)]
        assert len({one["id"] for one in gone}) == 3
        await undo_last(world)
        back = [await ben.event("message", lambda one: "changed" in one["message"]) for _ in range(3)]
        assert [one["message"]["text"] for one in back] == ["spam 0", "spam 1", "spam 2"]
    await world.say("anna", "I may write again")


async def test_a_second_time_out_replaces_the_first_and_taking_it_back_brings_that_back(world: World) -> None:
    await act(world, "timeout", person="anna", seconds=3600)
    await act(world, "timeout", person="anna", seconds=60)
    assert len((await world.ask("moderator", "GET", "ROOM/sanctions"))[1]["items"]) == 1
    await undo_last(world)
    async with world.inside("anna") as anna:
        assert (await anna.does(type="send", text="no"))["retry_after"] == 3600


async def test_bans_work_while_the_room_is_flooded(world: World) -> None:
    """Whatever was accepted before the ban is there, and nothing after it."""
    async with world.inside("moderator") as moderator, world.inside("anna") as anna:
        stop = asyncio.Event()

        async def flood(who: str) -> None:
            async with world.inside(who) as line:
                while not stop.is_set():
                    await line.does(type="send", text="flood")

        floods = [asyncio.ensure_future(flood(f"guest{number}")) for number in range(6)]
        await moderator.texts(20)
        await moderator.does(type="ban", person="guest0")
        entry = await moderator.event("moderation", lambda one: one["entry"]["action"] == "person.banned")
        banned_at = moderator.seq
        assert entry["entry"]["person"] == "guest0"
        assert (await anna.does(type="send", text="others talk on"))["type"] == "done"
        stop.set()
        await asyncio.gather(*floods)
    _, history = await world.ask("moderator", "GET", "ROOM/messages?limit=100")
    late = [one for one in history["items"] if one["author"]["id"] == "guest0" and one["seq"] > banned_at]
    assert late == []
