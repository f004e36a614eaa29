"""Rows of a file, whoever wrote it: CSV with any usual separator and encoding, JSON as a list or a line for each."""

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import IO, Any

from novacast.errors import InvalidInput, Malformed, UnsupportedMedia
from novacast.i18n import text
from novacast.importing import Kind
from novacast.operations.imports import pretix
from novacast.operations.imports.jsonstream import JsonStream
from novacast.operations.imports.models import LONGEST_CELL, MOST_COLUMNS, Row

PIECE = 2**20
SEPARATORS = ",;\t|"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_GUARDED = "=+-@|%\t\r"
"""What programs put an apostrophe before, so that no spreadsheet runs it: OWASP, "CSV Injection"."""
_BEGIN = 64 * 1024

csv.field_size_limit(LONGEST_CELL)


def encoding_of(path: Path) -> str:
    """By its mark, else UTF-8 where all of it is that, else Windows-1252, which old spreadsheets write."""
    with path.open("rb") as file:
        head = file.read(4)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            file.seek(0)
            while piece := file.read(PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def opened(path: Path) -> IO[str]:
    return path.open(encoding=encoding_of(path), errors="replace", newline="")


def rows(path: Path, kind: Kind) -> Iterator[Row]:
    """Raises Malformed, UnsupportedMedia, TooLarge, InvalidInput."""
    with opened(path) as file:
        begin = file.read(_BEGIN)
        first = begin.lstrip("\ufeff \t\r\n")[:1]
        file.seek(0)
        if not first:
            raise InvalidInput.field("file", text("The file is empty."))
        if first in "[{":
            yield from _json(path, file, kind)
        elif begin.startswith("PK\x03\x04"):
            raise UnsupportedMedia(text("This is a spreadsheet or an archive. Save it as CSV first."))
        else:
            yield from _csv(file)


def _csv(file: IO[str]) -> Iterator[Row]:
    lines = _without_nul(file)
    first = next(lines, "")
    while not first.strip():
        first = next(lines)  # not all of it is empty
    separator = max(SEPARATORS, key=_outside_quotes(first).count)
    reader = csv.reader(_before(first, lines), delimiter=separator)
    try:
        headings = _named(next(reader))
    except csv.Error as error:
        raise Malformed(text("The headings in the first row can't be read.")) from error
    for number in count(2):
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Malformed(text("Row {row} can't be read: is a quotation mark missing?", row=number)) from error
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        wrong = ""
        if any(cell.strip() for cell in cells[len(headings) :]):
            wrong = text("It has more cells than there are headings.")
        yield Row(number, {name: _plain(cell) for name, cell in zip(headings, cells, strict=False)}, wrong)


def _json(path: Path, file: IO[str], kind: Kind) -> Iterator[Row]:
    stream = JsonStream(file)
    if stream.peek() == "[":
        yield from _elements(stream)
        return
    for name in stream.members():
        if name == "event" and stream.peek() == "{":
            yield from pretix.rows(lambda: opened(path), kind)
            return
        if stream.peek() == "[":  # a list within an envelope, such as {"items": [...]}
            yield from _elements(stream)
            return
        stream.skip()
    file.seek(0)
    yield from _by_lines(file)


def _elements(stream: JsonStream) -> Iterator[Row]:
    for number, _ in enumerate(stream.elements(), 1):
        yield _row(number, stream.value())


def _by_lines(file: IO[str]) -> Iterator[Row]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                yield _row(number, json.loads(line, parse_float=str))
            except (ValueError, RecursionError) as error:
                raise Malformed(text("Row {row} is no JSON.", row=number)) from error


def _row(number: int, value: Any) -> Row:
    if not isinstance(value, Mapping):
        return Row(number, {}, text("It is no JSON object."))
    if len(value) > MOST_COLUMNS:
        return Row(number, {}, text("It has more than {most} columns.", most=MOST_COLUMNS))
    return Row(number, {str(name): _written(one) for name, one in value.items() if one is not None})


def _written(value: Any) -> str:
    """A list of roles with their organizations, as JSON has them, becomes what a cell of a table would hold."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, map(_written, value)))
    if isinstance(value, Mapping):
        if "role" in value:
            house = value.get("organization") or value.get("org") or ""
            return f"{_written(house)}:{_written(value['role'])}"
        return _written(value.get("name", ""))
    return "" if value is None else str(value).replace("\0", "").strip()[:LONGEST_CELL]


def _named(cells: list[str]) -> list[str]:
    """Some programs give two columns one name: the second is called “Company (2)”."""
    if len(cells) > MOST_COLUMNS:
        raise InvalidInput.field("file", text("It has more than {most} columns.", most=MOST_COLUMNS))
    found: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = wanted = " ".join(_plain(cell).lstrip("\ufeff").split()) or f"column {number}"
        again = 2
        while name in found:
            name, again = f"{wanted} ({again})", again + 1
        found.append(name)
    return found


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in _GUARDED else cell


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _without_nul(file: IO[str]) -> Iterator[str]:
    """Lines of bounded length: a file without line ends must not become one text in memory."""
    while line := file.readline(LONGEST_CELL * 4):
        if len(line) >= LONGEST_CELL * 4:
            raise Malformed(text("A line of this file is longer than is taken here: is it CSV?"))
        yield line.replace("\0", "")


def _before(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest
