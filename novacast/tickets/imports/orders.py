"""Orders from another system's file become orders with tickets, paid where they were made. Fits `importing.Takes`.

All that holds for orders holds for these: the schema refuses a seat that is taken and one more than there are, the
ledger has their money, at the place where it was paid (`clearing:elsewhere`). What is not done is what was done there:
no mail, no invoice, no webhook of a sale.
"""

from collections.abc import Sequence
from dataclasses import replace

from novacast import outbox
from novacast.clock import MINUTE
from novacast.database import IntegrityError, Transaction
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import Text, text
from novacast.identity import new_id, timely_id
from novacast.importing import Brought, Did, Line, Links, Record, Wish
from novacast.records import dataclass
from novacast.texts import printable
from novacast.tickets import store as log_book
from novacast.tickets.admission import store as tickets
from novacast.tickets.admission.issuing import issue
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Event, Item, Performance
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Claim, Hold
from novacast.tickets.holds.taking import Taking, free_overdue, put, told
from novacast.tickets.imports import store
from novacast.tickets.imports.events import event_key, item_key, night_key, of_nothing_here
from novacast.tickets.imports.leaving import counts, left, unpaid
from novacast.tickets.imports.ports import Accounts
from novacast.tickets.imports.values import amount, hour, share
from novacast.tickets.models import AttemptState, ClaimState, HoldState, OrderState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.bookings import entry_of, parts_of, spread
from novacast.tickets.orders.models import Attempt, Buyer, Method, Order, buyer_of, new_code
from novacast.tickets.ports import Books
from novacast.tickets.seatmaps import store as seats
from novacast.tickets.seatmaps.models import Seat

CHANNEL = "box_office"


@dataclass(frozen=True, slots=True)
class _Unit:
    line: Line
    item: Item
    seat: Seat | None
    claim: Claim


class OrdersTaking:
    def __init__(self, taking: Taking, books: Books, accounts: Accounts, instance: str) -> None:
        """`instance`: of this installation."""
        self._taking, self._books, self._accounts, self._instance = taking, books, accounts, instance

    def take(self, tx: Transaction, wish: Wish, links: Links, record: Record) -> Brought:
        """One order for each performance that it is of. Raises InvalidInput, Conflict, SoldOut, SeatsTaken."""
        notes: list[Text] = []
        lines = [line for line in record.lines if counts(line, notes)]
        if not lines:
            raise Conflict(unpaid(record.lines[0]))
        made, known = list[str](), list[str]()
        by_night: dict[str, list[Line]] = {}
        for line in lines:
            by_night.setdefault(self._night(tx, wish, links, line), []).append(line)
        for perf_id, some in by_night.items():
            key = f"{record.key or _key(some[0])}@{perf_id}"
            before = links.find(tx, "order", key)
            if before is not None:
                known.append(before)
                continue
            order = self._order(tx, wish, links, perf_id, some, notes)
            notes += left(some)
            links.keep(tx, "order", key, order.id)
            made.append(order.id)
        if not made:
            return Brought(Did.KNOWN, known[0])
        return Brought(Did.ADDED if known else Did.MADE, made[0], notes)

    def _night(self, tx: Transaction, wish: Wish, links: Links, line: Line) -> str:
        """Id of the performance that a ticket is of. Raises InvalidInput."""
        event_id = links.find(tx, "event", event_key(line))
        event = None if event_id is None else tx.one(events.event(event_id))
        starts = hour(line, "starts", event.timezone) if event is not None else None
        names = dict.fromkeys([night_key(line, starts), line.get("performance", ""), event_key(line)])
        found = next((id_ for one in names if one and (id_ := links.find(tx, "performance", one)) is not None), None)
        if found is None and event is not None:
            nights = tx.all(events.performances(event.id))
            if starts is not None:
                nights = [one for one in nights if one.starts_at == starts]
            found = nights[0].id if len(nights) == 1 else None
        performance = None if found is None else tx.one(events.performance(found))
        if performance is None or performance.org_id != wish.org_id:
            raise InvalidInput.field("performance", of_nothing_here(line))
        return performance.id

    def _order(
        self, tx: Transaction, wish: Wish, links: Links, perf_id: str, lines: Sequence[Line], notes: list[Text]
    ) -> Order:
        performance, event = tx.one(events.performance(perf_id)), tx.one(events.event_of(perf_id))
        assert performance is not None, "it was found just now"
        assert event is not None, "a performance has an event"
        buyer = _buyer(lines)
        person_id = self._accounts.person_id(tx, buyer.email) if buyer.email else None
        hold = self._hold(tx, performance, person_id)
        free_overdue(tx, perf_id, tx.now)
        holds.add(tx, hold)
        units = self._units(tx, links, performance, event, hold, lines)
        claims = [one.claim for one in units]
        order = self._placed(tx, wish, event, hold, buyer, lines, sum(one.cost for one in claims))
        self._paid(tx, order, lines, claims)
        self._issued(tx, order, units, notes)
        log_book.log(
            tx, "order.imported", order.org_id, order.id, order_id=order.id, person_id=wish.person_id,
            detail=lines[0].get("order", ""),
        )  # fmt: skip
        outbox.emit(tx, "order.imported", order.id, outbox.org(order.org_id), code=order.code)
        return order

    def _hold(self, tx: Transaction, performance: Performance, person_id: str | None) -> Hold:
        id_ = timely_id(tx.now)
        return Hold(
            id=id_,
            perf_id=performance.id,
            org_id=performance.org_id,
            person_id=person_id,
            buyer=id_ if person_id is None else f"person:{person_id}",
            state=HoldState.ACTIVE,
            expires_at=tx.now + MINUTE,
            limit_at=tx.now + MINUTE,
            created_at=tx.now,
            changed_at=tx.now,
        )

    def _units(
        self,
        tx: Transaction,
        links: Links,
        performance: Performance,
        event: Event,
        hold: Hold,
        lines: Sequence[Line],
    ) -> list[_Unit]:
        """Raises InvalidInput, SoldOut, SeatsTaken."""
        units = [self._unit(tx, links, performance, event, hold, line) for line in lines]
        total = amount(lines[0], "order_total", event.currency, -1)
        if total >= 0 and not any("price" in line for line in lines):
            units = _costing(units, total)
        for one in units:
            put(tx, one.claim, one.item, one.seat)
        return units

    def _unit(
        self, tx: Transaction, links: Links, performance: Performance, event: Event, hold: Hold, line: Line
    ) -> _Unit:
        """Raises InvalidInput."""
        if line.get("currency", event.currency).upper() != event.currency:
            raise InvalidInput.field("currency", text("The event is sold in {currency}.", currency=event.currency))
        item = self._item(tx, links, performance, line)
        seat = _seat(tx, performance, item, line)
        otherwise = item.price_in("" if seat is None else seat.category, tx.now)
        claim = Claim(
            id=timely_id(tx.now),
            perf_id=performance.id,
            item_id=item.id,
            seat_id=None if seat is None else seat.seat_id,
            hold_id=hold.id,
            order_id=None,
            buyer=hold.buyer,
            price=amount(line, "price", event.currency, otherwise),
            fee=amount(line, "fee", event.currency),
            tax_bp=share(line, "tax", item.tax_bp),
            state=ClaimState.HELD,
            expires_at=hold.expires_at,
        )
        return _Unit(line, item, seat, claim)

    def _item(self, tx: Transaction, links: Links, performance: Performance, line: Line) -> Item:
        items = self._taking.items(tx, performance)
        event, own, name = event_key(line), line.get("item", ""), line.get("ticket", "")
        nights = (f"{event}/{line.get('performance', '')}", f"{event}/{performance.starts_at}")
        keys = [item_key(night, one) for night in nights for one in (line, {"ticket": name})]
        found = [links.find(tx, "item", key) for key in dict.fromkeys([*keys, own, name]) if key]
        item = next((items[one] for one in found if one in items), None) if items else None
        named = [one for one in items.values() if one.name.casefold() == name.casefold()]
        if item is None and name and len(named) == 1:
            item = named[0]
        if item is None:
            raise InvalidInput.field(
                "ticket",
                text(
                    "The performance has no kind of ticket {name}: bring the events first, or name it in the mapping "
                    "file under [items].",
                    name=(name or own)[:100],
                ),
            )
        return item

    def _placed(
        self, tx: Transaction, wish: Wish, event: Event, hold: Hold, buyer: Buyer, lines: Sequence[Line], total: int
    ) -> Order:
        number = printable(lines[0].get("order", ""))[:100]
        ordered = printable(lines[0].get("ordered", ""))[:40]
        order = Order(
            id=new_id(),
            code=new_code(),
            org_id=hold.org_id,
            perf_id=hold.perf_id,
            hold_id=hold.id,
            person_id=hold.person_id,
            name=buyer.name,
            email=buyer.email,
            email_key=buyer.email_key,
            language=buyer.language,
            method=Method.ELSEWHERE,
            channel=CHANNEL,
            total=total,
            currency=event.currency,
            test=self._taking.test,
            disputed=False,
            # By its number there people find it here, whose notes are searched.
            note=" ".join(filter(None, (number, ordered))),
            state=OrderState.DRAFT,
            due_at=None,
            created_at=tx.now,
            changed_at=tx.now,
        )
        orders.add(tx, order)
        orders.move(tx, order.id, OrderState.AWAITING_PAYMENT, tx.now)
        holds.move(tx, hold.id, HoldState.PAYING)
        holds.to_pay(tx, hold.id, order.id, tx.now)
        return replace(order, state=OrderState.AWAITING_PAYMENT)

    def _paid(self, tx: Transaction, order: Order, lines: Sequence[Line], claims: Sequence[Claim]) -> None:
        attempt = Attempt(
            id=new_id(),
            order_id=order.id,
            provider=Method.ELSEWHERE,
            mode="test" if order.test else "live",
            instance=self._instance,
            key=new_id(),
            amount=order.total,
            currency=order.currency,
            reference=printable(lines[0].get("order", ""))[:100] or None,
            url=None,
            captured=0,
            refunded=0,
            mismatch=None,
            state=AttemptState.CREATED,
            created_at=tx.now,
            changed_at=tx.now,
        )
        orders.add_attempt(tx, attempt)
        orders.change_attempt(tx, attempt.id, {"state": AttemptState.SUBMITTED})
        orders.change_attempt(tx, attempt.id, {"state": AttemptState.CAPTURED, "captured": attempt.amount})
        orders.move(tx, order.id, OrderState.PAID)
        holds.sell(tx, order.id)
        holds.move(tx, order.hold_id, HoldState.CONVERTED)
        self._books.sold(tx, entry_of(order, attempt.id, tx.now), attempt.provider, parts_of(claims))

    def _issued(self, tx: Transaction, order: Order, units: Sequence[_Unit], notes: list[Text]) -> None:
        for unit in units:
            name = _holder(unit.line) or order.name
            issue(tx, order, [unit.claim], name=name, person_id=order.person_id)
        told(tx, _held(tx, order), [one.claim for one in units], ClaimState.SOLD)
        by_claim = {one.claim_id: one.id for one in tx.all(tickets.of_order(order.id))}
        for unit in units:
            code = unit.line.get("code", "")
            if not code:
                continue
            if not store.LEAST <= len(store.normal(code)) <= store.MOST:
                notes.append(text("A code of a ticket is too short or too long to be taken: its holder needs ours."))
                continue
            try:
                store.add_code(tx, order.org_id, code, by_claim[unit.claim.id])
            except IntegrityError as error:
                raise Conflict(text("Another ticket here has this ticket's code.")) from error


def _costing(units: Sequence[_Unit], total: int) -> list[_Unit]:
    """What an order cost in all, laid on its tickets by what each costs here."""
    weights = [(max(one.claim.price, 1), 0) for one in units]
    shares = [share_ for share_, _rate in spread(weights, total)]
    return [
        replace(one, claim=replace(one.claim, price=share_, fee=0)) for one, share_ in zip(units, shares, strict=True)
    ]


def _held(tx: Transaction, order: Order) -> Hold:
    hold = tx.one(holds.hold(order.hold_id))
    assert hold is not None, "an order has a hold"
    return hold


def _key(line: Line) -> str:
    """Of an order that has no number. Raises InvalidInput."""
    key = line.get("code") or ""
    if not key:
        raise InvalidInput.field("order", text("It has neither a number of an order nor a ticket's code."))
    return f"code:{key}"


def _buyer(lines: Sequence[Line]) -> Buyer:
    """Raises InvalidInput."""
    first = lines[0]
    email = first.get("buyer_email") or next((one["email"] for one in lines if "email" in one), "")
    name = first.get("buyer_name") or next((found for one in lines if (found := _holder(one))), "")
    return buyer_of(name, email, first.get("language", "en")[:35].replace("_", "-"), needed=False)


def _holder(line: Line) -> str:
    return " ".join(printable(line.get("name", ""))[:200].split())


def _seat(tx: Transaction, performance: Performance, item: Item, line: Line) -> Seat | None:
    """Raises InvalidInput."""
    if not item.seated:
        return None
    parts = [line[name] for name in ("seat_zone", "seat_row", "seat_number") if name in line]
    names = [one for one in (line.get("seat", ""), " ".join(parts)) if one]
    for name in names:
        found = tx.all(store.seat_like(performance.id, name))
        if len(found) == 1 or (found and found[0] == name):
            (seat,) = tx.all(seats.some(performance.id, [found[0]]))
            return seat
    shown = names[0] if names else "-"
    raise InvalidInput.field("seat", text("The performance has no one seat {seat}.", seat=shown[:80]))
