"""Events and orders that came over are taken back, as long as nobody has touched them. Fit `importing.Undoes`."""

from collections.abc import Collection

from novacast.database import IntegrityError, Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Principal
from novacast.importing import Made, Mine
from novacast.money import Repaid
from novacast.tickets import store as log_book
from novacast.tickets.admission import store as tickets
from novacast.tickets.events import store as events
from novacast.tickets.events.making import tell, tell_event
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.holders import store as holders
from novacast.tickets.imports import store
from novacast.tickets.models import OrderState, PerformanceState, RefundState, TicketState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Method, Order
from novacast.tickets.orders.undoing import undo
from novacast.tickets.ports import Books
from novacast.tickets.refunds import store as refunds
from novacast.tickets.refunds.hearing import hear


class EventsUndoing:
    """An event goes with all that is of it; what was added to another one goes by itself."""

    async def look(self, made: Made) -> None:
        """A transaction sees it all."""

    def undo(self, tx: Transaction, who: str | None, made: Made, mine: Mine) -> Collection[str]:
        """Raises Conflict."""
        by = Principal(person_id=who, name="import", system=True)
        try:
            if made.kind == "event":
                return _event(tx, by, made, mine)
            if made.kind == "performance":
                return _performance(tx, by, made, mine)
            return _part(tx, by, made, mine)
        except IntegrityError as error:
            raise Conflict(text("{name}: something here is of it.", name=_called(tx, made))) from error


class OrdersUndoing:
    def __init__(self, books: Books) -> None:
        self._books = books

    async def look(self, made: Made) -> None:
        """A transaction sees it all."""

    def undo(self, tx: Transaction, who: str | None, made: Made, mine: Mine) -> Collection[str]:
        """Its tickets are void, and its money was never here: in the books it goes back to where it was paid. Nobody
        is mailed. Raises Conflict."""
        order = tx.one(orders.order(made.id))
        if order is None:
            return [made.id]
        _check_untouched(tx, order)
        reason = "undone import"
        undo(tx, self._books, order, Principal(person_id=who, name="import", system=True), reason, UNDONE)
        for refund in tx.all(refunds.of_order(order.id)):
            refunds.change(tx, refund.id, {"provider": Method.ELSEWHERE, "state": RefundState.SUBMITTED})
            hear(tx, self._books, refund.id, Repaid("succeeded", refund.amount, reason), who)
        store.drop_codes(tx, order.id)
        return [made.id]


UNDONE = "order.import_undone"


def _check_untouched(tx: Transaction, order: Order) -> None:
    """Raises Conflict."""
    known = tx.all(tickets.of_order(order.id))
    as_it_came = (
        order.state is OrderState.PAID
        and order.changed_at == order.created_at
        and all(one.state is TicketState.VALID and one.changed_at == one.created_at for one in known)
        and not any(_passed_on(tx, one.claim_id) for one in known)
    )
    if not as_it_came:
        who = order.note or order.name or order.email
        raise Conflict(text("Order {code} ({who}) was used or changed since.", code=order.code, who=who))


def _passed_on(tx: Transaction, claim_id: str) -> bool:
    """Whether it was offered to somebody, or anybody came in with it."""
    return bool(tx.all(holders.of_claim(claim_id))) or (tx.one(holders.used(claim_id)) or 0) > 0


def _event(tx: Transaction, by: Principal, made: Made, mine: Mine) -> Collection[str]:
    event = tx.one(events.event(made.id))
    if event is None:
        return [made.id]
    gone = [event.id]
    nights = tx.all(events.performances(event.id))
    for one in nights:
        gone += _parts(tx, one, mine)
    if event.changed_at != event.created_at or not all(mine(tx, "performance", one.id) for one in nights):
        raise _changed(event.title)
    for one in nights:
        store.drop_performance(tx, one.id)
    store.drop_event(tx, event.id)
    tell_event(tx, "event.import_undone", event, by)
    return gone


def _performance(tx: Transaction, by: Principal, made: Made, mine: Mine) -> Collection[str]:
    night = tx.one(events.performance(made.id))
    if night is None:
        return [made.id]
    if mine(tx, "event", night.event_id):
        return ()
    gone = _parts(tx, night, mine)
    store.drop_performance(tx, night.id)
    tell(tx, "performance.import_undone", night, by)
    return gone


def _parts(tx: Transaction, night: Performance, mine: Mine) -> list[str]:
    """A performance and what is sold of it. Raises Conflict where something of it is not as it came."""
    parts = [("item", one.id) for one in tx.all(events.items(night.id))]
    parts += [("quota", one.id) for one in tx.all(events.quotas(night.id))]
    if night.changed_at != night.created_at or not all(mine(tx, kind, id_) for kind, id_ in parts):
        raise _changed(_title(tx.one(events.event(night.event_id))))
    return [night.id, *(id_ for _, id_ in parts)]


def _part(tx: Transaction, by: Principal, made: Made, mine: Mine) -> Collection[str]:
    """A kind of ticket, or a quota, of a performance that was here."""
    perf_id = tx.one(store.performance_of(made.id))
    night = None if perf_id is None else tx.one(events.performance(perf_id))
    if night is None:
        return [made.id]
    if mine(tx, "performance", night.id):
        return ()
    if night.state is not PerformanceState.DRAFT:
        raise _changed(_called(tx, made))
    store.drop_part(tx, made.id)
    log_book.log(tx, "item.import_undone", night.org_id, night.id, person_id=by.person_id, detail=made.id)
    return [made.id]


def _called(tx: Transaction, made: Made) -> str:
    if made.kind == "event":
        return _title(tx.one(events.event(made.id)))
    return tx.one(store.title_around(made.id)) or made.key


def _title(event: Event | None) -> str:
    return "" if event is None else event.title


def _changed(name: str) -> Conflict:
    return Conflict(text("{name} was changed since.", name=name))
