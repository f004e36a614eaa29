"""All that is wrong in a settings file, and where: the TOML parser stops at the first mistake and knows no lines."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from novacast.errors import BadSettings, FieldError
from novacast.records import dataclass

TRIES = 20
"""Lines that are left out, one after the other, to find what is wrong behind them."""

_AT = re.compile(r"\(at line (\d+), column (\d+)\)$")
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_HEADER = re.compile(rf"\s*\[\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]")
_TOKEN = re.compile(
    r"""#[^\n]*|'{3}.*?'{3,5}|"{3}(?:\\.|[^\\])*?"{3,5}|'[^'\n]*'|"(?:\\[^\n]|[^"\\\n])*"|(?P<open>'{3}|"{3}|['"])""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Mistake(FieldError):
    """`field` is the setting's dotted name, or the variable's; "" where the file as a whole is meant."""

    file: str | None = None
    line: int | None = None
    near: str | None = None
    """The known name that is nearest to an unknown one."""


@dataclass(slots=True)
class Document:
    """A settings file as far as it could be read."""

    path: Path
    tree: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    """Dotted name -> number of its line."""
    mistakes: list[Mistake] = field(default_factory=list)

    def line(self, key: str) -> int | None:
        """Of `key`, or of the table that it stands in."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.lines.get(key)

    def at(self, key: str) -> str:
        line = self.line(key)
        return str(self.path) if line is None else f"{self.path}:{line}"


def read(path: Path) -> Document:
    """Raises BadSettings for a file that can't be read at all."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadSettings(f"{path}: there is no such file. Give one that exists, or none at all.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path}: can't be read ({error}).") from error
    document = Document(path, lines=_lines(text))
    try:
        _parse(document, text)
    except RecursionError as error:
        raise BadSettings(f"{path}: is nested too deeply to be a settings file.") from error
    return document


def raise_for(mistakes: Sequence[Mistake]) -> None:
    """Raises BadSettings with all of them, if there are any."""
    if len(mistakes) == 1:
        raise BadSettings(mistakes[0].message, errors=mistakes)
    if mistakes:
        raise BadSettings(f"There are {len(mistakes)} mistakes in the settings.", errors=mistakes)


def _parse(document: Document, text: str) -> None:
    """A line that is no TOML is noted and left out, as long as that brings the parser further down."""
    rows, last = text.split("\n"), 0
    for _ in range(TRIES):
        current = "\n".join(rows)
        try:
            document.tree = tomllib.loads(current)
        except tomllib.TOMLDecodeError as error:
            line, why = _why(current, str(error))
            if line <= last:
                return
            at = f"{document.path}:{line}"
            message = f"{at}: is not valid TOML (line {line}): {why}."
            document.mistakes.append(Mistake("", "toml", message, file=str(document.path), line=line))
            _leave_out(rows, line)
            last = line
        else:
            return


def _leave_out(rows: list[str], line: int) -> None:
    """And with the head of a section all that stands below it: in another section it would be something else."""
    head = rows[line - 1].lstrip().startswith("[")
    rows[line - 1] = ""
    while head and line < len(rows) and not rows[line].lstrip().startswith("["):
        rows[line] = ""
        line += 1


def _why(text: str, said: str) -> tuple[int, str]:
    """The line to look at and what is wrong there; the parser complains of an open quote where it noticed it."""
    found = _AT.search(said)
    end = text.count("\n") + 1
    line, column = (int(found[1]), int(found[2])) if found else (end, len(text))
    quote = next((token.start("open") for token in _TOKEN.finditer(text) if token["open"]), None)
    if quote is not None:
        opened, offset = text.count("\n", 0, quote) + 1, quote - text.rfind("\n", 0, quote)
        if (opened, offset) <= (line, column):
            return opened, "a quote is not closed"
    return min(line, end), said.partition(" (at ")[0].rstrip(".")


def _lines(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    section = ""
    for number, row in _rows(text):
        if header := _HEADER.match(row):
            section = _dotted(header[1])
            found.setdefault(section, number)
        elif key := _KEY.match(row):
            name = f"{section}.{_dotted(key[1])}" if section else _dotted(key[1])
            found.setdefault(name, number)
    return found


def _rows(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines, without those inside a text of several lines."""
    inside: set[int] = set()
    for token in _TOKEN.finditer(text):
        first = text.count("\n", 0, token.start()) + 1
        inside.update(range(first + 1, first + 1 + token[0].count("\n")))
    yield from ((number, row) for number, row in enumerate(text.split("\n"), 1) if number not in inside)


def _dotted(key: str) -> str:
    return ".".join(part.strip("\"' \t") for part in key.split("."))
