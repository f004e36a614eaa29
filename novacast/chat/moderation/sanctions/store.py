"""SQL of sanctions, marks and traces."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from novacast.chat.models import Message, Visit
from novacast.chat.moderation.sanctions.models import Effect, Mark, MarkKind, Sanction, SanctionKind
from novacast.chat.store import to_message
from novacast.database import Query, Row, Transaction

_ACTIVE = "s.lifted_at IS NULL AND (s.ends_at IS NULL OR s.ends_at > :now)"


def on_guest(person_id: str, marks: Sequence[bytes], org_id: str, room_id: str, now: int) -> Query[Sanction]:
    """Active ones that count in this room: on the person, and on whoever comes from where they come from."""
    names = {f"m{number}": mark for number, mark in enumerate(marks)}
    here = f"s.org_id = :org AND s.room_id IN ('', :room) AND {_ACTIVE}"
    sql = f"SELECT s.* FROM chat_sanctions s WHERE person_id = :person AND {here}"  # noqa: S608 - constants
    if names:
        listed = ", ".join(f":{name}" for name in names)
        sql += (
            " UNION SELECT s.* FROM chat_marks m JOIN chat_sanctions s ON s.id = m.sanction_id "  # noqa: S608 - ours
            f"WHERE m.mark IN ({listed}) AND m.ends_at > :now AND {here}"
        )
    return Query(sql, {**names, "person": person_id, "org": org_id, "room": room_id, "now": now}, to_sanction)


def marks_of(visit: Visit | None) -> list[bytes]:
    if visit is None:
        return []
    return [*visit.networks.values(), *([] if visit.device is None else [visit.device])]


def by_id(sanction_id: str, org_id: str) -> Query[Sanction]:
    return Query("SELECT * FROM chat_sanctions WHERE id = ? AND org_id = ?", (sanction_id, org_id), to_sanction)


def listed(org_id: str, room_id: str, before: int, limit: int, active_at: int | None) -> Query[Sanction]:
    """Latest first: of a room with those of its organization, or of the whole organization."""
    sql = "SELECT * FROM chat_sanctions s WHERE org_id = :org AND n < :before "
    if room_id:
        sql += "AND room_id IN ('', :room) "
    if active_at is not None:
        sql += f"AND {_ACTIVE} "
    params = {"org": org_id, "room": room_id, "before": before, "now": active_at or 0, "limit": limit}
    return Query(f"{sql}ORDER BY n DESC LIMIT :limit", params, to_sanction)


def on_record(person_id: str, org_id: str, limit: int) -> Query[Sanction]:
    return Query(
        "SELECT * FROM chat_sanctions WHERE person_id = ? AND org_id = ? ORDER BY n DESC LIMIT ?",
        (person_id, org_id, limit),
        to_sanction,
    )


def marks(sanction_ids: Iterable[str]) -> Query[tuple[str, Mark]]:
    wanted = tuple(sanction_ids)
    questions = ", ".join("?" * len(wanted))
    return Query(
        f"SELECT * FROM chat_marks WHERE sanction_id IN ({questions})",  # noqa: S608 - question marks only
        wanted,
        lambda row: (row["sanction_id"], Mark(MarkKind(row["kind"]), row["mark"], row["range"], row["ends_at"])),
    )


def with_marks(found: Sequence[Sanction], known: Iterable[tuple[str, Mark]]) -> list[Sanction]:
    theirs: dict[str, list[Mark]] = {}
    for sanction_id, mark in known:
        theirs.setdefault(sanction_id, []).append(mark)
    return [replace(one, marks=theirs.get(one.id, ())) for one in found]


def add(tx: Transaction, new: Sanction) -> None:
    tx.run(
        """INSERT INTO chat_sanctions
            (id, n, org_id, room_id, kind, effect, person_id, reason, begins_at, ends_at, by_id)
        VALUES (:id, (SELECT coalesce(max(n), 0) + 1 FROM chat_sanctions), :org, :room, :kind, :effect, :person,
            :reason, :begins, :ends, :by)""",
        {
            "id": new.id,
            "org": new.org_id,
            "room": new.room_id,
            "kind": new.kind.value,
            "effect": new.effect.value,
            "person": new.person_id,
            "reason": new.reason,
            "begins": new.begins_at,
            "ends": new.ends_at,
            "by": new.by_id,
        },
    )
    for one in new.marks:
        tx.insert(
            "chat_marks",
            sanction_id=new.id,
            kind=one.kind.value,
            mark=one.mark,
            range=one.range,
            ends_at=one.ends_at,
        )


def lift(tx: Transaction, sanction_id: str, by_id: str | None) -> None:
    tx.run("UPDATE chat_sanctions SET lifted_at = ?, lifted_by = ? WHERE id = ?", (tx.now, by_id, sanction_id))


def reinstate(tx: Transaction, sanction_id: str) -> None:
    tx.run("UPDATE chat_sanctions SET lifted_at = NULL, lifted_by = NULL WHERE id = ?", (sanction_id,))


def trace(tx: Transaction, person_id: str, org_id: str, kind: MarkKind, mark: bytes) -> None:
    tx.run(
        "INSERT INTO chat_traces VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (person_id, org_id, kind, mark) DO UPDATE SET seen_at = excluded.seen_at",
        (person_id, org_id, kind.value, mark, tx.now),
    )


def traces(person_id: str, org_id: str, kind: MarkKind, limit: int) -> Query[bytes]:
    """Latest first."""
    return Query(
        "SELECT mark FROM chat_traces WHERE person_id = ? AND org_id = ? AND kind = ? ORDER BY seen_at DESC LIMIT ?",
        (person_id, org_id, kind.value, limit),
        lambda row: bytes(row["mark"]),
    )


def forget(tx: Transaction, traces_before: int) -> None:
    """What has run out is not kept."""
    tx.run("DELETE FROM chat_traces WHERE seen_at < ?", (traces_before,))
    tx.run("DELETE FROM chat_marks WHERE ends_at <= ?", (tx.now,))


def said_since(person_id: str, room_id: str, since: int, limit: int) -> Query[Message]:
    """What somebody said in a room, latest first, that is not deleted."""
    return Query(
        "SELECT * FROM chat_messages WHERE person_id = ? AND room_id = ? AND sent_at >= ? AND state <> 'deleted' "
        "ORDER BY seq DESC LIMIT ?",
        (person_id, room_id, since, limit),
        to_message,
    )


def to_sanction(row: Row) -> Sanction:
    return Sanction(
        id=row["id"],
        org_id=row["org_id"],
        room_id=row["room_id"],
        kind=SanctionKind(row["kind"]),
        effect=Effect(row["effect"]),
        person_id=row["person_id"],
        reason=row["reason"],
        begins_at=row["begins_at"],
        ends_at=row["ends_at"],
        by_id=row["by_id"],
        lifted_at=row["lifted_at"],
        lifted_by=row["lifted_by"],
        n=row["n"],
    )
