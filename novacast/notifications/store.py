"""SQL of mails."""

import json
from collections.abc import Iterable, Mapping

from novacast.database import Query, Row, Transaction
from novacast.notifications.models import WAITS, Mail, State

FARTHEST = max(WAITS)
"""No mail waits longer: an instant beyond was written before someone set the clock back, and its time has come."""


def mail(mail_id: str) -> Query[Mail]:
    return Query("SELECT * FROM mail WHERE id = ?", (mail_id,), _mail)


def due(now: int, limit: int) -> Query[str]:
    """Ids of mails whose time has come, those whose sender died among them."""
    return Query(
        "SELECT id FROM mail WHERE state IN ('queued', 'sending') AND patient = 0 AND next_at NOT BETWEEN ? AND ? "
        "ORDER BY next_at LIMIT ?",
        (now + 1, now + FARTHEST, limit),
        lambda row: str(row["id"]),
    )


def waiting(now: int, limit: int) -> Query[str]:
    """Ids of patient mails whose time has come, the oldest first."""
    return Query(
        "SELECT id FROM mail WHERE patient = 1 AND state IN ('queued', 'sending') AND next_at NOT BETWEEN ? AND ? "
        "ORDER BY next_at, id LIMIT ?",
        (now + 1, now + FARTHEST, limit),
        lambda row: str(row["id"]),
    )


def pace() -> Query[int]:
    """When the next patient mails may be sent."""
    return Query("SELECT next_at FROM mail_pace", (), lambda row: int(row["next_at"]))


def set_pace(tx: Transaction, next_at: int) -> None:
    tx.run("UPDATE mail_pace SET next_at = ?", (next_at,))


def failed(since: int) -> Query[tuple[str, str]]:
    """What the mails given up since then were about, and why, newest first; at most a hundred."""
    return Query(
        "SELECT template, error FROM mail WHERE state = 'failed' AND ended_at >= ? ORDER BY ended_at DESC LIMIT 100",
        (since,),
        lambda row: (row["template"], row["error"]),
    )


def of_person(person_id: str, address: str) -> Query[Mail]:
    return Query(
        "SELECT * FROM mail WHERE person_id = ? OR to_address = ? ORDER BY created_at, id", (person_id, address), _mail
    )


def insert(
    tx: Transaction,
    mail_id: str,
    to: str,
    template: str,
    language: str,
    context: Mapping[str, str],
    person_id: str | None,
    *,
    patient: bool = False,
) -> None:
    tx.insert(
        "mail",
        id=mail_id,
        person_id=person_id,
        to_address=to,
        template=template,
        language=language,
        context=json.dumps(dict(context), ensure_ascii=False),
        state=State.QUEUED,
        next_at=tx.now,
        created_at=tx.now,
        patient=int(patient),
    )


def claim(tx: Transaction, mail_id: str, until: int) -> int:
    """1 for the one that may send it, and has until `until` to do so; 0 for everyone else."""
    return tx.run(
        "UPDATE mail SET state = 'sending', attempts = attempts + 1, next_at = ? "
        "WHERE id = ? AND state IN ('queued', 'sending') AND next_at NOT BETWEEN ? AND ?",
        (until, mail_id, tx.now + 1, tx.now + FARTHEST),
    )


def postpone(tx: Transaction, mail_id: str, next_at: int, error: str) -> None:
    tx.run(
        "UPDATE mail SET state = 'queued', next_at = ?, error = ? WHERE id = ? AND state = 'sending'",
        (next_at, error, mail_id),
    )


def release(tx: Transaction, mail_ids: Iterable[str], next_at: int) -> None:
    """What was claimed and not tried: it counts for nothing."""
    for mail_id in mail_ids:
        tx.run(
            "UPDATE mail SET state = 'queued', attempts = attempts - 1, next_at = ? WHERE id = ? AND state = 'sending'",
            (next_at, mail_id),
        )


def end(tx: Transaction, mail_id: str, state: State, error: str) -> None:
    tx.run(
        "UPDATE mail SET state = ?, error = ?, context = '{}', ended_at = ? WHERE id = ? AND state = 'sending'",
        (state, error, tx.now, mail_id),
    )


def drop(tx: Transaction, person_id: str, address: str) -> None:
    tx.run("DELETE FROM mail WHERE person_id = ? OR to_address = ?", (person_id, address))


def drop_old(tx: Transaction, before: int) -> int:
    return tx.run("DELETE FROM mail WHERE ended_at < ?", (before,))


def _mail(row: Row) -> Mail:
    return Mail(
        id=row["id"],
        to=row["to_address"],
        person_id=row["person_id"],
        template=row["template"],
        language=row["language"],
        context=json.loads(row["context"]),
        state=State(row["state"]),
        attempts=row["attempts"],
        created_at=row["created_at"],
        error=row["error"],
    )
