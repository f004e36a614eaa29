"""Shapes of disputes."""

from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.money import Contested, Standing
from novacast.web import Body, PageBody


class DisputeBody(Body):
    id: str
    order: Annotated[str | None, Field(description="null: it is of a membership.")]
    subscription: Annotated[str | None, Field(description="null: it is of an order.")]
    code: Annotated[str, Field(description="For people: of the order, or the tier's name.")]
    provider: str
    reference: Annotated[str, Field(description="The provider's own.")]
    amount: int
    currency: str
    reason: Annotated[str, Field(description="The provider's code.")]
    state: Annotated[
        Standing,
        Field(
            description="`asked`: a bank only asks, and has taken nothing; `answered`, `closed`: of such a question."
        ),
    ]
    due_at: Annotated[str | None, Field(description="Until when an answer is looked at.")]
    created_at: str

    @classmethod
    def of(cls, one: Contested) -> "DisputeBody":
        return cls(
            id=one.id,
            order=one.order_id,
            subscription=one.subscription_id,
            code=one.code,
            provider=one.provider,
            reference=one.reference,
            amount=one.amount,
            currency=one.currency,
            reason=one.reason,
            state=one.state,
            due_at=iso(one.due_at),
            created_at=iso(one.created_at),
        )


class DisputesBody(PageBody[DisputeBody]):
    pass
