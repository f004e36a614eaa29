"""All SQL of incidents."""

from novacast.database import Query, Row, Transaction
from novacast.payments.incidents.models import Incident, Kind

Key = tuple[int, int]
START: Key = (2**62, 2**62)
_INCIDENT = ("id", "org_id", "subject", "code", "detail", "at", "done_at", "person_id", "note")


def add(tx: Transaction, one: Incident) -> None:
    """Once, however often the fact is told."""
    tx.run(
        "INSERT INTO payment_incidents (id, org_id, kind, subject, code, detail, at) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (one.id, one.org_id, one.kind, one.subject, one.code, one.detail, one.at),
    )


def incident(incident_id: int) -> Query[Incident]:
    return Query("SELECT * FROM payment_incidents WHERE id = ?", (incident_id,), _incident)


def of_org(org_id: str, start: Key, limit: int, *, waiting: bool) -> Query[Incident]:
    """Newest first. `waiting`: only those that nobody has looked at."""
    only = "AND done_at IS NULL " if waiting else ""
    return Query(
        f"SELECT * FROM payment_incidents WHERE org_id = ? {only}AND (at, id) < (?, ?) "  # noqa: S608 - a constant
        "ORDER BY at DESC, id DESC LIMIT ?",
        (org_id, *start, limit),
        _incident,
    )


def waiting(limit: int) -> Query[Incident]:
    """Of all organizations, newest first."""
    return Query(
        "SELECT * FROM payment_incidents WHERE done_at IS NULL ORDER BY at DESC, id DESC LIMIT ?", (limit,), _incident
    )


def count(org_id: str) -> Query[int]:
    return Query(
        "SELECT count(*) AS n FROM payment_incidents WHERE org_id = ? AND done_at IS NULL",
        (org_id,),
        lambda row: int(row["n"]),
    )


def end(tx: Transaction, incident_id: int, person_id: str | None, note: str) -> None:
    tx.run(
        "UPDATE payment_incidents SET done_at = ?, person_id = ?, note = ? WHERE id = ? AND done_at IS NULL",
        (tx.now, person_id, note, incident_id),
    )


def of_person(person_id: str) -> Query[Incident]:
    """What they looked at."""
    return Query("SELECT * FROM payment_incidents WHERE person_id = ? ORDER BY id", (person_id,), _incident)


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE payment_incidents SET person_id = NULL WHERE person_id = ?", (person_id,))


def _incident(row: Row) -> Incident:
    return Incident(**{name: row[name] for name in _INCIDENT}, kind=Kind(row["kind"]))
