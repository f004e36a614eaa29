"""What those outside who move money tell of by themselves. Nothing is believed: they are asked, and it is settled as
whatever else they answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from novacast.database import Database, Transaction
from novacast.money import Disputed, Entry, Provider
from novacast.tickets import store as log_book
from novacast.tickets.disputes import store as dispute_store
from novacast.tickets.disputes.dividing import MEMBER, member, of_member
from novacast.tickets.disputes.service import Disputes
from novacast.tickets.orders import store
from novacast.tickets.orders.bookings import entry_of
from novacast.tickets.orders.models import CAPTURED, LATE, Attempt
from novacast.tickets.orders.settling import alarm
from novacast.tickets.ports import Books
from novacast.tickets.purchases import store as purchases
from novacast.tickets.purchases.joining import settle_all
from novacast.tickets.purchases.models import Joint
from novacast.tickets.purchases.ports import Plans
from novacast.tickets.refunds import store as refund_store
from novacast.tickets.refunds.service import Refunds


class PaymentNews:
    """What `payments` asks to be made true. It fits the shape that is wanted there without knowing of it."""

    def __init__(
        self, db: Database, providers: Mapping[str, Provider], books: Books, refunds: Refunds, disputes: Disputes
    ) -> None:
        self._db, self._providers, self._books = db, providers, books
        self._refunds, self._disputes = refunds, disputes
        self.plans: Plans | None = None
        """Who sells memberships that begin with a purchase."""

    async def attempt(self, provider: str, key: str) -> bool:
        """Ask about the payment with this key, whatever we think of it: what was called off may be paid all the same.
        Whether it is one of ours. Raises Unavailable."""
        known = await self._known(provider, key)
        # Of what is captured nothing becomes any more that is not told as a refund or a dispute.
        found = next((one for one in known if one.state not in CAPTURED), None)
        if found is not None:
            outcome = await self._providers[provider].retrieve(found.demand(found.order_id))
            await self._db.write(lambda tx: settle_all(tx, self._books, found, outcome))
        return bool(known)

    async def repayment(self, provider: str, key: str) -> bool:
        """Ask what became of money on its way back. Whether it is of ours."""
        return await self._refunds.heard(provider, key)

    async def repaid_elsewhere(self, provider: str, key: str, reference: str, amount: int) -> bool:
        """Money was given back, and not by us. Whether the payment is one of ours."""
        return await self._look_at(provider, key, "payment.repaid_elsewhere", f"{reference}: {amount}")

    async def dispute(self, provider: str, dispute: Disputed) -> bool:
        """Whether the payment is one of ours. Money that came and was never heard of is asked for first. What fits no
        payment that is in the books is told to the house."""
        await self.attempt(provider, dispute.key)
        beside = await self._of_member(provider, dispute)
        if await self._disputes.heard(provider, dispute, beside):
            return True
        wrong = f"{dispute.reference}: {dispute.amount} {dispute.currency} is disputed"
        return await self._look_at(provider, dispute.key, "payment.mismatch", wrong)

    async def _of_member(self, provider: str, dispute: Disputed) -> int | None:
        """A membership that the payment began has its part. What of that payment is left of it; None: it began none."""
        found = await self._db.write(lambda tx: member(tx, provider, dispute))
        if found is None or self.plans is None:
            return None
        left = await self.plans.left(found)
        part = await self._db.write(lambda tx: of_member(tx, provider, dispute, found, left))
        if part is not None:
            await self.plans.disputed(provider, part)
        return left

    async def booked(self, provider: str, kind: Literal["payment", "refund", "dispute"], key: str) -> Entry | None:
        """Under which source the books have it."""
        match kind:
            case "payment":
                return await self._paid(provider, key)
            case "refund":
                refund = await self._db.one(refund_store.by_reference(provider, key))
                return None if refund is None else await self._entry(refund.order_id, refund.id, refund.created_at)
            case "dispute":
                return await self._in_dispute(provider, key)

    async def _paid(self, provider: str, key: str) -> Entry | None:
        """What came after it was called off is the same payment, and stands under another attempt."""
        if (joint := await self._db.one(purchases.joint(key))) is not None:
            return await self._divided(joint)
        for one in (key, f"{key}{LATE}"):
            found = await self._db.one(store.attempt_of(provider, one))
            if found is not None and found.state in CAPTURED:
                return await self._entry(found.order_id, found.id, found.changed_at)
        return None

    async def _divided(self, joint: Joint) -> Entry | None:
        """What paid several things, once the books have all of them."""
        parts = await self._db.all(purchases.captured(joint.key))
        purchase = await self._db.one(purchases.purchase(joint.purchase_id))
        if purchase is None or len(parts) < len(await self._db.all(purchases.shares(joint.key))):
            return None
        first, at = parts[0], max(one.changed_at for one in parts)
        entry = await self._entry(first.order_id, joint.key, at)
        ids = tuple(one.id for one in parts if one.captured)
        if joint.beside and purchase.subscription_id is not None and self.plans is not None:
            member = await self.plans.booked(purchase.subscription_id)
            if member is None:
                return None
            ids = (*ids, member)
        return None if entry is None else replace(entry, memo=purchase.code, parts=ids)

    async def _in_dispute(self, provider: str, reference: str) -> Entry | None:
        found = await self._db.all(dispute_store.by_reference(provider, reference))
        if not found:
            return None
        divided = found[0].reference != reference
        source = reference if divided else found[0].id
        entry = await self._entry(found[0].order_id, source, found[0].created_at)
        if entry is None or not divided:
            return entry
        return replace(entry, parts=(*(one.id for one in found), f"{reference}{MEMBER}"))

    async def _known(self, provider: str, key: str) -> Sequence[Attempt]:
        """The attempt with this key, or all that one payment pays."""
        found = await self._db.one(store.attempt_of(provider, key))
        if found is not None:
            return (found,)
        return [one for one in await self._db.all(purchases.shares(key)) if one.provider == provider]

    async def _entry(self, order_id: str, source: str, at: int) -> Entry | None:
        order = await self._db.one(store.order(order_id))
        return None if order is None else entry_of(order, source, at)

    async def _look_at(self, provider: str, key: str, what: str, detail: str) -> bool:
        """Something that a person has to look at; said once. Whether the payment is one of ours."""
        known = await self._known(provider, key)
        for found in known:
            await self._db.write(lambda tx, one=found: _odd(tx, one, what, detail))  # type: ignore[misc]  # a default binds the name
        return bool(known)


def _odd(tx: Transaction, attempt: Attempt, what: str, detail: str) -> None:
    order = tx.one(store.order(attempt.order_id))
    assert order is not None, "an attempt has an order"
    if not any((one.action, one.detail) == (what, detail) for one in tx.all(log_book.story(order.id))):
        alarm(tx, what, order, detail)
