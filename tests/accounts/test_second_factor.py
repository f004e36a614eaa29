import asyncio
from base64 import b32decode

import pytest

from novacast.accounts.sessions.models import Kind, SecondFactorNeeded, SignedIn
from novacast.errors import Conflict, InvalidInput, RateLimited, Unauthenticated
from novacast.identity import Principal
from novacast.security import totp
from tests.accounts.house import ORIGIN, PASSWORD, House


async def switched_on(house: House) -> tuple[Principal, bytes, list[str]]:
    principal = await house.person()
    set_up = await house.own.second_factor.begin(principal, PASSWORD)
    secret = b32decode(set_up.secret)
    codes = await house.own.second_factor.finish(principal, totp.code_at(secret, house.clock.now()))
    house.clock.advance(60)
    return principal, secret, codes


async def pending(house: House, kind: Kind = Kind.BROWSER) -> str:
    needed = await house.own.sessions.sign_in(kind, "ada@example.org", PASSWORD, ORIGIN)
    assert isinstance(needed, SecondFactorNeeded)
    return needed.pending


async def with_code(house: House, code: str, kind: Kind = Kind.BROWSER) -> SignedIn:
    return await house.own.sessions.sign_in_with_code(kind, await pending(house, kind), code, ORIGIN)


async def test_the_password_alone_opens_nothing_once_codes_are_on(house: House) -> None:
    principal, secret, _ = await switched_on(house)
    for kind in (Kind.BROWSER, Kind.API):
        house.clock.advance(60)
        signed_in = await with_code(house, totp.code_at(secret, house.clock.now()), kind)
        assert (await house.principal(signed_in)).person_id == principal.person_id


async def test_a_code_works_once(house: House) -> None:
    _, secret, _ = await switched_on(house)
    code = totp.code_at(secret, house.clock.now())
    await with_code(house, code)
    with pytest.raises(Unauthenticated):
        await with_code(house, code)


async def test_of_two_who_bring_one_code_at_once_one_comes_in(house: House) -> None:
    _, secret, _ = await switched_on(house)
    code = totp.code_at(secret, house.clock.now())
    waiting = [await pending(house) for _ in range(4)]
    results = await asyncio.gather(
        *(house.own.sessions.sign_in_with_code(Kind.BROWSER, one, code, ORIGIN) for one in waiting),
        return_exceptions=True,
    )
    assert sum(isinstance(result, SignedIn) for result in results) == 1


async def test_the_code_of_the_set_up_does_not_log_in(house: House) -> None:
    principal = await house.person()
    secret = b32decode((await house.own.second_factor.begin(principal, PASSWORD)).secret)
    code = totp.code_at(secret, house.clock.now())
    await house.own.second_factor.finish(principal, code)
    with pytest.raises(Unauthenticated):
        await with_code(house, code)


async def test_an_earlier_code_is_worth_nothing_after_a_later_one(house: House) -> None:
    _, secret, _ = await switched_on(house)
    earlier, later = totp.code_at(secret, house.clock.now()), totp.code_at(secret, house.clock.now() + 30_000_000)
    await with_code(house, later)
    with pytest.raises(Unauthenticated):
        await with_code(house, earlier)


async def test_a_recovery_code_works_once_however_it_is_typed(house: House) -> None:
    principal, _, codes = await switched_on(house)
    assert len(set(codes)) == 10
    await with_code(house, f" {codes[0].upper().replace('-', ' ')} ")
    with pytest.raises(Unauthenticated):
        await with_code(house, codes[0])
    assert (await house.own.second_factor.status(principal)).recovery_codes_left == 9


async def test_new_recovery_codes_replace_the_old(house: House) -> None:
    principal, _, codes = await switched_on(house)
    new = await house.own.second_factor.new_codes(principal, PASSWORD)
    with pytest.raises(Unauthenticated):
        await with_code(house, codes[0])
    await with_code(house, new[0])


async def test_guessing_codes_waits_longer_and_longer(house: House) -> None:
    await switched_on(house)
    waits: list[float] = []
    for _ in range(30):
        try:
            await with_code(house, "000000")
        except RateLimited as error:
            waits.append(error.retry_after)
            house.clock.advance(error.retry_after + 0.01)
        except Unauthenticated:
            pass
    assert len(waits) >= 3
    assert waits[2] > waits[1] > waits[0]


async def test_a_pending_log_in_runs_out_and_fits_its_kind_alone(house: House) -> None:
    _, secret, _ = await switched_on(house)
    first = await pending(house)
    code = totp.code_at(secret, house.clock.now())
    for token, kind in ((first, Kind.API), (first + "x", Kind.BROWSER), ("nonsense", Kind.BROWSER), ("", Kind.BROWSER)):
        with pytest.raises(Unauthenticated):
            await house.own.sessions.sign_in_with_code(kind, token, code, ORIGIN)
    house.clock.advance(301)
    with pytest.raises(Unauthenticated):
        await house.own.sessions.sign_in_with_code(Kind.BROWSER, first, totp.code_at(secret, house.clock.now()), ORIGIN)


async def test_a_pending_log_in_is_void_after_a_change_of_password(house: House) -> None:
    principal, secret, _ = await switched_on(house)
    first = await pending(house)
    await house.own.people.change_password(principal, PASSWORD, "eleven copper lanterns")
    with pytest.raises(Unauthenticated):
        await house.own.sessions.sign_in_with_code(Kind.BROWSER, first, totp.code_at(secret, house.clock.now()), ORIGIN)


async def test_switching_on_ends_other_sessions_and_tells_by_mail(house: House) -> None:
    other = await house.person()
    principal = await house.sign_in()
    secret = b32decode((await house.own.second_factor.begin(principal, PASSWORD)).secret)
    await house.own.second_factor.finish(principal, totp.code_at(secret, house.clock.now()))
    assert other.session_id is not None
    assert await house.own.sessions.principal_of(other.session_id) is None
    assert house.letterbox.count("second_factor_on") == 1


async def test_nothing_is_asked_before_the_first_code_was_right(house: House) -> None:
    principal = await house.person()
    await house.own.second_factor.begin(principal, PASSWORD)
    with pytest.raises(InvalidInput):
        await house.own.second_factor.finish(principal, "000000")
    await house.sign_in()


async def test_on_is_not_begun_again_and_off_needs_the_password(house: House) -> None:
    principal, _, _ = await switched_on(house)
    with pytest.raises(Conflict):
        await house.own.second_factor.begin(principal, PASSWORD)
    with pytest.raises(InvalidInput):
        await house.own.second_factor.switch_off(principal, "not my password")
    await house.own.second_factor.switch_off(principal, PASSWORD)
    await house.sign_in()
    with pytest.raises(Conflict):
        await house.own.second_factor.new_codes(principal, PASSWORD)


async def test_neither_secret_nor_recovery_codes_lie_in_the_database(house: House) -> None:
    _, secret, codes = await switched_on(house)
    raw = b"".join(path.read_bytes() for path in house.db.path.parent.glob("novacast.db*"))
    assert secret not in raw
    assert totp.base32(secret).encode() not in raw
    assert not any(code.encode() in raw for code in codes)


async def test_a_reset_password_still_needs_the_code(house: House) -> None:
    await switched_on(house)
    await house.own.people.request_reset("ada@example.org", ORIGIN.address)
    await house.own.people.reset(house.letterbox.last("password_reset").token, "eleven copper lanterns", ORIGIN.address)
    needed = await house.own.sessions.sign_in(Kind.BROWSER, "ada@example.org", "eleven copper lanterns", ORIGIN)
    assert isinstance(needed, SecondFactorNeeded)
