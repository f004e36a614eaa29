"""Reports of viewers, gathered into one case for each message. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any

from novacast.chat.models import Message
from novacast.clock import iso
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass
from novacast.texts import printable

LONGEST_NOTE = 300
MOST_NOTES = 10
"""That moderators are shown with a case."""
BURST, BURST_SECONDS = 10, 600.0
"""Reports that one person may make at once, and as many again in so many seconds."""


class ReportReason(StrEnum):
    SPAM = "spam"
    ABUSE = "abuse"
    SEXUAL = "sexual"
    DANGER = "danger"
    OTHER = "other"


class CaseState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Case:
    message_id: str
    n: int
    """Place in the list."""
    room_id: str
    state: CaseState
    opened_at: int
    resolved_at: int | None
    resolved_by: str | None
    reasons: Mapping[str, int] = field(default_factory=dict)
    """How many gave each."""
    notes: Sequence[str] = ()
    message: Message | None = None

    @property
    def count(self) -> int:
        return sum(self.reasons.values())


def clean_note(written: str) -> str:
    """Raises InvalidInput."""
    note = " ".join(printable(written).split())
    if len(note) > LONGEST_NOTE:
        raise InvalidInput.field("note", text("A note has at most {most} characters.", most=LONGEST_NOTE), "too_long")
    return note


def shown(one: Case) -> dict[str, Any]:
    """Without the message."""
    told: dict[str, Any] = {
        "id": one.message_id,
        "state": one.state.value,
        "count": one.count,
        "reasons": dict(one.reasons),
        "notes": list(one.notes),
        "opened_at": iso(one.opened_at),
    }
    if one.resolved_at is not None:
        told["resolved_at"] = iso(one.resolved_at)
    if one.resolved_by is not None:
        told["resolved_by"] = one.resolved_by
    return told
