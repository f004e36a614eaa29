"""Who runs one house has no hand in another: not by its rooms, nor by ids of theirs through rooms of one's own."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest

from novacast.chat.moderation.routes import moderation_routes
from novacast.chat.routes import RoomRoutes, SteeringRoutes
from novacast.identity import Principal, Role
from novacast.web.routing import PARAMETER, Route, collect
from tests.chat.moderation.acting import act, log
from tests.chat.world import ORG, ROOM, FakePlace, World

RIVAL = Principal(person_id="rival", session_id="s-rival", name="Rival", roles={"org2": Role.OWNER})
OWN = "/api/v1/rooms/programme2"
WORD = {"pattern": "scoundrel", "action": "hold"}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "WordsBody": {"text": "mine"},
    "ReactionBody": {"reaction": "👏"},
    "VoteBody": {"choice": 0},
    "RoomChangesBody": {"slow_seconds": 60},
    "PinnedBody": {"message": None},
    "NewPollBody": {"question": "Mine?", "options": ["Yes", "No"]},
    "DecisionBody": {"decision": "approve"},
    "NewReportBody": {"reason": "spam"},
    "CaseChangesBody": {"state": "resolved"},
    "NewSanctionBody": {"person": "anna", "kind": "ban", "scope": "organization"},
    "NewRangeBody": {"range": "192.0.2.0/24", "days": 1},
    "RulesChangesBody": {"who": "members"},
    "NewWordBody": WORD,
    "SampleBody": {"text": "you scoundrel"},
}
ACTIONS_ABOUT_A_MESSAGE: tuple[dict[str, Any], ...] = (
    {"type": "edit", "text": "mine"},
    {"type": "delete"},
    {"type": "react", "reaction": "👏"},
    {"type": "vote", "choice": 0},
    {"type": "pin"},
    {"type": "approve"},
    {"type": "reject"},
    {"type": "hold"},
    {"type": "report", "reason": "spam"},
    {"type": "resolve"},
)


@pytest.fixture
async def theirs(world: World) -> dict[str, Any]:
    """Ids of what there is in a room of `ORG`, while RIVAL owns another house."""
    world.tokens.known["rival"] = RIVAL
    world.places.places["programme2"] = FakePlace("programme2", org_id="org2")
    said = (await world.say("anna", "hello"))["id"]
    _, word = await world.ask("moderator", "POST", "ROOM/words", WORD)
    held = (await world.say("anna", "you scoundrel"))["id"]
    await world.ask("ben", "PUT", f"ROOM/messages/{said}/report", {"reason": "spam"})
    sanction = (await act(world, "timeout", person="ben", seconds=600))["sanction"]["id"]
    _, poll = await world.ask("moderator", "POST", "ROOM/polls", {"question": "Encore?", "options": ["Yes", "No"]})
    entry = next(one["id"] for one in await log(world) if one["can_undo"])
    return {"said": said, "held": held, "word": word["id"], "sanction": sanction, "poll": poll["id"], "entry": entry}


def routes(world: World) -> list[Route]:
    chat = world.chat
    return collect(RoomRoutes(chat), SteeringRoutes(chat), *moderation_routes(chat))


def rows(world: World) -> list[str]:
    """Everything that is written of all rooms."""
    with closing(sqlite3.connect(world.db.path)) as connection:
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'chat_%'")
        tables = [str(row[0]) for row in named]
        return [f"{table} {row}" for table in tables for row in connection.execute(f"SELECT * FROM {table}")]


async def tried(world: World, route: Route, ids: Mapping[str, object]) -> tuple[str, int]:
    path = PARAMETER.sub(lambda found: str(ids[found[1]]), route.path)
    body = None if route.body is None else BODIES[route.body.__name__]
    return f"{route.method} {path}", (await world.ask("rival", route.method, path, body))[0]


async def test_ids_of_another_house_are_unknown_in_ones_own_rooms(world: World, theirs: dict[str, Any]) -> None:
    mine = {"room_id": "programme2", "org_id": "org2", "person_id": "ben"}
    about = [route for route in routes(world) if len(PARAMETER.findall(route.path)) > 1]
    before, answers = rows(world), {}
    for message in ("said", "held", "poll"):
        ids = mine | {f"{name}_id": theirs[name] for name in ("word", "sanction", "entry")}
        for route in about:
            name, status = await tried(world, route, ids | {"message_id": theirs[message]})
            answers[name] = status
    for method, path, body in (
        ("PUT", "pinned", {"message": theirs["said"]}),
        ("POST", "messages", {"text": "so", "reply_to": theirs["said"]}),
    ):
        answers[path] = (await world.ask("rival", method, f"{OWN}/{path}", body))[0]
    assert set(answers.values()) == {404}, answers
    assert len(answers) > 20
    assert rows(world) == before


async def test_no_action_of_the_socket_reaches_into_another_house(world: World, theirs: dict[str, Any]) -> None:
    before, answers = rows(world), {}
    async with world.inside("rival", room="programme2") as rival:
        for message in ("said", "held", "poll"):
            for action in ACTIONS_ABOUT_A_MESSAGE:
                told = await rival.does(message=theirs[message], **action)
                answers[f"{action['type']} {message}"] = told.get("code")
        for action in (
            {"type": "lift", "sanction": theirs["sanction"]},
            {"type": "undo", "entry": theirs["entry"]},
            {"type": "send", "text": "so", "reply_to": theirs["said"]},
        ):
            answers[str(action["type"])] = (await rival.does(**action)).get("code")
    assert set(answers.values()) == {"not_found"}, answers
    assert rows(world) == before


async def test_no_route_lets_another_house_be_moderated(world: World, theirs: dict[str, Any]) -> None:
    ids = {"room_id": ROOM, "org_id": ORG, "person_id": "ben", "message_id": theirs["held"]}
    ids |= {f"{name}_id": theirs[name] for name in ("word", "sanction", "entry")}
    chat = world.chat
    staff = [
        one
        for one in collect(SteeringRoutes(chat), *moderation_routes(chat))
        if not one.public and not one.path.endswith("/report")
    ]
    before = rows(world)
    answers = dict([await tried(world, route, ids) for route in staff])
    assert set(answers.values()) <= {403, 404}, answers
    assert len(answers) > 20
    assert rows(world) == before


@pytest.mark.parametrize("where", ["ROOM", f"/api/v1/organizations/{ORG}/chat"])
async def test_another_house_is_not_moderated_by_who_owns_ones_own(
    world: World, theirs: dict[str, Any], where: str
) -> None:
    refused = 403 if where == "ROOM" else 404
    more = ("held", "reports", "people", "queues") if where == "ROOM" else ()
    for path in ("sanctions", "words", "rules", "log", *more):
        assert (await world.ask("rival", "GET", f"{where}/{path}"))[0] == refused, path
    assert (await world.ask("rival", "PATCH", f"{where}/rules", {"who": "members"}))[0] == refused
    assert (await world.ask("rival", "POST", f"{where}/words", WORD))[0] == refused
    sanction = {"person": "anna", "kind": "ban", "scope": "organization"}
    assert (await world.ask("rival", "POST", f"{where}/sanctions", sanction))[0] == refused
    async with world.inside("rival") as rival:
        for action in ({"type": "delete", "message": theirs["said"]}, {"type": "undo", "entry": theirs["entry"]}):
            assert (await rival.does(**action))["code"] == "forbidden"
