import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from novacast.accounts.ports import Subject
from novacast.accounts.privacy.service import Privacy
from novacast.accounts.sessions.models import Kind
from novacast.database import Query, Transaction
from novacast.errors import Conflict, InvalidInput, Unauthenticated
from novacast.identity import SYSTEM, Role
from novacast.web.idempotency import Claim, Ticket, owner_of
from novacast.web.personal import AnswersData
from tests.accounts.house import ORIGIN, PASSWORD, House


@dataclass
class Neighbour:
    """Another slice at the PersonalData port, with a row of its own about the person."""

    section: str = "neighbour"
    fails: bool = False
    erased: list[Subject] = field(default_factory=list)

    async def export(self, subject: Subject) -> Any:
        return {"about": subject.email}

    def erase(self, tx: Transaction, subject: Subject) -> None:
        if self.fails:
            raise RuntimeError("the neighbour can't")
        tx.after_commit(lambda: self.erased.append(subject))


async def everything(house: House) -> str:
    """All text of all tables, BLOBs and outbox included."""
    names = await house.db.all(
        Query("SELECT name FROM sqlite_schema WHERE type = 'table'", (), lambda row: str(row["name"]))
    )
    cells: list[str] = []
    for name in names:
        rows = await house.db.all(Query(f"SELECT * FROM {name}", (), tuple))
        cells += [str(cell) for row in rows for cell in row]
    return "\n".join(cells).casefold()


async def busy_person(house: House) -> Any:
    """Someone with a row in every table."""
    principal = await house.person("rare.name@example.org", "Rare Personname")
    owner = await house.person("owner@example.org", "Olga")
    organization = await house.own.organizations.create(owner, "The Stage")
    await house.own.administration.set_role(SYSTEM, organization.id, principal.person_id or "", Role.MANAGER)
    other = await house.own.organizations.create(owner, "The Other")
    await house.own.invitations.invite(owner, other.id, "rare.name@example.org", Role.DOOR)
    await house.own.invitations.invite(await house.again(principal), organization.id, "x@example.org", Role.DOOR)
    await house.own.tokens.create(principal, PASSWORD, "Rare token", ["read"], 30, ORIGIN)
    await house.open("rare.name@example.org", kind=Kind.API)
    await house.own.people.request_reset("rare.name@example.org", "198.51.100.77")
    await house.own.people.request_email(principal, PASSWORD, "rare.other@example.org", ORIGIN.address)
    return principal


async def test_an_export_holds_everything(house: House) -> None:
    principal = await busy_person(house)
    neighbour = Neighbour()
    privacy = Privacy(house.db, house.clock, house.own.people, [neighbour])
    export = await privacy.export(principal)
    assert export["person"]["email"] == "rare.name@example.org"
    assert export["person"]["name"] == "Rare Personname"
    assert [session["address"] for session in export["sessions"]] == [ORIGIN.address] * 2
    assert [token["name"] for token in export["api_tokens"]] == ["Rare token"]
    assert [(one["organization"], one["role"]) for one in export["memberships"]] == [("The Stage", "manager")]
    assert [one["organization"] for one in export["invitations"]] == ["The Other"]
    assert export["pending_email"] == "rare.other@example.org"
    assert export["neighbour"] == {"about": "rare.name@example.org"}


async def test_erased_nothing_tells_who_it_was(house: House) -> None:
    principal = await busy_person(house)
    assert "rare" in await everything(house)
    await house.own.privacy.erase(principal, PASSWORD)
    left = await everything(house)
    assert "rare" not in left
    assert "personname" not in left
    with pytest.raises(Unauthenticated):
        await house.sign_in("rare.name@example.org")
    with pytest.raises(Unauthenticated):
        await house.own.people.me(principal)


async def remember(house: House, owner: str, body: str) -> None:
    """An answer that is kept under an Idempotency-Key."""
    ticket = Ticket(Claim(owner, "wish", b"fingerprint"))
    await house.db.write(lambda tx: ticket.keep(tx, body))


async def test_answers_that_are_kept_for_repetition_are_exported_and_forget_the_person(house: House) -> None:
    principal = await busy_person(house)
    person_id = principal.person_id or ""
    await remember(house, owner_of(person_id), '{"name":"Rare Personname"}')
    await remember(house, "network:203.0.113.7", '{"email":"Rare.Name@example.org"}')
    await remember(house, owner_of("producer"), f'{{"person_id":"{person_id}","name":"Rare Personname"}}')
    await remember(house, "system", '{"email":"someone.else@example.org"}')
    answers = AnswersData(house.db)
    privacy = Privacy(house.db, house.clock, house.own.people, [answers])
    [own] = (await privacy.export(principal))["remembered_answers"]
    assert (own["key"], own["status"], own["answer"]) == ("wish", 200, {"name": "Rare Personname"})

    await privacy.erase(principal, PASSWORD)
    left = await everything(house)
    assert "rare" not in left
    assert "personname" not in left
    assert "someone.else@example.org" in left
    owners = await house.db.all(Query("SELECT owner FROM web_answers ORDER BY owner", (), lambda row: str(row[0])))
    assert owners == ["network:203.0.113.7", "person:producer", "system"], "a repetition must not act again"


async def test_erasure_ends_what_is_signed_in_and_tells_it(house: House) -> None:
    principal = await house.person()
    program = await house.open(kind=Kind.API)
    await house.own.privacy.erase(principal, PASSWORD)
    assert {fact.subject for fact in await house.facts("session.revoked")} == {
        principal.session_id,
        program.session.id,
    }
    with pytest.raises(Unauthenticated):
        await house.principal(program)


async def test_an_erased_address_may_come_again_as_someone_new(house: House) -> None:
    before = await house.person()
    await house.own.privacy.erase(before, PASSWORD)
    after = await house.person()
    assert after.person_id != before.person_id


async def test_the_last_owner_is_kept_until_someone_else_owns(house: House) -> None:
    principal = await house.person()
    organization = await house.own.organizations.create(principal, "The Stage")
    with pytest.raises(Conflict, match="The Stage"):
        await house.own.privacy.erase(principal, PASSWORD)
    await house.own.organizations.delete(principal, organization.id)
    await house.own.privacy.erase(principal, PASSWORD)


async def test_erasure_needs_the_password_and_is_all_or_nothing(house: House) -> None:
    principal = await house.person()
    with pytest.raises(InvalidInput):
        await house.own.privacy.erase(principal, "not my password")
    neighbour = Neighbour(fails=True)
    privacy = Privacy(house.db, house.clock, house.own.people, [neighbour])
    with pytest.raises(RuntimeError):
        await privacy.erase(principal, PASSWORD)
    assert (await house.own.people.me(principal)).email == "ada@example.org"
    neighbour.fails = False
    await privacy.erase(principal, PASSWORD)
    assert [subject.email for subject in neighbour.erased] == ["ada@example.org"]


async def test_of_two_owners_who_erase_themselves_at_once_one_stays(house: House) -> None:
    one, two = await house.person("one@example.org"), await house.person("two@example.org")
    organization = await house.own.organizations.create(one, "The Stage")
    await house.own.administration.set_role(SYSTEM, organization.id, two.person_id or "", Role.OWNER)
    results = await asyncio.gather(
        *(house.own.privacy.erase(person, PASSWORD) for person in (one, two)), return_exceptions=True
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1
