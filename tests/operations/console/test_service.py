"""Who gets a console in a browser, and when it is theirs no more."""

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from novacast.clock import MINUTE
from novacast.errors import Conflict, Forbidden, Gone, InvalidInput, NotFound, Unauthenticated
from novacast.identity import Principal
from novacast.operations.console.service import ConsoleAuthenticator, WebConsole
from novacast.settings import Console
from tests.fakes.clock import FakeClock

OLIVE = Principal(person_id="olive", session_id="s1", name="Olive")
PASSWORD = "projector"


@dataclass
class House:
    """Operators and their sessions, as the accounts would have them."""

    operators: set[str] = field(default_factory=lambda: {"olive"})
    factors: set[str] = field(default_factory=lambda: {"olive"})
    open: dict[str, Principal] = field(default_factory=lambda: {"cookie": OLIVE})

    async def operates(self, person_id: str) -> bool:
        return person_id in self.operators

    async def has_second_factor(self, principal: Principal) -> bool:
        return principal.person_id in self.factors

    async def prove(self, principal: Principal, password: str, code: str) -> None:
        if password != PASSWORD:
            raise InvalidInput.field("password", "This is not your password.")

    async def authenticate(self, credentials: "Cookie") -> Principal:
        if credentials.session not in self.open:
            raise Unauthenticated("Your session has ended.")
        return self.open[credentials.session]


@dataclass(frozen=True)
class Cookie:
    session: str | None = "cookie"
    bearer: str | None = None
    address: str = "192.0.2.7"


def console(house: House, clock: FakeClock, **settings: Any) -> WebConsole:
    return WebConsole(replace(Console(web=True), **settings), house, clock)


async def test_a_start_is_good_once_for_a_minute_and_for_the_session_that_proved_it() -> None:
    house, clock = House(), FakeClock()
    own = console(house, clock)
    secret = await own.start(OLIVE, PASSWORD, "")
    with pytest.raises(Gone), own.seated(secret, replace(OLIVE, session_id="s2"), Cookie()):
        pass
    with pytest.raises(Gone), own.seated(secret, OLIVE, Cookie()):  # the attempt used it up
        pass
    secret = await own.start(OLIVE, PASSWORD, "")
    with own.seated(secret, OLIVE, Cookie()):
        pass
    with pytest.raises(Gone), own.seated(secret, OLIVE, Cookie()):
        pass
    secret = await own.start(OLIVE, PASSWORD, "")
    clock.advance(MINUTE)
    with pytest.raises(Gone), own.seated(secret, OLIVE, Cookie()):
        pass


async def test_it_is_for_operators_with_a_second_factor_where_it_is_enabled() -> None:
    house, clock = House(), FakeClock()
    with pytest.raises(NotFound):
        await console(house, clock, web=False).start(OLIVE, PASSWORD, "")
    with pytest.raises(NotFound):
        await console(house, clock).start(Principal(person_id="vera", session_id="s3"), PASSWORD, "")
    with pytest.raises(NotFound):
        await console(house, clock).admitted(Principal())
    with pytest.raises(InvalidInput):
        await console(house, clock).start(OLIVE, "wrong", "")
    house.factors.clear()
    with pytest.raises(Forbidden):
        await console(house, clock).start(OLIVE, PASSWORD, "")
    assert await console(house, clock, second_factor=False).start(OLIVE, PASSWORD, "")


async def test_no_more_are_open_at_once_than_the_house_allows() -> None:
    own = console(House(), FakeClock(), sessions=2)
    with ExitStack() as seats:
        for _ in range(2):
            seats.enter_context(own.seated(await own.start(OLIVE, PASSWORD, ""), OLIVE, Cookie()))
        with pytest.raises(Conflict), own.seated(await own.start(OLIVE, PASSWORD, ""), OLIVE, Cookie()):
            pass
    with own.seated(await own.start(OLIVE, PASSWORD, ""), OLIVE, Cookie()):
        pass


async def test_its_key_is_its_person_at_the_socket_until_the_session_ends_or_they_operate_no_more() -> None:
    house = House()
    own = console(house, FakeClock())
    people = ConsoleAuthenticator(house, own)
    with own.seated(await own.start(OLIVE, PASSWORD, ""), OLIVE, Cookie()) as seat:
        local = Cookie(None, seat.key, "local")
        found = await people.authenticate(local)
        assert (found.person_id, found.system, found.has_scope("admin")) == ("olive", True, True)
        for stranger in (replace(local, address="127.0.0.1"), replace(local, bearer=seat.key + "x")):
            with pytest.raises(Unauthenticated):
                await people.authenticate(stranger)
        assert not (await people.authenticate(Cookie())).system  # the session itself is nobody's key
        house.operators.clear()
        with pytest.raises(Unauthenticated):
            await people.authenticate(local)
        house.operators.add("olive")
        house.open.clear()
        with pytest.raises(Unauthenticated):
            await people.authenticate(local)
        house.open["cookie"] = OLIVE
        assert (await people.authenticate(local)).system
    with pytest.raises(Unauthenticated):
        await people.authenticate(local)
