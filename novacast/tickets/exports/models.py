"""Tables on their way out of the house. Pure."""

from collections.abc import AsyncIterator, Sequence
from enum import StrEnum

from babel.numbers import get_currency_precision

from novacast.records import dataclass

Cell = str | int | float | bool | None
Row = Sequence[Cell]


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"

    @property
    def media_type(self) -> str:
        return {
            Format.CSV: "text/csv; charset=utf-8",
            Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format.JSON: "application/json",
        }[self]


@dataclass(frozen=True, slots=True)
class Table:
    """`heads` are names for programs, the same in every language. Rows come some at a time."""

    name: str
    heads: Sequence[str]
    rows: AsyncIterator[Sequence[Row]]


_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV Injection), full-width forms as well."""


def neutral(cell: Cell) -> Cell:
    """A text that no spreadsheet runs: an apostrophe in front says that it is one. Numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS) else cell


def major(amount: int, currency: str) -> float:
    """As spreadsheets add it up: 2000 EUR are 20.0."""
    digits = get_currency_precision(currency)
    return float(round(amount / 10**digits, digits))
