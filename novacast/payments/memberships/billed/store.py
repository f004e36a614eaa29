"""SQL of memberships whose periods others count."""

from novacast.clock import DAY
from novacast.database import Query, Row, Transaction
from novacast.payments.memberships.billed.models import Asked, Kind, Wish
from novacast.payments.memberships.models import Charge, Subscription
from novacast.payments.memberships.rows import charge_of, subscription_of


def there(after: tuple[int, str], limit: int) -> Query[Subscription]:
    """Those that are not known to be over there, by their age."""
    return Query(
        "SELECT * FROM subscriptions WHERE billed = 1 AND gone = 0 AND (created_at, id) > (?, ?) "
        "ORDER BY created_at, id LIMIT ?",
        (*after, limit),
        subscription_of,
    )


def of_reference(reference: str) -> Query[Subscription]:
    return Query("SELECT * FROM subscriptions WHERE reference = ?", (reference,), subscription_of)


def charge_of_bill(provider: str, reference: str) -> Query[Charge]:
    return Query(
        "SELECT * FROM subscription_charges WHERE provider = ? AND reference = ?", (provider, reference), charge_of
    )


def bill(tx: Transaction, made: Charge, rows: str) -> None:
    tx.insert(
        "subscription_charges", id=made.id, subscription_id=made.subscription_id, number=made.number,
        amount=made.amount, currency=made.currency, tax=made.tax, state=made.state.value, provider=made.provider,
        reference=made.reference, created_at=made.created_at, since=made.since, until=made.until, rows=rows,
        url=made.url,
    )  # fmt: skip


def suspendable(now: int, limit: int) -> Query[Subscription]:
    """Whose grace is over, and that nobody was told of yet."""
    return Query(
        "SELECT * FROM subscriptions WHERE billed = 1 AND state = 'past_due' AND suspended_at IS NULL "
        "AND ends_at + grace_days * ? <= ? LIMIT ?",
        (DAY, now, limit),
        subscription_of,
    )


def remindable(now: int, until: int, limit: int) -> Query[Subscription]:
    """Whose trial ends soon."""
    return Query(
        "SELECT * FROM subscriptions WHERE reminded_at IS NULL AND trial_until > ? AND trial_until <= ? "
        "AND state = 'active' AND stops = 0 AND kind = 'paid' "
        "AND NOT EXISTS (SELECT 1 FROM subscription_charges WHERE subscription_id = subscriptions.id) LIMIT ?",
        (now, until, limit),
        subscription_of,
    )


def wish(wish_id: str) -> Query[Wish]:
    return Query("SELECT * FROM subscription_changes WHERE id = ?", (wish_id,), _wish)


def asked_of(subscription_id: str) -> Query[Wish]:
    """The one of which it is not known what became."""
    return Query(
        "SELECT * FROM subscription_changes WHERE subscription_id = ? AND state = 'asked'", (subscription_id,), _wish
    )


def asked(limit: int) -> Query[Wish]:
    return Query(
        "SELECT * FROM subscription_changes WHERE state = 'asked' ORDER BY created_at LIMIT ?", (limit,), _wish
    )


def ask(tx: Transaction, one: Wish) -> None:
    tx.insert(
        "subscription_changes", id=one.id, subscription_id=one.subscription_id, kind=one.kind.value,
        plan_id=one.plan_id, at=one.at, left=one.left, created_at=one.created_at,
    )  # fmt: skip


def end(tx: Transaction, wish_id: str, state: Asked, reason: str | None = None) -> bool:
    return bool(
        tx.run(
            "UPDATE subscription_changes SET state = ?, reason = ? WHERE id = ? AND state = 'asked'",
            (state.value, reason, wish_id),
        )
    )


def _wish(row: Row) -> Wish:
    return Wish(
        id=row["id"],
        subscription_id=row["subscription_id"],
        kind=Kind(row["kind"]),
        plan_id=row["plan_id"],
        at=row["at"],
        left=row["left"],
        state=Asked(row["state"]),
        reason=row["reason"],
        created_at=row["created_at"],
    )
