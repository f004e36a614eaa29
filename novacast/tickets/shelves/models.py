"""What is sold without an hour. Pure."""

from enum import StrEnum

from novacast.records import dataclass

CAPACITY = 10**12
"""Units: what is not counted has no end, and what nobody counts can't be claimed."""
SHARE = 10**6
"""Units that one person may have in the course of time."""


class ShelfKind(StrEnum):
    VIDEO = "video"
    TIPS = "tips"


@dataclass(frozen=True, slots=True)
class Shelf:
    perf_id: str
    event_id: str
    kind: ShelfKind
    media_id: str
    currency: str
    current: bool
    gone: int | None = None
    """Number of the fact since which there is nothing to be sold."""
