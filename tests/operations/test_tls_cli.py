"""`novacast tls …` as it is typed."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.admin.commands import Novacast, runner


@pytest.fixture
def novacast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[Any]) -> Novacast:
    return runner(tmp_path, monkeypatch, capsys)


def test_local_prints_the_two_lines_that_make_it_work(novacast: Novacast, tmp_path: Path) -> None:
    done = novacast("tls", "local", "--host", "cinema.lan")
    assert done.code == 0
    server = str((tmp_path / "data/keys/tls/server.pem").resolve())
    assert tomllib.loads(done.out) == {"tls": {"certificate": server, "key": server}}
    assert "cinema.lan" in done.err
    assert '[server] host = "0.0.0.0"' in done.err
    assert not (tmp_path / ".config").exists()


def test_write_puts_them_into_the_settings_file_once(novacast: Novacast, tmp_path: Path) -> None:
    config = tmp_path / "my.toml"
    config.write_text("# mine\n[server]\nport = 8443\n")
    first = json.loads(novacast("tls", "local", "--write", "--config", str(config), "--json").out)
    assert (first["fresh"], first["written"]) == (True, str(config))
    text = config.read_text()
    assert text.startswith("# mine\n[server]\nport = 8443\n")
    assert tomllib.loads(text)["tls"] == first["settings"]
    second = json.loads(novacast("tls", "local", "--write", "--config", str(config), "--json").out)
    assert (second["fresh"], second["written"]) == (False, None)
    assert second["certificate"] == first["certificate"]
    assert config.read_text() == text


def test_an_environment_that_overrules_the_file_is_named(novacast: Novacast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVACAST_TLS_CERTIFICATE", "/elsewhere.pem")
    monkeypatch.setenv("NOVACAST_TLS_KEY", "/elsewhere.pem")
    done = novacast("tls", "local", "--write")
    assert done.code == 0
    assert "NOVACAST_TLS_CERTIFICATE or NOVACAST_TLS_KEY in the environment wins" in done.err


def test_status_says_what_is_in_force_and_warns(novacast: Novacast) -> None:
    assert json.loads(novacast("tls", "status", "--json").out)["source"] == "none"
    novacast("tls", "local")
    assert "speaks plain http" in novacast("tls", "status").err
    novacast("tls", "local", "--write")
    found = json.loads(novacast("tls", "status", "--json").out)
    assert (found["source"], found["warnings"]) == ("local", [])
    assert "localhost" in found["certificate"]["names"]
    assert found["certificate"]["issuer"] == found["authority"]["subject"]
    done = novacast("tls", "status")
    assert found["authority"]["fingerprint"] in done.out
    assert "https by the local authority" in done.out


def test_renew_says_when_nothing_is_due(novacast: Novacast) -> None:
    assert "Nothing is due" in novacast("tls", "renew").err
    novacast("tls", "local")
    assert json.loads(novacast("tls", "renew", "--json").out) == {"renewed": False, "certificate": None}


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("local", "--host", "a b"), 65, "is no host name"),
        (("local", "--host", "bank.example"), 0, ""),
        (("acme",), 2, "--domain"),
        (("acme", "--domain", "*.kino.example.org"), 65, "wildcard"),
        (("acme", "--domain", "box.local"), 65, "novacast tls local"),
        (("acme", "--domain", "kino.example.org", "--directory", "http://x.example"), 65, "no https:// address"),
        (("acme", "--domain", "kino.example.org", "--directory", "https://127.0.0.1:1/"), 69, "Connection refused"),
        (("acme", "--domain", "kino.example.org", "--http-port", "0"), 2, "http-port"),
        (("acme", "--domain", "kino.example.org", "--trust", "/nowhere.pem"), 2, "trust"),
    ],
)
def test_each_mistake_has_its_exit_code_and_one_line(
    novacast: Novacast, arguments: tuple[str, ...], code: int, text: str
) -> None:
    done = novacast("tls", *arguments)
    assert done.code == code
    assert text in done.err
    assert "Traceback" not in done.err


def test_a_host_out_of_bounds_is_refused_until_the_authority_is_replaced(novacast: Novacast) -> None:
    novacast("tls", "local")
    done = novacast("tls", "local", "--host", "bank.example")
    assert done.code == 65
    assert "--new-authority" in done.err
    assert novacast("tls", "local", "--host", "bank.example", "--new-authority").code == 0
