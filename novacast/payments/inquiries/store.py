"""SQL of inquiries."""

from novacast.database import Query, Row, Transaction
from novacast.money import Contested
from novacast.payments.inquiries.models import Inquiry, State, contested

_INQUIRY = (
    "id", "org_id", "provider", "reference", "order_id", "subscription_id", "code", "amount", "currency", "reason",
    "due_at", "created_at",
)  # fmt: skip


def by_reference(provider: str, reference: str) -> Query[Inquiry]:
    return Query(
        "SELECT * FROM payment_inquiries WHERE provider = ? AND reference = ?", (provider, reference), _inquiry
    )


def of_org(org_id: str, start: tuple[int, str], limit: int) -> Query[Contested]:
    """Newest first; one that became a dispute stands as that."""
    return Query(
        "SELECT q.*, coalesce(t.name, q.code) AS named FROM payment_inquiries q "
        "LEFT JOIN subscriptions s ON s.id = q.subscription_id LEFT JOIN member_tiers t ON t.id = s.tier_id "
        "WHERE q.org_id = ? AND q.state <> 'disputed' AND (q.created_at, q.id) < (?, ?) "
        "ORDER BY q.created_at DESC, q.id DESC LIMIT ?",
        (org_id, *start, limit),
        lambda row: contested(_inquiry(row), row["named"]),
    )


def of_order(order_id: str) -> Query[Inquiry]:
    return Query(
        "SELECT * FROM payment_inquiries WHERE order_id = ? AND state <> 'disputed' ORDER BY created_at, id",
        (order_id,),
        _inquiry,
    )


def of_subscription(subscription_id: str) -> Query[Inquiry]:
    return Query(
        "SELECT * FROM payment_inquiries WHERE subscription_id = ? AND state <> 'disputed' ORDER BY created_at, id",
        (subscription_id,),
        _inquiry,
    )


def membership(charge_id: str) -> Query[str]:
    """Whose period it is."""
    return Query("SELECT subscription_id FROM subscription_charges WHERE id = ?", (charge_id,), lambda row: str(row[0]))


def add(tx: Transaction, one: Inquiry) -> None:
    own = {name: getattr(one, name) for name in _INQUIRY}
    tx.insert("payment_inquiries", **own, state=one.state.value, changed_at=one.created_at)


def move(tx: Transaction, inquiry_id: str, to: State) -> None:
    sql = "UPDATE payment_inquiries SET state = ?, changed_at = ? WHERE id = ?"
    tx.run(sql, (to.value, tx.now, inquiry_id))


def put_off(tx: Transaction, inquiry_id: str, due_at: int | None) -> None:
    tx.run("UPDATE payment_inquiries SET due_at = ? WHERE id = ?", (due_at, inquiry_id))


def _inquiry(row: Row) -> Inquiry:
    return Inquiry(**{name: row[name] for name in _INQUIRY}, state=State(row["state"]))
