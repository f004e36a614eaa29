import asyncio

import pytest

from novacast.accounts.sessions.models import Kind
from novacast.errors import Conflict, Gone, InvalidInput, RateLimited, Unauthenticated
from novacast.identity import ANONYMOUS
from tests.accounts.house import ORIGIN, PASSWORD, House, Presented

NEW = "eleven copper lanterns"
WHERE = ORIGIN.address


async def alive(house: House, session_id: str | None) -> bool:
    assert session_id is not None
    return await house.own.sessions.principal_of(session_id) is not None


async def test_a_profile_changes_what_is_given_and_tells_it(house: House) -> None:
    principal = await house.person()
    assert (await house.own.people.edit(principal, None, "de")).name == "Ada"
    person = await house.own.people.edit(principal, "  Ada   Lovelace ", None)
    assert (person.name, person.language) == ("Ada Lovelace", "de")
    assert [fact.subject for fact in await house.facts("person.changed")][-1] == principal.person_id
    assert (await house.again(principal)).name == "Ada Lovelace"


@pytest.mark.parametrize("language", ["", "x", "en_US", "de-", "😀", "a" * 36])
async def test_no_language_tag_no_change(house: House, language: str) -> None:
    principal = await house.person()
    with pytest.raises(InvalidInput):
        await house.own.people.edit(principal, None, language)


async def test_strangers_have_no_account(house: House) -> None:
    with pytest.raises(Unauthenticated):
        await house.own.people.me(ANONYMOUS)


async def test_a_new_password_ends_other_sessions_and_half_done_sign_ins(house: House) -> None:
    principal = await house.person()
    other = await house.sign_in()
    program = await house.principal(await house.open(kind=Kind.API))
    _, secret = await house.own.tokens.create(principal, PASSWORD, "script", ["read"], 30, ORIGIN)
    await house.own.people.change_password(principal, PASSWORD, NEW)
    assert [await alive(house, one.session_id) for one in (principal, other, program)] == [True, False, False]
    assert (await house.own.authenticator.authenticate(Presented(bearer=secret))).signed_in
    with pytest.raises(Unauthenticated):
        await house.sign_in()
    await house.sign_in(password=NEW)
    assert house.letterbox.count("password_changed") == 1


async def test_the_old_password_is_asked_for_and_wrong_ones_are_counted(house: House) -> None:
    principal = await house.person()
    for _ in range(8):
        with pytest.raises(InvalidInput) as refused:
            await house.own.people.change_password(principal, "not my password", NEW)
        assert refused.value.errors[0].field == "password"
    with pytest.raises(RateLimited):
        await house.own.people.change_password(principal, PASSWORD, NEW)


async def test_two_changes_at_once_are_not_both_accepted(house: House) -> None:
    principal = await house.person()
    results = await asyncio.gather(
        house.own.people.change_password(principal, PASSWORD, NEW),
        house.own.people.change_password(principal, PASSWORD, "another good password"),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Conflict | InvalidInput) for result in results) == 1
    assert results.count(None) == 1


async def test_a_reset_lets_in_by_mail_once_and_ends_everything(house: House) -> None:
    principal = await house.person()
    _, secret = await house.own.tokens.create(principal, PASSWORD, "script", ["read"], 30, ORIGIN)
    await house.own.people.request_reset("Ada@Example.org", WHERE)
    letter = house.letterbox.last("password_reset")
    assert letter.to == "ada@example.org"
    await house.own.people.reset(letter.token, NEW, WHERE)
    assert not await alive(house, principal.session_id)
    with pytest.raises(Unauthenticated):
        await house.own.authenticator.authenticate(Presented(bearer=secret))
    with pytest.raises(Gone):
        await house.own.people.reset(letter.token, PASSWORD, WHERE)
    await house.sign_in(password=NEW)


async def test_a_reset_link_is_good_for_an_hour_and_survives_a_bad_password(house: House) -> None:
    await house.person()
    await house.own.people.request_reset("ada@example.org", WHERE)
    first = house.letterbox.last("password_reset").token
    with pytest.raises(InvalidInput):
        await house.own.people.reset(first, "1234567890", WHERE)
    house.clock.advance(3600)
    with pytest.raises(Gone):
        await house.own.people.reset(first, NEW, WHERE)


async def test_two_resets_by_one_link_set_one_password(house: House) -> None:
    await house.person()
    await house.own.people.request_reset("ada@example.org", WHERE)
    token = house.letterbox.last("password_reset").token
    results = await asyncio.gather(
        house.own.people.reset(token, NEW, WHERE),
        house.own.people.reset(token, NEW + "!", WHERE),
        return_exceptions=True,
    )
    assert [type(result) for result in results if result] == [Gone]


async def test_nobody_unknown_gets_mail(house: House) -> None:
    await house.own.people.request_reset("nobody@example.org", WHERE)
    await house.own.registration.resend("nobody@example.org", WHERE)
    assert house.letterbox.letters == []


async def test_mails_that_strangers_ask_for_are_few(house: House) -> None:
    await house.person()
    waits: list[float] = []
    for number in range(12):
        try:
            await house.own.people.request_reset("ada@example.org", f"198.51.100.{number}")
        except RateLimited as error:
            waits.append(error.retry_after)
            house.clock.advance(error.retry_after + 0.01)
    assert house.letterbox.count("password_reset") + len(waits) == 12
    assert len(waits) >= 2
    assert waits[1] > waits[0]


async def test_an_address_changes_only_when_its_own_mail_is_answered(house: House) -> None:
    principal = await house.person()
    await house.own.people.request_email(principal, PASSWORD, "lovelace@example.net", WHERE)
    assert (await house.own.people.me(principal)).email == "ada@example.org"
    letter = house.letterbox.last("email_change")
    assert letter.to == "lovelace@example.net"
    person = await house.own.people.confirm_email(letter.token, WHERE)
    assert person.email == "lovelace@example.net"
    assert house.letterbox.last("email_changed").to == "ada@example.org"
    await house.sign_in("lovelace@example.net")
    with pytest.raises(Unauthenticated):
        await house.sign_in("ada@example.org")
    with pytest.raises(Gone):
        await house.own.people.confirm_email(letter.token, WHERE)


async def test_a_reset_link_to_the_old_address_is_void_after_the_change(house: House) -> None:
    principal = await house.person()
    await house.own.people.request_reset("ada@example.org", WHERE)
    reset = house.letterbox.last("password_reset").token
    await house.own.people.request_email(principal, PASSWORD, "new@example.org", WHERE)
    await house.own.people.confirm_email(house.letterbox.last("email_change").token, WHERE)
    with pytest.raises(Gone):
        await house.own.people.reset(reset, NEW, WHERE)


async def test_a_taken_address_is_told_to_its_owner_alone(house: House) -> None:
    eve = await house.person("eve@example.org", "Eve")
    await house.person("ada@example.org")
    await house.own.people.request_email(eve, PASSWORD, "ada@example.org", WHERE)
    assert house.letterbox.last("address_taken").to == "ada@example.org"
    assert house.letterbox.count("email_change") == 0


async def test_of_two_who_want_one_address_one_gets_it(house: House) -> None:
    ada, eve = await house.person("ada@example.org"), await house.person("eve@example.org", "Eve")
    for one in (ada, eve):
        await house.own.people.request_email(one, PASSWORD, "shared@example.org", WHERE)
    tokens = [letter.token for letter in house.letterbox.letters if letter.template == "email_change"]
    results = await asyncio.gather(
        *(house.own.people.confirm_email(token, WHERE) for token in tokens), return_exceptions=True
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1


async def test_names_for_other_slices_come_by_id(house: House) -> None:
    principal = await house.person()
    assert principal.person_id is not None
    assert await house.own.people.names([principal.person_id, "unknown"]) == {principal.person_id: "Ada"}
    assert await house.own.people.names([]) == {}
