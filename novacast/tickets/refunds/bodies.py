"""Shapes of refunds."""

from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.tickets.events.models import MOST_AMOUNT
from novacast.tickets.models import RefundState
from novacast.tickets.refunds.bulk import Progress
from novacast.tickets.refunds.models import Refund, Shown, Way, Why
from novacast.web import Body, ListBody, ListQuery, PageBody


class GrantBody(Body):
    amount: Annotated[int, Field(gt=0, le=MOST_AMOUNT, description="In the currency's smallest unit.")]
    reason: Annotated[str, Field(max_length=500)] = ""
    given: Annotated[
        int | None,
        Field(ge=0, description="What you know as given back or owed of the order already; refused if it is another."),
    ] = None


class GivenBody(Body):
    way: Way
    reference: Annotated[str, Field(max_length=500, description="Of the transfer, the till's slip.")] = ""


class AgainBody(Body):
    way: Annotated[Way | None, Field(description="By hand; null: by the way it failed by.")] = None


class RefundBody(Body):
    id: str
    order: str
    why: Why
    provider: Annotated[str, Field(description="By which way it goes.")]
    amount: int
    currency: str
    state: RefundState
    reference: str | None
    reason: Annotated[str | None, Field(description="The provider's code of a failure.")]
    again_of: Annotated[str | None, Field(description="The one that came to nothing before it.")]
    created_at: str

    @classmethod
    def of(cls, one: Refund) -> "RefundBody":
        return cls(
            id=one.id,
            order=one.order_id,
            why=one.why,
            provider=one.provider,
            amount=one.amount,
            currency=one.currency,
            state=one.state,
            reference=one.reference,
            reason=one.reason,
            again_of=one.again_of,
            created_at=iso(one.created_at),
        )


class RefundsBody(ListBody[RefundBody]):
    pass


class OpenRefundBody(RefundBody):
    code: Annotated[str, Field(description="Of the order, for people.")]
    by_hand: Annotated[bool, Field(description="Somebody of the house has to give it back.")]

    @classmethod
    def shown(cls, one: Shown) -> "OpenRefundBody":
        return cls(**dict(RefundBody.of(one.refund)), code=one.code, by_hand=one.by_hand)


class OpenRefundsBody(PageBody[OpenRefundBody]):
    pass


class RefundsQuery(ListQuery):
    state: Annotated[RefundState | None, Field(description="None: what is open, or came to nothing.")] = None


class ProgressBody(Body):
    begun_at: Annotated[str | None, Field(description="null: nobody has asked for it.")]
    left: Annotated[int, Field(description="Orders that are still to be undone.")]

    @classmethod
    def of(cls, one: Progress) -> "ProgressBody":
        return cls(begun_at=iso(one.begun_at), left=one.left)
