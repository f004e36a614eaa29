"""What AsyncAPI says of a room is what is said in one."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from novacast.chat.moderation.socket.bodies import ACTIONS as MODERATING
from novacast.chat.socket.bodies import ACTIONS
from novacast.chat.socket.routes import ROOM as CHANNEL
from novacast.facts import TOPICS
from novacast.web.asyncapi import document
from novacast.web.realtime import channel
from tests.chat.world import ROOM, Line, World, person

SPECIFICATION = Path(__file__).with_name("asyncapi") / "3.0.0.json"
EVENTS = {"message", "deleted", "reactions", "poll", "room"}


@pytest.fixture(scope="module")
def described() -> Any:
    return document([CHANNEL, channel(TOPICS)], title="Venue", url="https://venue.example")


def check(described: Any, name: str, value: Any) -> None:
    schema = described["components"]["messages"][f"room.{name}"]["payload"]
    jsonschema.Draft202012Validator({**schema, "components": described["components"]}).validate(value)


class Spoken:
    """All that was said in a conversation, in both directions."""

    def __init__(self, *lines: Line) -> None:
        self.lines = lines
        self.sent: list[dict[str, Any]] = []

    async def does(self, line: Line, **action: Any) -> dict[str, Any]:
        self.sent.append({"v": 1, "ref": "r", **action})
        return await line.does(**action)

    def told(self) -> list[dict[str, Any]]:
        return [frame for line in self.lines for frame in line.told]


async def conversation(world: World, one: Line, staff: Line) -> Spoken:
    spoken = Spoken(one, staff)
    does = spoken.does
    said = (await does(one, type="send", text="**hello** <@ben> https://example.org", at=1.5, key="a" * 12))["message"]
    answer = await does(staff, type="send", text="welcome", reply_to=said["id"])
    await does(one, type="edit", message=said["id"], text="hello again")
    await does(staff, type="react", message=said["id"], reaction="👏")
    await does(staff, type="pin", message=said["id"])
    await does(staff, type="slow", seconds=30)
    assert (await does(one, type="send", text="too soon"))["retry_after"] > 0
    poll = (await does(staff, type="ask", question="Encore?", options=["Yes", "No"], seconds=60))["message"]
    await does(one, type="vote", message=poll["id"], choice=0)
    await does(staff, type="close_poll")
    await does(staff, type="announce", text="The bar closes at ten.")
    await does(staff, type="delete", message=answer["message"]["id"])
    await does(one, type="ping")
    assert (await does(one, type="vote", message=poll["id"], choice=0))["type"] == "refused"
    await does(one, type="slow", seconds=1)
    await one.send(ref="r", type="send", text=5)
    assert (await one.until("refused"))["errors"]
    world.tokens.known["anna"] = person("anna")
    world.show(title="Second night", open=False)
    await world.emit("programme.changed", ROOM)
    await one.until("you")
    while not {event["type"] for event in one.events} >= EVENTS:  # they come with the ticks of the room
        await one.next()
    return spoken


async def test_every_frame_of_a_conversation_is_as_it_is_described(world: World, described: Any) -> None:
    async with world.inside("anna") as one, world.inside("moderator") as staff:
        spoken = await conversation(world, one, staff)
        for action in spoken.sent:
            check(described, action["type"], action)
        assert {action["type"] for action in spoken.sent} == set(ACTIONS)
        for frame in spoken.told():
            check(described, frame["type"], frame)
        assert {frame["type"] for frame in spoken.told()} == set(CHANNEL.sent) - {"personal"}
        assert {event["type"] for event in one.events} == EVENTS


async def moderation(spoken: Spoken, one: Line, staff: Line) -> None:
    does = spoken.does
    said = (await does(one, type="send", text="buy my tickets"))["message"]["id"]
    await does(staff, type="hold", message=said)
    await does(staff, type="approve", message=said)
    assert (await does(one, type="report", message=said, reason="spam"))["type"] == "refused"  # one's own
    other = (await does(staff, type="send", text="welcome"))["message"]["id"]
    await does(one, type="report", message=other, reason="other", note="Not very welcoming")
    assert (await does(staff, type="resolve", message=other))["case"]["resolved_by"] == "moderator"
    made = (await does(staff, type="timeout", person="anna", seconds=60, reason="Shouting"))["sanction"]
    await one.until("you", lambda frame: "silenced" in frame["you"])
    assert "ends_at" not in (await does(staff, type="ban", person="ben"))["sanction"]
    await does(staff, type="lift", sanction=made["id"])
    await does(staff, type="hold", message=said)
    await does(staff, type="reject", message=said)
    entry = await staff.event("moderation", lambda told: told.get("entry", {}).get("action") == "message.rejected")
    assert (await does(staff, type="undo", entry=entry["entry"]["id"]))["entry"]["action"] == "message.held"
    await does(staff, type="mode", who="members")
    await does(staff, type="links", links="held")


async def test_every_frame_of_moderation_is_as_it_is_described(world: World, described: Any) -> None:
    async with world.inside("anna") as one, world.inside("moderator") as staff:
        spoken = Spoken(one, staff)
        await moderation(spoken, one, staff)
        for action in spoken.sent:
            check(described, action["type"], action)
        assert {action["type"] for action in spoken.sent} == {*MODERATING, "send"}
        for frame in spoken.told():
            check(described, frame["type"], frame)
        told = [event for event in staff.events if event["type"] == "moderation"]
        assert {key for event in told for key in event} == {"type", "held", "reports", "hold", "case", "entry"}
        assert not any(event["type"] == "moderation" for event in one.events)


async def test_what_is_for_one_alone_and_what_is_left_out_are_as_they_are_described(
    world: World, described: Any
) -> None:
    personal = {"v": 1, "type": "personal", "event": {"type": "deleted", "id": "m1", "changed": 5}}
    check(described, "personal", personal)
    check(
        described, "events", {"v": 1, "type": "events", "after": 1, "seq": 9, "people": 3, "skipped": 8, "events": []}
    )
    for wrong in ({}, {"v": 2}, {"event": {"type": "gone"}}, {"more": 1}):
        with pytest.raises(jsonschema.ValidationError):
            check(described, "personal", {**personal, **wrong} if wrong else {})
    with pytest.raises(jsonschema.ValidationError):
        check(described, "slow", {"type": "slow", "seconds": -1})


@pytest.fixture(scope="module")
def specification() -> Any:
    """The published schema: of the draft 7 that it names."""
    return jsonschema.Draft7Validator(json.loads(SPECIFICATION.read_text()))


def test_the_document_is_valid_by_the_published_schema_of_asyncapi_3(described: Any, specification: Any) -> None:
    assert [(list(error.absolute_path), error.message) for error in specification.iter_errors(described)] == []


def _shout(document: Any) -> None:
    document["operations"]["send.room"]["action"] = "shout"


def _put(document: Any) -> None:
    document["channels"]["room"]["bindings"]["ws"]["method"] = "PUT"


def _lose_the_host(document: Any) -> None:
    del document["servers"]["socket"]["host"]


def _call_it_text(document: Any) -> None:
    document["components"]["messages"]["room.send"]["payload"] = "text"


@pytest.mark.parametrize("spoil", [_shout, _put, _lose_the_host, _call_it_text])
def test_the_published_schema_refuses_a_document_that_is_none(
    described: Any, specification: Any, spoil: Callable[[Any], None]
) -> None:
    spoiled = copy.deepcopy(described)
    spoil(spoiled)
    assert not specification.is_valid(spoiled)


def test_the_document_has_the_form_of_asyncapi_3(described: Any) -> None:
    assert described["asyncapi"] == "3.0.0"
    assert set(described) <= {
        "asyncapi",
        "info",
        "defaultContentType",
        "servers",
        "channels",
        "operations",
        "components",
    }
    assert {"title", "version"} <= set(described["info"])
    for server in described["servers"].values():
        assert {"host", "protocol"} <= set(server)
    for name, one in described["channels"].items():
        assert re.findall(r"\{(\w+)\}", one["address"]) == list(one.get("parameters", {})), name
    for operation in described["operations"].values():
        assert operation["action"] in ("send", "receive")
        own = operation["channel"]["$ref"]
        assert all(message["$ref"].startswith(f"{own}/messages/") for message in operation["messages"])
    for name in described["components"]["messages"]:
        assert re.fullmatch(r"[a-zA-Z0-9._-]+", name)
    for reference in references(described):
        found: Any = described
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    assert "discriminator" not in str(described)
    for payload in [one["payload"] for one in described["components"]["messages"].values()]:
        jsonschema.Draft202012Validator.check_schema(payload)


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in references(one)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for one in value.values() for found in references(one)]


async def test_it_is_shown_to_everybody(world: World) -> None:
    status, shown = await world.ask("", "GET", "/api/asyncapi.json")
    assert (status, shown["asyncapi"]) == (200, "3.0.0")
    assert "realtime" in shown["channels"]
