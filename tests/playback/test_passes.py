"""A ticket opens what its visibility hides, of the house that sold it and of no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from novacast.database import Transaction
from novacast.errors import NotFound
from novacast.identity import SYSTEM, Principal
from novacast.playback.permission import Permission
from tests.playback.world import FILM, ORG, Film, NoPasses

ADA = Principal(person_id="ada", session_id="s")


class Hidden:
    """A film that only its makers see."""

    def __init__(self, film: Film) -> None:
        self._film = film

    async def locate(self, principal: Principal, media_id: str) -> Film:
        if principal is not SYSTEM or media_id != FILM:
            raise NotFound("There is nothing here.")
        return self._film

    async def principal_of(self, session_id: str) -> Principal | None:
        return ADA


class Pass:
    def __init__(self, org_id: str) -> None:
        self._org_id = org_id

    async def opens(self, principal: Principal, media_id: str) -> frozenset[str]:
        return frozenset({self._org_id}) if principal.person_id == "ada" and media_id == FILM else frozenset()

    async def devices(self, principal: Principal, media_id: str, plain: int) -> int | None:
        return 1 if await self.opens(principal, media_id) else None

    def begun(self, tx: Transaction, person_id: str, media_id: str) -> None:
        pass


@pytest.fixture
def hidden() -> Hidden:
    return Hidden(replace(Film(Path("/nowhere")), org_id=ORG))


async def test_whoever_has_a_ticket_watches_what_is_hidden_from_others(hidden: Hidden) -> None:
    permission = Permission([hidden], Pass(ORG), hidden)
    assert (await permission.locate(ADA, FILM)).media_id == FILM
    for who, media in ((Principal(), FILM), (replace(ADA, person_id="ben"), FILM), (ADA, "another")):
        with pytest.raises(NotFound):
            await permission.locate(who, media)


async def test_without_a_ticket_it_stays_hidden(hidden: Hidden) -> None:
    with pytest.raises(NotFound):
        await Permission([hidden], NoPasses(), hidden).locate(ADA, FILM)


async def test_a_ticket_of_another_house_opens_nothing(hidden: Hidden) -> None:
    with pytest.raises(NotFound):
        await Permission([hidden], Pass("another house"), hidden).locate(ADA, FILM)


async def test_a_ticket_says_on_how_many_devices_and_only_for_who_watches_by_it(hidden: Hidden) -> None:
    permission = Permission([hidden], Pass(ORG), hidden)
    assert await permission.devices(ADA, FILM, 3) == 1
    assert await permission.devices(replace(ADA, person_id="ben"), FILM, 3) == 3
    assert await permission.devices(SYSTEM, FILM, 3) == 3
