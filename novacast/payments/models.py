"""What is asked of whoever moves money, and what they tell. The box office's shapes fit these without knowing."""

from dataclasses import dataclass
from typing import Literal

from novacast.errors import Conflict


class PaymentRefused(Conflict):
    """Whoever moves the money will not do this, however often it is asked."""

    code = "payment_refused"

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        """The provider's code."""


@dataclass(frozen=True, slots=True)
class Begun:
    reference: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a demand. Amounts in our minor units."""

    state: Literal["open", "processing", "paid", "unpaid"]
    """`processing`: the buyer has done all, and a bank takes its time. `unpaid` is final."""
    amount: int
    currency: str
    mode: str
    instance: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Captured:
    """A payment that was made, or is on its way."""

    key: str
    """Of what was to be paid."""
    outcome: Outcome
    begun_at: int


@dataclass(frozen=True, slots=True)
class Repaid:
    state: Literal["pending", "succeeded", "failed", "cancelled"]
    """`pending` without a `reference`: it never heard of it."""
    amount: int
    reference: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A bank wants a payment back."""

    key: str
    """Of the attempt that was paid."""
    payment: str
    """The provider's own of that payment."""
    reference: str
    state: Literal["open", "won", "lost"]
    amount: int
    currency: str
    reason: str
    """The provider's code."""
    due_at: int | None
    """Until when evidence is taken."""
