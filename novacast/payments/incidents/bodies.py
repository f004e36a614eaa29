"""Shapes of incidents."""

from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.payments.incidents.models import MOST_NOTE, Incident, Kind
from novacast.web import Body, ListQuery, PageBody


class IncidentsQuery(ListQuery):
    waiting: Annotated[bool, Field(description="Only those that nobody has looked at.")] = False


class DoneBody(Body):
    note: Annotated[str, Field(max_length=MOST_NOTE, description="What became of it.")] = ""


class IncidentBody(Body):
    id: int
    kind: Annotated[Kind, Field(description="The topic of the fact.")]
    subject: Annotated[str, Field(description="Id of what it is about: an order, a membership, a payout.")]
    code: Annotated[str, Field(description="Of the order, for people; empty: it is of none.")]
    detail: str
    at: str
    done_at: Annotated[str | None, Field(description="null: nobody has looked at it.")]
    note: str

    @classmethod
    def of(cls, one: Incident) -> "IncidentBody":
        return cls(
            id=one.id,
            kind=one.kind,
            subject=one.subject,
            code=one.code,
            detail=one.detail,
            at=iso(one.at),
            done_at=iso(one.done_at),
            note=one.note,
        )


class IncidentsBody(PageBody[IncidentBody]):
    pass
