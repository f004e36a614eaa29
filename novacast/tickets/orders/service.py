"""Orders as people use them: place, pay, look at, cancel; and the box office's side of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal
from novacast.money import Outcome, PayForm, Provider
from novacast.security.keys import Signer
from novacast.texts import Texts
from novacast.tickets import store as books
from novacast.tickets.admission import store as tickets
from novacast.tickets.admission.models import Ticket
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import sees_orders, sells
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Line, NotOnSale, Wish
from novacast.tickets.holds.service import Holds
from novacast.tickets.holds.taking import Taking
from novacast.tickets.models import OrderState
from novacast.tickets.orders import store
from novacast.tickets.orders.closing import Closing
from novacast.tickets.orders.models import OPEN_ATTEMPTS, Buyer, Issued, Method, Order, Receipt, Unpayable
from novacast.tickets.orders.paying import Paying
from novacast.tickets.orders.placing import Placing
from novacast.tickets.orders.undoing import undo
from novacast.tickets.ports import Books
from novacast.tickets.purchases import store as purchases
from novacast.tickets.purchases.joining import attempt_known, part_of, settle_all
from novacast.tickets.questions.answering import answer
from novacast.tickets.questions.models import Given
from novacast.tickets.seatmaps import store as seats
from novacast.tickets.store import Entry

MOST_NOTE = 2000
"""Characters."""


class Orders:
    def __init__(
        self,
        db: Database,
        holds_: Holds,
        taking: Taking,
        placing: Placing,
        closing: Closing,
        providers: Mapping[str, Provider],
        books_: Books,
        key: bytes,
        root: str = "",
    ) -> None:
        """`root`: address of the house on the web."""
        self._db, self._holds, self._taking, self._placing, self._closing = db, holds_, taking, placing, closing
        self._providers, self._books = providers, books_
        self._paying = Paying(db, placing, providers, books_)
        self._signer = Signer(key, "tickets.order")
        self._root = root

    def token(self, order_id: str) -> str:
        """What stands in the link to an order; made of its id, stored nowhere."""
        return self._signer.sign(order_id.encode())

    def address(self, token: str) -> str:
        """Of an order's page."""
        return f"{self._root}/order/{quote(token)}"

    def id_of(self, token: str) -> str:
        """Raises NotFound."""
        try:
            return self._signer.verify(token).decode()
        except Unauthenticated as error:
            raise NotFound(text("There is no such order.")) from error

    def methods(self, total: int, *, account: bool) -> Sequence[Method]:
        """How the public is offered to pay so much. `account`: whether the house has one that transfers go to."""
        return self._placing.methods(total, account=account)

    async def made_of(self, hold: str) -> str | None:
        """The token of the order that a basket became. Raises NotFound."""
        made = await self._db.one(store.of_hold(self._holds.id_of(hold)))
        return None if made is None else self.token(made.id)

    async def place(
        self,
        principal: Principal,
        hold: str,
        buyer: Buyer,
        method: Method,
        then: Then[Receipt] | None = None,
        *,
        answers: Sequence[Given] = (),
    ) -> Receipt:
        """An order of a basket. Once made, the basket's is the same order however often it is asked for.

        Raises NotFound, HoldOver, InvalidInput for answers, Unpayable, NotOnSale, Conflict.
        """
        hold_id = self._holds.id_of(hold)

        def unit(tx: Transaction) -> Receipt:
            made = tx.one(store.of_hold(hold_id))
            if made is None:
                if self._taking.shut:
                    raise NotOnSale(self._taking.shut)
                basket = self._holds.open(tx, hold_id)
                made = self._placing.place(tx, basket, buyer, method, person_id=principal.person_id, seller=None)
                answer(tx, made.id, made.perf_id, [one.claim for one in basket.lines], answers)
            receipt = read(tx, made.id)
            if then is not None:
                then(tx, receipt)
            return receipt

        return await self._db.write(unit)

    async def sell(
        self,
        principal: Principal,
        perf_id: str,
        wishes: Sequence[Wish],
        buyer: Buyer,
        method: Method,
        then: Then[Receipt] | None = None,
        *,
        code: str = "",
    ) -> Receipt:
        """At the box office: taken, paid and issued in one go, or reserved until a transfer has come.

        Raises NotFound, Forbidden, InvalidInput, CodeRefused, SoldOut, SeatsTaken, Unpayable.
        """
        performance = await self._db.one(events.performance(perf_id))
        if performance is None:
            raise NotFound(text("There is no such performance, or it is not for you to see."))
        sells(principal, performance.org_id)
        if method is Method.SANDBOX:
            raise Unpayable(text("The box office takes no payments at the sandbox."))
        if method is Method.ELSEWHERE:
            raise Unpayable(text("Only orders that are imported were paid elsewhere."))

        def unit(tx: Transaction) -> Receipt:
            free = method is Method.COMPLIMENTARY
            basket = self._taking.take(tx, perf_id, wishes, person_id=None, public=False, free=free, code=code)
            seller = principal.person_id or "system"
            made = self._placing.place(tx, basket, buyer, method, person_id=None, seller=seller)
            receipt = read(tx, made.id)
            if then is not None:
                then(tx, receipt)
            return receipt

        return await self._db.write(unit)

    async def pay(self, token: str, then: Then[Receipt] | None = None) -> Receipt:
        """Begin to pay at a provider, or go on. Each step is on disk before the next: a crash repeats one, by its key.

        Raises NotFound, Unpayable, Unavailable.
        """
        order_id = self.id_of(token)
        await self._paying.begin(order_id, f"{self.address(token)}/paid")
        return await self._db.write(lambda tx: remembered(tx, order_id, then))

    async def among(self, token: str) -> bool:
        """Whether others are paid by the same payment, so that a page of this one would tell of less than it takes.
        Raises NotFound."""
        return await self._db.one(purchases.of_order(self.id_of(token))) is not None

    async def may_look(self, principal: Principal, order_id: str) -> bool:
        """Fits the topics' `Rule`. Whoever knows the id has its page, which tells it; nobody guesses one."""
        return await self._db.one(store.order(order_id)) is not None

    async def form(self, token: str) -> tuple[Receipt, PayForm | None]:
        """An order, and what a page of ours needs so that it is paid there; None: it is not. Raises NotFound,
        Unavailable."""
        receipt = await self._receipt(self.id_of(token))
        last = receipt.attempts[-1] if receipt.attempts else None
        return receipt, None if last is None else await self._paying.form(last)

    async def pay_anew(self, token: str) -> Receipt:
        """Call off how it was to be paid, and begin in another way. Raises NotFound, Unpayable, Unavailable."""
        order_id = self.id_of(token)
        await self._paying.anew(order_id, f"{self.address(token)}/paid")
        return await self._receipt(order_id)

    async def look_after(self, token: str, then: Then[Receipt] | None = None) -> Receipt:
        """Ask the provider what became of the payment, and make it true here. Raises NotFound, Unavailable."""
        order_id = self.id_of(token)
        receipt = await self._receipt(order_id)
        outcomes: dict[str, Outcome] = {}
        for attempt in receipt.attempts:
            provider = self._providers.get(attempt.provider)
            if provider is not None and attempt.state in OPEN_ATTEMPTS:
                outcomes[attempt.id] = await provider.retrieve(attempt.demand(order_id))

        def unit(tx: Transaction) -> Receipt:
            for attempt_id, outcome in outcomes.items():
                settle_all(tx, self._books, attempt_known(tx, attempt_id), outcome)
            found = read(tx, order_id)
            if then is not None:
                then(tx, found)
            return found

        return await self._db.write(unit)

    async def show(self, token: str) -> Receipt:
        """Raises NotFound."""
        return await self._receipt(self.id_of(token))

    async def give_up(self, token: str, then: Then[Receipt] | None = None) -> Receipt:
        """The buyer does not want what is not paid yet. Raises NotFound, Conflict, Unavailable."""
        order_id = self.id_of(token)
        await self._closing.close(order_id)
        return await self._db.write(lambda tx: remembered(tx, order_id, then))

    async def of_person(self, principal: Principal, cursor: str | None, limit: int) -> Page[Order]:
        start = keyset(cursor, int, str) or events.START
        rows = await self._db.all(store.of_person(principal.person_id or "", start, limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def known(self, principal: Principal, org_id: str, order_id: str) -> Receipt:
        """Raises NotFound, Forbidden."""
        sees_orders(principal, org_id)
        receipt = await self._receipt(order_id)
        if receipt.order.org_id != org_id:
            raise NotFound(text("There is no such order."))
        return receipt

    async def seen(self, principal: Principal, order_id: str) -> Receipt:
        """The same for who knows its id alone. Raises NotFound, Forbidden."""
        receipt = await self._receipt(order_id)
        sees_orders(principal, receipt.order.org_id)
        return receipt

    async def note(
        self, principal: Principal, org_id: str, order_id: str, note: str, then: Then[Receipt] | None = None
    ) -> Receipt:
        """What the house wants to remember of it; no buyer reads it. Raises NotFound, Forbidden, InvalidInput."""
        sells(principal, org_id)
        texts = Texts()
        kept = texts.description(note)[:MOST_NOTE]
        texts.check()

        def unit(tx: Transaction) -> Receipt:
            known_to(tx, org_id, order_id)
            store.set_note(tx, order_id, kept)
            books.log(tx, "order.noted", org_id, order_id, order_id=order_id, person_id=principal.person_id)
            return remembered(tx, order_id, then)

        return await self._db.write(unit)

    async def story(self, principal: Principal, org_id: str, order_id: str) -> list[Entry]:
        """Who did what with an order. Raises NotFound, Forbidden."""
        await self.known(principal, org_id, order_id)
        return await self._db.all(books.story(order_id))

    async def mark_paid(
        self, principal: Principal, org_id: str, order_id: str, amount: int | None, then: Then[Receipt] | None = None
    ) -> Receipt:
        """A transfer has come, for the order and all that was bought with it. What is not the whole amount is noted,
        and nothing is fulfilled. Raises NotFound, Forbidden, Unpayable."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> Receipt:
            order = known_to(tx, org_id, order_id)
            if order.method is not Method.TRANSFER or order.state not in (
                OrderState.AWAITING_PAYMENT,
                OrderState.EXPIRED,
            ):
                raise Unpayable(text("Nobody waits for a transfer for this order."))
            last = tx.all(store.attempts(order_id))[-1]
            paid = last.paid()
            if amount is not None:
                paid = replace(paid, amount=part_of(tx, last, amount))
            settle_all(tx, self._books, last, paid, principal.person_id)
            return remembered(tx, order_id, then)

        return await self._db.write(unit)

    async def cancel(
        self, principal: Principal, org_id: str, order_id: str, reason: str, then: Then[Receipt] | None = None
    ) -> Receipt:
        """A paid order is undone: its tickets are void, its units free, and all that was paid is on its way back.

        Raises NotFound, Forbidden, Conflict, Unavailable.
        """
        sells(principal, org_id)
        order = (await self.known(principal, org_id, order_id)).order
        if order.state is OrderState.AWAITING_PAYMENT:
            await self._closing.close(order_id)
            return await self._db.write(lambda tx: remembered(tx, order_id, then))

        def unit(tx: Transaction) -> Receipt:
            undo(tx, self._books, known_to(tx, org_id, order_id), principal, reason)
            return remembered(tx, order_id, then)

        return await self._db.write(unit)

    async def _receipt(self, order_id: str) -> Receipt:
        async with self._db.snapshot() as view:
            order = await view.one(store.order(order_id))
            if order is None:
                raise NotFound(text("There is no such order."))
            names = {one.id: one.name for one in await view.all(events.items(order.perf_id))}
            claims = await view.all(holds.of_order(order_id))
            wanted = {one.seat_id for one in claims if one.seat_id is not None}
            found = await view.all(seats.some(order.perf_id, wanted)) if wanted else []
            issued = await view.all(tickets.of_order(order_id))
            attempts = await view.all(store.attempts(order_id))
        places = {one.seat_id: one for one in found}
        lines = [Line(one, names[one.item_id], places.get(one.seat_id or "")) for one in claims]
        return Receipt(order, lines, [_issued(one) for one in issued], attempts)


def read(tx: Transaction, order_id: str) -> Receipt:
    order = tx.one(store.order(order_id))
    assert order is not None, "the order was found before"
    names = {one.id: one.name for one in tx.all(events.items(order.perf_id))}
    claims = tx.all(holds.of_order(order_id))
    wanted = {one.seat_id for one in claims if one.seat_id is not None}
    places = {one.seat_id: one for one in tx.all(seats.some(order.perf_id, wanted))} if wanted else {}
    lines = [Line(one, names[one.item_id], places.get(one.seat_id or "")) for one in claims]
    issued = [_issued(one) for one in tx.all(tickets.of_order(order_id))]
    return Receipt(order, lines, issued, tx.all(store.attempts(order_id)))


def known(tx: Transaction, order_id: str) -> Order:
    """Raises NotFound."""
    order = tx.one(store.order(order_id))
    if order is None:
        raise NotFound(text("There is no such order."))
    return order


def known_to(tx: Transaction, org_id: str, order_id: str) -> Order:
    """One of the organization's. Raises NotFound."""
    order = known(tx, order_id)
    if order.org_id != org_id:
        raise NotFound(text("There is no such order."))
    return order


def remembered(tx: Transaction, order_id: str, then: Then[Receipt] | None) -> Receipt:
    """The receipt, as an answer that is remembered in the same transaction has it."""
    receipt = read(tx, order_id)
    if then is not None:
        then(tx, receipt)
    return receipt


def _issued(one: Ticket) -> Issued:
    return Issued(one.id, one.claim_id, one.ordinal, one.serial, one.state, one.name)
