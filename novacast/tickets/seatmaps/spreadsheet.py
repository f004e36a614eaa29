"""Seat maps as a table of seats, CSV (RFC 4180), a line for each: for whoever has theirs in a spreadsheet. Pure.

A table knows seats, not what made them: rows come back with each seat in its place; stage, areas and signs do not.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from novacast.errors import FieldError, InvalidInput
from novacast.i18n import Text, text
from novacast.tickets.seatmaps.document import FORMAT, SeatKind
from novacast.tickets.seatmaps.geometry import Drawing
from novacast.tickets.seatmaps.models import LONGEST_NAME, MOST_SEATS, Seat

COLUMNS = ("section", "row", "number", "category", "kind", "aisle", "x", "y", "rank", "id")
_NEEDED = ("section", "row", "number")
_FARTHEST = 1_000_000
_NO_FORMULA = "'"
"""Before what a spreadsheet would run."""


def written(drawing: Drawing) -> str:
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(COLUMNS)
    for line in drawing.lines:
        before = 0
        for seat in drawing.seats[line.first : line.first + line.count]:
            aisle = "yes" if seat.place > before + 1 else ""
            before = seat.place
            lines.writerow(
                [
                    *(_plain(one) for one in _texts(seat)),
                    seat.kind.value,
                    aisle,
                    seat.x,
                    seat.y,
                    seat.rank,
                    seat.seat_id,
                ]
            )
    return out.getvalue()


def read(table: str) -> dict[str, Any]:
    """A document. Raises InvalidInput with the lines that are at fault."""
    # Spreadsheets write a byte order mark, and in half of Europe semicolons.
    table = table.removeprefix("\ufeff")
    delimiter = ";" if table.partition("\n")[0].count(";") > table.partition("\n")[0].count(",") else ","
    try:
        lines = list(csv.DictReader(io.StringIO(table), delimiter=delimiter))
    except csv.Error as error:
        raise InvalidInput.field("csv", text("This is no table of comma-separated values.")) from error
    found = lines[0].keys() if lines else ()
    if missing := [one for one in _NEEDED if one not in found]:
        said = text(
            "The table needs the columns {columns}; it has no {missing}.",
            columns=", ".join(COLUMNS),
            missing=missing[0],
        )
        raise InvalidInput.field("csv", said)
    if len(lines) > MOST_SEATS:
        raise InvalidInput.field("csv", text("{most} seats are the most.", most=MOST_SEATS))
    errors: list[FieldError] = []
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for number, line in enumerate(lines, 2):
        section, row = _said(line, "section"), _said(line, "row")
        rows.setdefault((section, row), []).append(_seat(line, number, errors))
    if errors:
        raise InvalidInput(errors[0].message, errors=errors[:20])
    return {"format": FORMAT, "sections": _sections(rows)}


def _texts(seat: Seat) -> Sequence[str]:
    return seat.section, seat.row, seat.number, seat.category


def _plain(value: str) -> str:
    return _NO_FORMULA + value if value[:1] in "=+-@\t\r" and value else value


def _said(line: Mapping[str, Any], name: str) -> str:
    value = str(line.get(name) or "").strip()
    return value[1:] if value[:1] == _NO_FORMULA and value[1:2] in ("=", "+", "-", "@") else value


def _seat(line: Mapping[str, Any], number: int, errors: list[FieldError]) -> dict[str, Any]:
    def wrong(message: Text) -> None:
        errors.append(FieldError(f"line {number}", "invalid", message))

    found: dict[str, Any] = {"number": _said(line, "number")}
    if not 0 < len(found["number"]) <= 10:
        wrong(text("Line {line}: a seat's number has 1 to 10 characters.", line=number))
    if any(len(_said(line, name)) > LONGEST_NAME for name in ("section", "row", "category")):
        wrong(text("Line {line}: names have at most {most} characters.", line=number, most=LONGEST_NAME))
    kind = _said(line, "kind").lower() or SeatKind.NORMAL
    if kind not in set(SeatKind):
        wrong(text("Line {line}: a kind is one of {kinds}.", line=number, kinds=", ".join(SeatKind)))
    for name in ("x", "y", "rank"):
        value = _said(line, name)
        if value and not (
            value.lstrip("-").isascii() and value.lstrip("-").isdecimal() and abs(int(value)) <= _FARTHEST
        ):
            wrong(text("Line {line}: {name} is no whole number.", line=number, name=name))
        elif value:
            found[name] = int(value)
    texts = {"id": _said(line, "id"), "category": _said(line, "category"), "kind": "" if kind == "normal" else kind}
    found |= {name: value for name, value in texts.items() if value}
    return found | ({"aisle": True} if _said(line, "aisle").lower() in ("yes", "true", "1", "x") else {})


def _sections(rows: Mapping[tuple[str, str], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = {}
    for (section, row), seats in rows.items():
        sections.setdefault(section, {"name": section, "rows": []})["rows"].append({"name": row, "seats": seats})
    return list(sections.values())
