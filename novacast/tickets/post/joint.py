"""What was bought together is told together: one mail where each order would have its own. Inside the transaction in
which a fact is heard."""

from collections.abc import Callable, Sequence

from novacast.database import Transaction
from novacast.records import dataclass
from novacast.tickets.admission import store as admission
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.events import store as events
from novacast.tickets.models import OrderState, TicketState
from novacast.tickets.orders.models import Method, Order
from novacast.tickets.papers.service import MOST_ENCLOSED
from novacast.tickets.post import store
from novacast.tickets.purchases import store as purchases
from novacast.tickets.purchases.models import Purchase, PurchaseState, state_of
from novacast.tickets.shelves import store as shelves
from novacast.tickets.words import night_there
from novacast.words import hour_of, money

TOGETHER = frozenset({"order_awaiting", "order_paid", "order_expired"})
PAID = (OrderState.PAID, OrderState.PARTIALLY_REFUNDED)


@dataclass(frozen=True, slots=True)
class Together:
    """What a mail about a purchase needs of others. `page`: its address, by its id. `member`: a membership in words, by
    its id, in the language that is being spoken; `members`: where one's own are."""

    page: Callable[[str], str] = str
    member: Callable[[Transaction, str], str] = lambda tx, subscription_id: ""
    members: str = ""


def joint_mail(tx: Transaction, purchase_id: str, template: str) -> tuple[str, Sequence[Order]] | None:
    """The template of the mail that is to be sent now, and the orders that it tells of; None: none, or none yet. What
    was told before is not told again."""
    found = tx.all(purchases.orders(purchase_id))
    state = state_of([one.state for one in found])
    if template == "order_awaiting":
        transfer = state is PurchaseState.OPEN and found[0].method is Method.TRANSFER
        return ("joint_awaiting", found) if transfer and _once(tx, purchase_id, "awaiting") else None
    if state is PurchaseState.OPEN:
        return None  # whatever becomes of the rest is a fact too
    if state is PurchaseState.OVER:
        return ("joint_expired", found) if _once(tx, purchase_id, "over") else None
    fresh = [one for one in found if one.state in PAID and _once(tx, one.id, "paid")]
    return ("joint_paid", fresh) if fresh else None


def _once(tx: Transaction, subject: str, what: str) -> bool:
    return store.once(tx, 0, f"{subject} {what}")


def joint_context(tx: Transaction, purchase: Purchase, told: Sequence[Order], about: Together) -> dict[str, str]:
    """In the language that is being spoken."""
    every = tx.all(purchases.orders(purchase.id))
    member = "" if purchase.subscription_id is None else about.member(tx, purchase.subscription_id)
    lines = [_line(tx, one) for one in told] + ([member] if member else [])
    account = tx.one(cancelling.account(purchase.org_id))
    due = min((one.due_at for one in told if one.due_at is not None), default=None)
    carried = {one.id: _valid(tx, one) for one in told if not tx.one(shelves.shelf(one.perf_id))}
    many = sum(carried.values()) > MOST_ENCLOSED
    ids = [order_id for order_id, count in carried.items() if count]
    context = {
        "name": told[0].name,
        "code": purchase.code,
        "total": money(purchase.total, purchase.currency),
        "lines": "\n".join(lines),
        "due": "" if due is None else hour_of(due),
        "bank": "" if account is None else "\n".join(account.lines),
        "test": "yes" if purchase.test else "",
        "many": "yes" if many else "",
        "tickets": "yes" if ids else "",
        "partly": "yes" if len(told) < len(every) else "",
        "url": about.page(purchase.id),
        "members": about.members if member else "",
    }
    return context | ({"order_ids": ",".join(ids)} if ids and not many else {})


def _line(tx: Transaction, order: Order) -> str:
    event, performance = tx.one(events.event_of(order.perf_id)), tx.one(events.performance(order.perf_id))
    assert event is not None, "an order has an event"
    assert performance is not None, "an order has a performance"
    night = night_there(event.title, performance.starts_at, event.timezone)
    return f"{night}: {money(order.total, order.currency)} ({order.code})"


def _valid(tx: Transaction, order: Order) -> int:
    return sum(one.state is TicketState.VALID for one in tx.all(admission.of_order(order.id)))
