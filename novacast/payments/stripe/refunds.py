"""Money on its way back by Stripe. A refund names its payment and the key of ours; amounts decide nothing."""

import json
from typing import Literal

from novacast.database import Database, Transaction
from novacast.errors import NotFound, Unavailable
from novacast.i18n import text
from novacast.money import PaymentRefused, Repaid, Repayment
from novacast.payments.stripe import store
from novacast.payments.stripe.amounts import ours
from novacast.payments.stripe.checkout import StripeCheckout
from novacast.payments.stripe.client import StripeApi
from novacast.payments.stripe.models import LATE, REPLAYED, Refund, Returned, refund_params

_STATES: dict[str, Literal["pending", "succeeded", "failed", "cancelled"]] = {
    "succeeded": "succeeded", "failed": "failed", "canceled": "cancelled",
}  # fmt: skip
"""Anything else is on its way."""


class StripeRefunds:
    def __init__(self, db: Database, api: StripeApi, checkout: StripeCheckout) -> None:
        self._db, self._api, self._checkout = db, api, checkout

    async def repay(self, repayment: Repayment) -> Repaid:
        """Raises Unavailable."""
        payment = await self._payment(repayment)
        if payment is None:
            return Repaid("failed", repayment.amount, None, "payment_unknown")
        try:
            row = await self._db.write(lambda tx: self._frozen(tx, repayment, payment))
            found = await self._once(row)
        except PaymentRefused as error:
            return Repaid("failed", repayment.amount, None, error.reason)
        except NotFound:
            return Repaid("failed", repayment.amount, None, "payment_unknown")
        return await self._kept(repayment, found)

    async def repayment(self, repayment: Repayment) -> Repaid:
        """Raises Unavailable."""
        row = await self._db.one(store.returned(repayment.key))
        if row is None:
            return Repaid("pending", repayment.amount, None)
        found = await self._api.refund(row.refund) if row.refund is not None else await self._listed(row)
        return Repaid("pending", repayment.amount, None) if found is None else await self._kept(repayment, found)

    async def _once(self, row: Returned) -> Refund:
        """However often it is asked for. A key that Stripe may have forgotten must not give back twice."""
        if row.refund is not None:
            return await self._api.refund(row.refund)
        if self._db.clock.now() - row.created_at >= REPLAYED and (listed := await self._listed(row)) is not None:
            return listed
        made = await self._api.create_refund(json.loads(row.params), row.key)
        if made is None and (made := await self._listed(row)) is None:
            raise Unavailable(text("Stripe could not give this back. It is tried again."))
        return made

    async def _listed(self, row: Returned) -> Refund | None:
        return next((one for one in await self._api.refunds(row.payment) if one.key == row.key), None)

    async def _payment(self, repayment: Repayment) -> str | None:
        demand = repayment.demand
        if demand.reference is not None and demand.reference.startswith("pi_"):
            return demand.reference
        return await self._checkout.payment_of(demand.key.removesuffix(LATE))

    async def _kept(self, repayment: Repayment, found: Refund) -> Repaid:
        await self._db.write(lambda tx: store.given_back(tx, repayment.key, found.id))
        amount = ours(found.amount, found.currency)
        return Repaid(_STATES.get(found.status, "pending"), amount, found.id, found.reason)

    def _frozen(self, tx: Transaction, repayment: Repayment, payment: str) -> Returned:
        params = refund_params(repayment.key, repayment.demand, repayment.amount, payment)
        store.give_back(tx, repayment.key, payment, json.dumps(params))
        row = tx.one(store.returned(repayment.key))
        assert row is not None, "it was written just now, or before"
        return row
