"""Giving money back: asked of whoever moved it, by keys that are on disk before; by hand where nobody did; and again
where it came to nothing."""

import logging
from collections.abc import Collection, Mapping, Sequence

from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, InvalidInput, NotFound, Unavailable
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.money import Provider, Repaid
from novacast.tickets import store as log_book
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.cancelling.models import AmountChanged, Cancellation
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import sees_orders, sells
from novacast.tickets.holds import store as holds
from novacast.tickets.models import OrderState, RefundState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.bookings import parts_of, spread
from novacast.tickets.orders.models import Attempt, Order
from novacast.tickets.orders.service import known_to
from novacast.tickets.ports import Books
from novacast.tickets.refunds import store
from novacast.tickets.refunds.chargebacks import WAY, covered
from novacast.tickets.refunds.hearing import hear
from novacast.tickets.refunds.models import OVER, Refund, Shown, Way, later
from novacast.tickets.refunds.owing import owe, request, tell

log = logging.getLogger(__name__)

BATCH = 50
LONGEST = 500
"""Characters of a reason or a reference."""
OPEN = (RefundState.REQUESTED, RefundState.SUBMITTED, RefundState.PENDING)


class Refunds:
    def __init__(self, db: Database, providers: Mapping[str, Provider], books: Books) -> None:
        self._db, self._providers, self._books = db, providers, books

    async def sweep(self) -> int:
        """Whatever is to be asked of somebody outside; how many were asked about."""
        if not self._providers:
            return 0
        found = await self._db.all(store.due(self._providers, self._db.clock.now(), BATCH))
        for one in found:
            await self.ask(one.id)
        return len(found)

    async def ask(self, refund_id: str) -> None:
        """Have it given back, or ask what became of it. Each step is on disk before the next: what was submitted and
        has no answer is asked for by its key, and submitted again only where nobody knows it."""
        refund = await self._db.write(lambda tx: self._submitted(tx, refund_id))
        attempt = await self._db.one(orders.attempt(refund.attempt_id))
        provider = self._providers.get(refund.provider)
        if attempt is None or provider is None or refund.state in OVER:
            return
        repayment = refund.repayment(attempt.demand(refund.order_id))
        try:
            told = await provider.repayment(repayment)
            unknown = told.reference is None and told.state == "pending"
            if unknown and refund.state is RefundState.SUBMITTED:
                told = await provider.repay(repayment)
        except Unavailable as error:
            log.warning("%s can't be asked about a refund: %s", refund.provider, error)
            told = Repaid("pending", refund.amount, refund.reference, refund.reason)
        await self._db.write(lambda tx: hear(tx, self._books, refund_id, told))

    async def heard(self, provider: str, reference: str) -> bool:
        """A provider says that something became of a refund, named by its reference or our key: it is asked. Whether
        it is one of ours."""
        found = await self._db.one(store.by_reference(provider, reference))
        if found is not None:
            await self.ask(found.id)
        return found is not None

    async def of_order(self, order_id: str) -> Sequence[Refund]:
        return await self._db.all(store.of_order(order_id))

    async def of_org(
        self, principal: Principal, org_id: str, states: Collection[RefundState], cursor: str | None, limit: int
    ) -> Page[Shown]:
        """Newest first; none: those that are open, or came to nothing. Raises NotFound, Forbidden."""
        sees_orders(principal, org_id)
        wanted = tuple(states) or (*OPEN, *OVER)
        start = keyset(cursor, int, str) or events.START
        found = await self._db.all(store.of_org(org_id, wanted, start, limit + 1, tuple(self._providers)))
        return Page.of(found, limit, lambda one: (one.refund.created_at, one.refund.id))

    async def grant(
        self,
        principal: Principal,
        org_id: str,
        order_id: str,
        amount: int,
        reason: str,
        given: int | None = None,
        then: Then[Refund] | None = None,
    ) -> Refund:
        """An amount that is for no ticket, which all stay valid. `given`: what was shown as given back before, so that
        a second click gives nothing. Raises NotFound, Forbidden, Conflict, AmountChanged, InvalidInput."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> Refund:
            order = known_to(tx, org_id, order_id)
            if order.state not in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED):
                raise Conflict(text("There is nothing to be given back of this order."))
            back = sum(one.back for one in tx.all(cancelling.of_order(order_id)))
            if given is not None and given != back:
                raise AmountChanged(text("What is given back has changed meanwhile. Look at it again."))
            if not 0 < amount <= order.total - back:
                raise InvalidInput.field("amount", text("More than nothing, and at most what is left of the order."))
            self._grant(tx, order, amount, reason[:LONGEST], principal)
            return _then(tx, tx.all(store.of_order(order_id))[-1], then)

        return await self._db.write(unit)

    async def given(
        self,
        principal: Principal,
        org_id: str,
        refund_id: str,
        way: Way,
        reference: str,
        then: Then[Refund] | None = None,
    ) -> Refund:
        """Somebody of the house has given it back by hand. Said again it is true already. Raises NotFound, Forbidden,
        Conflict where somebody outside does it."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> Refund:
            refund = _known(tx, org_id, refund_id)
            if refund.state is not RefundState.SUCCEEDED:
                if refund.state is not RefundState.REQUESTED or refund.provider in self._providers:
                    raise Conflict(text("Nobody has to give this back by hand."))
                if tx.one(store.disputed(refund.attempt_id)):
                    raise Conflict(text("A bank took this payment back, so nothing of it can be given back beside."))
                store.change(tx, refund_id, {"provider": way.value, "state": RefundState.SUBMITTED})
                told = Repaid("succeeded", refund.amount, reference.strip()[:LONGEST] or "-")
                refund = hear(tx, self._books, refund_id, told, principal.person_id)
            return _then(tx, refund, then)

        return await self._db.write(unit)

    async def again(
        self,
        principal: Principal,
        org_id: str,
        refund_id: str,
        way: Way | None,
        then: Then[Refund] | None = None,
    ) -> Refund:
        """What came to nothing is tried once more, under a new key; by the same way, or by hand. Said again it is the
        same one. Raises NotFound, Forbidden, Conflict."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> Refund:
            refund = _known(tx, org_id, refund_id)
            if refund.state not in OVER:
                raise Conflict(text("This refund has not failed."))
            made = tx.one(store.superseded(refund_id))
            if made is None:
                once_more = self._again(tx, refund, way, principal)
                covered(tx, self._books, once_more)
                made = once_more.id
            found = tx.one(store.refund(made))
            assert found is not None, "it was made just now, or before"
            return _then(tx, found, then)

        return await self._db.write(unit)

    async def call_off(
        self, principal: Principal, org_id: str, refund_id: str, then: Then[Refund] | None = None
    ) -> Refund:
        """Nobody has heard of it yet, and it is to go another way. Raises NotFound, Forbidden, Conflict."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> Refund:
            refund = _known(tx, org_id, refund_id)
            if refund.state is not RefundState.REQUESTED:
                raise Conflict(text("This refund is on its way."))
            store.change(tx, refund_id, {"state": RefundState.CANCELLED})
            tell(tx, "refund.failed", known_to(tx, org_id, refund.order_id), refund, principal.person_id)
            return _then(tx, tx.one(store.refund(refund_id)) or refund, then)

        return await self._db.write(unit)

    def _submitted(self, tx: Transaction, refund_id: str) -> Refund:
        refund = tx.one(store.refund(refund_id))
        assert refund is not None, "refunds are never deleted"
        if not covered(tx, self._books, refund) and _to_submit(refund, self._providers):
            due = tx.now + later(refund.tries)
            store.change(tx, refund_id, {"state": RefundState.SUBMITTED, "due_at": due})
        return tx.one(store.refund(refund_id)) or refund

    def _grant(self, tx: Transaction, order: Order, amount: int, reason: str, principal: Principal) -> None:
        made = Cancellation(
            id=new_id(),
            order_id=order.id,
            org_id=order.org_id,
            tickets=(),
            paid=amount,
            back=amount,
            currency=order.currency,
            reason=reason,
            by_buyer=False,
            person_id=principal.person_id,
            at=tx.now,
        )
        cancelling.add(tx, made)
        if order.state is OrderState.PAID:
            orders.move(tx, order.id, OrderState.PARTIALLY_REFUNDED)
        owe(tx, self._books, order, made, spread(parts_of(tx.all(holds.of_order(order.id))), amount))
        who = principal.person_id
        log_book.log(tx, "order.granted", order.org_id, order.id, order_id=order.id, person_id=who, detail=reason)

    def _again(self, tx: Transaction, refund: Refund, way: Way | None, principal: Principal) -> Refund:
        attempt = tx.one(orders.attempt(refund.attempt_id))
        assert attempt is not None, "a refund has a payment"
        return request(
            tx,
            known_to(tx, refund.org_id, refund.order_id),
            attempt,
            refund.amount,
            refund.why,
            person_id=principal.person_id,
            cancellation_id=refund.cancellation_id,
            again_of=refund.id,
            provider=_way(refund, attempt) if way is None else way.value,
        )


def _to_submit(refund: Refund, providers: Collection[str]) -> bool:
    return refund.state is RefundState.REQUESTED and refund.provider in providers


def _way(refund: Refund, attempt: Attempt) -> str:
    """As before; what a dispute had given back, the way that it came."""
    return attempt.provider if refund.provider == WAY else refund.provider


def _known(tx: Transaction, org_id: str, refund_id: str) -> Refund:
    refund = tx.one(store.refund(refund_id))
    if refund is None or refund.org_id != org_id:
        raise NotFound(text("There is no such refund."))
    return refund


def _then(tx: Transaction, refund: Refund, then: Then[Refund] | None) -> Refund:
    if then is not None:
        then(tx, refund)
    return refund
