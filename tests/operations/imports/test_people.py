"""People who come over from another system's file."""

import json

import pytest

from novacast.errors import InvalidInput
from novacast.identity import SYSTEM, Role
from novacast.importing import Kind
from novacast.operations.imports.models import Counts, State
from tests.operations.imports.conftest import Desk

FILE = """E-Mail;Vorname;Nachname;Sprache;Rolle
ada@stage.example;Ada;Byron;de;manager
ben@stage.example;Ben;Bell;;door
"""


async def test_people_come_with_their_roles_and_without_a_password(desk: Desk) -> None:
    one = await desk.bring(Kind.USERS, FILE)
    assert (one.state, one.counts) == (State.DONE, Counts(made=2))
    ada = await desk.own.accounts.administration.find(SYSTEM, "ada@stage.example")
    assert (ada.name, ada.language) == ("Ada Byron", "de")
    (known,) = (
        await desk.own.accounts.operators.people(SYSTEM, "ada@stage", suspended=False, cursor=None, limit=1)
    ).items
    assert known.roles == {desk.org: Role.MANAGER}
    assert await desk.count("mail") == 0
    assert not await desk.own.accounts.passwords.verify("", None)


async def test_a_file_that_is_brought_again_makes_nobody_twice(desk: Desk) -> None:
    await desk.bring(Kind.USERS, FILE)
    people = await desk.count("people")
    again = await desk.bring(Kind.USERS, FILE)
    assert again.counts == Counts(known=2)
    assert await desk.count("people") == people


async def test_a_dry_run_says_exactly_what_then_happens_and_changes_nothing(desk: Desk) -> None:
    raw = FILE + "ada@stage.example;Ada;Again;de;manager\nnobody;N;N;en;door\neve@stage.example;E;E;en;boss\n"
    before = await desk.count("people"), await desk.count("outbox")
    tried = await desk.bring(Kind.USERS, raw, dry=True)
    assert (await desk.count("people"), await desk.count("outbox")) == before
    assert tried.state is State.TRIED
    said = await desk.issues(tried)
    await desk.own.operations.imports.begin(SYSTEM, tried.id, dry=False, here=True)
    await desk.own.operations.imports.run(tried.id)
    done = await desk.own.operations.imports.show(SYSTEM, tried.id)
    assert done.counts == tried.counts == Counts(made=2, known=1, skipped=2)
    assert await desk.issues(done) == said
    assert [row for row, _ in said] == [5, 6]


async def test_who_is_here_keeps_name_and_role_and_gets_what_is_missing(desk: Desk) -> None:
    raw = "email,name,role\nproducer@venue.example,Other,door\nvisitor@venue.example,Other,door\n"
    one = await desk.bring(Kind.USERS, raw)
    assert one.counts == Counts(added=1, known=1, notes=1)
    producer = await desk.own.accounts.administration.find(SYSTEM, "producer@venue.example")
    assert producer.name != "Other"
    assert await desk.count("memberships", "role = 'door'") == 2


async def test_the_invited_get_one_mail_with_a_link_that_lets_them_in(desk: Desk) -> None:
    await desk.bring(Kind.USERS, FILE, invite=True)
    await desk.bring(Kind.USERS, FILE, invite=True)
    assert await desk.count("mail", "template = 'account_moved'") == 2
    assert await desk.count("mail_tokens", "purpose = 'reset'") == 2


async def test_a_password_comes_along_where_it_is_hashed_as_ours_are(desk: Desk) -> None:
    hashed = await desk.own.accounts.passwords.hash("a lamp in the projector")
    slow = "$argon2id$v=19$m=9999999,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43
    people = [
        {"email": "ada@stage.example", "name": "Ada", "password_hash": hashed},
        {"email": "ben@stage.example", "name": "Ben", "password_hash": "$2b$12$" + "x" * 53},
        {"email": "cy@stage.example", "name": "Cy", "password_hash": slow},
    ]
    one = await desk.bring(Kind.USERS, json.dumps(people))
    assert one.counts == Counts(made=3, notes=2)
    assert await desk.count("people", f"password = '{hashed}'") == 1
    assert await desk.count("people", f"password = '{slow}' OR password LIKE '$2b%'") == 0


async def test_who_was_erased_is_not_brought_back(desk: Desk) -> None:
    raw = "id,email,name\n7,ada@stage.example,Ada\n"
    await desk.bring(Kind.USERS, raw)
    await desk.own.db.write(
        lambda tx: tx.run(
            "UPDATE people SET email = NULL, email_key = NULL, password = NULL, erased_at = 1 "
            "WHERE email = 'ada@stage.example'"
        )
    )
    one = await desk.bring(Kind.USERS, raw)
    assert one.counts == Counts(skipped=1)
    assert "erased" in (await desk.issues(one))[0][1]


async def test_a_column_that_no_heading_tells_is_asked_for_and_can_be_said(desk: Desk) -> None:
    raw = "wer,wohin\nAda,ada@stage.example\n"
    one = await desk.ready(Kind.USERS, raw)
    with pytest.raises(InvalidInput, match="email"):
        await desk.own.operations.imports.begin(SYSTEM, one.id, dry=False)
    mapping = {"columns": {"email": "wohin", "name": "wer"}, "defaults": {"role": "door"}}
    assert (await desk.bring(Kind.USERS, raw, mapping)).counts == Counts(made=1)
    with pytest.raises(InvalidInput, match="Did you mean email"):
        await desk.bring(Kind.USERS, raw, {"columns": {"emial": "wohin"}})
    with pytest.raises(InvalidInput, match="no column wann"):
        await desk.bring(Kind.USERS, raw, {"columns": {"email": "wann"}})


async def test_names_that_look_like_formulas_or_hold_zeros_stay_names(desk: Desk) -> None:
    raw = b'email,name\nada@stage.example,"\'=HYPERLINK(1)"\nb\0en@stage.example,Be\0n\n'
    one = await desk.bring(Kind.USERS, raw)
    assert one.counts == Counts(made=2)
    assert (await desk.own.accounts.administration.find(SYSTEM, "ada@stage.example")).name == "=HYPERLINK(1)"
    assert (await desk.own.accounts.administration.find(SYSTEM, "ben@stage.example")).name == "Ben"
