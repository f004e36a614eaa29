"""Tables as bytes, some rows at a time: however long a table is, this process holds a few hundred rows of it."""

import asyncio
import csv
import io
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from novacast.tickets.exports.models import Format, Row, Table, neutral

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

CHUNK = 256 * 1024
MOST_ROWS = 1_048_576
"""Of a sheet of XLSX, heads included; what is more goes into the next one."""
WIDTH = 18
"""Of a column, in characters."""


def written(table: Table, form: Format) -> AsyncIterator[bytes]:
    match form:
        case Format.CSV:
            return _csv(table)
        case Format.JSON:
            return _json(table)
        case Format.XLSX:
            return _xlsx(table)


async def _csv(table: Table) -> AsyncIterator[bytes]:
    """RFC 4180, with the mark by which spreadsheets know UTF-8."""
    yield b"\xef\xbb\xbf" + _lines([table.heads])
    async for rows in table.rows:
        yield _lines(rows)


def _lines(rows: Sequence[Row]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_worded(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _worded(cell: object) -> object:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return neutral(cell) if isinstance(cell, str) else cell


async def _json(table: Table) -> AsyncIterator[bytes]:
    """An array of objects."""
    yield b"["
    between = b"\n"
    async for rows in table.rows:
        for row in rows:
            yield between + json.dumps(dict(zip(table.heads, row, strict=True)), ensure_ascii=False).encode()
            between = b",\n"
    yield b"\n]\n"


async def _xlsx(table: Table) -> AsyncIterator[bytes]:
    """Made in a file of its own, row by row: the format's directory stands at its end. Texts are written as texts, and
    never as formulas, numbers or links."""
    with tempfile.TemporaryFile() as file:
        book = await asyncio.to_thread(_Book, file, table)
        async for rows in table.rows:
            await asyncio.to_thread(book.add, rows)
        await asyncio.to_thread(book.close)
        file.seek(0)
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


class _Book:
    def __init__(self, file: object, table: Table) -> None:
        from xlsxwriter import Workbook

        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book, self._table = Workbook(file, options), table
        self._bold = self._book.add_format({"bold": True})
        self._sheets = 0
        self._sheet = self._fresh()
        self._at = 1

    def add(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if self._at >= MOST_ROWS:
                self._sheet, self._at = self._fresh(), 1
            for column, cell in enumerate(row):
                if isinstance(cell, bool):
                    self._sheet.write_boolean(self._at, column, cell)
                elif isinstance(cell, (int, float)):
                    self._sheet.write_number(self._at, column, cell)
                elif cell:
                    self._sheet.write_string(self._at, column, cell)
            self._at += 1

    def close(self) -> None:
        self._book.close()

    def _fresh(self) -> "Worksheet":
        self._sheets += 1
        sheet = self._book.add_worksheet(f"{self._table.name} {self._sheets}" if self._sheets > 1 else self._table.name)
        sheet.set_column(0, len(self._table.heads) - 1, WIDTH)
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(self._table.heads):
            sheet.write_string(0, column, head, self._bold)
        return sheet
