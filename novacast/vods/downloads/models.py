"""Who may take a video home, and what of it. Pure."""

import re
from collections.abc import Sequence
from enum import StrEnum

from novacast.clock import DAY
from novacast.identity import Action, Principal
from novacast.records import dataclass
from novacast.vods.models import Video, may_edit, may_watch

JOB = "vods.downloads"
KEPT = 7 * DAY
"""How long a file that nobody fetches is kept."""
ORIGINAL = "original"
SOURCE = re.compile(r"source-([1-9][0-9]{0,3})")
"""What an encoder sent, numbered from 1 on. It may hold what was never shown: it is for those who edit the video."""


class Allowed(StrEnum):
    NOBODY = "none"
    MEMBERS = "members"
    EVERYONE = "everyone"


class State(StrEnum):
    NONE = "none"
    """Can be made."""
    WANTED = "wanted"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class File:
    """A rung as one file, as its row has it."""

    video_id: str
    rung: str
    edition: str
    state: State
    reason: str | None
    bytes: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """Something to take."""

    name: str
    """`original`, `source-1` and so on, or the rung's."""
    width: int | None
    height: int | None
    state: State
    bytes: int | None
    """About, as long as it is not made."""
    reason: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    video: Video
    allowed: Allowed
    permitted: bool
    """Whether the caller may."""
    items: Sequence[Item]
    """Empty for whom may not."""
    taken: int
    """How often one was begun."""


def may_take(principal: Principal, video: Video, allowed: Allowed) -> bool:
    """Those who may change a video can always have it back."""
    if may_edit(principal, video):
        return True
    if allowed is Allowed.MEMBERS:
        return may_watch(principal, video) and principal.allows(Action.ORG_VIEW, video.org_id)
    return allowed is Allowed.EVERYONE and may_watch(principal, video)


def file_name(edition: str, rung: str) -> str:
    return f"{edition}-{rung}.mp4"


def title_name(title: str, rung: str) -> str:
    """What the file is called at home."""
    return f"{plain(title) or 'Video'} ({rung}).mp4"


def plain(name: str) -> str:
    """Without what file systems take for something else."""
    kept = "".join(" " if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name)
    return " ".join(kept.split()).strip(". ")[:150]
