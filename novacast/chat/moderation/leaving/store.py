"""SQL of what moderation holds about people, rooms and organizations that go."""

from novacast.chat.moderation.sanctions.models import Sanction
from novacast.chat.moderation.sanctions.store import to_sanction
from novacast.database import Query, Transaction
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Reported:
    message_id: str
    reason: str
    note: str
    at: int


@dataclass(frozen=True, slots=True)
class Trace:
    org_id: str
    kind: str
    seen_at: int


def sanctions_on(person_id: str) -> Query[Sanction]:
    return Query("SELECT * FROM chat_sanctions WHERE person_id = ? ORDER BY n", (person_id,), to_sanction)


def reported_by(person_id: str) -> Query[Reported]:
    return Query(
        "SELECT message_id, reason, note, at FROM chat_reports WHERE person_id = ? ORDER BY at",
        (person_id,),
        lambda row: Reported(row["message_id"], row["reason"], row["note"], row["at"]),
    )


def traces_of(person_id: str) -> Query[Trace]:
    return Query(
        "SELECT org_id, kind, seen_at FROM chat_traces WHERE person_id = ? ORDER BY seen_at",
        (person_id,),
        lambda row: Trace(row["org_id"], row["kind"], row["seen_at"]),
    )


def erase(tx: Transaction, person_id: str) -> None:
    """Before what they said loses its author. A ban that is of a place too stands until its end, nobody's: else whoever
    is banned would erase the account and come back at once."""
    tx.run(
        "DELETE FROM chat_holds WHERE message_id IN (SELECT id FROM chat_messages WHERE person_id = ?)", (person_id,)
    )
    tx.run("DELETE FROM chat_reports WHERE person_id = ?", (person_id,))
    tx.run("DELETE FROM chat_traces WHERE person_id = ?", (person_id,))
    tx.run(
        "DELETE FROM chat_sanctions WHERE person_id = ? AND (lifted_at IS NOT NULL "
        "OR NOT EXISTS (SELECT 1 FROM chat_marks WHERE sanction_id = id AND ends_at > ?))",
        (person_id, tx.now),
    )
    tx.run("UPDATE chat_sanctions SET person_id = NULL, reason = '' WHERE person_id = ?", (person_id,))
    tx.run("UPDATE chat_sanctions SET by_id = NULL WHERE by_id = ?", (person_id,))
    tx.run("UPDATE chat_sanctions SET lifted_by = NULL WHERE lifted_by = ?", (person_id,))
    tx.run("UPDATE chat_words SET created_by = NULL WHERE created_by = ?", (person_id,))
    tx.run("UPDATE chat_cases SET resolved_by = NULL WHERE resolved_by = ?", (person_id,))


def remove_room(tx: Transaction, room_id: str) -> None:
    """Before its log; what is about its messages goes with those."""
    tx.run("DELETE FROM chat_undone WHERE entry_id IN (SELECT id FROM chat_log WHERE room_id = ?)", (room_id,))
    tx.run("DELETE FROM chat_sanctions WHERE room_id = ?", (room_id,))
    tx.run("DELETE FROM chat_words WHERE room_id = ?", (room_id,))
    tx.run("DELETE FROM chat_rules WHERE room_id = ?", (room_id,))


def remove_org(tx: Transaction, org_id: str) -> None:
    """Behind its rooms."""
    tx.run("DELETE FROM chat_undone WHERE entry_id IN (SELECT id FROM chat_log WHERE org_id = ?)", (org_id,))
    tx.run("DELETE FROM chat_log WHERE org_id = ?", (org_id,))
    tx.run("DELETE FROM chat_sanctions WHERE org_id = ?", (org_id,))
    tx.run("DELETE FROM chat_words WHERE org_id = ?", (org_id,))
    tx.run("DELETE FROM chat_rules WHERE org_id = ?", (org_id,))
    tx.run("DELETE FROM chat_traces WHERE org_id = ?", (org_id,))
