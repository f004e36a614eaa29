"""Stripe's balance as payouts are reconciled with it (docs.stripe.com/api/balance_transactions)."""

from collections.abc import AsyncIterator
from typing import Any

import stripe

from novacast.clock import SECOND
from novacast.database import Database
from novacast.payments.payouts.models import Kind, Movement, Payout, PayoutState
from novacast.payments.stripe import store
from novacast.payments.stripe.amounts import ours
from novacast.payments.stripe.billing.client import BillingApi
from novacast.payments.stripe.client import StripeApi, marks
from novacast.payments.stripe.provider import NAME

_KINDS = {"charge": Kind.PAYMENT, "refund": Kind.REFUND, "dispute": Kind.DISPUTE, "payout": Kind.PAYOUT}
"""By the object that moved it, which says more than the many types."""
_FEES = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost", "payment_network_reserve_hold_fee"})


class StripeStatements:
    name = NAME

    def __init__(self, db: Database, api: StripeApi, billing: BillingApi) -> None:
        self._db, self._api, self._billing = db, api, billing
        self.live = api.live

    async def movements(self, since: int) -> AsyncIterator[Movement]:
        async for one in self._api.balance_transactions(created={"gte": since // SECOND}):
            yield await self._movement(one)

    async def payouts(self, since: int) -> AsyncIterator[Payout]:
        async for one in self._api.payouts(since):
            yield _payout(one)

    async def within(self, payout_id: str) -> AsyncIterator[Movement]:
        async for one in self._api.balance_transactions(payout=payout_id):
            made = await self._movement(one)
            if made.reference != payout_id:
                yield made

    async def _movement(self, one: stripe.BalanceTransaction) -> Movement:
        source: Any = one.source
        named = source is not None and not isinstance(source, str)
        kind = _KINDS.get(source.object, Kind.OTHER) if named else Kind.OTHER
        kind = Kind.FEE if kind is Kind.OTHER and one.type in _FEES else kind
        currency = one.currency.upper()
        return Movement(
            id=one.id,
            kind=kind,
            reference=source.id if named else (source or ""),
            key=await self._key(kind, source) if named else "",
            amount=ours(one.amount, currency),
            fee=ours(one.fee, currency),
            currency=currency,
            at=one.created * SECOND,
        )

    async def _key(self, kind: Kind, source: Any) -> str:
        match kind:
            case Kind.PAYMENT:
                return await self._attempt(source)
            case Kind.REFUND:
                return marks(source).get("repayment", "")
            case Kind.DISPUTE:
                return str(source.id)
        return ""

    async def _attempt(self, charge: stripe.Charge) -> str:
        if (key := marks(charge).get("attempt", "")) or charge.payment_intent is None:
            return key
        intent = charge.payment_intent
        payment = intent if isinstance(intent, str) else intent.id
        return await self._db.one(store.of_payment(payment)) or await self._billing.invoice_of(payment) or ""


def _payout(one: stripe.Payout) -> Payout:
    currency = one.currency.upper()
    return Payout(
        id=one.id,
        amount=ours(one.amount, currency),
        currency=currency,
        state=PayoutState(one.status),
        complete=one.automatic,
        created_at=one.created * SECOND,
        arrives_at=one.arrival_date * SECOND,
    )
