"""What commands print: tables for people, JSON for scripts, one line for a refusal."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from novacast.errors import NovaCastError

UNFOLDED = 1000
"""Columns."""

# ":AB:" in a fingerprint is no picture.
# What is piped into a file or a program must not be folded to the width of a screen that is not there.
out = Console(width=None if sys.stdout.isatty() else UNFOLDED, highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()  # whoever started a server by a pipe waits for this


def print_json_line(value: Any) -> None:
    """One of many, in one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> None:
    """Cells are plain text: what looks like markup in a title or a name is shown as it was written."""
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    out.print(table, soft_wrap=False)


def say(message: str) -> None:
    """A line for people, on stderr, so that --json leaves stdout to the answer."""
    err.print(escape(message))


def more(cursor: str | None) -> None:
    """Say that a list goes on, if it does."""
    if cursor is not None:
        say(f"There are more: --cursor {cursor}")


def refuse(error: NovaCastError, *, as_json: bool = False) -> None:
    """One line on stderr: the stable code and the message. Fields that were named apart follow on lines of their own.

    `as_json`: the same as one JSON object, also on stderr.
    """
    if as_json:
        refuse_as_json(error.code, error.message, [asdict(one) for one in error.errors])
        return
    err.print(f"[bold red]{error.code}[/]: {escape(_one_line(error.message))}")
    for field in error.errors:
        if field.message != error.message:
            # Some messages begin with a file and line, and name the field themselves.
            named = "" if field.field in field.message else f"{field.field}: "
            err.print(f"  {escape(named)}{escape(_one_line(field.message))}")


def refuse_as_json(code: str, message: str, errors: Sequence[Mapping[str, Any]] = ()) -> None:
    refusal = {"code": code, "message": message, "errors": list(errors)}
    sys.stderr.write(json.dumps(refusal, ensure_ascii=False) + "\n")


def _one_line(text: str) -> str:
    return " ".join(text.split())
