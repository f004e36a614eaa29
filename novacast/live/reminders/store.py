"""All SQL about reminders."""

from novacast.database import Query, Row, Transaction
from novacast.live.models import Programme
from novacast.live.programmes.store import programme
from novacast.live.reminders.models import Reminder


def wanted(programme_id: str, person_id: str) -> Query[Reminder]:
    sql = "SELECT * FROM reminders WHERE programme_id = ? AND person_id = ?"
    return Query(sql, (programme_id, person_id), _reminder)


def count(person_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM reminders WHERE person_id = ?", (person_id,), lambda row: int(row[0]))


def of_person(person_id: str) -> Query[Reminder]:
    return Query("SELECT * FROM reminders WHERE person_id = ? ORDER BY start", (person_id,), _reminder)


def stirring(now: int, lead: int, limit: int) -> Query[tuple[Reminder, Programme | None]]:
    """Those of which something may have to be told: with their programme, where it is still there."""
    return Query(
        """SELECT r.programme_id AS of, r.person_id, r.title AS known, r.start AS told, p.* FROM reminders r
        LEFT JOIN programmes p ON p.id = r.programme_id
        WHERE p.id IS NULL OR p.state <> 'planned' AND p.state <> 'standby'
            OR p.planned_start <> r.start OR p.planned_start <= ?
        ORDER BY r.programme_id, r.person_id LIMIT ?""",
        (now + lead, limit),
        lambda row: (
            Reminder(row["of"], row["person_id"], row["known"], row["told"]),
            None if row["id"] is None else programme(row),
        ),
    )


def add(tx: Transaction, one: Reminder) -> None:
    tx.run(
        """INSERT INTO reminders (programme_id, person_id, title, start, asked_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING""",
        (one.programme_id, one.person_id, one.title, one.start, tx.now),
    )


def knows(tx: Transaction, one: Reminder) -> None:
    """What its person was told by now."""
    tx.run(
        "UPDATE reminders SET title = ?, start = ? WHERE programme_id = ? AND person_id = ?",
        (one.title, one.start, one.programme_id, one.person_id),
    )


def remove(tx: Transaction, programme_id: str, person_id: str) -> int:
    return tx.run("DELETE FROM reminders WHERE programme_id = ? AND person_id = ?", (programme_id, person_id))


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM reminders WHERE person_id = ?", (person_id,))


def _reminder(row: Row) -> Reminder:
    return Reminder(row["programme_id"], row["person_id"], row["title"], row["start"])
