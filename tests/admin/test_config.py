"""`novacast config`, and what all commands have in common."""

import json
from pathlib import Path

import pytest

from novacast.settings import manual
from tests.admin.commands import Novacast


def test_show_lists_every_setting_as_it_is_in_force(novacast: Novacast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVACAST_SERVER_PORT", "9")
    done = novacast("config", "show", "--json")
    assert done.code == 0
    assert json.loads(done.out)["server.port"] == 9
    changed = json.loads(novacast("config", "show", "--changed", "--json").out)
    assert set(changed) == {"data", "server.port"}


def test_show_masks_secrets(novacast: Novacast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVACAST_MAIL_PASSWORD", "correct horse")
    for done in (novacast("config", "show"), novacast("config", "show", "--json")):
        assert manual.MASK in done.out
        assert "correct horse" not in done.out + done.err


def test_example_is_the_manual(novacast: Novacast) -> None:
    assert novacast("config", "example").out == manual.example()


def test_check_passes_a_right_file_and_names_what_is_wrong_in_another(novacast: Novacast, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[server]\nport = 1\n")
    assert novacast("config", "check", str(file)).code == 0
    file.write_text("[server]\nprot = 1\n")
    done = novacast("config", "check", str(file))
    assert done.code == 78
    assert done.err.startswith("bad_settings: ")
    assert done.err.count("\n") == 1
    assert "server.port" in done.err
    assert done.out == ""


def test_check_names_every_mistake_with_its_line(
    novacast: Novacast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOVACAST_LOG_LEVEL", "loud")
    file = tmp_path / "c.toml"
    file.write_text("# mine\n[server]\nprot = 1\nport = 70000\n\n[sever]\nx = 1\n")
    done = novacast("config", "check", str(file))
    assert done.code == 78
    lines = done.err.splitlines()
    assert lines[0] == "bad_settings: There are 4 mistakes in the settings."
    assert f"  {file}:3: server.prot is no setting. Did you mean server.port?" in lines
    assert f"  {file}:4: server.port must be from 0 to 65535, not 70000." in lines
    assert any(line.startswith(f"  {file}:6: sever is no setting.") for line in lines)
    assert any("NOVACAST_LOG_LEVEL" in line for line in lines)
    told = json.loads(novacast("config", "check", str(file), "--json").err)
    assert (told["code"], len(told["errors"])) == ("bad_settings", 4)
    unknown = next(one for one in told["errors"] if one["field"] == "server.prot")
    assert (unknown["file"], unknown["line"], unknown["near"]) == (str(file), 3, "server.port")
    assert next(one for one in told["errors"] if one["field"] == "log.level")["file"] is None


REFUSALS = [
    (("config", "check", "/no/such.toml"), "bad_settings", 78),
    (("video", "list"), "not_found", 66),
    (("user", "list"), "not_found", 66),
    (("org", "list"), "not_found", 66),
    (("video", "list", "--state", "lost"), "invalid_input", 65),
    (("tls", "acme", "--domain", "a b", "--email", "ada@lantern.example", "--agree"), "invalid_input", 65),
    (("init", "--email", "ada@lantern.example", "--name", "Ada", "--password-file", "/no/such"), "invalid_input", 65),
    (("confg",), "usage", 2),
    (("video", "show"), "usage", 2),
    (("video", "list", "--limit", "many"), "usage", 2),
]


@pytest.mark.parametrize(("arguments", "code", "number"), REFUSALS)
def test_with_json_a_refusal_is_json_too_and_the_exit_code_the_same(
    novacast: Novacast, arguments: tuple[str, ...], code: str, number: int
) -> None:
    plain, done = novacast(*arguments), novacast("--json", *arguments)
    assert (plain.code, done.code, done.out) == (number, number, "")
    told = json.loads(done.err)
    assert set(told) == {"code", "message", "errors"}
    assert told["code"] == code
    assert told["message"]
    assert isinstance(told["errors"], list)


def test_help_is_help_with_json_as_well(novacast: Novacast) -> None:
    done = novacast("config", "--help", "--json")
    assert done.code == 0
    assert "Usage" in done.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--data", "/srv/x", "config", "path"),
        ("config", "--data", "/srv/x", "path"),
        ("config", "path", "--data", "/srv/x"),
    ],
)
def test_shared_options_may_stand_before_and_behind_a_commands_name(
    novacast: Novacast, arguments: tuple[str, ...]
) -> None:
    assert json.loads(novacast(*arguments, "--json").out)["data"] == "/srv/x"


def test_what_stands_nearest_to_the_command_wins(novacast: Novacast) -> None:
    assert json.loads(novacast("--data", "/a", "config", "path", "--data", "/b", "--json").out)["data"] == "/b"


def test_an_unknown_noun_is_refused_with_the_nearest_one(novacast: Novacast) -> None:
    done = novacast("confg")
    assert done.code == 2
    assert "config" in done.err


def test_markup_in_a_value_is_shown_as_it_was_written(novacast: Novacast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVACAST_INSTANCE", "[red]Lantern[/red] [/]")
    assert "[red]Lantern[/red] [/]" in novacast("config", "show").out


def test_markup_in_an_error_is_shown_as_it_was_written(novacast: Novacast) -> None:
    done = novacast("config", "check", "/[red]nowhere[/].toml")
    assert done.code == 78
    assert "/[red]nowhere[/].toml" in done.err
