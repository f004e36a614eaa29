import asyncio

import pytest

from novacast.database import Query
from novacast.errors import Conflict, Forbidden, Gone, InvalidInput, Unauthenticated
from tests.accounts.house import ORIGIN, PASSWORD, House

WHERE = ORIGIN.address


async def rows(house: House, table: str) -> int:
    return await house.db.one(Query(f"SELECT count(*) FROM {table}", (), lambda row: int(row[0]))) or 0


async def sign_up(house: House, email: str = "new@example.org", password: str = PASSWORD) -> None:
    await house.own.registration.sign_up(email, "New Person", "en", password, WHERE)


async def test_nobody_has_an_account_before_the_mail_is_answered(house: House) -> None:
    await sign_up(house)
    with pytest.raises(Unauthenticated):
        await house.sign_in("new@example.org")
    person = await house.own.registration.confirm(house.letterbox.last("sign_up").token, WHERE)
    principal = await house.sign_in("new@example.org")
    assert (principal.person_id, principal.name, principal.verified) == (person.id, "New Person", True)


async def test_a_taken_address_answers_alike_and_only_its_owner_is_told(house: House) -> None:
    await house.person("ada@example.org")
    await sign_up(house, "Ada@Example.org", "quite another password")
    assert house.letterbox.last("address_taken").to == "ada@example.org"
    assert await rows(house, "sign_ups") == 0
    await house.sign_in("ada@example.org")


async def test_known_and_unknown_addresses_cost_the_same_hash_and_the_same_commit(house: House) -> None:
    """By structure: whichever it is, one password is hashed and one transaction writes."""
    await house.person("ada@example.org")

    async def last_change() -> int:
        return len(house.letterbox.letters) + len(await house.facts("mail.requested"))

    for email in ("ada@example.org", "nobody@example.org"):
        before = await last_change()
        await sign_up(house, email)
        assert await last_change() == before + 1
    for email in ("ada@example.org", "stranger@example.org"):
        before = len(await house.facts("mail.requested"))
        await house.own.people.request_reset(email, WHERE)
        await house.own.registration.resend(email, WHERE)
        assert len(await house.facts("mail.requested")) == before + 2


async def test_two_sign_ups_of_one_address_make_one_account(house: House) -> None:
    await asyncio.gather(sign_up(house), sign_up(house, password="another long password"))
    first, second = (letter.token for letter in house.letterbox.letters)
    results = await asyncio.gather(
        *(house.own.registration.confirm(token, WHERE) for token in (first, second, first)), return_exceptions=True
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(result, Gone | Conflict) for result in results if isinstance(result, BaseException))
    assert await rows(house, "people") == 1
    assert await rows(house, "sign_ups") == 0


async def test_a_link_runs_out(house: House) -> None:
    await sign_up(house)
    house.clock.advance(24 * 3600)
    with pytest.raises(Gone):
        await house.own.registration.confirm(house.letterbox.last("sign_up").token, WHERE)
    assert await house.own.sweep.run() == 1
    assert await rows(house, "sign_ups") == 0


async def test_a_second_mail_opens_the_same_sign_up(house: House) -> None:
    await sign_up(house)
    await house.own.registration.resend("NEW@example.org", WHERE)
    assert house.letterbox.count("sign_up") == 2
    await house.own.registration.confirm(house.letterbox.last("sign_up").token, WHERE)
    await house.sign_in("new@example.org")


async def test_nobody_fills_the_table_with_one_address(house: House) -> None:
    for _ in range(12):
        await sign_up(house)
        house.clock.advance(3600)
    assert await rows(house, "sign_ups") == 5


async def test_a_closed_house_takes_nobody(house: House) -> None:
    house.own.registration.is_open = False
    with pytest.raises(Forbidden):
        await sign_up(house)
    assert house.letterbox.letters == []


@pytest.mark.parametrize(
    ("email", "name", "password", "field"),
    [
        ("nonsense", "N", PASSWORD, "email"),
        ("a@b@c.org", "N", PASSWORD, "email"),
        ("x" * 300 + "@example.org", "N", PASSWORD, "email"),
        ("a@example.org\r\nBcc: b@example.org", "N", PASSWORD, "email"),
        ("a@example.org", "", PASSWORD, "name"),
        ("a@example.org", "  ", PASSWORD, "name"),
        ("a@example.org", "n" * 101, PASSWORD, "name"),
        ("a@example.org", "see https://example.net", PASSWORD, "name"),
        ("a@example.org", "turned \u202e round", PASSWORD, "name"),
        ("a@example.org", "nul \x00", PASSWORD, "name"),
        ("a@example.org", "N", "short", "password"),
        ("a@example.org", "N", "p" * 1001, "password"),
        ("some.body@example.org", "N", "some.body123", "password"),
    ],
)
async def test_what_cant_be_is_refused_by_field(house: House, email: str, name: str, password: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await house.own.registration.sign_up(email, name, "en", password, WHERE)
    assert [error.field for error in refused.value.errors] == [field]
    assert house.letterbox.letters == []


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("jürgen@müller.de", "Jürgen Müller"),
        ("用户@例子.中国", "用户"),
        ("o'brien+tag@example.org", "Séamus O’Brien"),
        ("user@example.org", "مریم می‌خواهد"),
        ("family@example.org", "👩‍👩‍👧 family"),
    ],
)
async def test_people_of_every_script_can_come_in(house: House, email: str, name: str) -> None:
    await house.own.registration.sign_up(email, name, "de-AT", PASSWORD, WHERE)
    person = await house.own.registration.confirm(house.letterbox.last("sign_up").token, WHERE)
    assert (person.name, person.language) == (name, "de-AT")
    assert (await house.sign_in(email)).person_id == person.id


async def test_an_address_is_the_same_in_either_writing_of_its_domain(house: House) -> None:
    await house.person("jürgen@müller.de")
    assert (await house.sign_in("JÜRGEN@xn--mller-kva.de")).signed_in
