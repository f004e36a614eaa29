"""Who runs one house has no hand in another: not by its rooms, nor by ids of theirs through rooms of one's own."""

from typing import Any

import pytest

from novacast.identity import Principal, Role
from tests.chat.moderation.acting import act, log
from tests.chat.world import ORG, FakePlace, World

RIVAL = Principal(person_id="rival", session_id="s-rival", name="Rival", roles={"org2": Role.OWNER})
OWN = "/api/v1/rooms/programme2"
WORD = {"pattern": "scoundrel", "action": "hold"}


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


async def test_ids_of_another_house_are_unknown_in_ones_own_rooms(world: World, theirs: dict[str, Any]) -> None:
    said, held, poll = (f"{OWN}/messages/{theirs[name]}" for name in ("said", "held", "poll"))
    tried: list[tuple[str, str, Any]] = [
        ("GET", said, None),
        ("PATCH", said, {"text": "mine"}),
        ("DELETE", said, None),
        ("PUT", f"{said}/reactions", {"reaction": "👏"}),
        ("PUT", f"{said}/report", {"reason": "spam"}),
        ("PUT", f"{said}/decision", {"decision": "hold"}),
        ("PUT", f"{held}/decision", {"decision": "approve"}),
        ("PUT", f"{poll}/vote", {"choice": 0}),
        ("PUT", f"{OWN}/pinned", {"message": theirs["said"]}),
        ("POST", f"{OWN}/messages", {"text": "so", "reply_to": theirs["said"]}),
        ("PUT", f"{OWN}/reports/{theirs['said']}", {"state": "resolved"}),
        ("DELETE", f"{OWN}/sanctions/{theirs['sanction']}", None),
        ("PUT", f"{OWN}/words/{theirs['word']}", WORD),
        ("DELETE", f"{OWN}/words/{theirs['word']}", None),
        ("PUT", f"{OWN}/log/{theirs['entry']}/undone", None),
        ("GET", f"{OWN}/people/ben", None),
        ("DELETE", f"/api/v1/organizations/org2/chat/sanctions/{theirs['sanction']}", None),
        ("PUT", f"/api/v1/organizations/org2/chat/log/{theirs['entry']}/undone", None),
    ]
    before = await log(world)
    answers = {(method, path): (await world.ask("rival", method, path, body))[0] for method, path, body in tried}
    assert set(answers.values()) == {404}, answers
    assert await log(world) == before


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
