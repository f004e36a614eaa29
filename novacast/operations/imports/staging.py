"""A file made ready to be brought: a record a line, in an order that is the same however often it is made.

Rows of one record are put together wherever they stand. What is kept in memory of a row is a few numbers, so that a
file of a hundred thousand rows takes some ten megabytes.
"""

import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO

from novacast.errors import TooLarge
from novacast.i18n import packed, text, unpacked
from novacast.importing import Line, Record
from novacast.operations.imports import mapping as columns
from novacast.operations.imports.models import MOST_LINES, MOST_ROWS, Import, Row
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Staged:
    """A record as it is read back. `wrong`: why none can be made of these rows."""

    record: Record
    wrong: str
    end: int
    """Where the next begins, in bytes."""


def stage(found: Iterable[Row], one: Import, into: Path, beside: Mapping[str, Line] = MappingProxyType({})) -> int:
    """How many records there are. `beside`: what is known of each order from elsewhere. Raises what reading raises, and
    TooLarge."""
    loose, whole = into.with_suffix(".rows"), into.with_suffix(".new")
    index, groups = array("Q"), array("L")
    known: dict[bytes, int] = {}
    together = True
    try:
        with loose.open("w", encoding="ascii") as out:
            at = 0
            for row in found:
                if len(index) >= MOST_ROWS:
                    raise TooLarge(text("A file has at most {most} rows. Divide it.", most=MOST_ROWS))
                line = columns.line(one.mapping, row.cells, one.kind, one.source)
                line = {**line, **beside.get(line.get("order", ""), {})}
                key = "" if row.wrong else columns.key(one.kind, line)
                digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=12).digest() if key else b""
                seen = known.get(digest)
                together = together and (seen is None or groups[-1] == seen)
                group = MOST_ROWS + len(index) if not key else known.setdefault(digest, len(known))
                index.append(at)
                groups.append(group)
                at += out.write(_written(row, key, line))
        order = range(len(index)) if together else _in_order(groups)
        count = _join(loose, index, order, whole)
        # Half of it must never stand where the whole is looked for.
        whole.replace(into)
        return count
    finally:
        for file in (loose, whole):
            file.unlink(missing_ok=True)


def records(path: Path, at: int = 0) -> Iterator[Staged]:
    with path.open("rb") as file:
        file.seek(at)
        for raw in file:
            at += len(raw)
            kept = json.loads(raw)
            yield Staged(Record(kept["key"], kept["row"], kept["lines"]), unpacked(kept["wrong"]), at)


def _in_order(groups: "array[int]") -> list[int]:
    """Groups where their first row stands, rows as they stand in them."""
    first: dict[int, int] = {}
    for number, group in enumerate(groups):
        first.setdefault(group, number)
    return sorted(range(len(groups)), key=lambda number: (first[groups[number]], number))


def _written(row: Row, key: str, line: Line) -> str:
    kept = {"key": key, "row": row.number, "wrong": packed(row.wrong), "line": dict(line)}
    # ASCII alone, so that signs and bytes are the same number, and halves of surrogate pairs can be written.
    return json.dumps(kept) + "\n"


def _join(loose: Path, index: "array[int]", order: Iterable[int], into: Path) -> int:
    count = 0
    with loose.open("rb") as file, into.open("w", encoding="ascii") as out:
        group: list[dict[str, object]] = []
        for number in order:
            file.seek(index[number])
            kept = json.loads(file.readline())
            if group and (not kept["key"] or kept["key"] != group[0]["key"]):
                count += _put(out, group)
                group = []
            group.append(kept)
        if group:
            count += _put(out, group)
    return count


def _put(out: IO[str], group: list[dict[str, object]]) -> int:
    wrong = next((str(one["wrong"]) for one in group if one["wrong"]), "")
    if len(group) > MOST_LINES:
        wrong = packed(text("More than {most} rows are of this one.", most=MOST_LINES))
    lines = [] if wrong else [one["line"] for one in group]
    out.write(json.dumps({"key": group[0]["key"], "row": group[0]["row"], "wrong": wrong, "lines": lines}) + "\n")
    return 1
