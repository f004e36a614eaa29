"""Pages of docs/reference that are made from the program: error codes and the command line."""

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from novacast import errors as tree
from novacast.web.problems import status_of
from novacast_admin.cli.exits import MEANINGS, exit_code
from novacast_admin.cli.main import app
from novacast_admin.cli.nouns import Deferred


def errors() -> str:
    """Every code with what it means, its HTTP status and the exit code of the command line."""
    lines = [
        "# Error codes",
        "",
        "Answers of the API that are no success are problem documents (RFC 9457, `application/problem+json`).",
        "`code` is stable and for programs; `title` and `detail` are for people and may change; `errors` names the",
        "fields at fault; `request_id` finds the request in the log. The command line prints code and message in one",
        "line.",
    ]
    for kind in _classes(tree.NovaCastError):
        lines += ["", f"## {kind.code}", "", f"HTTP {status_of(kind)} · exit code {exit_code(_bare(kind))}"]
        if about := _descriptions().get(kind.__name__):
            lines += ["", f"{about[0].upper()}{about[1:]}."]
    return "\n".join(lines) + "\n"


def _bare(kind: type[tree.NovaCastError]) -> tree.NovaCastError:
    return kind.__new__(kind)


def _classes(kind: type[tree.NovaCastError]) -> Iterator[type[tree.NovaCastError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == tree.__name__:
            yield from _classes(child)


def _descriptions() -> dict[str, str]:
    """What the tree at the top of errors.py says of each class."""
    return dict(re.findall(r"(?m)^[│├└─ ]+(\w+) {2,}(.+)$", tree.__doc__ or ""))


def cli() -> str:
    """Every command with its arguments, options and examples."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    context = typer.Context(root, info_name="novacast")
    lines = [
        "# Command line",
        "",
        "`novacast NOUN [VERB] --help` says the same. Every command takes `--data FOLDER`, `--config FILE` and",
        "`--json`, before or behind its name. Answers go to standard output, everything else to standard error.",
        "`novacast --install-completion` teaches the shell to complete them.",
        "",
        "## Exit codes",
        "",
        "| code | meaning |",
        "|---|---|",
        *(f"| {code} | {meaning} |" for code, meaning in MEANINGS.items()),
    ]
    for name in root.list_commands(context):
        noun = root.get_command(context, name)
        assert isinstance(noun, Deferred)
        lines += _noun(noun.load(), f"novacast {name}")
    return "\n".join(lines) + "\n"


def _noun(command: TyperCommand | TyperGroup, path: str) -> Iterator[str]:
    yield from ("", f"## {path}", "", *_text(command.help))
    if not isinstance(command, TyperGroup):
        yield from _usage(command, path)
        return
    for name, verb in command.commands.items():
        yield from ("", f"### {path} {name}", "", *_text(verb.help))
        yield from _usage(verb, f"{path} {name}")


def _usage(command: Any, path: str) -> Iterator[str]:
    own = [param for param in command.params if getattr(param, "rich_help_panel", None) != "Everywhere"]
    context = typer.Context(command)
    shapes = [piece for param in own if isinstance(param, TyperArgument) for piece in param.get_usage_pieces(context)]
    yield from ("", "```", " ".join([path, "[OPTIONS]", *shapes]), "```")
    rows = [row for param in own if (row := param.get_help_record(context)) is not None]
    if rows:
        yield from ("", "| option | meaning |", "|---|---|")
        yield from (f"| `{_cell(name)}` | {_cell(about)} |" for name, about in rows)
    if examples := re.findall(r"\[cyan\](.*)\[/cyan\]", command.epilog or ""):
        yield from ("", "```", *(line.replace("\\[", "[") for line in examples), "```")


def _text(text: str | None) -> list[str]:
    return [" ".join((text or "").split())]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
