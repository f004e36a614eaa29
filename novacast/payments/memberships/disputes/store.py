"""SQL of disputes of memberships."""

from novacast.database import Query, Row, Transaction
from novacast.money import Contested
from novacast.payments.memberships.disputes.models import Dispute, State, contested

_DISPUTE = (
    "id", "charge_id", "org_id", "provider", "reference", "amount", "currency", "reason", "due_at", "created_at",
)  # fmt: skip


def by_reference(provider: str, reference: str) -> Query[Dispute]:
    return Query(
        "SELECT * FROM subscription_disputes WHERE provider = ? AND reference = ?", (provider, reference), _dispute
    )


def of_charge(charge_id: str) -> Query[Dispute]:
    return Query(
        "SELECT * FROM subscription_disputes WHERE charge_id = ? ORDER BY created_at, id", (charge_id,), _dispute
    )


def of_org(org_id: str, start: tuple[int, str], limit: int) -> Query[Contested]:
    """Newest first, with whose membership and which tier."""
    return Query(
        "SELECT d.*, c.subscription_id, t.name FROM subscription_disputes d "
        "JOIN subscription_charges c ON c.id = d.charge_id JOIN subscriptions s ON s.id = c.subscription_id "
        "JOIN member_tiers t ON t.id = s.tier_id WHERE d.org_id = ? AND (d.created_at, d.id) < (?, ?) "
        "ORDER BY d.created_at DESC, d.id DESC LIMIT ?",
        (org_id, *start, limit),
        lambda row: contested(_dispute(row), row["subscription_id"], row["name"]),
    )


def add(tx: Transaction, one: Dispute) -> None:
    own = {name: getattr(one, name) for name in _DISPUTE}
    tx.insert("subscription_disputes", **own, state=one.state.value, changed_at=one.created_at)


def move(tx: Transaction, dispute_id: str, to: State) -> None:
    sql = "UPDATE subscription_disputes SET state = ?, changed_at = ? WHERE id = ?"
    tx.run(sql, (to.value, tx.now, dispute_id))


def put_off(tx: Transaction, dispute_id: str, due_at: int | None) -> None:
    tx.run("UPDATE subscription_disputes SET due_at = ? WHERE id = ?", (due_at, dispute_id))


def _dispute(row: Row) -> Dispute:
    return Dispute(**{name: row[name] for name in _DISPUTE}, state=State(row["state"]))
