"""Pictures to choose from, and where they lie. Pure."""

from enum import StrEnum

from novacast.records import dataclass

JOB = "vods.pictures"

CHOSEN = "poster-%s.jpg"
"""Name of the chosen picture in an edition's folder: another picture has another name, so that no cache is wrong."""
MOST = 12
"""Pictures of a video beside those proposed."""
LARGEST = 20 * 1024**2
"""Bytes of a picture that is brought."""
SHARES = (0.15, 0.5, 0.8)
"""Where in a video the proposed ones are."""


class Kind(StrEnum):
    PROPOSED = "proposed"
    FRAME = "frame"
    BROUGHT = "brought"


class State(StrEnum):
    WANTED = "wanted"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Picture:
    id: str
    video_id: str
    kind: Kind
    state: State
    at: int | None
    """Microseconds into the video; None for one that was brought."""
    choose: bool
    """To be chosen as soon as it is ready."""
    reason: str | None
    """Why it failed, in words."""
    created_at: int


def file_name(picture_id: str) -> str:
    return f"{picture_id}.jpg"


def raw_name(picture_id: str) -> str:
    """Of what somebody brought, until it is made safe."""
    return f".{picture_id}.raw"
