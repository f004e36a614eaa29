"""Who may use the admin API, and that it is written down what they do with it."""

import asyncio
import csv
import io
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from novacast.database import Database
from novacast.errors import Forbidden, NotFound, Unauthenticated
from novacast.folder import DataFolder
from novacast.operations.audit.service import Audit
from novacast_admin.client import Client, Place, ServerDown
from tests.app.venue import SERVE, found
from tests.fakes.clock import FakeClock
from tests.operations.admin.conftest import House


async def test_on_the_servers_machine_its_own_user_is_the_operator_under_their_name(house: House) -> None:
    people = await house.operator.people(q="producer")
    assert [one.email for one in people.items] == ["producer@venue.example"]
    assert list(people.items[0].roles) == [house.org]
    await house.operator.end_sessions(people.items[0].id)
    (deed,) = (await house.operator.audit()).items
    assert deed.action == "DELETE /api/v1/admin/people/{person_id}/sessions"
    assert deed.actor.startswith("user:")
    assert (deed.subject, deed.status) == ({"person_id": people.items[0].id}, 204)


async def test_elsewhere_an_operator_is_a_person_with_a_token_made_for_it(house: House) -> None:
    visitor = (await house.operator.people(q="visitor@")).items[0]
    before = await house.token("visitor", "admin")
    assert (await house.ask("GET", "/admin/overview"))[0] == 401, "a stranger"
    assert (await house.ask("GET", "/admin/overview", before))[0] == 403, "a person"
    await house.operator.grant(visitor.id)
    assert (await house.ask("GET", "/admin/overview", before))[0] == 403, "a token from before does not grow"
    after, narrow = await house.token("visitor", "admin"), await house.token("visitor", "read", "write")
    assert (await house.ask("GET", "/admin/overview", narrow))[0] == 403, "a token that was made for less"
    async with Client(Place.remote(house.url, after)) as console:
        assert (await console.organizations()).items[0].id == house.org
        # What members' routes do, they do for operators as well: this one is no member.
        await console.send("PATCH", f"/api/v1/organizations/{house.org}", {"name": "The Old Playhouse"})
        assert [deed.actor for deed in (await console.audit(action="PATCH")).items] == [f"person:{visitor.id}"]
        await house.operator.withdraw(visitor.id)
        with pytest.raises(Forbidden):
            await console.overview()


async def test_a_refused_deed_is_written_down_too_and_secrets_never(house: House) -> None:
    with pytest.raises(NotFound):
        await house.operator.send("PUT", "/api/v1/admin/people/nobody/suspension", {"reason": "He knows why"})
    with pytest.raises(NotFound):
        await house.operator.send("POST", "/api/v1/nowhere", {})
    wrong = {"email": "owner@venue.example", "password": "not to be read"}
    with pytest.raises(Unauthenticated):
        await house.operator.send("POST", "/api/v1/tokens", wrong)
    lines = b"".join([chunk async for chunk in house.operator.audit_file()]).decode()
    rows = list(csv.DictReader(io.StringIO(lines)))
    assert [(row["action"], row["status"]) for row in rows] == [
        ("POST /api/v1/tokens", "401"),
        ("PUT /api/v1/admin/people/{person_id}/suspension", "404"),
    ], "what leads nowhere is no deed"
    assert "He knows why" in lines
    assert "not to be read" not in lines


async def test_whoever_is_shut_out_is_logged_out_and_stays_out_until_let_in(house: House) -> None:
    owner = (await house.operator.people(q="owner@")).items[0]
    token = await house.token("owner", "read")
    known = await house.operator.suspend(owner.id, "chargebacks")
    assert known.suspension is not None
    assert (known.suspension.reason, known.sessions) == ("chargebacks", 0)
    assert (await house.ask("GET", "/me", token))[0] == 401
    wish = {"email": "owner@venue.example", "password": "a stage with 9 lamps"}
    status, problem = await house.ask("POST", "/tokens", body=wish)
    assert (status, problem["detail"]) == (401, "This account is shut. Ask whoever runs this server.")
    assert [one.id for one in (await house.operator.people(suspended=True)).items] == [owner.id]
    await house.operator.unsuspend(owner.id)
    assert (await house.ask("POST", "/tokens", body=wish))[0] == 200


async def test_what_is_written_stays_and_a_change_by_another_program_shows(house: House) -> None:
    for reason in ("one", "two", "three"):
        with pytest.raises(NotFound):
            await house.operator.suspend("nobody", reason)
    path = DataFolder(house.settings.data).database
    database = await Database.open(path, FakeClock(), readers=1)
    try:
        assert await Audit(database).broken() is None
        with closing(sqlite3.connect(path)) as raw, raw:
            for sql in ("DELETE FROM audit_deeds", "UPDATE audit_deeds SET name = 'me'", "DELETE FROM audit_outcomes"):
                with pytest.raises(sqlite3.IntegrityError, match="what is written stays"):
                    raw.execute(sql)
            raw.execute("DROP TRIGGER audit_deeds_no_update")
            raw.execute("UPDATE audit_deeds SET details = '{}' WHERE n = 2")
        assert await Audit(database).broken() == 2
    finally:
        await database.close()


async def test_without_a_server_the_client_says_so_and_what_to_do(house: House) -> None:
    elsewhere = house.settings.data / "elsewhere"
    async with Client(Place.local(elsewhere)) as client:
        with pytest.raises(ServerDown, match=r"There is no venue in .*--data"):
            await client.overview()
        elsewhere.mkdir()
        DataFolder(elsewhere).database.touch()
        with pytest.raises(ServerDown, match=r"The server is down: nobody answers at .*systemctl start novacast"):
            await client.overview()


@pytest.mark.slow
def test_what_a_command_changes_is_in_the_book_as_well(tmp_path: Path) -> None:
    venue = asyncio.run(found(tmp_path / "data"))
    for arguments in (["user", "list"], ["user", "operator", "owner@venue.example"], ["user", "role", "x@y.example"]):
        command = [sys.executable, "-c", SERVE, *arguments, "--data", str(venue.folder)]
        subprocess.run(command, capture_output=True, check=False, env=os.environ | {"PYTHONPATH": ":".join(sys.path)})
    with closing(sqlite3.connect(DataFolder.at(venue.folder).database)) as raw:
        sql = "SELECT action, details, status FROM audit_deeds LEFT JOIN audit_outcomes USING (n)"
        assert raw.execute(sql).fetchall() == [
            ("novacast user operator", '{"email":"owner@venue.example","off":false}', 200)
        ]
        assert raw.execute("SELECT count(*) FROM operators").fetchone() == (1,)
