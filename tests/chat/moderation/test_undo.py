"""Everything that a moderator does can be taken back, and what can't any more says why."""

from dataclasses import dataclass
from typing import Any

from novacast.identity import Role
from tests.chat.moderation.acting import act, log, rule, undo, undo_last
from tests.chat.moderation.test_queues import LIST, word
from tests.chat.world import World, person


async def test_what_a_moderator_deleted_comes_back_and_can_go_again(world: World) -> None:
    said = (await world.say("anna", "hello"))["id"]
    async with world.inside("ben") as ben:
        await world.ask("moderator", "DELETE", f"ROOM/messages/{said}")
        made = await undo_last(world)
        assert (made["action"], made["actor_name"], made["person_name"]) == ("message.restored", "Moderator", "Anna")
        assert (await ben.event("message", lambda one: "changed" in one["message"]))["message"]["text"] == "hello"
        assert (await undo_last(world))["action"] == "message.deleted"
    entries = await log(world)
    assert [one["undone_by"] for one in entries] == [None, entries[0]["id"], entries[1]["id"]]
    status, problem = await undo(world, entries[1]["id"])
    assert (status, problem["detail"]) == (409, "That was taken back already.")


async def test_moderators_are_told_of_a_deletion_by_what_it_can_be_taken_back(world: World) -> None:
    said = (await world.say("anna", "hello"))["id"]
    own = (await world.say("ben", "never mind"))["id"]
    async with world.inside("moderator") as staff, world.inside("anna") as anna:
        await world.ask("ben", "DELETE", f"ROOM/messages/{own}")
        await staff.does(type="delete", message=said)
        entry = (await staff.event("moderation"))["entry"]
        assert (entry["action"], entry["actor"], entry["message"]) == ("message.deleted", "moderator", said)
        assert (await staff.does(type="undo", entry=entry["id"]))["entry"]["action"] == "message.restored"
        assert (await anna.event("message", lambda one: "changed" in one["message"]))["message"]["id"] == said
        assert not any(event["type"] == "moderation" for event in anna.events)


async def test_what_an_author_took_back_nobody_else_brings_again(world: World) -> None:
    said = (await world.say("anna", "hello"))["id"]
    await world.ask("anna", "DELETE", f"ROOM/messages/{said}")
    [entry] = await log(world)
    assert not entry["can_undo"]
    assert (await undo(world, entry["id"]))[0] == 409


async def test_decisions_about_what_is_held_are_taken_back(world: World) -> None:
    await word(world, "scoundrel", "hold")
    held = (await world.say("anna", "scoundrel"))["id"]
    for decision in ("approve", "reject"):
        await act(world, decision, message=held)
        assert (await undo_last(world))["action"] == "message.held"
        assert (await world.ask("moderator", "GET", f"ROOM/messages/{held}"))[1]["state"] == "held"
    said = (await world.say("anna", "fine"))["id"]
    await act(world, "hold", message=said)
    assert (await undo_last(world))["action"] == "message.approved"


async def test_bans_and_what_lifted_them_are_taken_back(world: World) -> None:
    await act(world, "ban", person="anna")
    assert (await undo_last(world))["action"] == "sanction.lifted"
    assert (await undo_last(world))["action"] == "sanction.reinstated"
    assert (await world.ask("anna", "POST", "ROOM/messages", {"text": "no"}))[0] == 403
    clock: Any = world.clock
    await act(world, "timeout", person="ben", seconds=60)
    [sanction, _] = (await world.ask("moderator", "GET", "ROOM/sanctions"))[1]["items"]
    await act(world, "lift", sanction=sanction["id"])
    clock.advance(61)
    status, problem = await undo(world, (await log(world))[0]["id"])
    assert (status, problem["code"]) == (409, "conflict")


async def test_what_was_held_is_held_again_after_a_ban_that_took_it_away_is_undone(world: World) -> None:
    await word(world, "scoundrel", "hold")
    held, said = [(await world.say("anna", text))["id"] for text in ("scoundrel", "fine")]
    await act(world, "ban", person="anna", delete_minutes=10)
    await undo_last(world)
    states = [(await world.ask("moderator", "GET", f"ROOM/messages/{one}"))[1]["state"] for one in (held, said)]
    assert states == ["held", None]


async def test_lists_rules_and_the_room_are_as_they_were(world: World) -> None:
    made = await word(world, "darn", "hold")
    await world.ask("moderator", "PUT", f"ROOM/words/{made['id']}", {"pattern": "heck", "action": "refuse"})
    await undo_last(world)
    shown = (await world.ask("moderator", "GET", "ROOM/words"))[1]["items"]
    assert [(one["id"], one["pattern"], one["action"]) for one in shown] == [(made["id"], "darn", "hold")]
    await world.ask("moderator", "DELETE", f"ROOM/words/{made['id']}")
    await undo_last(world)
    assert (await world.say("anna", "darn"))["state"] == "held"
    await rule(world, links="refused", min_account_minutes=5)
    await undo_last(world)
    assert (await world.ask("moderator", "GET", "ROOM/rules"))[1]["own"] == []
    said = (await world.say("anna", "pin me"))["id"]
    for seconds in (5, 10):
        await world.ask("moderator", "PATCH", "ROOM", {"slow_seconds": seconds})
    await undo_last(world)
    await world.ask("moderator", "PUT", "ROOM/pinned", {"message": said})
    await undo_last(world)
    room = (await world.ask("moderator", "GET", "ROOM"))[1]["room"]
    assert (room["slow_seconds"], room["pinned"]) == (5, None)


async def test_what_was_changed_again_since_is_refused_clearly(world: World) -> None:
    await rule(world, links="refused")
    first = (await log(world))[0]["id"]
    await rule(world, links="held")
    status, problem = await undo(world, first)
    assert (status, problem["detail"]) == (409, "These rules were changed again since. Set them as you want them.")
    said = (await world.say("anna", "hello"))["id"]
    await world.ask("moderator", "DELETE", f"ROOM/messages/{said}")
    deleted = (await log(world))[0]["id"]

    @dataclass
    class Anna:
        person_id: str = "anna"

    await world.db.write(lambda tx: world.chat.personal.erase(tx, Anna()))
    assert (await undo(world, deleted))[0] == 409


async def test_what_somebody_above_did_is_theirs_to_take_back(world: World) -> None:
    world.tokens.known["owner"] = person("owner", Role.OWNER)
    await act(world, "ban", "owner", person="anna")
    entry = (await log(world))[0]["id"]
    assert (await undo(world, entry))[0] == 403
    assert (await undo(world, entry, "ben"))[0] == 403
    assert (await undo(world, entry, "owner"))[0] == 200


async def test_the_log_of_an_organization_is_read_page_by_page_and_undone_there(world: World) -> None:
    await act(world, "ban", person="anna")
    await world.ask("moderator", "PATCH", f"{LIST}/rules", {"links": "held"})
    _, first = await world.ask("moderator", "GET", f"{LIST}/log?limit=1")
    _, second = await world.ask("moderator", "GET", f"{LIST}/log?limit=1&cursor={first['next']}")
    [newest], [ban] = first["items"], second["items"]
    assert (newest["action"], ban["action"], ban["person_name"]) == ("rules.changed", "person.banned", "Anna")
    for entry in (newest, ban):
        assert (await world.ask("moderator", "PUT", f"{LIST}/log/{entry['id']}/undone"))[0] == 200
    assert (await world.ask("moderator", "GET", f"{LIST}/rules"))[1]["own"] == []
    assert (await world.ask("anna", "GET", f"{LIST}/log"))[0] == 404


async def test_nothing_about_a_person_is_left_and_an_address_stays_banned(world: World) -> None:
    await rule(world, address_bans=True)
    said = (await world.say("ben", "hello"))["id"]
    await world.ask("anna", "PUT", f"ROOM/messages/{said}/report", {"reason": "spam", "note": "I am Anna"})
    await word(world, "scoundrel", "hold")
    held = (await world.say("anna", "scoundrel"))["id"]
    await act(world, "approve", message=held)
    await act(world, "ban", person="anna", reason="Anna again")

    @dataclass
    class Anna:
        person_id: str = "anna"

    exported = await world.chat.personal.export(Anna())
    assert [one["reason"] for one in exported["sanctions"]] == ["Anna again"]
    assert [one["note"] for one in exported["reports"]] == ["I am Anna"]
    assert [one["kind"] for one in exported["known_places"]] == ["address"]
    await world.db.write(lambda tx: world.chat.personal.erase(tx, Anna()))
    again = await world.chat.personal.export(Anna())
    assert not any(again.values())
    assert (await world.ask("guest1", "POST", "ROOM/messages", {"text": "anew"}))[0] == 403
    [left] = (await world.ask("moderator", "GET", "ROOM/sanctions"))[1]["items"]
    assert (left["person"], left["reason"]) == (None, "")
