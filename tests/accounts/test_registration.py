import asyncio
from pathlib import Path

import pytest
import sqlite_utils

from novacast.accounts import schema
from novacast.accounts.people.models import Person
from novacast.database import Query
from novacast.errors import Conflict, Forbidden, Gone, InvalidInput, RateLimited, Unauthenticated
from tests.accounts.house import ORIGIN, PASSWORD, House
from tests.databases import before

WHERE = ORIGIN.address


async def rows(house: House, table: str) -> int:
    return await house.db.one(Query(f"SELECT count(*) FROM {table}", (), lambda row: int(row[0]))) or 0


async def sign_up(house: House, email: str = "new@example.org", name: str = "New Person") -> None:
    await house.own.registration.sign_up(email, name, "en", WHERE)


async def confirm(house: House, token: str = "", password: str = PASSWORD) -> Person:
    """By the last mail's link, or another's."""
    return await house.own.registration.confirm(token or house.letterbox.last("sign_up").token, password, WHERE)


async def test_nobody_has_an_account_before_the_mail_is_answered(house: House) -> None:
    await sign_up(house)
    with pytest.raises(Unauthenticated):
        await house.sign_in("new@example.org")
    person = await confirm(house)
    principal = await house.sign_in("new@example.org")
    assert (principal.person_id, principal.name) == (person.id, "New Person")


async def test_a_taken_address_answers_alike_and_only_its_owner_is_told(house: House) -> None:
    await house.person("ada@example.org")
    await sign_up(house, "Ada@Example.org")
    assert house.letterbox.last("address_taken").to == "ada@example.org"
    assert await rows(house, "sign_ups") == 0
    await house.sign_in("ada@example.org")


async def test_known_and_unknown_addresses_cost_the_same_commit(house: House) -> None:
    """By structure: whichever it is, nothing is hashed and one transaction writes."""
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
    await asyncio.gather(sign_up(house), sign_up(house, name="Another"))
    first, second = (letter.token for letter in house.letterbox.letters)
    results = await asyncio.gather(*(confirm(house, token) for token in (first, second, first)), return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(result, Gone | Conflict) for result in results if isinstance(result, BaseException))
    assert await rows(house, "people") == 1
    assert await rows(house, "sign_ups") == 0


async def test_a_link_runs_out(house: House) -> None:
    await sign_up(house)
    house.clock.advance(24 * 3600)
    with pytest.raises(Gone):
        await confirm(house)
    assert await house.own.sweep.run() == 1
    assert await rows(house, "sign_ups") == 0


async def test_a_second_mail_opens_the_same_sign_up(house: House) -> None:
    await sign_up(house)
    await house.own.registration.resend("NEW@example.org", WHERE)
    assert house.letterbox.count("sign_up") == 2
    await confirm(house)
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
    ("email", "name", "field"),
    [
        ("nonsense", "N", "email"),
        ("a@b@c.org", "N", "email"),
        ("x" * 300 + "@example.org", "N", "email"),
        ("a@example.org\r\nBcc: b@example.org", "N", "email"),
        ("a@example.org", "", "name"),
        ("a@example.org", "  ", "name"),
        ("a@example.org", "n" * 101, "name"),
        ("a@example.org", "see https://example.net", "name"),
        ("a@example.org", "turned \u202e round", "name"),
        ("a@example.org", "nul \x00", "name"),
    ],
)
async def test_what_cant_be_is_refused_by_field(house: House, email: str, name: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await sign_up(house, email, name)
    assert [error.field for error in refused.value.errors] == [field]
    assert house.letterbox.letters == []


@pytest.mark.parametrize(
    "password", ["", "short", "p" * 1001, "new123456789", "new@example.org", "nul \x00 in a password"]
)
async def test_a_password_that_cant_be_leaves_the_link_good(house: House, password: str) -> None:
    await sign_up(house)
    with pytest.raises(InvalidInput) as refused:
        await confirm(house, password=password)
    assert [error.field for error in refused.value.errors] == ["password"]
    assert await rows(house, "people") == 0
    await confirm(house)
    await house.sign_in("new@example.org")


async def test_who_signs_up_with_anothers_address_knows_nothing_of_its_password(house: House) -> None:
    """The mailbox's owner chooses it behind the link, and nothing that was typed at sign-up opens the account."""
    columns = await house.db.all(Query("SELECT name FROM pragma_table_info('sign_ups')", (), lambda row: str(row[0])))
    assert "password" not in columns
    await sign_up(house)
    await confirm(house, password="chosen by the owner")
    assert (await house.sign_in("new@example.org", "chosen by the owner")).name == "New Person"
    with pytest.raises(Unauthenticated):
        await house.sign_in("new@example.org")


async def test_looking_at_a_link_tells_whose_account_it_makes_and_uses_nothing_up(house: House) -> None:
    await sign_up(house)
    token = house.letterbox.last("sign_up").token
    for _ in range(2):
        assert (await house.own.registration.waiting(token, WHERE)).email.text == "new@example.org"
    await confirm(house)
    with pytest.raises(Gone):
        await house.own.registration.waiting(token, WHERE)


async def test_guessing_links_is_limited(house: House) -> None:
    results = [
        (await asyncio.gather(confirm(house, "no such link"), return_exceptions=True))[0] for _ in range(3 * 40 + 1)
    ]
    assert [type(result) for result in results] == [Gone] * 120 + [RateLimited]


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
    await house.own.registration.sign_up(email, name, "de-AT", WHERE)
    person = await confirm(house)
    assert (person.name, person.language) == (name, "de-AT")
    assert (await house.sign_in(email)).person_id == person.id


async def test_an_address_is_the_same_in_either_writing_of_its_domain(house: House) -> None:
    await house.person("jürgen@müller.de")
    assert (await house.sign_in("JÜRGEN@xn--mller-kva.de")).signed_in


def test_sign_ups_that_waited_before_passwords_moved_behind_the_link_stay_good(tmp_path: Path) -> None:
    db = sqlite_utils.Database(tmp_path / "older.db")
    before(schema.migrations, "m004_sign_ups_without_passwords").apply(db)
    db.execute("INSERT INTO sign_ups VALUES (x'00', 'a@example.org', 'a@example.org', 'Ada', 'en', 'a hash', 1, 9)")
    schema.migrations.apply(db)
    rows = db.execute("SELECT * FROM sign_ups").fetchall()
    db.close()
    assert rows == [(b"\x00", "a@example.org", "a@example.org", "Ada", "en", 1, 9)]
