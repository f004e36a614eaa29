"""Shapes of codes. Amounts are integers of the currency's minor unit."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AwareDatetime, Field

from novacast.clock import instant, iso
from novacast.tickets.codes.models import LONGEST, MOST_AT_ONCE, Code, CodeChanges
from novacast.tickets.events.items.bodies import Amount, Id
from novacast.tickets.events.models import MOST_CAPACITY
from novacast.web import Body, ListBody, PageBody

Count = Annotated[int, Field(ge=1, le=MOST_CAPACITY)]
Places = Annotated[int, Field(ge=0, le=MOST_CAPACITY)]


class CodeChangesBody(Body):
    """What is left out stays as it is. What is in baskets and orders keeps the price it has."""

    note: Annotated[str, Field(max_length=200, description="For those who arrange.")] = ""
    percent_basis_points: Annotated[int, Field(ge=0, le=10_000, description="Off each price: 2500 is 25 %.")] = 0
    amount_off: Annotated[Amount, Field(description="Off each price; only one of the two.")] = 0
    opens_hidden: Annotated[bool, Field(description="Shows and sells kinds that are hidden.")] = False
    opens_early: Annotated[bool, Field(description="Sells before the sale begins.")] = False
    reserved: Annotated[
        Places | None,
        Field(
            description="Places of the performance that are kept for it, in a quota of its own; set when it is made."
        ),
    ] = None
    capacity: Annotated[Places | None, Field(description="Tickets in all; null: no bound.")] = None
    most_per_order: Count | None = None
    most_per_person: Count | None = None
    from_at: AwareDatetime | None = None
    until_at: AwareDatetime | None = None
    active: bool = True
    items: Annotated[Sequence[Id], Field(max_length=500, description="What it is for; empty: everything.")] = ()

    def changes(self) -> CodeChanges:
        names = {"percent_basis_points": "percent_bp", "performance": "perf_id"}
        given = frozenset(names.get(one, one) for one in self.model_fields_set - {"count"})
        return CodeChanges(
            given=given,
            note=self.note,
            percent_bp=self.percent_basis_points,
            amount_off=self.amount_off,
            opens_hidden=self.opens_hidden,
            opens_early=self.opens_early,
            reserved=self.reserved,
            capacity=self.capacity,
            most_per_order=self.most_per_order,
            most_per_person=self.most_per_person,
            from_at=None if self.from_at is None else instant(self.from_at),
            until_at=None if self.until_at is None else instant(self.until_at),
            active=self.active,
            items=tuple(self.items),
            **self.named(),
        )

    def named(self) -> dict[str, str]:
        return {}


class NewCodeBody(CodeChangesBody):
    code: Annotated[str, Field(max_length=LONGEST, description="As people write it; empty: one is made.")] = ""
    performance: Annotated[Id | None, Field(description="Where it is good; null: in all of the event.")] = None

    def named(self) -> dict[str, str]:
        return {"code": self.code} | ({} if self.performance is None else {"perf_id": self.performance})


class ManyCodesBody(NewCodeBody):
    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)]


class CodeBody(Body):
    id: str
    code: str
    note: str
    performance: str | None
    percent_basis_points: int
    amount_off: int
    opens_hidden: bool
    opens_early: bool
    quota: Annotated[str | None, Field(description="The one that is kept for it.")]
    capacity: int | None
    spent: Annotated[int, Field(description="Tickets held, being paid for and sold with it.")]
    most_per_order: int | None
    most_per_person: int | None
    from_at: str | None
    until_at: str | None
    active: bool
    items: list[str]

    @classmethod
    def of(cls, one: Code) -> "CodeBody":
        return cls(
            id=one.id,
            code=one.code,
            note=one.note,
            performance=one.perf_id,
            percent_basis_points=one.percent_bp,
            amount_off=one.amount_off,
            opens_hidden=one.opens_hidden,
            opens_early=one.opens_early,
            quota=one.quota_id,
            capacity=one.capacity,
            spent=one.spent,
            most_per_order=one.most_per_order,
            most_per_person=one.most_per_person,
            from_at=iso(one.from_at),
            until_at=iso(one.until_at),
            active=one.active,
            items=list(one.items),
        )


class CodesBody(PageBody[CodeBody]):
    pass


class ManyMadeBody(ListBody[CodeBody]):
    pass
