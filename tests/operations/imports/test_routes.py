"""Imports over the admin API: who may, what is written down, and the report as a file."""

import csv
import json
from pathlib import Path

import pytest

from novacast import wiring
from novacast.clock import SystemClock
from novacast.errors import Conflict, InvalidInput, NotFound
from tests.operations.admin.conftest import House, house

__all__ = ["house"]
API = "/api/v1/admin/imports"


async def test_a_file_is_brought_mapped_tried_run_and_reported(house: House, tmp_path: Path) -> None:
    client, file = house.operator, tmp_path / "people.csv"
    file.write_text("email,name\nada@stage.example,Ada\n=cmd()@x,Eve\n")
    one = await client.begin_import("users", "people.csv", house.org)
    assert one.state == "arriving"
    with pytest.raises(Conflict, match="not here yet"):
        await client.run_import(one.id)
    one = await client.bring_file(one.id, file)
    assert one.columns == {"email": "email", "name": "name"}
    one = await client.map_import(one.id, {"defaults": {"role": "door"}})
    with pytest.raises(InvalidInput):
        await client.map_import(one.id, {"columns": {"email": "nothing"}})
    await client.run_import(one.id)
    async with wiring.services(house.settings, SystemClock(), readers=1) as own:
        await own.operations.imports.work(one.id)
    one = (await client.imports()).items[0]
    assert (one.state, one.counts.made, one.counts.skipped) == ("done", 1, 1)
    report = b"".join([piece async for piece in client.import_report(one.id)]).decode()
    assert [row[:3] for row in csv.reader(report.splitlines())] == [["row", "key", "what"], ["3", "", "skipped"]]
    lines = b"".join([piece async for piece in client.import_report(one.id, "json")]).decode().splitlines()
    assert json.loads(lines[0])["row"] == 3
    deeds = [deed.action for deed in (await client.audit(action="imports")).items]
    assert deeds == [
        f"POST {API}/{{import_id}}/run",
        f"PATCH {API}/{{import_id}}",
        f"PATCH {API}/{{import_id}}",
        f"PUT {API}/{{import_id}}/file",
        f"POST {API}/{{import_id}}/run",
        f"POST {API}",
    ]
    assert (await client.undone_import(one.id)).begun_at is None
    await client.undo_import(one.id)
    async with wiring.services(house.settings, SystemClock(), readers=1) as own:
        await own.operations.undoing.work(one.id)
    undone = await client.undone_import(one.id)
    assert (undone.undone, undone.kept) == (2, 0)
    assert undone.ended_at is not None
    assert (await client.kept_of_import(one.id)).items == []
    await client.forget_import(one.id)
    with pytest.raises(NotFound):
        await client.issues(one.id)


async def test_members_of_a_house_and_tokens_without_the_scope_import_nothing(house: House) -> None:
    for token in (await house.token("owner", "read", "write", "admin"), await house.token("owner", "write")):
        status, _ = await house.ask("POST", "/admin/imports", token, {"kind": "users", "name": "x"})
        assert status == 403
        status, _ = await house.ask("GET", "/admin/imports", token)
        assert status == 403
    status, _ = await house.ask("GET", "/admin/imports")
    assert status == 401
