"""A membership follows the payment of the purchase that it began with. What is told durably of that payment is heard
here, after the transaction that made it true: nothing is opened before it is paid."""

import logging

from novacast.database import Database, Transaction
from novacast.errors import Unavailable
from novacast.outbox import Event as Fact
from novacast.tickets.models import OrderState
from novacast.tickets.purchases import store
from novacast.tickets.purchases.models import Purchase
from novacast.tickets.purchases.placing import way_of
from novacast.tickets.purchases.ports import Plans

log = logging.getLogger(__name__)

HEARD = frozenset({"payment.captured", "order.expired"})


class Following:
    """A durable subscriber of the outbox."""

    def __init__(self, db: Database, plans: Plans | None) -> None:
        self._db, self._plans = db, plans

    async def hear(self, fact: Fact) -> None:
        if fact.topic in HEARD and (purchase_id := await self._db.one(store.of_order(fact.subject))) is not None:
            await self.follow(purchase_id)

    async def follow(self, purchase_id: str) -> None:
        """Again and again with the same effect. What can't be asked about now is asked by memberships themselves."""
        purchase = await self._db.one(store.purchase(purchase_id))
        if purchase is None or purchase.subscription_id is None or self._plans is None:
            return
        if not self._plans.billed(way_of(purchase.method)):
            await self._plans.ready(purchase.org_id)
            await self._db.write(lambda tx: self._follow(tx, purchase, purchase.subscription_id or ""))
            return
        try:
            await self._plans.ask(purchase.subscription_id)
        except Unavailable as error:
            log.warning("the membership of purchase %s is asked about later: %s", purchase.code, error)

    def _follow(self, tx: Transaction, purchase: Purchase, subscription_id: str) -> None:
        assert self._plans is not None, "what was begun with a plan has whoever sells them"
        for joint in tx.all(store.joints(purchase.id)):
            if tx.all(store.captured(joint.key)):
                self._plans.paid(tx, subscription_id, joint.beside)
                return
        if all(one.state is OrderState.EXPIRED for one in tx.all(store.orders(purchase.id))):
            self._plans.over(tx, subscription_id)
