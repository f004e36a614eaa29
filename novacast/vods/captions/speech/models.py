"""How far the writing down of a video's speech is, and when it is tried again. Pure."""

from collections.abc import Sequence
from enum import StrEnum

from novacast.clock import MINUTE, SECOND
from novacast.records import dataclass
from novacast.vods.captions.speech.pieces import Line, Piece

JOB = "vods.captions.transcribe"

LEASE = 30 * SECOND
"""One whose worker was not heard of for this long is anyone's."""
BEAT = 5.0
"""Seconds between two signs of life."""
ATTEMPTS = 8
"""Times that one piece is tried."""
FIRST_WAIT, LONGEST_WAIT = 5 * SECOND, 15 * MINUTE


class SpeechState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = (SpeechState.QUEUED, SpeechState.RUNNING)


@dataclass(frozen=True, slots=True)
class Speech:
    video_id: str
    state: SpeechState
    language: str
    """BCP 47 of what is spoken; empty until it is known."""
    pieces: Sequence[Piece] | None
    """None until it was listened for silence."""
    heard: Sequence[Sequence[Line]]
    """Of the first pieces, on each piece's own clock."""
    attempts: int
    """Of the piece that it is at."""
    worker: str | None
    wake_at: int
    """Not to be tried before."""
    reason: str | None
    """Why it failed, or why it waits, in words for people."""
    track_id: str | None
    """What was made of it."""
    queued_at: int
    ended_at: int | None

    @property
    def progress(self) -> float:
        """Share of pieces that are written down."""
        return len(self.heard) / len(self.pieces) if self.pieces else 0.0


def wait(attempts: int, told: float | None) -> int:
    """Microseconds until the next try: what the server told, else twice as long each time."""
    if told is not None:
        return max(SECOND, min(LONGEST_WAIT, round(told * SECOND)))
    return int(min(LONGEST_WAIT, FIRST_WAIT * 2 ** max(0, attempts - 1)))
