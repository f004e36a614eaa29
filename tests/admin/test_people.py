"""`novacast init`, `user` and `org`, on a real data folder."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from novacast.folder import DataFolder
from tests.admin.commands import SECRET, Novacast, venue_of_ada


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\nsecond line\n")
    return str(file)


@pytest.fixture
def venue(novacast: Novacast, tmp_path: Path) -> Novacast:
    venue_of_ada(novacast, tmp_path, "The Lantern")
    return novacast


def test_init_makes_a_venue_that_the_first_person_owns(venue: Novacast) -> None:
    members = json.loads(venue("org", "members", "the-lantern", "--json").out)["items"]
    assert [(one["email"], one["role"]) for one in members] == [("ada@lantern.example", "owner")]


def test_init_leaves_a_venue_that_is_there_alone(venue: Novacast, secret: str) -> None:
    done = venue("init", "--email", "eve@lantern.example", "--name", "Eve", "--password-file", secret)
    assert done.code == 75
    assert "has people already" in done.err
    assert len(json.loads(venue("user", "list", "--json").out)["items"]) == 1


def test_init_can_be_tried_again_after_a_refused_password(novacast: Novacast, tmp_path: Path, secret: str) -> None:
    weak = tmp_path / "weak"
    weak.write_text("short\n")
    arguments = ("init", "--email", "ada@lantern.example", "--name", "Ada", "--password-file")
    assert novacast(*arguments, str(weak)).code == 65
    assert novacast(*arguments, secret).code == 0


def test_without_a_venue_the_way_to_one_is_named(novacast: Novacast, tmp_path: Path) -> None:
    done = novacast("user", "list")
    assert done.code == 66
    assert "novacast init" in done.err
    assert not (tmp_path / "data").exists()


def test_people_are_added_and_listed_page_by_page(venue: Novacast, secret: str) -> None:
    for name in ("bo", "cy"):
        assert venue("user", "add", f"{name}@lantern.example", "--name", name, "--password-file", secret).code == 0
    first = json.loads(venue("user", "list", "--limit", "2", "--json").out)
    rest = json.loads(venue("user", "list", "--limit", "2", "--cursor", first["next"], "--json").out)
    assert len(first["items"]) == 2
    assert {one["email"].partition("@")[0] for one in first["items"] + rest["items"]} == {"ada", "bo", "cy"}
    assert rest["next"] is None
    assert "ada@lantern.example" in venue("user", "list").out


def test_an_address_that_is_taken_is_refused(venue: Novacast, secret: str) -> None:
    done = venue("user", "add", "ADA@lantern.example", "--name", "Other", "--password-file", secret)
    assert done.code == 75
    assert done.err.startswith("conflict: ")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "no-address", "--name", "X"), 65),
        (("add", "x@lantern.example", "--name", "a\x07b"), 65),
        (("add", "x@lantern.example", "--name", "X", "--language", "klingon!"), 65),
        (("add", f"{'x' * 300}@lantern.example", "--name", "X"), 65),
        (("password", "nobody@lantern.example"), 66),
    ],
)
def test_wrong_input_is_refused_in_one_line(
    venue: Novacast, secret: str, arguments: tuple[str, ...], code: int
) -> None:
    done = venue("user", *arguments, "--password-file", secret)
    assert done.code == code
    assert "Traceback" not in done.err
    assert ": " in done.err.splitlines()[0]


def test_a_role_is_given_changed_and_taken_away(venue: Novacast, secret: str) -> None:
    venue("user", "add", "bo@lantern.example", "--name", "Bo", "--password-file", secret)

    def roles() -> dict[str, str]:
        items = json.loads(venue("org", "members", "the-lantern", "--json").out)["items"]
        return {one["name"]: one["role"] for one in items}

    for role in ("producer", "door"):
        assert venue("user", "role", "bo@lantern.example", "the-lantern", role).code == 0
        assert roles()["Bo"] == role
    assert venue("user", "role", "bo@lantern.example", "the-lantern", "none").code == 0
    assert roles() == {"Ada": "owner"}


def test_the_last_owner_stays_owner(venue: Novacast) -> None:
    done = venue("user", "role", "ada@lantern.example", "the-lantern", "door")
    assert done.code == 75
    assert "owner" in done.err


def test_a_role_that_is_none_is_refused_with_the_list(venue: Novacast) -> None:
    done = venue("user", "role", "ada@lantern.example", "the-lantern", "king")
    assert done.code == 65
    assert "box_office" in done.err


def test_an_organization_that_is_not_there_is_named(venue: Novacast) -> None:
    done = venue("user", "role", "ada@lantern.example", "nowhere", "door")
    assert done.code == 66
    assert "nowhere" in done.err


def test_a_new_password_takes_the_place_of_the_old_one(venue: Novacast, tmp_path: Path) -> None:
    def stored() -> str:
        with closing(sqlite3.connect(tmp_path / "data" / "novacast.db", isolation_level=None)) as db:
            return str(db.execute("SELECT password FROM people").fetchone()[0])

    before = stored()
    (tmp_path / "new").write_text("another lamp, brighter\n")
    assert venue("user", "password", "ada@lantern.example", "--password-file", str(tmp_path / "new")).code == 0
    assert stored() != before
    assert SECRET not in before


def test_a_password_is_never_taken_from_nowhere(venue: Novacast, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    assert venue("user", "password", "ada@lantern.example", "--password-file", str(tmp_path / "empty")).code == 65
    assert venue("user", "password", "ada@lantern.example", "--password-file", str(tmp_path / "gone")).code == 65


def test_organizations_are_made_and_listed(venue: Novacast) -> None:
    assert venue("org", "add", "The Annex", "--owner", "ada@lantern.example").code == 0
    slugs = [one["slug"] for one in json.loads(venue("org", "list", "--json").out)["items"]]
    assert sorted(slugs) == ["the-annex", "the-lantern"]
    assert venue("org", "add", "X", "--owner", "ada@lantern.example", "--slug", "the-annex").code == 75


def test_commands_work_while_a_server_holds_the_folder(venue: Novacast, secret: str, tmp_path: Path) -> None:
    with DataFolder.at(tmp_path / "data").lock():
        assert venue("user", "add", "bo@lantern.example", "--name", "Bo", "--password-file", secret).code == 0
        assert venue("migrate", "--plan").code == 0
        done = venue("migrate")
    assert done.code == 75
    assert done.err.startswith("already_running: ")


def test_migrate_says_what_was_done_and_then_that_nothing_is_due(novacast: Novacast) -> None:
    due = json.loads(novacast("migrate", "--plan", "--json").out)["migrations"]
    assert due
    assert json.loads(novacast("migrate", "--json").out)["migrations"] == due
    assert json.loads(novacast("migrate", "--json").out)["migrations"] == []


def test_a_database_of_a_newer_program_is_not_touched(venue: Novacast, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "novacast.db", isolation_level=None)) as db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('accounts', 'm999', 'x')")
    done = venue("user", "list")
    assert done.code == 78
    assert done.err.startswith("newer_database: ")


def test_the_doctor_answers_scripts(venue: Novacast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVACAST_SERVER_PORT", "0")
    monkeypatch.setenv("NOVACAST_UPLOADS_RESERVE_BYTES", "0")
    answer = json.loads(venue("doctor", "--json").out)
    assert answer["healthy"] is True
    assert {one["check"] for one in answer["findings"]} >= {"ffmpeg", "database", "disk"}
    monkeypatch.setenv("NOVACAST_SERVER_HOST", "192.0.2.1")
    done = venue("doctor")
    assert done.code == 1
    assert "server.host" in done.out


def test_names_are_printed_as_they_were_typed(venue: Novacast, secret: str) -> None:
    added = venue("user", "add", "ab@lantern.example", "--name", "Al :AB: [b]", "--password-file", secret)
    assert added.code == 0, added.err
    assert "Al :AB: [b]" in venue("user", "list").out
