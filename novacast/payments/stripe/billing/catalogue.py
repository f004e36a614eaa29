"""Customers, products and prices at Stripe: made when they are first needed, once, and never changed. Each is a row
with its key before it is asked for; another amount is another price."""

import json
from collections.abc import Mapping
from typing import Any

from novacast.clock import HOUR
from novacast.database import Database, Transaction
from novacast.identity import new_id
from novacast.money import PaymentRefused
from novacast.payments.memberships.ports import Opening
from novacast.payments.stripe.billing import store
from novacast.payments.stripe.billing.client import BillingApi
from novacast.payments.stripe.billing.models import Made, customer_params, price_params, product_params

FORGOTTEN = 23 * HOUR
"""By then a key may mean nothing any more. Another of these does no harm: nobody is charged by it."""


class Catalogue:
    def __init__(self, db: Database, api: BillingApi) -> None:
        self._db, self._api = db, api

    async def customer(self, opening: Opening) -> str:
        """Raises PaymentRefused, Unavailable."""
        return await self._made("customer", opening.person_id, customer_params(opening))

    async def known_customer(self, person_id: str) -> str | None:
        row = await self._db.one(store.made(self._name("customer", person_id)))
        return None if row is None else row.id

    async def price(self, opening: Opening) -> str:
        """Raises PaymentRefused, Unavailable."""
        product = await self._made("product", opening.tier_id, product_params(opening))
        return await self._made("price", opening.plan_id, price_params(opening, product))

    async def forget(self, opening: Opening) -> None:
        """Stripe does not know one of them: it was deleted there, or the account is another one."""
        about = {"customer": opening.person_id, "product": opening.tier_id, "price": opening.plan_id}
        names = [self._name(kind, id_) for kind, id_ in about.items()]
        await self._db.write(lambda tx: store.forget(tx, names))

    def _name(self, kind: str, about: str) -> str:
        """What there is in test mode is not there in live mode."""
        return f"{'live' if self._api.live else 'test'}:{kind}:{about}"

    async def _made(self, kind: str, about: str, params: Mapping[str, Any]) -> str:
        name = self._name(kind, about)
        row = await self._db.write(lambda tx: _frozen(tx, name, params))
        if row.id is not None:
            return row.id
        try:
            made = await self._api.make(kind, json.loads(row.params), row.key)
        except PaymentRefused:
            # The next try is another request.
            await self._db.write(lambda tx: store.forget(tx, [name]))
            raise
        await self._db.write(lambda tx: store.answer(tx, name, made))
        return made


def _frozen(tx: Transaction, name: str, params: Mapping[str, Any]) -> Made:
    row = tx.one(store.made(name))
    if row is not None and row.id is None and tx.now - row.created_at >= FORGOTTEN:
        store.forget(tx, [name])
        row = None
    if row is None:
        store.want(tx, name, new_id(), json.dumps(params))
        row = tx.one(store.made(name))
    assert row is not None, "it was written just now, or before"
    return row
