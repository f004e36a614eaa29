"""All SQL of alarms."""

from novacast.clock import SECOND, iso
from novacast.database import Query, Row, Transaction
from novacast.i18n import packed, translated, unpacked
from novacast.identity import new_id
from novacast.operations.alarms.models import WAITS, Call, Condition
from novacast.overview import Alarm

Key = tuple[str, str]


def standing() -> Query[Alarm]:
    """The gravest first, then the oldest."""
    return Query("SELECT * FROM alarms WHERE cleared_at IS NULL ORDER BY severity, raised_at, id LIMIT 200", (), alarm)


def recent(limit: int) -> Query[Alarm]:
    return Query("SELECT * FROM alarms ORDER BY raised_at DESC, id DESC LIMIT ?", (limit,), alarm)


def by_id(alarm_id: str) -> Query[Alarm]:
    return Query("SELECT * FROM alarms WHERE id = ?", (alarm_id,), alarm)


def keys() -> Query[Key]:
    return Query(
        "SELECT kind, subject FROM alarms WHERE cleared_at IS NULL", (), lambda row: (row["kind"], row["subject"])
    )


def raise_(tx: Transaction, one: Condition) -> bool:
    """Whether it is news. One that stands has its words and weight as they are now."""
    known = tx.run(
        "UPDATE alarms SET seen_at = ?, message = ?, severity = ? WHERE kind = ? AND subject = ? "
        "AND cleared_at IS NULL",
        (tx.now, packed(one.message), one.severity, *one.key),
    )
    if known:
        return False
    tx.insert(
        "alarms",
        id=new_id(),
        kind=one.kind,
        subject=one.subject,
        severity=one.severity.value,
        message=packed(one.message),
        raised_at=tx.now,
        seen_at=tx.now,
    )
    return True


def clear(tx: Transaction, key: Key) -> None:
    tx.run("UPDATE alarms SET cleared_at = ? WHERE kind = ? AND subject = ? AND cleared_at IS NULL", (tx.now, *key))


def acknowledge(tx: Transaction, alarm_id: str, by: str) -> None:
    tx.run(
        "UPDATE alarms SET acknowledged_at = coalesce(acknowledged_at, ?), acknowledged_by = "
        "coalesce(acknowledged_by, ?) WHERE id = ?",
        (tx.now, by, alarm_id),
    )


def untold(*, critical_only: bool) -> Query[Alarm]:
    """What was raised and is told to nobody yet; what went by before that, or somebody knows, is told to nobody."""
    only = "AND severity = 'critical' " if critical_only else ""
    return Query(
        "SELECT * FROM alarms WHERE told_at IS NULL AND cleared_at IS NULL AND acknowledged_at IS NULL "  # noqa: S608 - a condition of ours
        f"{only}ORDER BY raised_at LIMIT 50",
        (),
        alarm,
    )


def over_untold() -> Query[Alarm]:
    """What was told, and is over."""
    return Query(
        "SELECT * FROM alarms WHERE told_at IS NOT NULL AND cleared_at IS NOT NULL AND over_told_at IS NULL "
        "ORDER BY cleared_at LIMIT 50",
        (),
        alarm,
    )


def told(tx: Transaction, alarm_id: str, *, over: bool) -> None:
    column = "over_told_at" if over else "told_at"
    tx.run(f"UPDATE alarms SET {column} = ? WHERE id = ?", (tx.now, alarm_id))  # noqa: S608 - a name of ours


def call(tx: Transaction, alarm_id: str, target: int, title: str, body: str) -> None:
    tx.insert("alarm_calls", alarm_id=alarm_id, target=target, title=title, body=body, next_at=tx.now)


def due(now: int) -> Query[Call]:
    """A few for each place, so that none waits behind what another does not take."""
    return Query(
        "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY target ORDER BY next_at, id) AS place "
        "FROM alarm_calls WHERE next_at <= ?) WHERE place <= 10 ORDER BY target, place",
        (now,),
        lambda row: Call(row["id"], row["target"], row["title"], row["body"], row["tries"]),
    )


def called(tx: Transaction, one: Call, *, arrived: bool) -> bool:
    """Whether it is over with it: it arrived, or is given up."""
    tries = one.tries + 1
    wait = None if arrived else WAITS.get(tries)
    tx.run(
        "UPDATE alarm_calls SET tries = ?, arrived = ?, next_at = ?, ended_at = ? WHERE id = ?",
        (
            tries,
            int(arrived),
            None if wait is None else tx.now + wait * SECOND,
            tx.now if wait is None else None,
            one.id,
        ),
    )
    return wait is None


def prune(tx: Transaction, before: int) -> int:
    return tx.run("DELETE FROM alarms WHERE cleared_at < ?", (before,))


def alarm(row: Row) -> Alarm:
    return Alarm(
        id=row["id"],
        kind=row["kind"],
        subject=row["subject"],
        severity=row["severity"],
        message=translated(unpacked(row["message"])),
        raised_at=iso(row["raised_at"]),
        seen_at=iso(row["seen_at"]),
        acknowledged_by=row["acknowledged_by"],
        cleared_at=iso(row["cleared_at"]),
    )
