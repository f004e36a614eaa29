"""What a device at a door is, and how long it may act. Pure."""

import secrets
from typing import Literal

from novacast.errors import Gone, Unauthenticated
from novacast.i18n import text
from novacast.records import dataclass

TOKEN_PREFIX = "ncd_"  # noqa: S105 - tells devices' tokens from people's, and lets scanners of public code find them
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without those that are read for others."""
CODE_LENGTH = 10
State = Literal["waiting", "lapsed", "paired", "revoked", "over"]


@dataclass(frozen=True, slots=True)
class Device:
    id: str
    org_id: str
    perf_id: str
    list_id: str
    """All that it may scan for."""
    name: str
    gate: str
    about: str
    """What it says that it is: a program on a system."""
    person_id: str | None
    """Who paired it; their leaving the house ends it."""
    code_until: int
    until: int
    created_at: int
    paired_at: int | None
    seen_at: int | None
    revoked_at: int | None

    def state(self, now: int) -> State:
        if self.revoked_at is not None:
            return "revoked"
        if self.until <= now:
            return "over"
        if self.paired_at is not None:
            return "paired"
        return "waiting" if now < self.code_until else "lapsed"


def new_code() -> str:
    """50 random bits, for minutes and a few tries only: short enough to be typed."""
    return "".join(secrets.choice(_SIGNS) for _ in range(CODE_LENGTH))


def tidy(code: str) -> str:
    """As it was made, however somebody typed it."""
    return "".join(code.upper().replace("-", "").split())[:40]


def check_alive(found: Device | None, now: int) -> Device:
    """Raises Unauthenticated."""
    if found is None or found.state(now) != "paired":
        raise Unauthenticated(text("This device is not paired any more. Ask the organizer for a new code."))
    return found


def check_waiting(found: Device | None, now: int) -> Device:
    """Raises Gone."""
    if found is None or found.state(now) != "waiting":
        raise Gone(text("This code is not good, or not any more. Ask the organizer for a new one."))
    return found
