"""All SQL about tips."""

import json

from novacast.database import Query, Row, Transaction
from novacast.tickets.tips.models import Tip, TipRules

_TIP = (
    "id", "media_id", "org_id", "order_id", "person_id", "name", "message_id", "words", "at", "amount", "currency",
    "created_at",
)  # fmt: skip


def rules(org_id: str) -> Query[TipRules]:
    return Query("SELECT * FROM tip_rules WHERE org_id = ?", (org_id,), _rules)


def set_rules(tx: Transaction, org_id: str, one: TipRules) -> None:
    tx.run(
        "INSERT INTO tip_rules VALUES (:org, :enabled, :currency, :least, :most, :suggestions, :tax, :now) "
        "ON CONFLICT DO UPDATE SET enabled = excluded.enabled, currency = excluded.currency, least = excluded.least, "
        "most = excluded.most, suggestions = excluded.suggestions, tax_bp = excluded.tax_bp, changed_at = :now",
        {
            "org": org_id,
            "enabled": int(one.enabled),
            "currency": one.currency,
            "least": one.least,
            "most": one.most,
            "suggestions": json.dumps(list(one.suggestions)),
            "tax": one.tax_bp,
            "now": tx.now,
        },
    )


def add(tx: Transaction, one: Tip, order_id: str) -> None:
    tx.insert("tips", **{name: getattr(one, name) for name in _TIP} | {"order_id": order_id})


def tip(tip_id: str) -> Query[Tip]:
    return Query("SELECT * FROM tips WHERE id = ?", (tip_id,), _tip)


def of_order(order_id: str) -> Query[Tip]:
    return Query("SELECT * FROM tips WHERE order_id = ?", (order_id,), _tip)


def of_person(person_id: str, limit: int) -> Query[Tip]:
    return Query(
        "SELECT * FROM tips WHERE person_id = ? ORDER BY created_at DESC, id DESC LIMIT ?", (person_id, limit), _tip
    )


def given_since(person_id: str, since: int) -> Query[int]:
    """How many somebody began to give from then on."""
    return Query(
        "SELECT count(*) FROM tips WHERE person_id = ? AND created_at >= ?", (person_id, since), lambda row: int(row[0])
    )


def told(tx: Transaction, tip_id: str, message_id: str) -> bool:
    """Whether it was not said before."""
    sql = "UPDATE tips SET said = 1, shown = 1, message_id = ? WHERE id = ? AND said = 0"
    return bool(tx.run(sql, (message_id, tip_id)))


def brought_back(tx: Transaction, tip_id: str) -> None:
    tx.run("UPDATE tips SET shown = 1 WHERE id = ? AND said = 1", (tip_id,))


def taken_back(tx: Transaction, tip_id: str) -> bool:
    """Whether its amount stood there."""
    return bool(tx.run("UPDATE tips SET shown = 0 WHERE id = ? AND shown = 1", (tip_id,)))


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE tips SET person_id = NULL, name = '', words = '' WHERE person_id = ?", (person_id,))


def _rules(row: Row) -> TipRules:
    return TipRules(
        bool(row["enabled"]),
        row["currency"],
        row["least"],
        row["most"],
        tuple(json.loads(row["suggestions"])),
        row["tax_bp"],
    )


def _tip(row: Row) -> Tip:
    return Tip(**{name: row[name] for name in _TIP}, said=bool(row["said"]), shown=bool(row["shown"]))
