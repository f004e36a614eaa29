"""A bank asks about a payment: it is told to the house, and stands among its disputes until it is answered. No money
moves, and nobody is shut out."""

import logging
from collections.abc import Sequence

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.identity import new_id
from novacast.money import Contested, Disputed, Entry
from novacast.payments.inquiries import store
from novacast.payments.inquiries.models import OPEN, Inquiry, State, contested
from novacast.payments.memberships.models import BOOKS

log = logging.getLogger(__name__)


class Inquiries:
    """Fits the box office's `Contests`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def hear(self, provider: str, payment: Entry, told: Disputed) -> None:
        """`payment`: as the books have it. Again and again with the same effect."""
        await self._db.write(lambda tx: _hear(tx, provider, payment, told))

    async def became_dispute(self, provider: str, reference: str) -> None:
        found = await self._db.one(store.by_reference(provider, reference))
        if found is not None and found.state is not State.DISPUTED:
            await self._db.write(lambda tx: store.move(tx, found.id, State.DISPUTED))

    async def of_org(self, org_id: str, start: tuple[int, str], limit: int) -> Sequence[Contested]:
        return await self._db.all(store.of_org(org_id, start, limit))

    async def of_order(self, order_id: str) -> Sequence[Contested]:
        return [contested(one, one.code) for one in await self._db.all(store.of_order(order_id))]


def _hear(tx: Transaction, provider: str, payment: Entry, told: Disputed) -> None:
    found = tx.one(store.by_reference(provider, told.reference)) or _open(tx, provider, payment, told)
    if told.due_at != found.due_at:
        store.put_off(tx, found.id, told.due_at)
    to = State(told.state)
    if found.state in OPEN and found.state is not to:
        store.move(tx, found.id, to)


def _open(tx: Transaction, provider: str, payment: Entry, told: Disputed) -> Inquiry:
    subscription_id = tx.one(store.membership(payment.about)) if payment.order_id.startswith(BOOKS) else None
    order_id = payment.order_id if subscription_id is None else None
    made = Inquiry(
        id=new_id(),
        org_id=payment.org_id,
        provider=provider,
        reference=told.reference,
        order_id=order_id,
        subscription_id=subscription_id,
        code=payment.memo,
        amount=told.amount,
        currency=told.currency,
        reason=told.reason,
        due_at=told.due_at,
        state=State.ASKED,
        created_at=tx.now,
    )
    store.add(tx, made)
    if told.state == "asked":
        what = "membership.inquired" if order_id is None else "order.inquired"
        detail = f"{made.reference}: {made.reason}"
        about = order_id or subscription_id or ""
        log.error("a bank asks about a payment of %s: %s", about, detail)
        outbox.emit(tx, what, about, outbox.org(made.org_id), code=made.code, detail=detail)
    return made
