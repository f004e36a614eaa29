"""What of Stripe's subscriptions and invoices is looked at, and what is sent. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, assert_never

from novacast.clock import SECOND
from novacast.payments.memberships.ports import Bill, Change, Opening, Told
from novacast.payments.stripe.amounts import ours, theirs
from novacast.payments.stripe.models import ends_at, price_data
from novacast.records import dataclass

PAGE_LASTS = 2 * 3600
"""Seconds."""
MOST_NAME = 250


@dataclass(frozen=True, slots=True)
class Line:
    words: str
    amount: int
    since: int
    until: int
    once: bool = False
    """No part of the subscription: it was bought beside it."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """Times are seconds."""

    id: str
    status: str
    due: int
    paid: int
    currency: str
    reason: str
    url: str | None
    next_at: int | None
    created: int
    lines: Sequence[Line]

    def bill(self) -> Bill:
        """What is charged is less than the lines where something was left over from before, or kept for later. What
        was bought beside its beginning is none of the membership's."""
        paid = self.status == "paid"
        first = self.reason == "subscription_create"
        own = [one for one in self.lines if not (first and one.once)]
        beside = sum(one.amount for one in self.lines) - sum(one.amount for one in own)
        amount, currency = max(0, (self.paid if paid else self.due) - beside), self.currency.upper()
        told = ours(amount, currency)
        rows = tuple((one.words, ours(one.amount, currency)) for one in own if one.amount)
        rest = told - sum(one for _, one in rows)
        span = max((one for one in own if one.amount > 0), key=lambda one: one.until, default=None)
        since, until = (self.created, self.created + 1) if span is None else (span.since, span.until)
        return Bill(
            reference=self.id,
            state="paid" if paid else "void" if self.status in ("void", "uncollectible") else "due",
            amount=told,
            currency=currency,
            since=since * SECOND,
            until=max(until, since + 1) * SECOND,
            rows=(*rows, *([("", rest)] if rest else [])),
            url=self.url,
            at=self.created * SECOND,
        )


@dataclass(frozen=True, slots=True)
class Billed:
    """A subscription. Times are seconds."""

    id: str
    status: str
    live: bool
    marks: Mapping[str, str]
    item: str
    price: int
    currency: str
    price_marks: Mapping[str, str]
    since: int
    until: int
    trial_until: int | None
    stops: bool
    paused: bool
    failed: bool
    latest: Invoice | None
    customer: str
    method: str | None
    """By which it is paid; None: by the customer's."""

    def told(self, invoices: Sequence[Invoice], card: str | None = None) -> Told:
        paid_until, currency = self._paid_until(), self.currency.upper()
        bills = [one.bill() for one in reversed(invoices) if one.status != "draft"]
        return Told(
            state=self._state(paid_until),
            mode="live" if self.live else "test",
            instance=self.marks.get("instance", ""),
            key=self.marks.get("subscription", ""),
            reference=self.id,
            plan_id=self.price_marks.get("plan", ""),
            price=ours(self.price, currency),
            currency=currency,
            paid_until=None if paid_until is None else paid_until * SECOND,
            trial_until=None if self.trial_until is None else self.trial_until * SECOND,
            stops=self.stops,
            failed=self.failed,
            next_at=None if self.latest is None or self.latest.next_at is None else self.latest.next_at * SECOND,
            bills=bills,
            card=card,
        )

    def _paid_until(self) -> int | None:
        """Its period goes on before the invoice for it is paid."""
        if self.latest is None or self.latest.status == "paid" or self.status == "trialing":
            return self.until
        return None if self.latest.reason == "subscription_create" else self.since

    def _state(self, paid_until: int | None) -> Literal["unpaid", "running", "late", "paused", "over"]:
        if self.status in ("canceled", "incomplete_expired"):
            return "over"
        if self.status == "incomplete" or paid_until is None:
            return "unpaid"
        if self.paused or self.status == "paused":
            return "paused"
        return "late" if self.status in ("past_due", "unpaid") else "running"


@dataclass(frozen=True, slots=True)
class Made:
    """A row: a customer, a product or a price that was asked for once. `name` says what for."""

    name: str
    key: str
    params: str
    id: str | None
    created_at: int


def opening_params(opening: Opening, customer: str, price: str, now: int) -> Mapping[str, Any]:
    """Of a page where a subscription begins."""
    ours_ = {"instance": opening.instance, "subscription": opening.key}
    data: dict[str, Any] = {"metadata": ours_, "description": opening.tier[:MOST_NAME]}
    if opening.trial_days:
        data["trial_period_days"] = opening.trial_days
    once = opening.beside
    lines: list[dict[str, Any]] = [{"price": price, "quantity": 1}]
    if once is not None:
        lines.append({"quantity": 1, "price_data": price_data(once)})
        ours_ = {**ours_, "attempt": opening.key}
    back = opening.back if once is None else once.back
    return {
        "mode": "subscription",
        "customer": customer,
        "line_items": lines,
        "client_reference_id": opening.key,
        "metadata": ours_,
        "subscription_data": data,
        "success_url": back,
        "cancel_url": back,
        "expires_at": now // SECOND + PAGE_LASTS if once is None else ends_at(once, now),
        # What is paid must be what was asked for, in its currency.
        "adaptive_pricing": {"enabled": False},
    }


def customer_params(opening: Opening) -> Mapping[str, Any]:
    named = {"name": opening.name[:MOST_NAME], "email": opening.email}
    marks = {"instance": opening.instance, "person": opening.person_id}
    return {**{name: value for name, value in named.items() if value}, "metadata": marks}


def product_params(opening: Opening) -> Mapping[str, Any]:
    return {"name": opening.tier[:MOST_NAME], "metadata": {"instance": opening.instance, "tier": opening.tier_id}}


def price_params(opening: Opening, product: str) -> Mapping[str, Any]:
    """Raises PaymentRefused for amounts that can't be."""
    return {
        "product": product,
        "currency": opening.currency.lower(),
        "unit_amount": theirs(opening.price, opening.currency),
        "recurring": {"interval": opening.interval.value},
        "metadata": {"instance": opening.instance, "plan": opening.plan_id},
    }


def change_params(change: Change, item: str, price: str | None) -> Mapping[str, Any]:
    """Nothing changes where the card is not taken."""
    mark = {"metadata": {"change": change.key}}
    match change.kind:
        case "plan":
            return mark | {
                "items": [{"id": item, "price": price}],
                "proration_behavior": "always_invoice",
                "proration_date": change.at // SECOND,
                "payment_behavior": "error_if_incomplete",
            }
        case "stop" | "keep":
            return mark | {"cancel_at_period_end": change.kind == "stop"}
        case "pause":
            return mark | {"pause_collection": {"behavior": "void"}}
        case "resume":
            return mark | {
                "pause_collection": "",
                "trial_end": change.at // SECOND,
                "proration_behavior": "none",
            }
        case "end":
            return {}
    assert_never(change.kind)
