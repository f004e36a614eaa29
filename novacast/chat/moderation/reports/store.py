"""SQL of reports."""

import json
from collections.abc import Iterable

from novacast.chat.models import Message
from novacast.chat.moderation.reports.models import MOST_NOTES, Case, CaseState, ReportReason
from novacast.chat.store import to_message
from novacast.database import Query, Row, Transaction

_CASE = f"""SELECT c.*,
    (SELECT json_group_object(reason, many) FROM (
        SELECT reason, count(*) AS many FROM chat_reports r WHERE r.message_id = c.message_id GROUP BY reason
    )) AS reasons,
    (SELECT json_group_array(note) FROM (
        SELECT note FROM chat_reports r WHERE r.message_id = c.message_id AND note <> '' ORDER BY at LIMIT {MOST_NOTES}
    )) AS notes FROM chat_cases c"""  # noqa: S608 - a number of ours


def case(message_id: str) -> Query[Case]:
    return Query(f"{_CASE} WHERE message_id = ?", (message_id,), _case)


def cases(room_id: str, state: CaseState, before: int, limit: int) -> Query[Case]:
    """Latest first."""
    sql = f"{_CASE} WHERE room_id = ? AND state = ? AND n < ? ORDER BY n DESC LIMIT ?"
    return Query(sql, (room_id, state.value, before, limit), _case)


def messages(ids: Iterable[str]) -> Query[Message]:
    wanted = tuple(ids)
    questions = ", ".join("?" * len(wanted))
    return Query(f"SELECT * FROM chat_messages WHERE id IN ({questions})", wanted, to_message)  # noqa: S608 - question marks only


def open_case(tx: Transaction, message_id: str, room_id: str) -> None:
    tx.run(
        "INSERT INTO chat_cases (message_id, n, room_id, state, opened_at) "
        "VALUES (?, (SELECT coalesce(max(n), 0) + 1 FROM chat_cases), ?, 'open', ?) "
        "ON CONFLICT (message_id) DO NOTHING",
        (message_id, room_id, tx.now),
    )


def set_state(tx: Transaction, message_id: str, state: CaseState, by_id: str | None) -> None:
    resolved = state is CaseState.RESOLVED
    tx.run(
        "UPDATE chat_cases SET state = ?, resolved_at = ?, resolved_by = ? WHERE message_id = ?",
        (state.value, tx.now if resolved else None, by_id if resolved else None, message_id),
    )


def report(tx: Transaction, message_id: str, person_id: str, reason: ReportReason, note: str) -> bool:
    """Whether this person had not reported it before."""
    sql = "INSERT INTO chat_reports VALUES (?, ?, ?, ?, ?) ON CONFLICT (message_id, person_id) DO NOTHING"
    return tx.run(sql, (message_id, person_id, reason.value, note, tx.now)) > 0


def _case(row: Row) -> Case:
    return Case(
        message_id=row["message_id"],
        n=row["n"],
        room_id=row["room_id"],
        state=CaseState(row["state"]),
        opened_at=row["opened_at"],
        resolved_at=row["resolved_at"],
        resolved_by=row["resolved_by"],
        reasons=json.loads(row["reasons"]),
        notes=json.loads(row["notes"]),
    )
