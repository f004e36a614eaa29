"""Mails about orders, made of facts: a fact that is heard again finds its row, written in the transaction that queued
the mail, so a crash loses none and doubles none."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress

from novacast.clock import DAY
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, NotFound, Unavailable
from novacast.i18n import Languages, text
from novacast.identity import Principal
from novacast.outbox import Event as Fact
from novacast.tickets import store as books
from novacast.tickets.admission import store as admission
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import sells
from novacast.tickets.holders import store as holders
from novacast.tickets.holders.models import Transfer
from novacast.tickets.models import OrderState, PerformanceState, TicketState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.closing import Closing
from novacast.tickets.orders.models import Method, Order
from novacast.tickets.orders.service import read
from novacast.tickets.papers.service import MOST_ENCLOSED, Papers
from novacast.tickets.post import store
from novacast.tickets.post.joint import TOGETHER, Address, joint_context, joint_mail
from novacast.tickets.post.ports import Mailer
from novacast.tickets.purchases import store as purchases
from novacast.tickets.shelves import store as shelves
from novacast.tickets.words import hour_there
from novacast.words import money

log = logging.getLogger(__name__)

BATCH = 100
"""Orders of a performance that are told in one transaction."""
KEPT = 30 * DAY
"""Facts are kept for less."""
_OF_ORDERS = {
    "order.placed": "order_awaiting",
    "order.paid": "order_paid",
    "order.expired": "order_expired",
    "order.cancelled": "order_cancelled",
    "order.partly_cancelled": "order_partly_cancelled",
    "order.returned": "order_returned",
    "order.changed": "order_changed",
}
_OF_SHELVES = {
    "order_awaiting": "purchase_awaiting",
    "order_paid": "purchase_paid",
    "order_expired": "purchase_expired",
    "order_cancelled": "purchase_undone",
    "order_partly_cancelled": "purchase_undone",
    "order_returned": "purchase_returned",
}
"""What has no hour has no tickets and no places."""


class OrderPost:
    """A durable subscriber of the outbox."""

    def __init__(
        self,
        db: Database,
        mailer: Mailer,
        languages: Languages,
        papers: Papers,
        closing: Closing,
        purchase_page: Address = str,
    ) -> None:
        """`purchase_page`: its address."""
        self._db, self._mailer, self._languages = db, mailer, languages
        self._papers, self._closing, self._purchase_page = papers, closing, purchase_page

    async def hear(self, fact: Fact) -> None:
        if (template := _OF_ORDERS.get(fact.topic)) is not None:
            await self._db.write(lambda tx: self._of_order(tx, fact, template))
        elif fact.topic == "order.readdressed":
            await self._db.write(lambda tx: self._readdressed(tx, fact))
        elif fact.topic == "ticket.offered":
            await self._db.write(lambda tx: self._offered(tx, fact))
        elif fact.topic == "ticket.handed_on":
            await self._db.write(lambda tx: self._handed_on(tx, fact))
        elif fact.topic == "performance.cancelled":
            await self._all(fact, "performance_cancelled")
            await self._call_off(fact.subject)
        elif fact.topic == "performance.moved":
            await self._moved(fact)

    async def resend(self, order_id: str, then: Then[None] | None = None) -> None:
        """The confirmation once more, or what there is to pay. Raises NotFound, Conflict where there is nothing."""

        def unit(tx: Transaction) -> None:
            order = tx.one(orders.order(order_id))
            if order is None:
                raise NotFound(text("There is no such order."))
            self._send_again(tx, order)
            if then is not None:
                then(tx, None)

        await self._db.write(unit)

    async def resend_for(
        self, principal: Principal, org_id: str, order_id: str, then: Then[None] | None = None
    ) -> None:
        """By the house. Raises NotFound, Forbidden, Conflict."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> None:
            order = tx.one(orders.order(order_id))
            if order is None or order.org_id != org_id:
                raise NotFound(text("There is no such order."))
            self._send_again(tx, order)
            books.log(tx, "order.resent", org_id, order_id, order_id=order_id, person_id=principal.person_id)
            if then is not None:
                then(tx, None)

        await self._db.write(unit)

    async def sweep(self) -> int:
        return await self._db.write(lambda tx: store.forget(tx, tx.now - KEPT))

    def _send_again(self, tx: Transaction, order: Order) -> None:
        if order.state in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED):
            self._mail(tx, order, "order_paid")
        elif order.state is OrderState.AWAITING_PAYMENT and order.method is Method.TRANSFER:
            purchase_id = tx.one(purchases.of_order(order.id))
            if purchase_id is None:
                self._mail(tx, order, "order_awaiting")
            else:
                self._joint(tx, order, purchase_id, "joint_awaiting", tx.all(purchases.orders(purchase_id)))
        else:
            raise Conflict(text("There is nothing to be sent of this order."))

    def _of_order(self, tx: Transaction, fact: Fact, template: str) -> None:
        order = tx.one(orders.order(fact.subject))
        if order is None or not order.email or not store.once(tx, fact.seq, fact.subject):
            return
        if template == "order_awaiting" and (
            order.method is not Method.TRANSFER or order.state is not OrderState.AWAITING_PAYMENT
        ):
            return
        purchase_id = tx.one(purchases.of_order(order.id)) if template in TOGETHER else None
        if purchase_id is not None:
            if (told := joint_mail(tx, purchase_id, template)) is not None:
                self._joint(tx, order, purchase_id, *told)
            return
        performance = tx.one(events.performance(order.perf_id))
        off = performance is None or performance.state is PerformanceState.CANCELLED
        if template == "order_expired" and off and not tx.one(shelves.shelf(order.perf_id)):
            return  # they are told that the performance is cancelled
        self._mail(tx, order, template)

    def _joint(self, tx: Transaction, order: Order, purchase_id: str, template: str, told: Sequence[Order]) -> None:
        """What was bought with an order."""
        purchase = tx.one(purchases.purchase(purchase_id))
        assert purchase is not None, "its order was found"
        with self._languages.speaking(order.language):
            context = joint_context(tx, purchase, told, self._purchase_page)
        self._mailer.send(
            tx, to=order.email, template=template, language=order.language, context=context, person_id=order.person_id
        )

    def _readdressed(self, tx: Transaction, fact: Fact) -> None:
        order = tx.one(orders.order(fact.subject))
        if order is not None and store.once(tx, fact.seq, fact.subject):
            with suppress(Conflict):  # what is not to be paid or carried needs no mail
                self._send_again(tx, order)

    def _mail(self, tx: Transaction, order: Order, template: str, **more: str) -> None:
        if not order.email:
            return
        if (shelf := tx.one(shelves.shelf(order.perf_id))) is not None:
            template = _OF_SHELVES.get(template, template)
            more["watch"] = f"{self._papers.root}/watch/{shelf.media_id}"
        with self._languages.speaking(order.language):
            context = {**self._context(tx, order), **more}
        self._mailer.send(
            tx, to=order.email, template=template, language=order.language, context=context, person_id=order.person_id
        )

    def _context(self, tx: Transaction, order: Order) -> Mapping[str, str]:
        event, performance = tx.one(events.event_of(order.perf_id)), tx.one(events.performance(order.perf_id))
        assert event is not None, "an order has an event"
        assert performance is not None, "an order has a performance"
        valid = [one for one in tx.all(admission.of_order(order.id)) if one.state is TicketState.VALID]
        done = tx.all(cancelling.of_order(order.id))
        account = tx.one(cancelling.account(order.org_id))
        back = sum(one.back for one in done)
        context = {
            "name": order.name,
            "title": event.title,
            "venue_name": event.venue,
            "when": hour_there(performance.starts_at, event.timezone),
            "code": order.code,
            "total": money(order.total, order.currency),
            "lines": _lines(tx, order),
            "due": "" if order.due_at is None else hour_there(order.due_at, event.timezone),
            "bank": "" if account is None else "\n".join(account.lines),
            "back": money(back, order.currency) if back else "",
            "test": "yes" if order.test else "",
            "many": "yes" if len(valid) > MOST_ENCLOSED else "",
            "url": self._papers.order_page(order.id),
        }
        files = valid and not tx.one(shelves.shelf(order.perf_id))
        return context | ({"order_id": order.id} if files else {})

    def _offered(self, tx: Transaction, fact: Fact) -> None:
        transfer = tx.one(holders.transfer(fact.subject))
        if transfer is not None and transfer.email and store.once(tx, fact.seq, fact.subject):
            order = tx.one(orders.order(transfer.order_id))
            sender = "" if order is None else order.name
            self._to_receiver(tx, transfer, "ticket_offered", sender=sender)

    def _handed_on(self, tx: Transaction, fact: Fact) -> None:
        """The receiver gets the ticket, and the buyer is told that it is gone: nobody takes one unseen."""
        transfer = tx.one(holders.transfer(fact.subject))
        if transfer is None or not store.once(tx, fact.seq, fact.subject):
            return
        if transfer.email:
            self._to_receiver(tx, transfer, "ticket_received", ticket_link=self._papers.link(transfer.id))
        order = tx.one(orders.order(transfer.order_id))
        if order is not None:
            self._mail(tx, order, "ticket_handed_on", receiver=transfer.name)

    def _to_receiver(self, tx: Transaction, transfer: Transfer, template: str, **more: str) -> None:
        event, performance = tx.one(events.event_of(transfer.perf_id)), tx.one(events.performance(transfer.perf_id))
        assert event is not None, "a ticket has an event"
        assert performance is not None, "a ticket has a performance"
        with self._languages.speaking(transfer.language):
            context = {
                "name": transfer.name,
                "title": event.title,
                "venue_name": event.venue,
                "when": hour_there(performance.starts_at, event.timezone),
                "until": hour_there(transfer.expires_at, event.timezone),
                "url": self._papers.holder_page(transfer.id),
                **more,
            }
        self._mailer.send(
            tx,
            to=transfer.email,
            template=template,
            language=transfer.language,
            context=context,
            person_id=transfer.person_id,
        )

    async def _all(self, fact: Fact, template: str, **more: int) -> None:
        """Everybody who counts on a performance."""
        after = ""
        while True:
            found = await self._db.all(store.concerned(fact.subject, after, BATCH))
            if not found:
                return
            await self._db.write(lambda tx, some=found: self._some(tx, fact, some, template, more))  # type: ignore[misc]  # a default binds the name
            after = found[-1].id

    def _some(self, tx: Transaction, fact: Fact, some: list[Order], template: str, instants: Mapping[str, int]) -> None:
        for order in some:
            if store.once(tx, fact.seq, order.id):
                event = tx.one(events.event_of(order.perf_id))
                zone = "UTC" if event is None else event.timezone
                with self._languages.speaking(order.language):
                    more = {name: hour_there(at, zone) for name, at in instants.items()}
                self._mail(tx, order, template, **more)

    async def _call_off(self, perf_id: str) -> None:
        """Nobody is to pay for it any more. What can't be called off now is left to the sweep."""
        while some := [
            one
            for one in await self._db.all(store.concerned(perf_id, "", BATCH))
            if one.state is OrderState.AWAITING_PAYMENT
        ]:
            await self._db.write(lambda tx: store.bring_forward(tx, perf_id, tx.now))
            for order in some:
                try:
                    await self._closing.close(order.id)
                except Conflict:
                    continue  # paid meanwhile
                except Unavailable as error:
                    log.warning("order %s can't be called off yet: %s", order.code, error)
                    return

    async def _moved(self, fact: Fact) -> None:
        performance = await self._db.one(events.performance(fact.subject))
        before = fact.payload.get("before")
        if performance is None or not isinstance(before, int) or performance.state is PerformanceState.CANCELLED:
            return
        await self._db.write(lambda tx: store.bring_forward(tx, fact.subject, performance.starts_at))
        await self._all(fact, "performance_moved", before=before)


def _lines(tx: Transaction, order: Order) -> str:
    receipt = read(tx, order.id)
    words = [
        f"{one.item}{f' · {one.seat.label}' if one.seat is not None else ''}: {money(one.claim.cost, order.currency)}"
        for one in receipt.lines
        if one.claim.state != "released" or order.state is OrderState.EXPIRED
    ]
    shown = "\n".join(words[:20])
    return shown if len(words) <= 20 else f"{shown}\n…"
