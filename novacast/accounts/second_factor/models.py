"""What a person sees of the second factor."""

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class SetUp:
    """A secret that waits for its first code."""

    secret: str
    """Base32, as it is typed into an app."""
    uri: str


@dataclass(frozen=True, slots=True)
class Status:
    on: bool
    waiting: bool
    """A set-up was begun and not finished."""
    recovery_codes_left: int
