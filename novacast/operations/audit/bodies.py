"""Shapes of the book of deeds."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from novacast.clock import instant, iso
from novacast.operations.audit.models import Deed, Wanted
from novacast.web import Body, ListQuery, PageBody

COLUMNS = ("n", "at", "actor", "name", "address", "action", "subject", "details", "status", "request_id")
RISKY = "=+-@\t\r"
"""What a spreadsheet would take for the beginning of a formula."""


class DeedBody(Body):
    n: Annotated[int, Field(description="Numbers are given out one by one: none is missing.")]
    at: str
    actor: Annotated[str, Field(description="`user:NAME` on the server's machine, `person:ID` with a token.")]
    name: Annotated[str, Field(description="As they were called then.")]
    address: str
    action: Annotated[str, Field(examples=["POST /api/v1/programmes/{programme_id}/end"])]
    subject: Annotated[Mapping[str, str], Field(description="What it was done to.")]
    details: Annotated[Mapping[str, Any], Field(description="What was asked for, without secrets.")]
    status: Annotated[int | None, Field(description="What was answered; null: the server ended before that.")]
    request_id: str

    @classmethod
    def of(cls, deed: Deed) -> "DeedBody":
        return cls(
            n=deed.n,
            at=iso(deed.at),
            actor=deed.actor,
            name=deed.name,
            address=deed.address,
            action=deed.action,
            subject=deed.subject,
            details=deed.details,
            status=deed.status,
            request_id=deed.request_id,
        )


class DeedsBody(PageBody[DeedBody]):
    pass


class _Narrowed(Body):
    actor: Annotated[str, Field(max_length=100)] = ""
    action: Annotated[str, Field(max_length=200, description="A part of it.")] = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def wanted(self) -> Wanted:
        return Wanted(self.actor, _at(self.since), _at(self.until), self.action)


class DeedsQuery(ListQuery, _Narrowed):
    pass


class ExportQuery(_Narrowed):
    format: Annotated[Literal["csv", "json"], Field(description="`json`: one object a line.")] = "csv"


def as_line(deed: Deed, form: str) -> str:
    body = DeedBody.of(deed).model_dump()
    if form == "json":
        return json.dumps(body, ensure_ascii=False) + "\n"
    cells = (body[name] for name in COLUMNS)
    return row(["" if cell is None else _cell(cell) for cell in cells])


def row(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell[:1] in RISKY and cell else cell for cell in cells])
    return out.getvalue()


def _cell(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def _at(moment: datetime | None) -> int | None:
    return None if moment is None else instant(moment)
