"""SQL of memberships."""

from collections.abc import Mapping, Sequence
from typing import Any

from novacast.clock import DAY
from novacast.database import Query, Transaction
from novacast.payments.memberships.models import FIRST_DAYS, Charge, Plan, Subscription, Tier
from novacast.payments.memberships.rows import charge_of, plan_of, subscription_of, tier_of

START = (2**62, "")
"""Before the newest."""


def tier(tier_id: str) -> Query[Tier]:
    return Query("SELECT * FROM member_tiers WHERE id = ?", (tier_id,), tier_of)


def tiers(org_id: str) -> Query[Tier]:
    """There are few of one organization; what is archived is among them."""
    return Query("SELECT * FROM member_tiers WHERE org_id = ? ORDER BY position, id", (org_id,), tier_of)


def plan(plan_id: str) -> Query[Plan]:
    return Query("SELECT * FROM member_plans WHERE id = ?", (plan_id,), plan_of)


def plans(org_id: str) -> Query[Plan]:
    """Of all tiers, in their order; what is not offered any more is among them."""
    return Query(
        "SELECT p.* FROM member_tiers t JOIN member_plans p ON p.tier_id = t.id WHERE t.org_id = ? "
        "ORDER BY t.position, t.id, p.price, p.id",
        (org_id,),
        plan_of,
    )


def offers(limit: int) -> Query[tuple[str, Plan]]:
    """What everybody may have, with the names of its tiers; house by house, tier by tier."""
    return Query(
        "SELECT p.*, t.name FROM member_tiers t JOIN member_plans p ON p.tier_id = t.id AND p.offered = 1 "
        "WHERE t.archived = 0 ORDER BY t.org_id, t.position, t.id, p.price, p.id LIMIT ?",
        (limit,),
        lambda row: (str(row["name"]), plan_of(row)),
    )


def had(person_id: str, org_id: str, circle: str) -> Query[bool]:
    """Whether somebody's membership of the circle ever began, or was to begin with a trial that was had before: only
    the first has one."""
    return Query(
        "SELECT 1 FROM subscriptions WHERE person_id = ? AND org_id = ? AND circle = ? "
        "AND (ends_at IS NOT NULL OR no_trial IS NOT NULL) LIMIT 1",
        (person_id, org_id, circle),
        lambda row: True,
    )


def media(tier_id: str) -> Query[str]:
    sql = "SELECT media_id FROM member_media WHERE tier_id = ? ORDER BY media_id"
    return Query(sql, (tier_id,), lambda row: str(row["media_id"]))


def subscription(subscription_id: str) -> Query[Subscription]:
    return Query("SELECT * FROM subscriptions WHERE id = ?", (subscription_id,), subscription_of)


def of_person(person_id: str) -> Query[Subscription]:
    """Newest first, a hundred at most."""
    sql = "SELECT * FROM subscriptions WHERE person_id = ? ORDER BY created_at DESC, id DESC LIMIT 100"
    return Query(sql, (person_id,), subscription_of)


def of_org(org_id: str, after: tuple[int, str], limit: int) -> Query[Subscription]:
    return Query(
        "SELECT * FROM subscriptions WHERE org_id = ? AND (created_at, id) < (?, ?) "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (org_id, *after, limit),
        subscription_of,
    )


def running(person_id: str, org_id: str, circle: str) -> Query[Subscription]:
    """The one that has not ended."""
    return Query(
        "SELECT * FROM subscriptions WHERE person_id = ? AND org_id = ? AND circle = ? "
        "AND state NOT IN ('cancelled', 'expired')",
        (person_id, org_id, circle),
        subscription_of,
    )


def running_of_org(org_id: str, limit: int) -> Query[Subscription]:
    sql = "SELECT * FROM subscriptions WHERE org_id = ? AND state NOT IN ('cancelled', 'expired') LIMIT ?"
    return Query(sql, (org_id, limit), subscription_of)


def opening(person_id: str, media_id: str) -> Query[tuple[Subscription, str]]:
    """Subscriptions whose tiers open this, whether they do so now or not, with the badges of those tiers."""
    return Query(
        "SELECT s.*, t.badge FROM subscriptions s JOIN member_media m ON m.tier_id = s.tier_id "
        "JOIN member_tiers t ON t.id = s.tier_id WHERE s.person_id = ? AND m.media_id = ? "
        "AND s.state IN ('active', 'past_due') ORDER BY t.position",
        (person_id, media_id),
        lambda row: (subscription_of(row), str(row["badge"])),
    )


def of_house(person_id: str, org_id: str) -> Query[Subscription]:
    """Those to an organization that may open something."""
    return Query(
        "SELECT * FROM subscriptions WHERE person_id = ? AND org_id = ? AND state IN ('active', 'past_due')",
        (person_id, org_id),
        subscription_of,
    )


def due_of(org_id: str) -> Query[Charge]:
    """What is to be paid at the counter or by transfer, the longest due first; a hundred at most."""
    return Query(
        "SELECT c.* FROM subscription_charges c JOIN subscriptions s ON s.id = c.subscription_id "
        "WHERE s.org_id = ? AND c.state = 'due' AND c.provider = 'offline' ORDER BY c.created_at LIMIT 100",
        (org_id,),
        charge_of,
    )


def over(now: int, limit: int) -> Query[str]:
    """Ids of those whose period is over, or whose first payment never came; those that wait for one are looked at again
    when their grace is over. Whose periods others count, of them others are asked."""
    return Query(
        """SELECT id FROM (
            SELECT id, ends_at AS due FROM subscriptions WHERE state = 'active' AND ends_at <= :now AND billed = 0
            UNION ALL SELECT id, ends_at FROM subscriptions
                WHERE state = 'past_due' AND ends_at + grace_days * :day <= :now AND billed = 0
            UNION ALL SELECT id, created_at FROM subscriptions
                WHERE state = 'pending' AND created_at <= :first AND billed = 0)
        ORDER BY due LIMIT :limit""",
        {"now": now, "day": DAY, "first": now - FIRST_DAYS * DAY, "limit": limit},
        lambda row: str(row["id"]),
    )


def charge(charge_id: str) -> Query[Charge]:
    return Query("SELECT * FROM subscription_charges WHERE id = ?", (charge_id,), charge_of)


def charges(subscription_id: str) -> Query[Charge]:
    sql = "SELECT * FROM subscription_charges WHERE subscription_id = ? ORDER BY number DESC LIMIT 100"
    return Query(sql, (subscription_id,), charge_of)


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
    return Query(sql, (provider, limit), charge_of)


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
        trial_days=one.trial_days,
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
        billed=int(one.billed),
        trial_until=one.trial_until,
        no_trial=one.no_trial,
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


def change_charge(tx: Transaction, charge_id: str, **columns: Any) -> None:
    _change(tx, "subscription_charges", charge_id, columns)


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
