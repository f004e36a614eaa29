"""Shapes of payouts, and of what stands otherwise at a provider than in the books."""

from typing import Annotated, Literal

from pydantic import Field

from novacast.clock import iso
from novacast.payments.payouts.models import Mismatch, PayoutState, Share
from novacast.web import Body, ListBody, PageBody


class PayoutBody(Body):
    id: Annotated[str, Field(description="The provider's own.")]
    provider: str
    state: PayoutState
    currency: str
    amount: Annotated[int, Field(description="Your share before fees, in the currency's smallest unit.")]
    fees: Annotated[int, Field(description="What the provider kept of it.")]
    net: int
    count: Annotated[int, Field(description="Payments, refunds and disputes of yours in it.")]
    whole: Annotated[int | None, Field(description="All of the payout; null: others have a share in it.")]
    created_at: str
    arrives_at: str

    @classmethod
    def of(cls, one: Share) -> "PayoutBody":
        payout = one.payout
        return cls(
            id=payout.id,
            provider=one.provider,
            state=payout.state,
            currency=payout.currency,
            amount=one.amount,
            fees=one.fee,
            net=one.net,
            count=one.count,
            whole=payout.amount if one.alone else None,
            created_at=iso(payout.created_at),
            arrives_at=iso(payout.arrives_at),
        )


class PayoutsBody(PageBody[PayoutBody]):
    pass


class MismatchBody(Body):
    what: Annotated[
        Literal["differs", "missing", "unknown", "exchanged", "sum", "opaque", "failed"],
        Field(
            description="differs: another amount; missing: the provider does not know it; unknown: it belongs to "
            "nothing here; exchanged: in another currency; sum: a payout is not what is in it; opaque: a payout by "
            "hand; failed: a payout that did not arrive."
        ),
    ]
    provider: str
    subject: Annotated[str, Field(description="Id of the payment, the movement, or the payout.")]
    code: Annotated[str, Field(description="Of the order, for people; empty: it is of none.")]
    order: str
    told: Annotated[int, Field(description="By the provider, in the currency's smallest unit.")]
    booked: Annotated[int, Field(description="In the books.")]
    currency: str
    at: str

    @classmethod
    def of(cls, one: Mismatch) -> "MismatchBody":
        return cls(
            what=one.what,
            provider=one.provider,
            subject=one.subject,
            code=one.code,
            order=one.order_id,
            told=one.told,
            booked=one.booked,
            currency=one.currency,
            at=iso(one.at),
        )


class MismatchesBody(ListBody[MismatchBody]):
    pass
