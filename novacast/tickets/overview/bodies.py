"""Shapes of the box office as operators see it."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.overview import Night
from novacast.tickets.models import OrderState
from novacast.tickets.overview.models import Basket, FoundOrder, Try
from novacast.tickets.proof.service import Audit
from novacast.tickets.proof.store import Oddity
from novacast.web import Body, ListBody, ListQuery, PageBody


class NightsQuery(Body):
    days: Annotated[int, Field(ge=1, le=366, description="How far ahead.")] = 31
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NightsBody(Body):
    items: Sequence[Night]


class BasketBody(Body):
    id: str
    state: Annotated[str, Field(description="`active`, `paying` or `closing`.")]
    org_id: str
    person_id: Annotated[str | None, Field(description="null: a guest's.")]
    units: int
    amount: Annotated[int, Field(description="In minor units.")]
    created_at: str
    expires_at: str

    @classmethod
    def of(cls, one: Basket) -> "BasketBody":
        return cls(
            id=one.id,
            state=one.state,
            org_id=one.org_id,
            person_id=one.person_id,
            units=one.units,
            amount=one.amount,
            created_at=iso(one.created_at),
            expires_at=iso(one.expires_at),
        )


class BasketsBody(ListBody[BasketBody]):
    pass


class OrdersQuery(ListQuery):
    q: Annotated[str, Field(max_length=200, description="Words of name, address, number or note.")] = ""
    state: OrderState | None = None


class FoundOrderBody(Body):
    id: str
    code: str
    org_id: str
    performance: str
    event: Annotated[str, Field(description="Its title.")]
    starts_at: str
    name: str
    email: str
    units: int
    total: int
    currency: str
    method: str
    state: OrderState
    test: bool
    created_at: str

    @classmethod
    def of(cls, one: FoundOrder) -> "FoundOrderBody":
        order = one.order
        return cls(
            id=order.id,
            code=order.code,
            org_id=order.org_id,
            performance=order.perf_id,
            event=one.title,
            starts_at=iso(one.starts_at),
            name=order.name,
            email=order.email,
            units=one.units,
            total=order.total,
            currency=order.currency,
            method=order.method,
            state=order.state,
            test=order.test,
            created_at=iso(order.created_at),
        )


class FoundOrdersBody(PageBody[FoundOrderBody]):
    pass


class TriesQuery(ListQuery):
    open: Annotated[bool, Field(description="Only those whose end nobody has heard.")] = False


class TryBody(Body):
    id: str
    order_id: str
    org_id: str
    code: Annotated[str, Field(description="Of the order, for people.")]
    name: str
    order_state: str
    provider: str
    mode: str
    state: str
    amount: int
    captured: int
    refunded: int
    currency: str
    reference: Annotated[str | None, Field(description="The provider's.")]
    mismatch: Annotated[str | None, Field(description="What of the payment is not what was asked for.")]
    created_at: str
    changed_at: str

    @classmethod
    def of(cls, one: Try) -> "TryBody":
        attempt = one.attempt
        return cls(
            id=attempt.id,
            order_id=attempt.order_id,
            org_id=one.org_id,
            code=one.code,
            name=one.name,
            order_state=one.order_state,
            provider=attempt.provider,
            mode=attempt.mode,
            state=attempt.state,
            amount=attempt.amount,
            captured=attempt.captured,
            refunded=attempt.refunded,
            currency=attempt.currency,
            reference=attempt.reference,
            mismatch=attempt.mismatch,
            created_at=iso(attempt.created_at),
            changed_at=iso(attempt.changed_at),
        )


class TriesBody(PageBody[TryBody]):
    pass


class OddityBody(Body):
    what: Annotated[str, Field(examples=["order", "payment", "refund", "dispute"])]
    subject: Annotated[str, Field(description="Its id.")]
    detail: str

    @classmethod
    def of(cls, one: Oddity) -> "OddityBody":
        return cls(what=one.what, subject=one.subject, detail=one.detail)


class OdditiesBody(ListBody[OddityBody]):
    pass


class ProofBody(Body):
    """As `novacast verify` tells it."""

    clean: bool
    quotas: int
    units: int
    moves: int
    transfers: int
    wrong: Annotated[Sequence[OddityBody], Field(description="What must never be.")]
    waiting: Annotated[Sequence[OddityBody], Field(description="What is in order, and needs a person.")]
    attacks: Annotated[Sequence[str], Field(description="On the database, that worked.")]

    @classmethod
    def of(cls, audit: Audit) -> "ProofBody":
        return cls(
            clean=audit.clean,
            quotas=audit.quotas,
            units=audit.claims,
            moves=audit.moves,
            transfers=audit.transfers,
            wrong=[OddityBody.of(one) for one in audit.broken],
            waiting=[OddityBody.of(one) for one in audit.waiting],
            attacks=list(audit.attacks),
        )
