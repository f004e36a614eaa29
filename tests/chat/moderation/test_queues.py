"""What is held and reported, and what moderators decide about it."""

from typing import Any

import pytest

from tests.chat.moderation.acting import act, log, rule
from tests.chat.world import ORG, World

LIST = f"/api/v1/organizations/{ORG}/chat"


async def word(world: World, pattern: str, action: str, place: str = "ROOM", **more: str) -> dict[str, Any]:
    body = {"pattern": pattern, "action": action, **more}
    status, made = await world.ask("moderator", "POST", f"{place}/words", body)
    assert status == 201, made
    return dict(made)


async def test_a_word_holds_a_message_for_moderators_and_its_author_until_it_is_approved(world: World) -> None:
    await word(world, "scoundrel", "hold")
    async with world.inside("anna") as anna, world.inside("ben") as ben, world.inside("moderator") as moderator:
        held = (await anna.does(type="send", text="you 5coundrel"))["message"]
        assert held["state"] == "held"
        told = await moderator.event("moderation", lambda one: "hold" in one)
        assert (told["hold"], told["held"]) == ({"id": held["id"], "reason": "word", "detail": "scoundrel"}, 1)
        _, queue = await world.ask("moderator", "GET", "ROOM/held")
        assert [(one["message"]["id"], one["reason"]) for one in queue["items"]] == [(held["id"], "word")]
        assert (await world.ask("anna", "GET", "ROOM/held"))[0] == 403
        done = await moderator.does(type="approve", message=held["id"])
        assert "state" not in done["message"]
        assert (await ben.event())["message"]["text"] == "you 5coundrel"
        assert (await moderator.event("moderation", lambda one: "entry" in one))["held"] == 0
    assert (await world.ask("moderator", "GET", "ROOM/queues"))[1]["held"] == 0


async def test_what_is_rejected_is_seen_by_nobody_and_decided_once(world: World) -> None:
    await word(world, "scoundrel", "hold")
    async with world.inside("anna") as anna, world.inside("ben") as ben:
        held = (await anna.does(type="send", text="scoundrel"))["message"]["id"]
        await act(world, "reject", message=held)
        assert (await anna.event("deleted"))["id"] == held
        status, problem = await world.ask("moderator", "PUT", f"ROOM/messages/{held}/decision", {"decision": "approve"})
        assert (status, problem["code"]) == (409, "conflict")
        await anna.does(type="send", text="fine")
        assert await ben.texts(1) == ["fine"]


async def test_a_word_refuses_a_message_and_its_author_still_has_it(world: World) -> None:
    await word(world, "scoundrel", "refuse", LIST)
    async with world.inside("anna") as anna:
        refused = await anna.does(type="send", text="you S C O U N D R E L")
        assert (refused["type"], refused["code"]) == ("refused", "not_said")
        assert "S C O U N D R E L" in refused["message"]
        assert anna.said() == []
        said = (await anna.does(type="send", text="you friend"))["message"]["id"]
        assert (await anna.does(type="edit", message=said, text="you scoundrel"))["code"] == "not_said"
    await world.say("moderator", "scoundrel, says a moderator")


async def test_a_word_is_replaced_and_a_list_that_changes_counts_at_once(world: World) -> None:
    made = await word(world, "darn", "replace", replacement="d***")
    assert (await world.say("anna", "oh darn it"))["text"] == "oh d*** it"
    changed = {"pattern": "darn", "action": "replace", "replacement": ""}
    assert (await world.ask("moderator", "PUT", f"ROOM/words/{made['id']}", changed))[0] == 200
    assert (await world.say("anna", "darn"))["text"] == "***"
    assert (await world.ask("moderator", "DELETE", f"ROOM/words/{made['id']}"))[0] == 204
    assert (await world.say("anna", "darn"))["text"] == "darn"
    twice = {"pattern": "one", "action": "hold"}
    assert [(await world.ask("moderator", "POST", "ROOM/words", twice))[0] for _ in range(2)] == [201, 409]


async def test_moderators_can_ask_what_would_become_of_a_text(world: World) -> None:
    await word(world, "darn", "hold", LIST)
    _, found = await world.ask("moderator", "POST", "ROOM/word-checks", {"text": "Darn!"})
    assert found == {"action": "hold", "text": "Darn!", "patterns": ["darn"]}
    _, listed = await world.ask("moderator", "GET", "ROOM/words")
    assert [(one["pattern"], one["scope"], one["by"]["name"]) for one in listed["items"]] == [
        ("darn", "organization", "Moderator")
    ]


async def test_texts_are_tried_on_the_lists_no_faster_than_people_try_them(world: World) -> None:
    answers = [(await world.ask("moderator", "POST", "ROOM/word-checks", {"text": "Darn!"}))[0] for _ in range(31)]
    assert answers == [200] * 30 + [429]


async def test_an_edit_that_is_held_is_gone_for_those_who_saw_what_was_there_before(world: World) -> None:
    await word(world, "scoundrel", "hold")
    async with world.inside("anna") as anna, world.inside("ben") as ben:
        said = (await anna.does(type="send", text="friend"))["message"]["id"]
        await ben.texts(1)
        assert (await anna.does(type="edit", message=said, text="scoundrel"))["message"]["state"] == "held"
        assert (await ben.event("deleted"))["id"] == said


@pytest.mark.parametrize("written", ["see https://evil.example/x", "go to evil.com now", "www.evil.org", "t.me/x"])
async def test_links_are_held_or_refused_as_the_rules_say(world: World, written: str) -> None:
    await rule(world, links="refused")
    async with world.inside("anna") as anna:
        assert (await anna.does(type="send", text=written))["code"] == "not_said"
        await act(world, "links", links="held")
        assert (await anna.event("room"))["room"]["links"] == "held"
        assert (await anna.does(type="send", text=written))["message"]["state"] == "held"
        assert "state" not in (await anna.does(type="send", text="No links. Just 3.5 words, e.g. this."))["message"]


async def test_reports_of_a_message_are_one_case(world: World) -> None:
    said = (await world.say("anna", "buy my things"))["id"]
    async with world.inside("moderator") as moderator, world.inside("ben") as ben:
        for _ in range(2):
            assert (await ben.does(type="report", message=said, reason="spam", note="again"))["type"] == "done"
        report = {"reason": "abuse"}
        assert (await world.ask("guest1", "PUT", f"ROOM/messages/{said}/report", report))[0] == 204
        told = [await moderator.event("moderation") for _ in range(2)]
        assert [(one["case"]["count"], one["reports"]) for one in told] == [(1, 1), (2, 1)]
        assert not [one for one in ben.events if one["type"] == "moderation"]
        _, queue = await world.ask("moderator", "GET", "ROOM/reports")
        [case] = queue["items"]
        assert (case["message"]["text"], case["reasons"], case["notes"]) == (
            "buy my things", {"abuse": 1, "spam": 1}, ["again"]
        )  # fmt: skip
        await moderator.does(type="resolve", message=said)
        assert (await world.ask("guest2", "PUT", f"ROOM/messages/{said}/report", report))[0] == 204
    assert (await world.ask("moderator", "GET", "ROOM/reports"))[1]["items"] == []
    [resolved] = (await world.ask("moderator", "GET", "ROOM/reports?state=resolved"))[1]["items"]
    assert (resolved["count"], resolved["resolved_by"]["name"]) == (3, "Moderator")


async def test_who_may_report_is_known_and_does_not_flood(world: World) -> None:
    said = (await world.say("anna", "hello"))["id"]
    report = {"reason": "other"}
    path = f"ROOM/messages/{said}/report"
    assert (await world.ask("", "PUT", path, report))[0] == 401
    assert (await world.ask("anna", "PUT", path, report))[0] == 422
    assert (await world.ask("ben", "PUT", "ROOM/messages/none/report", report))[0] == 404
    statuses = [(await world.ask("ben", "PUT", path, report))[0] for _ in range(11)]
    assert statuses[:9] == [204] * 9
    assert statuses[-1] == 429
    assert (await world.ask("ben", "GET", "ROOM/reports"))[0] == 403


async def test_who_may_write_is_switched_on_the_fly(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("moderator") as moderator:
        await moderator.does(type="mode", who="members")
        assert (await anna.event("room"))["room"]["who"] == "members"
        assert (await anna.does(type="send", text="me?"))["code"] == "not_for_you"
        assert (await moderator.does(type="send", text="staff may"))["type"] == "done"
        await moderator.does(type="mode", who="everyone")
        await anna.event("room", lambda one: "who" not in one["room"])
        assert (await anna.does(type="send", text="me!"))["type"] == "done"


async def test_rules_of_an_organization_hold_where_a_room_has_none_of_its_own(world: World) -> None:
    async with world.inside("anna") as anna:
        status, body = await world.ask("moderator", "PATCH", f"{LIST}/rules", {"who": "tickets", "links": "held"})
        assert (status, body["own"]) == (200, ["links", "who"])
        told = (await anna.event("room"))["room"]
        assert (told["who"], told["links"]) == ("tickets", "held")
        assert (await anna.does(type="send", text="me?"))["code"] == "not_for_you"
        assert (await rule(world, who="everyone"))["own"] == ["who"]
        assert (await anna.does(type="send", text="me!"))["type"] == "done"
        assert (await rule(world, who=None))["who"] == "tickets"
    async with world.line("ben") as ben:
        assert (await ben.until("welcome"))["room"]["who"] == "tickets"


async def test_a_card_tells_moderators_of_those_who_were_there_and_of_nobody_else(world: World) -> None:
    await world.say("anna", "hello")
    await act(world, "timeout", person="anna", seconds=60)
    status, card = await world.ask("moderator", "GET", "ROOM/people/anna")
    assert (status, card["name"], card["shown"], len(card["latest"])) == (200, "Anna", 1, 1)
    assert [one["kind"] for one in card["sanctions"]] == ["timeout"]
    assert (await world.ask("moderator", "GET", "ROOM/people/ben"))[0] == 404
    async with world.inside("ben"), world.inside("ben"):
        _, people = await world.ask("moderator", "GET", "ROOM/people")
        assert [(one["id"], one["connections"]) for one in people["items"]] == [("ben", 2)]
        assert (await world.ask("moderator", "GET", "ROOM/people/ben"))[0] == 200
        assert (await world.ask("ben", "GET", "ROOM/people"))[0] == 403


async def test_commands_do_what_the_buttons_do(world: World) -> None:
    async with world.inside("anna") as anna, world.inside("moderator") as moderator:
        await anna.does(type="send", text="hello")
        assert (await moderator.does(type="send", text="/timeout @Anna 5m too loud"))["type"] == "done"
        told = await anna.until("you", lambda frame: "silenced" in frame["you"])
        assert told["you"]["silenced"]["reason"] == "too loud"
        assert (await moderator.does(type="send", text="/unban anna"))["type"] == "done"
        assert (await moderator.does(type="send", text="/ban anna spam"))["type"] == "done"
        assert (await moderator.does(type="send", text="/undo"))["type"] == "done"
        assert (await moderator.does(type="send", text="/mode members"))["type"] == "done"
        assert (await moderator.does(type="send", text="/mode nobody"))["code"] == "invalid_input"
        assert (await moderator.does(type="send", text="/ban nobodyatall"))["code"] == "not_found"
        assert (await anna.does(type="send", text="/ban moderator"))["code"] == "invalid_input"
    actions = [(one["action"], one["detail"].get("seconds")) for one in await log(world)]
    assert actions == [
        ("rules.changed", None),
        ("sanction.lifted", None),
        ("person.banned", None),
        ("sanction.lifted", None),
        ("person.timed_out", 300),
    ]
