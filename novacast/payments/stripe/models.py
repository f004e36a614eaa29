"""What of Stripe's objects is looked at, and the rows that keep what was asked of it. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from novacast.clock import DAY, HOUR, MINUTE, SECOND
from novacast.money import Demand, Outcome
from novacast.payments.stripe.amounts import ours, theirs
from novacast.records import dataclass

REPLAYED = 23 * HOUR
"""For so long a key surely gives the same answer again: Stripe forgets them after a day or later."""
SHORTEST, LONGEST = 35 * MINUTE, DAY - 10 * MINUTE
"""Of a page's life: Stripe takes from 30 minutes to 24 hours, by its own clock."""
LEEWAY = 5 * MINUTE
"""A page outlives its order by this: it is closed by us, and by itself only if we can't."""
MOST_WHAT = 250
ELEMENT = "element"
"""Mark upon a payment intent that no Checkout Session is of."""
LATE = ":late"
"""Behind the key of a payment that came after it was called off: it is the same payment."""


@dataclass(frozen=True, slots=True)
class Session:
    """A Checkout Session."""

    id: str
    url: str | None
    status: str
    payment_status: str
    amount: int | None
    currency: str
    live: bool
    key: str
    instance: str
    payment: str | None
    """Id of its payment intent."""
    payment_state: str | None
    received: int | None
    subscription: str | None = None
    """Id of what began with it."""

    def outcome(self) -> Outcome:
        """`complete` is no payment: what banks take days for is complete first and paid, or not, later."""
        currency = self.currency.upper()
        paid = self.status == "complete" and self.payment_status in ("paid", "no_payment_required")
        amount = self.received if paid and self.received is not None else self.amount
        mode = "live" if self.live else "test"
        told = ours(amount or 0, currency)
        if paid:
            return Outcome("paid", told, currency, mode, self.instance, self.payment or self.id)
        if self.status == "expired":
            return Outcome("unpaid", told, currency, mode, self.instance, self.id)
        if self.status == "complete":
            over = self.payment_state in ("requires_payment_method", "canceled")
            return Outcome("unpaid" if over else "processing", told, currency, mode, self.instance, self.id)
        return Outcome("open", told, currency, mode, self.instance, self.id)


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    status: str
    amount: int
    currency: str
    payment: str | None
    reason: str | None
    """Why it failed."""
    key: str
    """Of our repayment; empty: somebody made it elsewhere."""
    attempt: str
    instance: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row: a Checkout Session or, for a page of ours, a payment intent that was asked for, or that must not be any
    more."""

    key: str
    params: str | None
    """JSON, exactly as they are sent each time; None: it was called off before anybody asked."""
    session: str | None
    url: str | None
    payment: str | None
    closed: bool
    created_at: int

    @property
    def element(self) -> bool:
        """Whether it is paid on a page of ours: a payment intent, and no session."""
        return self.params is not None and "automatic_payment_methods" in json.loads(self.params)


@dataclass(frozen=True, slots=True)
class Returned:
    """A row: a refund that was asked for."""

    key: str
    payment: str
    params: str
    refund: str | None
    created_at: int


def session_params(demand: Demand, now: int) -> Mapping[str, Any]:
    """Of a page for this demand. Raises PaymentRefused for amounts that can't be."""
    ours_ = {"instance": demand.instance, "attempt": demand.key}
    what = demand.what[:MOST_WHAT]
    return {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price_data(demand)}],
        "client_reference_id": demand.key,
        "metadata": ours_,
        "payment_intent_data": {"metadata": ours_, "description": what},
        "success_url": demand.back,
        "cancel_url": demand.back,
        "expires_at": ends_at(demand, now),
        # What is paid must be what was asked for, in its currency.
        "adaptive_pricing": {"enabled": False},
    }


def price_data(demand: Demand) -> Mapping[str, Any]:
    """Of what is paid once. Raises PaymentRefused for amounts that can't be."""
    return {
        "currency": demand.currency.lower(),
        "unit_amount": theirs(demand.amount, demand.currency),
        "product_data": {"name": demand.what[:MOST_WHAT]},
    }


def ends_at(demand: Demand, now: int) -> int:
    """When a page for it is over, in seconds."""
    ends = now + SHORTEST if demand.until is None else demand.until + LEEWAY
    return min(max(ends, now + SHORTEST), now + LONGEST) // SECOND


def intent_params(demand: Demand) -> Mapping[str, Any]:
    """Of a payment on a page of ours. It has no end of its own: we call it off. Raises PaymentRefused."""
    return {
        "amount": theirs(demand.amount, demand.currency),
        "currency": demand.currency.lower(),
        "automatic_payment_methods": {"enabled": True},
        "metadata": {"instance": demand.instance, "attempt": demand.key, ELEMENT: "1"},
        "description": demand.what[:MOST_WHAT],
    }


def refund_params(key: str, demand: Demand, amount: int, payment: str) -> Mapping[str, Any]:
    return {
        "payment_intent": payment,
        "amount": theirs(amount, demand.currency),
        "metadata": {"instance": demand.instance, "attempt": demand.key.removesuffix(LATE), "repayment": key},
    }
