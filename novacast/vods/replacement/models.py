"""A file that waits to become a video's. Pure."""

from novacast.records import dataclass

JOB = "vods.replace"


@dataclass(frozen=True, slots=True)
class Replacement:
    video_id: str
    upload_id: str
    """Name of the file among the arrivals."""
    source_name: str
    source_bytes: int
    reason: str | None
    """Why it was refused, in words; None: it waits."""
    asked_at: int
