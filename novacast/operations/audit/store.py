"""All SQL of the book of deeds."""

import json
from collections.abc import Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.operations.audit.models import Deed, Wanted, chained

START = 2**62


def write(tx: Transaction, values: Mapping[str, str]) -> int:
    """`values`: all columns but `n`, `at` and `chain`. The number of the line."""
    before = tx.one(Query("SELECT chain FROM audit_deeds ORDER BY n DESC LIMIT 1", (), lambda row: bytes(row[0])))
    tx.insert("audit_deeds", at=tx.now, **values, chain=chained(before or b"", tx.now, *values.values()))
    number = tx.one(Query("SELECT max(n) FROM audit_deeds", (), lambda row: int(row[0])))
    assert number is not None, "it was written just now"
    return number


def end(tx: Transaction, number: int, status: int) -> None:
    tx.insert("audit_outcomes", n=number, at=tx.now, status=status)


def deeds(wanted: Wanted, before: int, limit: int) -> Query[Deed]:
    """Latest first, below the number `before`."""
    return Query(
        "SELECT d.*, o.status FROM audit_deeds d LEFT JOIN audit_outcomes o ON o.n = d.n WHERE d.n < :before "
        "AND (:actor = '' OR d.actor = :actor) AND (:since IS NULL OR d.at >= :since) "
        "AND (:until IS NULL OR d.at < :until) AND (:action = '' OR instr(d.action, :action) > 0) "
        "ORDER BY d.n DESC LIMIT :limit",
        {
            "before": before,
            "actor": wanted.actor,
            "since": wanted.since,
            "until": wanted.until,
            "action": wanted.action,
            "limit": limit,
        },
        _deed,
    )


def lines(behind: int, limit: int) -> Query[tuple[int, bytes, tuple[object, ...]]]:
    """Number, chain, and what that was made of; in their order."""
    return Query(
        "SELECT * FROM audit_deeds WHERE n > ? ORDER BY n LIMIT ?",
        (behind, limit),
        lambda row: (row["n"], bytes(row["chain"]), (row["at"], *(row[name] for name in COLUMNS))),
    )


COLUMNS = ("actor", "name", "address", "action", "subject", "details", "request_id")
"""In the order in which they are chained."""


def _deed(row: Row) -> Deed:
    decoded: dict[str, Any] = {name: json.loads(row[name]) for name in ("subject", "details")}
    plain = ("n", "at", "actor", "name", "address", "action", "request_id", "status")
    return Deed(**{name: row[name] for name in plain}, **decoded)
