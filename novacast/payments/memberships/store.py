"""SQL of memberships."""

from collections.abc import Mapping, Sequence
from typing import Any

from novacast.clock import DAY
from novacast.database import Query, Row, Transaction
from novacast.payments.memberships.models import (
    FIRST_DAYS,
    Charge,
    ChargeState,
    Interval,
    Kind,
    Plan,
    State,
    Subscription,
    Tier,
)

START = (2**62, "")
"""Before the newest."""


def tier(tier_id: str) -> Query[Tier]:
    return Query("SELECT * FROM member_tiers WHERE id = ?", (tier_id,), _tier)


def tiers(org_id: str) -> Query[Tier]:
    """There are few of one organization; what is archived is among them."""
    return Query("SELECT * FROM member_tiers WHERE org_id = ? ORDER BY position, id", (org_id,), _tier)


def plan(plan_id: str) -> Query[Plan]:
    return Query("SELECT * FROM member_plans WHERE id = ?", (plan_id,), _plan)


def plans(org_id: str) -> Query[Plan]:
    """Of all tiers, in their order; what is not offered any more is among them."""
    return Query(
        "SELECT p.* FROM member_tiers t JOIN member_plans p ON p.tier_id = t.id WHERE t.org_id = ? "
        "ORDER BY t.position, t.id, p.price, p.id",
        (org_id,),
        _plan,
    )


def media(tier_id: str) -> Query[str]:
    sql = "SELECT media_id FROM member_media WHERE tier_id = ? ORDER BY media_id"
    return Query(sql, (tier_id,), lambda row: str(row["media_id"]))


def subscription(subscription_id: str) -> Query[Subscription]:
    return Query("SELECT * FROM subscriptions WHERE id = ?", (subscription_id,), _subscription)


def of_person(person_id: str) -> Query[Subscription]:
    """Newest first, a hundred at most."""
    sql = "SELECT * FROM subscriptions WHERE person_id = ? ORDER BY created_at DESC, id DESC LIMIT 100"
    return Query(sql, (person_id,), _subscription)


def of_org(org_id: str, after: tuple[int, str], limit: int) -> Query[Subscription]:
    return Query(
        "SELECT * FROM subscriptions WHERE org_id = ? AND (created_at, id) < (?, ?) "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (org_id, *after, limit),
        _subscription,
    )


def running(person_id: str, org_id: str, circle: str) -> Query[Subscription]:
    """The one that has not ended."""
    return Query(
        "SELECT * FROM subscriptions WHERE person_id = ? AND org_id = ? AND circle = ? "
        "AND state NOT IN ('cancelled', 'expired')",
        (person_id, org_id, circle),
        _subscription,
    )


def opening(person_id: str, media_id: str) -> Query[tuple[Subscription, str]]:
    """Subscriptions whose tiers open this, whether they do so now or not, with the badges of those tiers."""
    return Query(
        "SELECT s.*, t.badge FROM subscriptions s JOIN member_media m ON m.tier_id = s.tier_id "
        "JOIN member_tiers t ON t.id = s.tier_id WHERE s.person_id = ? AND m.media_id = ? "
        "AND s.state IN ('active', 'past_due') ORDER BY t.position",
        (person_id, media_id),
        lambda row: (_subscription(row), str(row["badge"])),
    )


def of_house(person_id: str, org_id: str) -> Query[Subscription]:
    """Those to an organization that may open something."""
    return Query(
        "SELECT * FROM subscriptions WHERE person_id = ? AND org_id = ? AND state IN ('active', 'past_due')",
        (person_id, org_id),
        _subscription,
    )


def due_of(org_id: str) -> Query[Charge]:
    """What is to be paid at the counter or by transfer, the longest due first; a hundred at most."""
    return Query(
        "SELECT c.* FROM subscription_charges c JOIN subscriptions s ON s.id = c.subscription_id "
        "WHERE s.org_id = ? AND c.state = 'due' AND c.provider = 'offline' ORDER BY c.created_at LIMIT 100",
        (org_id,),
        _charge,
    )


def over(now: int, limit: int) -> Query[str]:
    """Ids of those whose period is over, or whose first payment never came; those that wait for one are looked at again
    when their grace is over."""
    return Query(
        """SELECT id FROM (
            SELECT id, ends_at AS due FROM subscriptions WHERE state = 'active' AND ends_at <= :now
            UNION ALL SELECT id, ends_at FROM subscriptions
                WHERE state = 'past_due' AND ends_at + grace_days * :day <= :now
            UNION ALL SELECT id, created_at FROM subscriptions WHERE state = 'pending' AND created_at <= :first)
        ORDER BY due LIMIT :limit""",
        {"now": now, "day": DAY, "first": now - FIRST_DAYS * DAY, "limit": limit},
        lambda row: str(row["id"]),
    )


def charge(charge_id: str) -> Query[Charge]:
    return Query("SELECT * FROM subscription_charges WHERE id = ?", (charge_id,), _charge)


def charges(subscription_id: str) -> Query[Charge]:
    sql = "SELECT * FROM subscription_charges WHERE subscription_id = ? ORDER BY number DESC LIMIT 100"
    return Query(sql, (subscription_id,), _charge)


def next_number(subscription_id: str) -> Query[int]:
    """Of its next charge."""
    sql = "SELECT coalesce(max(number), 0) + 1 FROM subscription_charges WHERE subscription_id = ?"
    return Query(sql, (subscription_id,), lambda row: int(row[0]))


def erase(tx: Transaction, person_id: str) -> None:
    """What was paid stays in the books, under a name that leads to nobody; what goes on ends."""
    tx.run(
        "UPDATE subscriptions SET state = 'cancelled', left = NULL, changed_at = ? "
        "WHERE person_id = ? AND state NOT IN ('cancelled', 'expired')",
        (tx.now, person_id),
    )


def due_charges(provider: str, limit: int) -> Query[Charge]:
    sql = "SELECT * FROM subscription_charges WHERE state = 'due' AND provider = ? ORDER BY created_at LIMIT ?"
    return Query(sql, (provider, limit), _charge)


def add_tier(tx: Transaction, one: Tier) -> None:
    tx.insert(
        "member_tiers",
        id=one.id,
        org_id=one.org_id,
        circle=one.circle,
        name=one.name,
        description=one.description,
        badge=one.badge,
        discount=one.discount,
        presale_hours=one.presale_hours,
        position=one.position,
        created_at=one.created_at,
        changed_at=one.changed_at,
    )


def add_plan(tx: Transaction, one: Plan) -> None:
    tx.insert(
        "member_plans",
        id=one.id,
        tier_id=one.tier_id,
        org_id=one.org_id,
        interval=one.interval.value,
        price=one.price,
        currency=one.currency,
        tax=one.tax,
        grace_days=one.grace_days,
        offered=one.offered,
        created_at=one.created_at,
    )


def add(tx: Transaction, one: Subscription) -> None:
    tx.insert(
        "subscriptions",
        id=one.id,
        org_id=one.org_id,
        circle=one.circle,
        tier_id=one.tier_id,
        plan_id=one.plan_id,
        person_id=one.person_id,
        kind=one.kind.value,
        state=one.state.value,
        provider=one.provider,
        price=one.price,
        currency=one.currency,
        tax=one.tax,
        interval=None if one.interval is None else one.interval.value,
        grace_days=one.grace_days,
        anchor=one.anchor,
        periods=one.periods,
        ends_at=one.ends_at,
        created_at=one.created_at,
        changed_at=one.changed_at,
    )


def add_charge(tx: Transaction, charge_id: str, one: Subscription, number: int) -> None:
    """Once for each period; what is there already stays as it is."""
    tx.run(
        "INSERT INTO subscription_charges (id, subscription_id, number, amount, currency, tax, state, provider, "
        "created_at) VALUES (?, ?, ?, ?, ?, ?, 'due', ?, ?) ON CONFLICT (subscription_id, number) DO NOTHING",
        (charge_id, one.id, number, one.price, one.currency, one.tax, one.provider, tx.now),
    )


def change_tier(tx: Transaction, tier_id: str, columns: Mapping[str, Any]) -> None:
    """Set `columns`, whose names come from our code, never from a caller."""
    _change(tx, "member_tiers", tier_id, {**columns, "changed_at": tx.now})


def change_plan(tx: Transaction, plan_id: str, columns: Mapping[str, Any]) -> None:
    _change(tx, "member_plans", plan_id, columns)


def change(tx: Transaction, subscription_id: str, **columns: Any) -> None:
    _change(tx, "subscriptions", subscription_id, {**columns, "changed_at": tx.now})


def pay(tx: Transaction, charge_id: str, reference: str | None, *, late: bool) -> None:
    tx.run(
        "UPDATE subscription_charges SET state = 'paid', paid_at = ?, reference = coalesce(?, reference), late = ? "
        "WHERE id = ? AND state <> 'paid'",
        (tx.now, reference, late, charge_id),
    )


def void(tx: Transaction, subscription_id: str) -> None:
    sql = "UPDATE subscription_charges SET state = 'void' WHERE subscription_id = ? AND state = 'due'"
    tx.run(sql, (subscription_id,))


def set_media(tx: Transaction, tier_id: str, ids: Sequence[str]) -> None:
    tx.run("DELETE FROM member_media WHERE tier_id = ?", (tier_id,))
    for one in ids:
        tx.insert("member_media", tier_id=tier_id, media_id=one)


def _change(tx: Transaction, table: str, id_: str, columns: Mapping[str, Any]) -> None:
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(f"UPDATE {table} SET {sets} WHERE id = :id", {**columns, "id": id_})  # noqa: S608 - names from our code


def _tier(row: Row) -> Tier:
    return Tier(
        id=row["id"],
        org_id=row["org_id"],
        circle=row["circle"],
        name=row["name"],
        description=row["description"],
        badge=row["badge"],
        discount=row["discount"],
        presale_hours=row["presale_hours"],
        position=row["position"],
        archived=bool(row["archived"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )


def _plan(row: Row) -> Plan:
    return Plan(
        id=row["id"],
        tier_id=row["tier_id"],
        org_id=row["org_id"],
        interval=Interval(row["interval"]),
        price=row["price"],
        currency=row["currency"],
        tax=row["tax"],
        grace_days=row["grace_days"],
        offered=bool(row["offered"]),
        created_at=row["created_at"],
    )


def _subscription(row: Row) -> Subscription:
    return Subscription(
        id=row["id"],
        org_id=row["org_id"],
        circle=row["circle"],
        tier_id=row["tier_id"],
        plan_id=row["plan_id"],
        person_id=row["person_id"],
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        provider=row["provider"],
        price=row["price"],
        currency=row["currency"],
        tax=row["tax"],
        interval=None if row["interval"] is None else Interval(row["interval"]),
        grace_days=row["grace_days"],
        anchor=row["anchor"],
        periods=row["periods"],
        ends_at=row["ends_at"],
        stops=bool(row["stops"]),
        left=row["left"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )


def _charge(row: Row) -> Charge:
    return Charge(
        id=row["id"],
        subscription_id=row["subscription_id"],
        number=row["number"],
        amount=row["amount"],
        currency=row["currency"],
        tax=row["tax"],
        state=ChargeState(row["state"]),
        provider=row["provider"],
        reference=row["reference"],
        created_at=row["created_at"],
        paid_at=row["paid_at"],
        late=bool(row["late"]),
    )
