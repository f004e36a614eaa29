import asyncio
from dataclasses import replace

import jwt
import pytest

from novacast.accounts.sessions import store
from novacast.accounts.sessions.models import Kind, SignedIn, TokenPair
from novacast.database import Transaction
from novacast.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from tests.accounts.house import ORIGIN, PASSWORD, House, Presented


async def program(house: House) -> tuple[SignedIn, TokenPair]:
    signed_in = await house.open(kind=Kind.API)
    assert signed_in.tokens is not None
    return signed_in, signed_in.tokens


async def opens(house: House, bearer: str) -> bool:
    try:
        await house.own.authenticator.authenticate(Presented(bearer=bearer))
    except Unauthenticated:
        return False
    return True


async def test_an_access_token_runs_out_and_a_refresh_goes_on(house: House) -> None:
    await house.person()
    _, pair = await program(house)
    assert await opens(house, pair.access)
    house.clock.advance(10 * 60)
    assert not await opens(house, pair.access)
    after = await house.own.tokens.refresh(pair.refresh, ORIGIN)
    assert after.refresh != pair.refresh
    assert await opens(house, after.access)


async def test_a_refresh_token_that_comes_twice_ends_its_family(house: House) -> None:
    await house.person()
    signed_in, first = await program(house)
    second = await house.own.tokens.refresh(first.refresh, ORIGIN)
    with pytest.raises(Unauthenticated):
        await house.own.tokens.refresh(first.refresh, ORIGIN)
    assert not await opens(house, second.access)
    with pytest.raises(Unauthenticated):
        await house.own.tokens.refresh(second.refresh, ORIGIN)
    assert [fact.subject for fact in await house.facts("session.revoked")] == [signed_in.session.id]


async def test_of_two_refreshes_at_once_one_wins_and_the_family_ends(house: House) -> None:
    await house.person()
    _, pair = await program(house)
    results = await asyncio.gather(
        *(house.own.tokens.refresh(pair.refresh, ORIGIN) for _ in range(5)), return_exceptions=True
    )
    won = [result for result in results if isinstance(result, TokenPair)]
    assert len(won) == 1
    assert not await opens(house, won[0].access)


async def test_other_families_outlive_a_theft(house: House) -> None:
    await house.person()
    _, stolen = await program(house)
    _, other = await program(house)
    await house.own.tokens.refresh(stolen.refresh, ORIGIN)
    with pytest.raises(Unauthenticated):
        await house.own.tokens.refresh(stolen.refresh, ORIGIN)
    assert await opens(house, other.access)


async def test_a_revoked_family_is_refused_before_its_access_token_runs_out(house: House) -> None:
    principal = await house.person()
    signed_in, pair = await program(house)
    await house.own.sessions.revoke(principal, signed_in.session.id)
    assert not await opens(house, pair.access)
    with pytest.raises(Unauthenticated):
        await house.own.tokens.refresh(pair.refresh, ORIGIN)


async def test_given_back_a_family_is_over_and_unknown_tokens_are_no_error(house: House) -> None:
    await house.person()
    _, pair = await program(house)
    await house.own.tokens.give_back("never given out", ORIGIN)
    await house.own.tokens.give_back(pair.refresh, ORIGIN)
    assert not await opens(house, pair.access)


async def test_an_unused_family_dies_of_age(house: House) -> None:
    await house.person()
    _, pair = await program(house)
    house.clock.advance(30 * 86400 + 1)
    with pytest.raises(Unauthenticated):
        await house.own.tokens.refresh(pair.refresh, ORIGIN)


@pytest.mark.parametrize("key", [b"another key of thirty-two bytes!", b""])
async def test_a_token_of_another_key_or_of_none_is_refused(house: House, key: bytes) -> None:
    await house.person()
    _, pair = await program(house)
    claims = jwt.decode(pair.access, options={"verify_signature": False})
    algorithm = "HS256" if key else "none"
    forged = jwt.encode(claims, key or None, algorithm=algorithm, headers={"typ": "at+jwt"})  # type: ignore[arg-type]  # wrong on purpose
    assert not await opens(house, forged)


async def test_a_named_token_is_bound_to_its_scopes_and_its_end(house: House) -> None:
    principal = await house.person()
    token, secret = await house.own.tokens.create(principal, PASSWORD, "Backup script", ["read", "upload"], 30, ORIGIN)
    bearer = await house.own.authenticator.authenticate(Presented(bearer=secret))
    assert bearer.scopes == frozenset(("read", "upload"))
    assert (bearer.has_scope("upload"), bearer.has_scope("write")) == (True, False)
    assert [one.name for one in await house.own.tokens.named(principal)] == ["Backup script"]
    assert token.id not in [one.id for one in await house.own.sessions.listed(principal)]
    house.clock.advance(29 * 86400)
    assert await opens(house, secret)
    house.clock.advance(86400)
    assert not await opens(house, secret)


async def test_a_named_token_is_revocable_by_its_owner_alone(house: House) -> None:
    principal = await house.person()
    eve = await house.person("eve@example.org", "Eve")
    token, secret = await house.own.tokens.create(principal, PASSWORD, "script", ["read"], 30, ORIGIN)
    with pytest.raises(NotFound):
        await house.own.tokens.revoke(eve, token.id)
    await house.own.tokens.revoke(principal, token.id)
    assert not await opens(house, secret)


async def test_a_named_token_needs_password_scope_name_and_a_sane_life(house: House) -> None:
    principal = await house.person()
    for password, name, scopes, days, field in (
        ("wrong password", "n", ["read"], 30, "password"),
        (PASSWORD, "", ["read"], 30, "name"),
        (PASSWORD, "n", [], 30, "scopes"),
        (PASSWORD, "n", ["root"], 30, "scopes"),
        (PASSWORD, "n", ["read"], 0, "days"),
        (PASSWORD, "n", ["read"], 4000, "days"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await house.own.tokens.create(principal, password, name, scopes, days, ORIGIN)  # type: ignore[arg-type]  # wrong on purpose
        assert [error.field for error in refused.value.errors] == [field]


async def test_no_token_outlives_the_session_that_ended_while_it_was_made(house: House) -> None:
    """As by a ban, a reset of the password, or its owner who ends a thief's session, while it is looked at."""
    principal = await house.person()
    assert principal.session_id is not None
    await house.own.sessions.revoke(principal, principal.session_id)
    with pytest.raises(Unauthenticated):
        await house.own.tokens.create(principal, PASSWORD, "a way back in", ["admin"], 366, ORIGIN)
    assert await house.own.tokens.named(principal) == []


async def test_named_tokens_are_counted(house: House) -> None:
    principal = await house.person()
    token, _ = await house.own.tokens.create(principal, PASSWORD, "the first", ["read"], 30, ORIGIN)

    def fill(tx: Transaction) -> None:
        for number in range(49):
            store.insert(tx, replace(token, id=f"filler-{number}"), bytes([number]) * 32)

    await house.db.write(fill)
    with pytest.raises(Conflict):
        await house.own.tokens.create(principal, PASSWORD, "one more", ["read"], 30, ORIGIN)


async def test_used_tokens_are_forgotten_in_time(house: House) -> None:
    principal = await house.person()
    _, pair = await program(house)
    await house.own.tokens.refresh(pair.refresh, ORIGIN)
    await house.own.sessions.revoke_others(principal)
    assert await house.own.sweep.run() == 0
    house.clock.advance(61 * 86400)
    assert await house.own.sweep.run() == 1
