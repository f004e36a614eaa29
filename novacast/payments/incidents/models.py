"""Incidents. Pure."""

from enum import StrEnum

from novacast.records import dataclass

MOST_NOTE = 500


class Kind(StrEnum):
    """Facts that somebody has to look at, by their topics."""

    UNFULFILLABLE = "order.unfulfillable"
    MISMATCH = "payment.mismatch"
    SURPLUS = "payment.surplus"
    ELSEWHERE = "payment.repaid_elsewhere"
    DISPUTED = "order.disputed"
    INQUIRED = "order.inquired"
    LOST = "order.dispute_lost"
    REFUND_FAILED = "refund.failed"
    NOT_TRADED = "ticket.not_traded"
    MEMBERSHIP_LATE = "membership.paid_late"
    MEMBERSHIP_MISMATCH = "membership.mismatch"
    MEMBERSHIP_ELSEWHERE = "membership.repaid_elsewhere"
    MEMBERSHIP_DISPUTED = "membership.disputed"
    MEMBERSHIP_INQUIRED = "membership.inquired"
    MEMBERSHIP_LOST = "membership.dispute_lost"
    MEMBERSHIP_REFUND_FAILED = "membership.refund_failed"
    MEMBERSHIP_REFUND_MISMATCH = "membership.refund_mismatch"
    PAYOUT = "payout.mismatch"


KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Incident:
    id: int
    """Of the fact."""
    org_id: str
    kind: Kind
    subject: str
    """Id of what it is about: an order, a membership, a payout."""
    code: str
    """Of the order, for people; empty: it is of none."""
    detail: str
    at: int
    done_at: int | None
    """None: nobody has looked at it."""
    person_id: str | None
    note: str
