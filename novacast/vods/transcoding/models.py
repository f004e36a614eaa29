"""The state of a transcode, and the numbers by which workers share the work. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from novacast.clock import MINUTE, SECOND

JOB = "vods.transcode"

LEASE = 10 * SECOND
"""A running row whose worker was not heard of for this long is anyone's."""
SUSPICIOUS = 6 * SECOND
"""A lease with less than this left was not renewed lately; a live worker renews it every half second."""
REMIND = 10 * MINUTE
"""How long after a wake-up a row that is still queued gets another one."""
ATTEMPTS = 4
"""Times a transcode may end without a word (a killed worker, no memory) before it counts as failed."""


class TranscodeState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Transcode:
    video_id: str
    state: TranscodeState
    attempts: int
    step: str
    """What a running one is at: `probe`, `encode`, `pictures`, `publish`; empty before."""
    progress: int
    """Per mille."""
    speed: float | None
    """Times real time."""
    reason: str | None
    """Why it failed, in words for people."""
    reason_code: str | None
    worker: str | None
    """Token of the one attempt that may write; also the name of the folder it makes."""
    lease_until: int | None
    cancelling: bool
    queued_at: int
    started_at: int | None
    ended_at: int | None
