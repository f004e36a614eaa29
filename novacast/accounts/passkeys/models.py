"""Passkeys as their owner sees them."""

from collections.abc import Mapping, Sequence
from typing import Any

from novacast.records import dataclass

PER_PERSON = 20


@dataclass(frozen=True, slots=True)
class Passkey:
    id: str
    person_id: str
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str
    transports: Sequence[str]
    synced: bool
    """Whether its owner's cloud or password manager keeps copies of it."""
    created_at: int
    used_at: int | None
    suspected_at: int | None
    """When its counter went backwards; from then on it opens nothing."""


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What a browser asks its authenticators, and the ticket with which the answer comes back."""

    options: Mapping[str, Any]
    ticket: str


Answer = Mapping[str, Any]
"""RegistrationResponseJSON or AuthenticationResponseJSON, as a browser's `toJSON` gives it."""


def is_copy(before: int, now: int) -> bool:
    """Whether a counter tells of a second authenticator with the same key (Web Authentication, 6.1.1); those that
    don't count say 0 for ever."""
    return (before > 0 or now > 0) and now <= before
