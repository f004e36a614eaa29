"""Shapes of recurrences. Hours are those of the place, without a zone."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field, NaiveDatetime

from novacast.clock import iso
from novacast.tickets.events.bodies import PerformanceBody
from novacast.tickets.events.items.bodies import Id
from novacast.tickets.recurrences.rules import LONGEST, MOST_EXCEPTIONS
from novacast.tickets.recurrences.service import Planned, Recurrence
from novacast.web import Body, ListBody


class RecurrenceBody(Body):
    performance: Annotated[Id, Field(description="The one that the others are made like.")]
    rule: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST,
            description="RFC 5545, with COUNT or UNTIL.",
            examples=["FREQ=WEEKLY;BYDAY=FR,SA;COUNT=10"],
        ),
    ]
    starts: Annotated[NaiveDatetime | None, Field(description="null: as the pattern.")] = None
    without: Annotated[Sequence[date], Field(max_length=MOST_EXCEPTIONS, description="Days that are left out.")] = ()
    without_hours: Annotated[
        Sequence[NaiveDatetime], Field(max_length=MOST_EXCEPTIONS, description="Single hours that are left out.")
    ] = ()

    def wanted(self) -> Recurrence:
        return Recurrence(self.performance, self.rule, self.starts, (*self.without, *self.without_hours))


class PlannedBody(Body):
    local: Annotated[str, Field(description="As the place's clocks show it.")]
    starts_at: str
    ends_at: str
    note: Annotated[str, Field(description="gap: clocks leap over this hour; fold: it comes twice, this is the first.")]
    known: Annotated[bool, Field(description="A performance begins then already: no other is made.")]

    @classmethod
    def of(cls, one: Planned) -> "PlannedBody":
        return cls(
            local=one.night.local.isoformat(timespec="minutes"),
            starts_at=iso(one.night.starts_at),
            ends_at=iso(one.ends_at),
            note=one.night.note,
            known=one.known,
        )


class PlanBody(ListBody[PlannedBody]):
    pass


class MadeBody(ListBody[PerformanceBody]):
    pass
