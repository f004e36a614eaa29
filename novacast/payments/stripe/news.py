"""What Stripe tells of by itself: where it stands in a message is only a hint, and each thing is retrieved."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import stripe

from novacast.clock import SECOND
from novacast.database import Database
from novacast.errors import Malformed, NotFound
from novacast.i18n import text
from novacast.money import Disputed, Standing
from novacast.payments.inbox.models import Heard
from novacast.payments.ports import Settles
from novacast.payments.stripe import store
from novacast.payments.stripe.amounts import ours
from novacast.payments.stripe.billing.client import BillingApi
from novacast.payments.stripe.client import StripeApi
from novacast.payments.stripe.provider import NAME
from novacast.payments.stripe.signatures import check

TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "payment_intent.processing",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "payout.paid",
    "payout.failed",
)
BILLING_TYPES = (
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "invoice.voided",
    "invoice.marked_uncollectible",
)
"""At most 20 of either can be asked for at once."""
_LONGEST = 255
_LATEST = 2**40
_DISPUTES: dict[str, Standing] = {
    "won": "won",
    "lost": "lost",
    "prevented": "won",
    "warning_needs_response": "asked",
    "warning_under_review": "answered",
    "warning_closed": "closed",
}
"""Of a `warning` a bank asks, and has taken nothing (docs.stripe.com/disputes/how-disputes-work, "Before the
dispute")."""


class StripeNews:
    name = NAME
    types = (*TYPES, *BILLING_TYPES)

    def __init__(self, db: Database, api: StripeApi, billing: BillingApi, secrets: Sequence[str]) -> None:
        self._db, self._api, self._billing, self._secrets = db, api, billing, tuple(secrets)

    @property
    def told(self) -> bool:
        """Whether Stripe may send webhooks."""
        return bool(self._secrets)

    def read(self, payload: bytes, header: str) -> Heard:
        """Of a webhook, once its signature is good. Raises Malformed."""
        check(payload, header, self._secrets, self._db.clock.now())
        try:
            event = json.loads(payload)
            about = event["data"]["object"]
            heard = Heard(
                _word(event["id"]),
                _word(event["type"]),
                _word(about["object"]),
                _word(about.get("id", "")),
                _instant(event["created"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Malformed(text("This is no event.")) from error
        return heard

    async def since(self, at: int) -> AsyncIterator[Heard]:
        """Newest first, of payments and then of memberships. Raises Unavailable."""
        for types in (TYPES, BILLING_TYPES):
            async for heard in self._api.events(types, at):
                yield heard

    async def work(self, heard: Heard, settles: Settles) -> bool:
        """Make true here whatever has become of what an event is about; whether it is one of ours. Raises
        Unavailable."""
        if heard.type not in self.types:
            return False
        try:
            match heard.kind:
                case "checkout.session":
                    return await self._attempt(await self._of_session(heard.about), settles)
                case "payment_intent":
                    return await self._attempt(await self._of_payment(heard.about), settles)
                case "charge":
                    return await self._attempt(await self._marked("charge", heard.about), settles)
                case "refund":
                    return await self._refund(heard.about, settles)
                case "dispute":
                    return await self._dispute(heard.about, settles)
                case "subscription":
                    return await settles.subscription(NAME, heard.about)
                case "invoice":
                    begun = await self._billing.subscription_of(heard.about)
                    return bool(begun) and await settles.subscription(NAME, begun)
        except NotFound:
            return False
        return False

    async def _attempt(self, key: str, settles: Settles) -> bool:
        return bool(key) and await settles.attempt(NAME, key)

    async def _of_session(self, id: str) -> str:
        return await self._db.one(store.of_session(id)) or (await self._api.session(id)).key

    async def _of_payment(self, id: str) -> str:
        return await self._db.one(store.of_payment(id)) or await self._marked("payment_intent", id)

    async def _paid_by(self, payment: str) -> str:
        """The key of an attempt, or the id of an invoice, that this payment paid."""
        return await self._of_payment(payment) or await self._billing.invoice_of(payment) or ""

    async def _marked(self, kind: str, id: str) -> str:
        return (await self._api.marks(kind, id)).get("attempt", "")

    async def _refund(self, id: str, settles: Settles) -> bool:
        refund = await self._api.refund(id)
        if refund.key:
            return await settles.repayment(NAME, refund.key)
        key = await self._paid_by(refund.payment) if refund.payment else ""
        if not key or refund.status in ("failed", "canceled"):
            return False
        return await settles.repaid_elsewhere(NAME, key, refund.id, ours(refund.amount, refund.currency))

    async def _dispute(self, id: str, settles: Settles) -> bool:
        found = await self._api.dispute(id)
        intent = found.payment_intent
        payment = "" if intent is None else intent if isinstance(intent, str) else intent.id
        key = await self._paid_by(payment) if payment else ""
        told = _disputed(found, key, payment)
        if not key or await settles.dispute(NAME, told):
            return bool(key)
        return await self._begun(key, settles) and await settles.dispute(NAME, told)

    async def _begun(self, invoice: str, settles: Settles) -> bool:
        """Of an invoice that was not heard of yet: ask about its membership, which may not have been either. Whether it
        is one of ours."""
        of = await self._billing.subscription_of(invoice)
        key = (await self._billing.subscription(of)).marks.get("subscription", "") if of else ""
        return await self._attempt(key, settles)


def _disputed(found: stripe.Dispute, key: str, payment: str) -> Disputed:
    currency, due = found.currency.upper(), found.evidence_details.due_by
    return Disputed(
        key=key,
        payment=payment,
        reference=found.id,
        state=_DISPUTES.get(found.status, "open"),
        amount=ours(found.amount, currency),
        currency=currency,
        reason=found.reason,
        due_at=None if due is None else due * SECOND,
    )


def _instant(value: Any) -> int:
    """Of Unix seconds. Raises TypeError, ValueError."""
    if not isinstance(value, int):
        raise TypeError
    if not 0 <= value < _LATEST:
        raise ValueError
    return value * SECOND


def _word(value: Any) -> str:
    """Raises TypeError, ValueError."""
    if not isinstance(value, str):
        raise TypeError
    if len(value) > _LONGEST or not value.isascii():
        raise ValueError
    return value
