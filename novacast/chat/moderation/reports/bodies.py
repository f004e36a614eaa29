"""Shapes of reports."""

from typing import Annotated

from pydantic import Field

from novacast.chat.bodies import MessageBody, Names, PersonRef
from novacast.chat.moderation.reports.models import LONGEST_NOTE, Case, CaseState, ReportReason
from novacast.clock import iso
from novacast.web import Body, ListQuery, PageBody


class NewReportBody(Body):
    reason: Annotated[ReportReason, Field(strict=False)]
    note: Annotated[str, Field(max_length=LONGEST_NOTE * 4)] = ""


class CaseBody(Body):
    """What was reported of one message."""

    message: MessageBody | None
    state: CaseState
    count: int
    reasons: Annotated[dict[str, int], Field(description="How many gave each.")]
    notes: list[str]
    opened_at: str
    resolved_at: str | None
    resolved_by: PersonRef | None

    @classmethod
    def of(cls, one: Case, names: Names | None = None) -> "CaseBody":
        return cls(
            message=None if one.message is None else MessageBody.of(one.message, reveal=True),
            state=one.state,
            count=one.count,
            reasons=dict(one.reasons),
            notes=list(one.notes),
            opened_at=iso(one.opened_at),
            resolved_at=iso(one.resolved_at),
            resolved_by=PersonRef.of(one.resolved_by, names or {}),
        )


class CasesBody(PageBody[CaseBody]):
    pass


class CasesQuery(ListQuery):
    state: Annotated[CaseState, Field(strict=False)] = CaseState.OPEN


class CaseChangesBody(Body):
    state: Annotated[CaseState, Field(strict=False)]
