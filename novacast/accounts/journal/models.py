"""A line of an account's journal."""

from enum import StrEnum

from novacast.records import dataclass


class Kind(StrEnum):
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_RENAMED = "passkey_renamed"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_USED = "passkey_used"
    """To log in."""
    PROVIDER_LINKED = "provider_linked"
    PROVIDER_UNLINKED = "provider_unlinked"
    PASSKEY_SUSPECTED = "passkey_suspected"
    """Its counter went backwards: there may be a copy of it."""


@dataclass(frozen=True, slots=True)
class Happened:
    at: int
    kind: Kind
    detail: str
    """The name of what it happened to."""
    device: str
    address: str
