"""`novacast backup`, as it is typed."""

import json
from pathlib import Path

import pytest

from tests.admin.commands import Novacast, venue_of_ada


@pytest.fixture
def lantern(novacast: Novacast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Novacast:
    venue_of_ada(novacast, tmp_path, "The Lantern")
    monkeypatch.setenv("NOVACAST_BACKUPS_FOLDER", str(tmp_path / "disk"))
    (tmp_path / "words").write_text("four words will do\n")
    return novacast


def test_backups_are_set_up_made_listed_checked_and_pruned(lantern: Novacast, tmp_path: Path) -> None:
    assert lantern("backup", "create").code == 66
    assert "have been set up" in lantern("backup", "create", "--due").err
    begun = lantern("backup", "init", "--passphrase-file", str(tmp_path / "words"))
    assert begun.code == 0, begun.err
    made = lantern("backup", "create", "--json")
    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert (told["whole"], told["pruned"]) == (True, [])
    [listed] = json.loads(lantern("backup", "list", "--json").out)["items"]
    assert (listed["id"], listed["kept"]) == (told["id"], True)
    assert told["id"] in lantern("backup", "list").out
    checked = lantern("backup", "verify", "--passphrase-file", str(tmp_path / "words"), "--json")
    assert json.loads(checked.out) == {"whole": True, "faults": []}
    assert "0 backups went" in lantern("backup", "prune").err
    next(Path(tmp_path, "disk", "objects").rglob("??*/*")).unlink()
    spoilt = lantern("backup", "verify")
    assert spoilt.code == 1
    assert told["id"] in spoilt.err


def test_a_key_file_is_written_once_and_for_its_owner_alone(lantern: Novacast, tmp_path: Path) -> None:
    key = tmp_path / "lantern.key"
    assert lantern("backup", "init", "--key", str(key)).code == 0
    assert key.stat().st_mode & 0o077 == 0
    assert key.read_text().startswith("novacast-backup-key-")
    assert lantern("backup", "init", "--key", str(key)).code == 75
    assert lantern("backup", "create").code == 0
    (tmp_path / "data" / "keys" / "backups.json").unlink()
    assert lantern("backup", "init", "--key", str(key)).code == 65, "what is there is not written over"
    assert lantern("backup", "adopt", "--key", str(key)).code == 0
    assert lantern("backup", "verify", "--key", str(key)).code == 0


def test_a_schedule_is_told_set_and_kept_to(lantern: Novacast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVACAST_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "config.toml").write_text("# ours\n")
    lantern("backup", "init", "--passphrase-file", str(tmp_path / "words"))
    assert json.loads(lantern("backup", "schedule", "weekly", "--json").out)["every"] == "weekly"
    assert (tmp_path / "config.toml").read_text() == '# ours\n\n[backups]\nevery = "weekly"\n'
    assert "Backup " in lantern("backup", "create", "--due", "--prune").err
    assert "No backup is due" in lantern("backup", "create", "--due").err
    assert json.loads(lantern("backup", "schedule", "never", "--json").out)["next"] is None
    assert lantern("backup", "schedule", "often").code == 65
