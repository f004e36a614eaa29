"""What can be followed. Pure."""

from enum import StrEnum

from novacast.records import dataclass

MOST = 500
"""That one person may follow."""


class Followed(StrEnum):
    CHANNEL = "channel"
    ORGANIZATION = "organization"


@dataclass(frozen=True, slots=True)
class Follow:
    kind: Followed
    thing_id: str
    since: int


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that is followed, as it is called, and where it is."""

    follow: Follow
    name: str
    path: str
