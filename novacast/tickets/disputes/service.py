"""A bank takes a payment back: the order is flagged, its online passes open nothing until it is decided, and the house
gets all that shows that the tickets were used."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from novacast.clock import DAY
from novacast.database import Database, Page, Transaction, keyset
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.money import Contested, Disputed
from novacast.tickets.admission import store as tickets
from novacast.tickets.admission.issuing import changed
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.disputes import store
from novacast.tickets.disputes.cases import Case
from novacast.tickets.disputes.dividing import divided
from novacast.tickets.disputes.models import Dispute, Used, contested
from novacast.tickets.disputes.ports import Contests, Viewings
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import sees_orders
from novacast.tickets.models import DisputeState, TicketState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.bookings import entry_of
from novacast.tickets.orders.models import Attempt, Order
from novacast.tickets.orders.service import Orders
from novacast.tickets.orders.settling import alarm
from novacast.tickets.ports import Books
from novacast.tickets.refunds.chargebacks import taken, uncovered

KEPT = 540 * DAY
"""How long it is known who watched by a ticket: card networks take disputes for so long at most."""
BEHIND = 900 * 1_000_000
"""A sweep looks at sessions that gave a sign of life since so many microseconds."""
BATCH = 200
MOST_USES = 2000
"""Scans, and sessions, in one pack of evidence."""


class Disputes:
    def __init__(
        self,
        db: Database,
        orders_: Orders,
        books: Books,
        viewings: Viewings,
        fonts: Path,
        others: Sequence[Contests] = (),
    ) -> None:
        self._db, self._orders, self._books, self._viewings, self._fonts = db, orders_, books, viewings, fonts
        self._others = others

    async def heard(self, provider: str, told: Disputed, beside: int | None = None) -> bool:
        """What a provider tells when it is asked; again and again with the same effect. `beside`: what is left of the
        part that a membership began with. Whether it is of a payment of ours."""
        return await self._db.write(lambda tx: hear(tx, self._books, provider, told, beside))

    async def of_org(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[Contested]:
        """What banks want back of orders and of memberships, and what they only ask about, newest first. Raises
        NotFound, Forbidden."""
        sees_orders(principal, org_id)
        start = keyset(cursor, int, str) or events.START
        found = list(await self._db.all(store.of_org(org_id, start, limit + 1)))
        for other in self._others:
            found += [await self._named(one) for one in await other.of_org(org_id, start, limit + 1)]
        found.sort(key=_place, reverse=True)
        return Page.of(found[: limit + 1], limit, _place)

    async def of_order(self, order_id: str) -> Sequence[Dispute]:
        return await self._db.all(store.of_order(order_id))

    async def evidence(self, principal: Principal, org_id: str, order_id: str) -> bytes:
        """What a bank is sent, as PDF in the language that is being spoken. Raises NotFound, Forbidden."""
        receipt = await self._orders.known(principal, org_id, order_id)
        async with self._db.snapshot() as view:
            performance = await view.one(events.performance(receipt.order.perf_id))
            event = await view.one(events.event_of(receipt.order.perf_id))
            policy = await view.one(cancelling.policy("" if event is None else event.id))
            scans = await view.all(store.scans(order_id, MOST_USES))
            watches = await view.all(store.watches(order_id, MOST_USES))
            found = await view.all(store.of_order(order_id))
        if performance is None or event is None:
            raise NotFound(text("There is no such order."))
        disputes = [contested(one, receipt.order.code, receipt.order.name) for one in found]
        disputes += [each for other in self._others for each in await other.of_order(order_id)]
        story = await self._orders.story(principal, org_id, order_id)
        case = Case(receipt, event, performance, policy, disputes, Used(scans, watches), story)
        return await asyncio.to_thread(self._written, case)

    async def _named(self, one: Contested) -> Contested:
        """With the buyer's name, which whoever hears of it from a provider has not."""
        if one.order_id is None:
            return one
        order = await self._db.one(orders.order(one.order_id))
        return one if order is None else replace(one, name=order.name)

    def _written(self, case: Case) -> bytes:
        # The library for PDF is loaded by who writes one: see `papers`.
        from novacast.tickets.disputes.evidence import written

        return written(case, self._fonts)

    async def sweep(self) -> None:
        """Keep who watched by a ticket: playback forgets it within the hour."""
        since = self._db.clock.now() - BEHIND
        seen = await self._viewings.seen_since(since)
        for at in range(0, len(seen), BATCH):
            some = seen[at : at + BATCH]
            await self._db.write(lambda tx, some=some: store.watched(tx, some))  # type: ignore[misc]  # a default binds the name
        await self._db.write(lambda tx: store.forget(tx, tx.now - KEPT))


def _place(one: Contested) -> tuple[int, str]:
    return one.created_at, one.id


def hear(tx: Transaction, books: Books, provider: str, told: Disputed, beside: int | None = None) -> bool:
    """Of a payment for several orders each has its part of it."""
    found = tx.all(store.by_reference(provider, told.reference))
    if not found:
        parts = divided(tx, provider, told, beside)
        found = [one for attempt, part in parts if (one := _open(tx, books, attempt, part)) is not None]
    for one in found:
        if told.due_at != one.due_at:
            store.put_off(tx, one.id, told.due_at)
        if told.state != "open" and one.state is not told.state:
            _decide(tx, books, one, DisputeState(told.state))
    return bool(found)


def _open(tx: Transaction, books: Books, attempt: Attempt, told: Disputed) -> Dispute | None:
    order, provider = tx.one(orders.order(attempt.order_id)), attempt.provider
    if order is None or not attempt.captured or told.currency != order.currency:
        return None
    made = Dispute(
        id=new_id(),
        order_id=order.id,
        org_id=order.org_id,
        attempt_id=attempt.id,
        provider=provider,
        reference=told.reference,
        amount=told.amount,
        currency=told.currency,
        reason=told.reason,
        due_at=told.due_at,
        state=DisputeState.OPEN,
        created_at=tx.now,
        changed_at=tx.now,
    )
    store.add(tx, made)
    books.disputed(tx, entry_of(order, made.id, tx.now), provider, made.amount)
    _looked_at_again(tx, order)
    alarm(tx, "order.disputed", order, told.reason)
    return made


def _decide(tx: Transaction, books: Books, dispute: Dispute, to: DisputeState) -> None:
    order = tx.one(orders.order(dispute.order_id))
    assert order is not None, "a dispute has an order"
    if not (dispute.state is DisputeState.OPEN or (dispute.state, to) == (DisputeState.LOST, DisputeState.WON)):
        return  # what is decided stays so, but for what is won after all
    store.move(tx, dispute.id, to)
    entry = entry_of(order, dispute.id, tx.now)
    if to is DisputeState.WON:
        books.won(tx, entry, dispute.provider, dispute.amount, lost=dispute.state is DisputeState.LOST)
        uncovered(tx, books, dispute.attempt_id, dispute.reference)
    else:
        books.lost(tx, entry, dispute.amount)
        attempt = tx.one(orders.attempt(dispute.attempt_id))
        assert attempt is not None, "a dispute has a payment"
        taken(tx, books, order, attempt)
    _looked_at_again(tx, order)
    alarm(tx, f"order.dispute_{to}", order, dispute.reason)


def _looked_at_again(tx: Transaction, order: Order) -> None:
    """Whoever watches by its tickets now."""
    people = [one.person_id for one in tx.all(tickets.of_order(order.id)) if one.state is TicketState.VALID]
    changed(tx, order.perf_id, *people)
