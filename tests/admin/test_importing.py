"""`novacast import`, on a real data folder, and cut off in the middle."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from novacast.folder import DataFolder
from novacast_admin.client import Client, Place
from tests.admin.commands import Novacast, venue_of_ada
from tests.app.venue import open_venue
from tests.waiting import block_until, until


@pytest.fixture
def lantern(novacast: Novacast, tmp_path: Path) -> Novacast:
    venue_of_ada(novacast, tmp_path, "Lantern")
    return novacast


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(DataFolder(folder).database, timeout=30)) as raw:
        return raw.execute(sql).fetchall()


def test_people_are_tried_brought_and_reported(lantern: Novacast, tmp_path: Path) -> None:
    file, columns = tmp_path / "people.csv", tmp_path / "columns.toml"
    file.write_text("wer;wo\nBen;ben@stage.example\nEve;nowhere\n")
    columns.write_text('[columns]\nname = "wer"\nemail = "wo"\n[defaults]\nrole = "door"\n')
    assert lantern("import", "users", str(file), "--org", "lantern").code == 65
    options = ("import", "users", str(file), "--org", "lantern", "--map", str(columns))
    tried = lantern(*options, "--dry-run")
    assert tried.code == 1
    assert "1 would be made" in tried.err
    assert "row 3" in tried.err
    assert len(json.loads(lantern("user", "list", "--json").out)["items"]) == 1
    done = json.loads(lantern(*options, "--json").out)
    assert (done["state"], done["counts"]["made"], done["counts"]["skipped"]) == ("done", 1, 1)
    assert [one["row"] for one in done["issues"]] == [3]
    report = lantern("import", "show", done["id"], "--report")
    assert report.out.splitlines()[0] == "row,key,what,reason"
    assert json.loads(lantern("import", "list", "--json").out)["items"][0]["id"] == done["id"]
    assert lantern(*options, "--resume").code == 66
    undone = lantern("import", "undo", done["id"], "--yes", "--json")
    assert (undone.code, json.loads(undone.out)["undone"]) == (0, 2), "Ben and his role"
    assert lantern("import", "undo", done["id"], "--yes").code != 0, "nothing is left to be undone"
    assert rows(
        tmp_path / "data", "SELECT n FROM audit_deeds WHERE action LIKE '%import users' ORDER BY n DESC LIMIT 1"
    )


def test_a_mapping_file_that_names_what_there_is_not_is_refused(lantern: Novacast, tmp_path: Path) -> None:
    file, columns = tmp_path / "people.csv", tmp_path / "columns.toml"
    file.write_text("email\nben@stage.example\n")
    columns.write_text('[colums]\nname = "wer"\n')
    refused = lantern("import", "users", str(file), "--map", str(columns))
    assert refused.code == 65
    assert "Did you mean columns" in refused.err


def people(file: Path, count: int) -> None:
    file.write_text("email,name\n" + "".join(f"p{n}@stage.example,P {n}\n" for n in range(count)))


PEOPLE = "SELECT count(*), count(DISTINCT email_key) FROM people WHERE email LIKE 'p%@stage.example'"
POSITION = "SELECT coalesce(max(position), 0) FROM data_imports"


@pytest.mark.slow
def test_a_command_that_is_killed_goes_on_and_makes_nobody_twice(lantern: Novacast, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    people(file, 4000)
    command = [sys.executable, "-c", "from novacast_admin.cli.main import run; run()", "import", "users", str(file)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        block_until(lambda: rows(tmp_path / "data", POSITION)[0][0] > 300)
        process.send_signal(signal.SIGKILL)
    assert 300 < rows(tmp_path / "data", POSITION)[0][0] < 4000
    done = json.loads(lantern("import", "users", str(file), "--resume", "--json").out)
    assert (done["state"], done["position"]) == ("done", 4000)
    assert done["counts"] == {"made": 4000, "added": 0, "known": 0, "skipped": 0, "notes": 0}
    assert rows(tmp_path / "data", PEOPLE) == [(4000, 4000)]


@pytest.mark.slow
async def test_a_server_that_is_killed_goes_on_by_itself_and_makes_nobody_twice(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    people(file, 6000)
    async with open_venue(tmp_path / "data") as venue:
        async with Client(Place.local(venue.folder)) as client:
            one = await client.begin_import("users", "people.csv")
            await client.bring_file(one.id, file)
            await client.run_import(one.id)
        await until(lambda: rows(venue.folder, POSITION)[0][0] > 300)
        venue.end(signal.SIGKILL)
        assert 300 < rows(venue.folder, POSITION)[0][0] < 6000
        await venue.start()

        def over() -> bool:
            return rows(venue.folder, "SELECT state FROM data_imports") == [("done",)]

        await until(over, seconds=120)
        assert rows(venue.folder, "SELECT made, known, skipped FROM data_imports") == [(6000, 0, 0)]
        assert rows(venue.folder, PEOPLE) == [(6000, 6000)]
