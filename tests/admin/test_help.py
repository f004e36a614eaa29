"""Every command explains itself with examples that can be typed, and the shell can complete it."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from novacast_admin.cli import reference
from novacast_admin.cli.main import NovaCast, app
from novacast_admin.cli.nouns import Deferred
from tests.admin.commands import Novacast


def commands() -> Iterator[tuple[str, Any]]:
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    for noun, deferred in root.commands.items():
        assert isinstance(deferred, Deferred)
        command = deferred.load()
        if isinstance(command, TyperGroup):
            yield from ((f"{noun} {verb}", each) for verb, each in command.commands.items())
        else:
            yield noun, command


COMMANDS = dict(commands())
GROUPS = sorted({name.split()[0] for name in COMMANDS if " " in name})


def examples(command: Any) -> list[str]:
    return re.findall(r"\[cyan\](.*)\[/cyan\]", command.epilog or "")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_a_sentence_and_examples_of_itself(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    shown = examples(command)
    assert shown
    assert any(name in example for example in shown)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_examples_use_only_options_that_there_are(name: str) -> None:
    known = {option for param in COMMANDS[name].params for option in (*param.opts, *param.secondary_opts)}
    for example in examples(COMMANDS[name]):
        for command in re.split(r" (?:\||&&) ", example):
            words = shlex.split(command)
            if words[0] == "novacast" and name in command:
                assert {word for word in words if word.startswith("--")} <= known, example


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_takes_the_options_that_all_share(name: str) -> None:
    known = {option for param in COMMANDS[name].params for option in param.opts}
    assert known >= {"--data", "--config", "--json"}


@pytest.mark.parametrize("noun", GROUPS)
def test_a_noun_shows_examples_of_its_verbs(noun: str, novacast: Novacast) -> None:
    said = " ".join(novacast(noun, "--help").out.split())
    assert f"Examples: novacast {noun} " in said


def test_help_is_asked_for_in_two_ways(novacast: Novacast) -> None:
    for flag in ("-h", "--help"):
        done = novacast("video", "import", flag)
        assert done.code == 0
        assert "Examples:" in done.out
        assert "--visibility" in done.out


def test_the_shell_completes_nouns_verbs_and_options(novacast: Novacast, monkeypatch: pytest.MonkeyPatch) -> None:
    def completed(line: str) -> list[str]:
        monkeypatch.setenv("_NOVACAST_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        return novacast().out.split()

    assert set(completed("novacast ")) >= {noun.name for noun in NovaCast.nouns}
    assert completed("novacast vid") == ["video"]
    assert "retry" in completed("novacast video ")
    assert "--visibility" in completed("novacast video import --v")


def test_the_reference_names_every_command_and_every_exit_code() -> None:
    page = reference.cli()
    for name in COMMANDS:
        assert f"# novacast {name}\n" in page
    for code in ("65", "75", "78"):
        assert f"| {code} |" in page
