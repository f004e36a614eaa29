"""Shapes of imports."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.clock import iso
from novacast.importing import Kind
from novacast.operations.imports.fields import FIELDS
from novacast.operations.imports.mapping import document
from novacast.operations.imports.models import Import, Issue, State
from novacast.web import Body, ListQuery, PageBody

COLUMNS = ("row", "key", "what", "reason")
RISKY = "=+-@|%\t\r"
"""What a spreadsheet would take for the beginning of a formula."""
Part = Annotated[Mapping[str, str], Field(max_length=500)]
Links = Annotated[Mapping[str, str], Field(max_length=10_000)]


class NewImportBody(Body):
    kind: Kind
    name: Annotated[str, Field(min_length=1, max_length=200, description="Of the file.")]
    organization: Annotated[
        str, Field(max_length=40, description="Its id. Of people, where the file says it: none.")
    ] = ""
    invite: Annotated[bool, Field(description="Whether people who get an account are told by mail.")] = False


class MappingBody(Body):
    """As a mapping file has it."""

    source: Annotated[str, Field(max_length=40, description="The system that it comes from.")] = ""
    columns: Annotated[Part, Field(default_factory=dict, description="Heading of each field.")]
    defaults: Annotated[Part, Field(default_factory=dict, description="What stands where a row says nothing.")]
    values: Annotated[
        Mapping[str, Mapping[str, str]],
        Field(default_factory=dict, max_length=50, description="Of a field: what it says, and what is meant."),
    ]
    performances: Annotated[Links, Field(default_factory=dict, description="Ids by their names there.")]
    items: Annotated[Links, Field(default_factory=dict, description="The same of kinds of tickets.")]


class ArrangeBody(Body):
    mapping: MappingBody | None = None
    invite: bool | None = None

    def given(self) -> Mapping[str, Any] | None:
        return None if self.mapping is None else self.mapping.model_dump(exclude_defaults=True)


class BeginBody(Body):
    dry: Annotated[bool, Field(description="Only say what would happen: on a copy that is thrown away.")] = False


class FieldBody(Body):
    name: str
    about: str
    needed: bool


class CountsBody(Body):
    made: int
    added: Annotated[int, Field(description="Were here, and got something that they had not.")]
    known: Annotated[int, Field(description="Are here already: nothing was done.")]
    skipped: int
    notes: Annotated[int, Field(description="Things that were left out of records that are here.")]


class ImportBody(Body):
    id: str
    kind: Kind
    organization: str
    name: str
    bytes: int
    source: Annotated[str, Field(description="Whose export it seems to be: `pretix`, `hi.events` or `table`.")]
    headings: Sequence[str]
    sample: Annotated[Sequence[Mapping[str, str]], Field(description="The first rows.")]
    fields: Annotated[Sequence[FieldBody], Field(description="What columns can be.")]
    mapping: Annotated[Mapping[str, Any], Field(description="As a mapping file has it.")]
    invite: bool
    dry: Annotated[bool, Field(description="Whether the run is, or was, only a try.")]
    state: State
    total: Annotated[int | None, Field(description="Records; null: not counted yet.")]
    position: Annotated[int, Field(description="Records that are over with.")]
    counts: CountsBody
    error: Annotated[str, Field(description="Why it was cut off. Begin it again, and it goes on.")]
    created_by: str
    created_at: str
    ended_at: str | None

    @classmethod
    def of(cls, one: Import) -> "ImportBody":
        return cls(
            id=one.id,
            kind=one.kind,
            organization=one.org_id,
            name=one.name,
            bytes=one.size,
            source=one.source,
            headings=one.headings,
            sample=one.sample,
            fields=[FieldBody(name=each.name, about=each.about, needed=each.needed) for each in FIELDS[one.kind]],
            mapping=document(one.mapping),
            invite=one.invite,
            dry=one.dry,
            state=one.state,
            total=one.total,
            position=one.position,
            counts=CountsBody(**{name: getattr(one.counts, name) for name in CountsBody.model_fields}),
            error=one.error,
            created_by=one.created_by,
            created_at=iso(one.created_at),
            ended_at=iso(one.ended_at),
        )


class ImportsBody(PageBody[ImportBody]):
    pass


class IssueBody(Body):
    row: Annotated[int, Field(description="As a spreadsheet counts.")]
    key: str
    what: Annotated[Literal["skipped", "note"], Field(description="`note`: it is here, without this.")]
    reason: str

    @classmethod
    def of(cls, one: Issue) -> "IssueBody":
        return cls(row=one.row, key=one.key, what="skipped" if one.skipped else "note", reason=one.reason)


class IssuesBody(PageBody[IssueBody]):
    pass


class IssuesQuery(ListQuery):
    pass


class ReportQuery(Body):
    format: Annotated[Literal["csv", "json"], Field(description="`json`: one object a line.")] = "csv"


def as_line(issue: Issue, form: str) -> str:
    body = IssueBody.of(issue).model_dump()
    if form == "json":
        return json.dumps(body, ensure_ascii=False) + "\n"
    return row([str(body[name]) for name in COLUMNS])


def row(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell[:1] and cell[0] in RISKY else cell for cell in cells])
    return out.getvalue()
