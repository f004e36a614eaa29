"""A mail on its way, and how long to wait after a failure."""

from collections.abc import Mapping
from enum import StrEnum

from novacast.clock import HOUR, MINUTE
from novacast.records import dataclass


class State(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


Enclosed = tuple[str, str, bytes]
"""A file that a mail carries: its name, its MIME type, its bytes."""
MOST_ENCLOSED = 7_000_000
"""Bytes of all of them: 10 MB as they are sent, which mail servers commonly take."""


@dataclass(frozen=True, slots=True)
class Mail:
    id: str
    to: str
    person_id: str | None
    template: str
    language: str
    context: Mapping[str, str]
    state: State
    attempts: int
    created_at: int
    error: str

    @property
    def file(self) -> str:
        """Name of its file in the mail folder; sorts by age."""
        return f"{self.created_at:020d}-{self.id}.eml"


class Refused(Exception):
    """The mail server will not take this mail, now or later (SMTP 5yz)."""


class Delayed(Exception):
    """Not now: no connection, a time-out, SMTP 4yz, or settings that the operator has to mend."""


WAITS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR, 12 * HOUR, 24 * HOUR)


def wait_after(attempts: int) -> int | None:
    """Microseconds to wait after `attempts` failures (1 or more); None: give up, two days are over."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None
