"""A channel in the list of all."""

from collections.abc import Sequence

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """A programme that is on air, interrupted, on standby, or the next one planned."""

    id: str
    title: str
    state: str
    test: bool
    wanted: str


@dataclass(frozen=True, slots=True)
class Stream:
    id: str
    org_id: str
    name: str
    profile: str
    heights: tuple[int, ...]
    record: bool
    created_at: int
    programmes: Sequence[Standing]
    next_at: int | None
    """When the next one is planned to begin."""
    feeds: int
    """Encoders that are connected."""
    targets: int
    """That are enabled."""
    failing: int
    """Targets that can't be reached."""
    keys: int
    """That are good."""
