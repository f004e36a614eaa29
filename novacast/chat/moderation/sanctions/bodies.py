"""Shapes of time-outs and bans."""

from typing import Annotated, Literal

from pydantic import Field

from novacast.chat.bodies import Names, PersonRef
from novacast.chat.moderation.rules.models import MOST_DAYS
from novacast.chat.moderation.sanctions.models import (
    LONGEST_BAN,
    LONGEST_REASON,
    MOST_DELETE_MINUTES,
    Effect,
    Sanction,
    SanctionKind,
    Wish,
)
from novacast.chat.socket.bodies import Id
from novacast.clock import iso
from novacast.web import Body, ListQuery, PageBody

Scope = Literal["room", "organization"]
Span = Annotated[int | None, Field(ge=1, le=LONGEST_BAN, description="Seconds; null: until it is lifted.")]
Reason = Annotated[str, Field(max_length=LONGEST_REASON * 4, description="That person is shown it.")]
DeleteMinutes = Annotated[
    int, Field(ge=0, le=MOST_DELETE_MINUTES, description="What they said in the last so many minutes goes as well.")
]


class MarkBody(Body):
    kind: Annotated[str, Field(description="`address` or `device`.")]
    range: Annotated[str | None, Field(description="Only where a moderator typed it.")]
    ends_at: str


class SanctionBody(Body):
    """A time-out or a ban."""

    id: str
    kind: SanctionKind
    effect: Annotated[Effect, Field(description="`silence`: may read, not write. `removed`: may not be there.")]
    scope: Scope
    room: Annotated[str | None, Field(description="Id of the room, where it is of one.")]
    person: Annotated[PersonRef | None, Field(description="null: whoever has the marks.")]
    reason: str
    begins_at: str
    ends_at: str | None
    by: PersonRef | None
    lifted_at: str | None
    lifted_by: PersonRef | None
    marks: list[MarkBody]

    @classmethod
    def of(cls, one: Sanction, names: Names | None = None) -> "SanctionBody":
        known = names or {}
        return cls(
            id=one.id,
            kind=one.kind,
            effect=one.effect,
            scope="room" if one.room_id else "organization",
            room=one.room_id or None,
            person=PersonRef.of(one.person_id, known),
            reason=one.reason,
            begins_at=iso(one.begins_at),
            ends_at=iso(one.ends_at),
            by=PersonRef.of(one.by_id, known),
            lifted_at=iso(one.lifted_at),
            lifted_by=PersonRef.of(one.lifted_by, known),
            marks=[MarkBody(kind=mark.kind.value, range=mark.range, ends_at=iso(mark.ends_at)) for mark in one.marks],
        )

    @staticmethod
    def people(one: Sanction) -> list[str | None]:
        return [one.person_id, one.by_id, one.lifted_by]


class SanctionsBody(PageBody[SanctionBody]):
    pass


class SanctionsQuery(ListQuery):
    active: Annotated[bool, Field(description="Only what holds now.", strict=False)] = True


class NewSanctionBody(Body):
    person: Id
    kind: Annotated[SanctionKind, Field(strict=False)]
    seconds: Span = None
    effect: Annotated[Effect, Field(strict=False)] = Effect.SILENCE
    scope: Scope = "room"
    reason: Reason = ""
    address: Annotated[bool | None, Field(description="Ban the address too; null: as the rules say.")] = None
    device: Annotated[bool | None, Field(description="Ban their browsers too; null: as the rules say.")] = None
    delete_minutes: DeleteMinutes = 0

    def wish(self) -> Wish:
        everywhere = self.scope == "organization"
        return Wish(
            self.kind, self.seconds, self.effect, everywhere, self.reason, self.address, self.device,
            self.delete_minutes,
        )  # fmt: skip


class NewRangeBody(Body):
    """Whoever comes from there."""

    range: Annotated[str, Field(min_length=1, max_length=60, description="Such as 203.0.113.0/24 or 2001:db8::/64.")]
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 7
    effect: Annotated[Effect, Field(strict=False)] = Effect.SILENCE
    reason: Reason = ""

    def wish(self) -> Wish:
        return Wish(SanctionKind.BAN, None, self.effect, reason=self.reason)
