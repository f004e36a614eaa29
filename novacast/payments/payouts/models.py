"""What moved on an account at a provider, and its payouts. Pure. Amounts are our minor units."""

from enum import StrEnum
from typing import Literal

from novacast.clock import DAY, HOUR
from novacast.records import dataclass

SOON, GRACE = HOUR, 5 * DAY
"""After which a payment, and anything that banks take days for, must stand on both sides."""
LOOKED_BACK = 120 * DAY
"""What a page of the house goes through; older differences are found by `novacast verify`."""


class Kind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    PAYOUT = "payout"
    FEE = "fee"
    """Of no payment: for a month, for a service."""
    OTHER = "other"


class PayoutState(StrEnum):
    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "canceled"
    """As Stripe spells it."""


@dataclass(frozen=True, slots=True)
class Movement:
    """On the account at a provider."""

    id: str
    kind: Kind
    reference: str
    """The provider's own of what moved it."""
    key: str
    """Ours of a payment, a repayment; the provider's reference of a dispute. Empty: nothing of ours is named."""
    amount: int
    """Before the fee; below nothing where money left."""
    fee: int
    currency: str
    at: int


@dataclass(frozen=True, slots=True)
class Payout:
    id: str
    amount: int
    currency: str
    state: PayoutState
    complete: bool
    """Whether the provider tells what is in it; of one that somebody made by hand Stripe does not."""
    created_at: int
    arrives_at: int


@dataclass(frozen=True, slots=True)
class Share:
    """What of a payout is an organization's."""

    payout: Payout
    provider: str
    amount: int
    fee: int
    count: int
    alone: bool
    """Whether nobody else has anything in it, so that its whole amount is theirs to see."""

    @property
    def net(self) -> int:
        return self.amount - self.fee


What = Literal["differs", "missing", "unknown", "exchanged", "sum", "opaque", "failed"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What stands otherwise at the provider than in the books."""

    what: What
    org_id: str | None
    """None: nobody's, as far as we can tell."""
    provider: str
    subject: str
    """Id of the ledger's source, of the movement, or of the payout."""
    code: str
    """Of the order, for people."""
    order_id: str
    told: int
    """By the provider."""
    booked: int
    currency: str
    at: int
