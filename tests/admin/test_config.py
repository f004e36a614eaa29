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
