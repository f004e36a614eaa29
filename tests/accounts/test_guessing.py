"""Whoever tries what they do not know has to wait, longer and longer, wherever they try it.

Passwords, one-time codes, passkeys and providers are tried in the tests beside their code; stream keys, codes of
devices at the door and codes of discounts in those of their slices.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from novacast.accounts.sessions.models import TOKEN_PREFIX
from novacast.errors import InvalidInput, NovaCastError, RateLimited, Unauthenticated
from novacast.security import totp
from novacast.security.keys import new_token
from tests.accounts.house import ORIGIN, House, Presented

MOST = 500
"""Tries that anybody has at once, wherever."""
WHERE, NEW = ORIGIN.address, "a stage with 9 lamps"

TRIES: dict[str, Callable[[House], Awaitable[object]]] = {
    "new password": lambda house: house.own.people.reset("no such link", NEW, WHERE),
    "other address": lambda house: house.own.people.confirm_email("no such link", WHERE),
    "invitation": lambda house: house.own.invitations.offer("no such link", WHERE),
    "sign-up": lambda house: house.own.registration.waiting("no such link", WHERE),
    "refresh token": lambda house: house.own.tokens.refresh("no such token", ORIGIN),
    "token given back": lambda house: house.own.tokens.give_back("no such token", ORIGIN),
}


@pytest.mark.parametrize("name", TRIES)
async def test_tries_come_to_an_end_and_waits_grow(house: House, name: str) -> None:
    waits: list[float] = []
    for _ in range(MOST):
        try:
            with suppress(Unauthenticated):
                await TRIES[name](house)
        except RateLimited as error:
            waits.append(error.retry_after)
            house.clock.advance(error.retry_after + 0.01)
            if len(waits) == 3:
                break
        except NovaCastError:
            pass
    assert len(waits) == 3
    assert waits[0] < waits[1] < waits[2]


async def test_a_password_that_is_repeated_is_no_way_around(house: House) -> None:
    ada = await house.person()
    for _ in range(8):
        with pytest.raises(InvalidInput):
            await house.own.people.confirm_password(ada, "wrong")
    with pytest.raises(RateLimited):
        await house.own.people.confirm_password(ada, "wrong")


async def test_what_is_not_counted_is_too_much_to_be_tried() -> None:
    """Secrets of programs and links are 192 random bits and more; a recovery code, which is counted, is 80."""
    assert len(new_token()) >= 32
    assert len({new_token() for _ in range(1000)}) == 1000
    (length,) = {len(code.replace("-", "")) for code in totp.new_recovery_codes()}
    assert 32**length >= 2**80


@pytest.mark.parametrize("token", ["", TOKEN_PREFIX, f"{TOKEN_PREFIX}x", "a.b.c", "x" * 5000, "é"])
async def test_a_token_that_never_was_is_refused_alike(house: House, token: str) -> None:
    with pytest.raises(Unauthenticated, match=r"ended|not valid"):
        await house.own.authenticator.authenticate(Presented(bearer=token))
