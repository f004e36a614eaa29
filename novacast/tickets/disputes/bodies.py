"""Shapes of disputes."""

from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.tickets.disputes.models import Listed
from novacast.tickets.models import DisputeState
from novacast.web import Body, PageBody


class DisputeBody(Body):
    id: str
    order: str
    code: Annotated[str, Field(description="Of the order, for people.")]
    provider: str
    reference: Annotated[str, Field(description="The provider's own.")]
    amount: int
    currency: str
    reason: Annotated[str, Field(description="The provider's code.")]
    state: DisputeState
    due_at: Annotated[str | None, Field(description="Until when evidence is looked at.")]
    created_at: str

    @classmethod
    def of(cls, one: Listed) -> "DisputeBody":
        dispute = one.dispute
        return cls(
            id=dispute.id,
            order=dispute.order_id,
            code=one.code,
            provider=dispute.provider,
            reference=dispute.reference,
            amount=dispute.amount,
            currency=dispute.currency,
            reason=dispute.reason,
            state=dispute.state,
            due_at=iso(dispute.due_at),
            created_at=iso(dispute.created_at),
        )


class DisputesBody(PageBody[DisputeBody]):
    pass
