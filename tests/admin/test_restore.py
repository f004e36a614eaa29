"""`novacast restore` and `novacast sales`: what was lost comes back, proved, and shut until it may sell."""

import json
import shutil
from pathlib import Path

from tests.admin.commands import Novacast
from tests.admin.test_backup import lantern

__all__ = ["lantern"]


def backed_up(lantern: Novacast, tmp_path: Path) -> tuple[str, ...]:
    words = ("--passphrase-file", str(tmp_path / "words"))
    lantern("backup", "init", *words)
    film = tmp_path / "data" / "media" / "film"
    film.mkdir()
    (film / "original.mov").write_bytes(b"a film")
    assert lantern("backup", "create").code == 0
    return (str(tmp_path / "disk"), *words)


def test_a_venue_that_was_deleted_comes_back_proved_and_shut(lantern: Novacast, tmp_path: Path) -> None:
    source = backed_up(lantern, tmp_path)
    shutil.rmtree(tmp_path / "data")
    into = ("--into", str(tmp_path / "back"))
    done = lantern("restore", *source, *into, "--verify", "--json")
    assert done.code == 0, done.out + done.err
    told = json.loads(done.out)
    assert [(one["check"], one["state"]) for one in told["proof"]] == [
        (check, "ok") for check in ("database", "books", "pages", "log-in", "videos")
    ]
    assert (tmp_path / "back" / "media" / "film" / "original.mov").read_bytes() == b"a film"
    assert "ada@lantern.example" in lantern("--data", str(tmp_path / "back"), "user", "list", "--json").out
    back = ("--data", str(tmp_path / "back"), "sales")
    shown = json.loads(lantern(*back, "show", "--json").out)
    assert (shown["open"], shown["reason"], shown["strays"]) == (False, "restored", [])
    assert lantern(*back, "open").code == 0
    assert "is open" in lantern(*back, "show").err
    assert lantern(*back, "shut").code == 0
    assert "by hand" in lantern(*back, "show").err
    refused = lantern("restore", *source, *into)
    assert refused.code == 75
    assert "not empty" in refused.err


def test_a_backup_is_proved_beside_the_venue_and_leaves_nothing(lantern: Novacast, tmp_path: Path) -> None:
    source = backed_up(lantern, tmp_path)
    before = sorted((tmp_path / "data").rglob("*"))
    done = lantern("restore", *source, "--verify")
    assert done.code == 0, done.out + done.err
    assert "comes back whole" in done.err
    assert sorted((tmp_path / "data").rglob("*")) == before
    assert json.loads(lantern("sales", "show", "--json").out)["open"]


def test_mistakes_are_named(lantern: Novacast, tmp_path: Path) -> None:
    source = backed_up(lantern, tmp_path)
    assert lantern("restore", *source).code == 65
    assert lantern("restore", str(tmp_path / "nowhere"), "--verify").code == 66
    among = lantern("restore", *source, "--into", f"{source[0]}/venue")
    assert (among.code, "among the backups" in among.err) == (65, True)
    (tmp_path / "words").write_text("other words will not do\n")
    assert lantern("restore", *source, "--verify").code == 77
