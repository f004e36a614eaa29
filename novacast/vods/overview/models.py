"""A job as those who run the server see it."""

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    kind: str
    """`transcode`, `speech` or `download`."""
    video_id: str
    title: str
    org_id: str
    state: str
    step: str
    progress: int | None
    """Per mille; None: it does not tell."""
    speed: float | None
    attempts: int
    reason: str | None
    """Why it failed, in words for people."""
    queued_at: int
    started_at: int | None
    ended_at: int | None
