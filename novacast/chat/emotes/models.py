"""Emotes, and what they may be called. Pure."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from novacast.clock import DAY
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass

LARGEST = 1024**2
"""Bytes of a picture that is brought."""
MOST = 200
"""Of one organization."""
MOST_MOVING = 50
KEPT = DAY
"""How long one that was removed can be brought back."""
_NAME = re.compile(r"[a-z0-9_]{2,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Emote:
    id: str
    org_id: str
    name: str
    digest: str
    """Of its pixels."""
    moving: str | None
    """Of its animation, if it has one."""
    added_by: str | None
    added_at: int
    removed_at: int | None


@dataclass(frozen=True, slots=True)
class Set:
    """All emotes of an organization, in the order in which they are on its sheet."""

    org_id: str
    emotes: Sequence[Emote]

    @property
    def version(self) -> str:
        """Another sheet has another one."""
        return sha256(" ".join(one.digest for one in self.emotes).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log."""

    at: int
    actor_id: str | None
    action: str
    """A noun and a past verb, such as `emote.added`."""
    name: str
    detail: Mapping[str, object]


def clean_name(written: str) -> str:
    """Raises InvalidInput."""
    name = written.strip().strip(":").lower()
    if not _NAME.fullmatch(name):
        message = text("A name is 2 to 32 letters from a to z, digits and underscores.")
        raise InvalidInput.field("name", message)
    return name
