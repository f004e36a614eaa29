"""The waiting list as people use it: stand in line, confirm an address, see where one stands, leave."""

from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.limits import Rate, RateLimiter, network
from novacast.records import dataclass
from novacast.security.keys import Signer
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Event, Item, Performance
from novacast.tickets.events.permission import NO_PERFORMANCE, seen_performance, sees_orders
from novacast.tickets.expiry import Expiry
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import NotOnSale
from novacast.tickets.holds.taking import Taking, free_overdue, give_back
from novacast.tickets.models import HoldState, WaitingState
from novacast.tickets.waiting import store
from novacast.tickets.waiting.models import CONFIRM, MOST, NotSoldOut, Waiter
from novacast.tickets.waiting.offering import Offering

BATCH = 100
RATE = Rate("tickets.waiting", 10, 600.0, growth=1.5)
"""Entries of one person, or of all guests behind one network address, in ten minutes: each may send a mail."""


@dataclass(frozen=True, slots=True)
class Wanting:
    item_id: str
    quantity: int
    fewer: bool = False
    email: str = ""
    """Of whoever has no account here."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands. `before`: how many wait for the same before them; `until`: of an offer."""

    waiter: Waiter
    event: Event
    performance: Performance
    item: Item
    before: int
    until: int | None


class WaitingList:
    def __init__(
        self, db: Database, limiter: RateLimiter, expiry: Expiry, taking: Taking, offering: Offering, key: bytes
    ) -> None:
        self._db, self._limiter, self._expiry = db, limiter, expiry
        self._taking, self._offering = taking, offering
        self._signer = Signer(key, "tickets.waiting")

    def token(self, id_: str) -> str:
        """What stands in the links of mails; made of its id, stored nowhere."""
        return self._signer.sign(id_.encode())

    async def join(
        self,
        principal: Principal,
        perf_id: str,
        wanted: Wanting,
        *,
        language: str = "en",
        address: str = "",
        then: Then[Waiter] | None = None,
    ) -> Waiter:
        """At the end of the line; a guest once they have confirmed their address. Whoever stands there already stays
        where they are. Raises NotFound, InvalidInput, NotOnSale, NotSoldOut, Conflict, RateLimited.
        """
        self._limiter.check(RATE, principal.person_id or network(address))
        email, buyer = _who(principal, wanted)
        await self._taking.warm(self._db, perf_id)

        def unit(tx: Transaction) -> Waiter:
            performance, item = self._there(tx, principal, perf_id, wanted)
            known = tx.one(store.alive(item.id, buyer))
            if known is not None:
                if known.state is WaitingState.UNCONFIRMED:
                    store.tell_again(tx, known.id)
                joined = known
            else:
                self._check_sold_out(tx, performance, item)
                joined = _joined(tx, performance, wanted, principal, email, buyer, language)
            if then is not None:
                then(tx, joined)
            return joined

        return await self._db.write(unit)

    async def confirm(self, token: str) -> None:
        """Repeatable. Raises NotFound, Conflict for what is over."""

        def unit(tx: Transaction) -> None:
            waiter = self._known(tx, token)
            if waiter.state is WaitingState.UNCONFIRMED:
                store.stand(tx, waiter.id)
            elif waiter.state in (WaitingState.LAPSED, WaitingState.LEFT):
                raise Conflict(text("You don't wait for this any more. Put yourself on the list again."))

        await self._db.write(unit)

    async def leave(self, token: str) -> None:
        """What was offered is free for the next. Repeatable. Raises NotFound, Conflict for what is being paid for."""

        def unit(tx: Transaction) -> None:
            waiter = self._known(tx, token)
            hold = None if waiter.hold_id is None else tx.one(holds.hold(waiter.hold_id))
            if waiter.state is WaitingState.OFFERED and hold is not None:
                if hold.state in (HoldState.PAYING, HoldState.CLOSING, HoldState.CONVERTED):
                    raise Conflict(text("What you were offered is being paid for, or is bought."))
                if hold.state is HoldState.ACTIVE:
                    give_back(tx, hold, HoldState.RELEASED)
            if waiter.state in (WaitingState.UNCONFIRMED, WaitingState.WAITING, WaitingState.OFFERED):
                store.move(tx, waiter.id, WaitingState.LEFT)

        await self._db.write(unit)

    async def show(self, token: str) -> Place:
        """Raises NotFound."""
        async with self._db.snapshot() as view:
            waiter = await view.one(store.waiter(self._id_of(token)))
            if waiter is None:
                raise NotFound(text("There is no such place on a waiting list."))
            event = await view.one(events.event_of(waiter.perf_id))
            performance = await view.one(events.performance(waiter.perf_id))
            items = {one.id: one for one in await view.all(events.items(waiter.perf_id))}
            before = await view.one(store.before(waiter))
            hold = await view.one(holds.hold(waiter.hold_id or ""))
        assert event is not None, "a performance has an event"
        assert performance is not None, "who waits, waits for a performance"
        until = None if hold is None or hold.state is not HoldState.ACTIVE else hold.expires_at
        return Place(waiter, event, performance, items[waiter.item_id], before or 0, until)

    async def of_performance(self, principal: Principal, perf_id: str, cursor: str | None, limit: int) -> Page[Waiter]:
        """For those who see its orders, newest first. Raises NotFound, Forbidden."""
        performance = await self._db.one(events.performance(perf_id))
        if performance is None:
            raise NotFound(NO_PERFORMANCE)
        sees_orders(principal, performance.org_id)
        start = keyset(cursor, int, str) or events.START
        rows = await self._db.all(store.of_performance(perf_id, start, limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def wanted(self, perf_id: str) -> dict[str, tuple[int, int]]:
        """Of each kind that somebody waits for: how many do, and for how many units. For whoever was shown the list."""
        return {item: (people, units) for item, people, units in await self._db.all(store.wanted(perf_id))}

    async def sweep(self) -> None:
        """Offer what became free, and drop addresses that nobody confirmed."""
        for perf_id in await self._db.all(store.performances()):
            await self._taking.warm(self._db, perf_id)
            await self._serve(perf_id)
        await self._db.write(self._drop)

    async def _serve(self, perf_id: str) -> None:
        def unit(tx: Transaction) -> None:
            performance, now = tx.one(events.performance(perf_id)), self._expiry.instant(tx)
            assert performance is not None, "performances are never deleted"
            free_overdue(tx, perf_id, now)
            self._offering.serve(tx, performance, now)

        await self._db.write(unit)

    def _drop(self, tx: Transaction) -> None:
        for waiter in tx.all(store.unconfirmed(tx.now - CONFIRM, BATCH)):
            store.move(tx, waiter.id, WaitingState.LAPSED)

    def _there(self, tx: Transaction, principal: Principal, perf_id: str, wanted: Wanting) -> tuple[Performance, Item]:
        now = self._expiry.instant(tx)
        event = tx.one(events.event_of(perf_id))
        performance = seen_performance(principal, event, tx.one(events.performance(perf_id)))
        if not performance.sells(now):
            raise NotOnSale(text("This performance is not on sale at this moment."))
        item = self._taking.items(tx, performance).get(wanted.item_id)
        if item is None or item.hidden:
            raise InvalidInput.field("item", text("There is no such kind of ticket here."), "unknown")
        if not item.sells(now):
            raise NotOnSale(text("{item} is not on sale at this moment.", item=item.name))
        most = min(item.most, performance.most_per_person, item.most_per_person or item.most)
        if not item.least <= wanted.quantity <= most:
            said = text("Between {least} and {most} of {item}.", least=item.least, most=most, item=item.name)
            raise InvalidInput.field("quantity", said, "out_of_range")
        return performance, item

    def _check_sold_out(self, tx: Transaction, performance: Performance, item: Item) -> None:
        now = self._expiry.instant(tx)
        free_overdue(tx, performance.id, now)
        self._offering.serve(tx, performance, now)
        waits = tx.one(store.waits_for(item.id, performance.id))
        if not waits and self._offering.room(tx, item) >= item.least:
            raise NotSoldOut(text("There are tickets, and nobody waits for them. Buy them."))
        if (tx.one(store.count(performance.id)) or 0) >= MOST:
            raise Conflict(text("{most} people wait already, which is the most.", most=MOST))

    def _known(self, tx: Transaction, token: str) -> Waiter:
        waiter = tx.one(store.waiter(self._id_of(token)))
        if waiter is None:
            raise NotFound(text("There is no such place on a waiting list."))
        return waiter

    def _id_of(self, token: str) -> str:
        try:
            return self._signer.verify(token).decode()
        except Unauthenticated as error:
            raise NotFound(text("There is no such place on a waiting list.")) from error


def _who(principal: Principal, wanted: Wanting) -> tuple[str, str]:
    """Address and whose share it counts to. Raises InvalidInput."""
    # Its tables of letters are loaded for the first address, and not with the server.
    from email_validator import EmailNotValidError, validate_email

    if principal.person_id is not None:
        return "", f"person:{principal.person_id}"
    try:
        found = validate_email(wanted.email, check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidInput.field("email", text("This is no e-mail address."), "email") from error
    return found.normalized, f"email:{found.normalized.casefold()}"


def _joined(
    tx: Transaction,
    performance: Performance,
    wanted: Wanting,
    principal: Principal,
    email: str,
    buyer: str,
    language: str,
) -> Waiter:
    made = Waiter(
        id=new_id(),
        org_id=performance.org_id,
        perf_id=performance.id,
        item_id=wanted.item_id,
        person_id=principal.person_id,
        email=email,
        buyer=buyer,
        language=language,
        quantity=wanted.quantity,
        fewer=wanted.fewer,
        state=WaitingState.UNCONFIRMED,
        since=None,
        hold_id=None,
        created_at=tx.now,
        changed_at=tx.now,
    )
    store.add(tx, made)
    if principal.person_id is not None:
        store.stand(tx, made.id)
    return tx.one(store.waiter(made.id)) or made
