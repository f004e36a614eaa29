"""Somebody who has tickets, and a performance as it is told of. Pure."""

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Holder:
    key: str
    """By which holders are in order: a person's id, or an address."""
    person_id: str | None
    email: str
    """Of whoever has it without an account; else empty."""
    language: str
    url: str
    """Where their tickets are."""


@dataclass(frozen=True, slots=True)
class Night:
    id: str
    title: str
    venue: str
    starts_at: int
    timezone: str
    """IANA name of the venue's."""
    programme_id: str | None
