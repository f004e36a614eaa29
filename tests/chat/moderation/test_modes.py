"""Who may write is a matter of badges, whoever gives them. One that comes or goes counts in mid-connection."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from novacast.chat.models import Badge
from novacast.chat.ports import Place
from novacast.folder import DataFolder
from novacast.identity import Principal
from tests.chat.moderation.acting import rule
from tests.chat.world import ROOM, Line, World, opened
from tests.fakes.clock import FakeClock


@dataclass
class Given:
    """A source of badges: by the names of those who have them."""

    badges_of: dict[str, Badge] = field(default_factory=dict)

    async def badges(self, principal: Principal, place: Place) -> Sequence[Badge]:
        found = self.badges_of.get(principal.person_id or "")
        return [found] if found is not None and place.media_id == ROOM else []


@pytest.fixture
def given() -> Given:
    return Given()


@pytest.fixture
async def badged(folder: DataFolder, clock: FakeClock, given: Given) -> AsyncIterator[World]:
    async with opened(folder, clock, badges=[given]) as world:
        yield world


async def says(line: Line) -> str:
    """`done`, or the code of the refusal."""
    answer = await line.does(type="send", text="hello")
    return str(answer.get("code", answer["type"]))


@pytest.mark.parametrize(
    ("who", "kind", "other"),
    [("members", "member", "ticket"), ("tickets", "ticket", "member"), ("members_or_tickets", "member", "other")],
)
async def test_a_badge_that_comes_or_goes_counts_at_once(
    badged: World, given: Given, who: str, kind: str, other: str
) -> None:
    async with badged.inside("anna") as anna:
        await rule(badged, who=who)
        assert await says(anna) == "not_for_you"
        for badge, expected in ((other, "not_for_you"), (kind, "done")):
            given.badges_of["anna"] = Badge(badge, "Balcony")
            await badged.emit("member.changed", "org1", person_id="anna")
            assert (await anna.until("you"))["you"]["badges"] == [{"kind": badge, "label": "Balcony"}]
            assert await says(anna) == expected
        assert (await anna.event())["message"]["author"]["badges"] == [{"kind": kind, "label": "Balcony"}]
        del given.badges_of["anna"]
        await badged.emit("member.changed", "org1", person_id="anna")
        assert "badges" not in (await anna.until("you"))["you"]
        assert await says(anna) == "not_for_you"
