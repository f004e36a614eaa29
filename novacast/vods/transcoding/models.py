"""The state of a transcode and of its tasks, and the numbers by which workers share the work. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from fractions import Fraction

from novacast.clock import MINUTE, SECOND
from novacast.i18n import packed, unpacked
from novacast.records import dataclass

JOB = "vods.transcode"
"""Wakes a worker, who takes the most urgent task there is, of whatever video."""
BEGIN = "vods.begin"
"""Wakes a worker for what is quick and makes a video watchable, where all others have long work."""

LEASE = 10 * SECOND
"""A running task whose worker was not heard of for this long is anyone's."""
SUSPICIOUS = 6 * SECOND
"""A lease with less than this left was not renewed lately; a live worker renews it every half second."""
REMIND = 10 * MINUTE
"""How long after a wake-up a task that still waits gets another one."""
ATTEMPTS = 4
"""Times a task may end without a word (a killed worker, no memory) before its transcode counts as failed."""
MOST_TOLD = 20
"""Mishaps of encoders that are kept of one transcode; the log has all."""


class TranscodeState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = (TranscodeState.QUEUED, TranscodeState.RUNNING)


class TaskState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Kind(StrEnum):
    PLAN = "plan"
    POSTER = "poster"
    SOUND = "sound"
    """All sounds, whole."""
    COPY = "copy"
    """The source's picture as it is, and all sounds."""
    ALL = "all"
    """Every rung and sound of a short video."""
    FIRST = "first"
    """A part of the rung that can be watched while it grows."""
    REST = "rest"
    """A part of all other rungs."""
    STORYBOARD = "storyboard"
    HEVC = "hevc"
    """A part of all rungs in this codec; so is `AV1`."""
    AV1 = "av1"

    @property
    def rank(self) -> int:
        """Whose turn it is, over all videos: what makes one watchable comes before what makes another better."""
        return {Kind.PLAN: 0, Kind.REST: 3, Kind.STORYBOARD: 2, Kind.HEVC: 4, Kind.AV1: 5}.get(self, 1)

    @property
    def light(self) -> bool:
        """Runs beside another task of its video: it takes a fraction of one processor."""
        return self in {Kind.POSTER, Kind.SOUND}

    @property
    def quick(self) -> bool:
        """Somebody waits for it, and nothing is encoded but sound."""
        return self in {Kind.PLAN, Kind.COPY, Kind.POSTER}

    @property
    def renders(self) -> bool:
        return self not in {Kind.PLAN, Kind.POSTER, Kind.STORYBOARD}


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment that lies whole in its rendition's folder."""

    duration: str
    """Seconds, as its playlist says it."""
    size: int
    init: str = ""
    """Its initialization segment, where that is another than `INIT`: another encoder's."""

    @property
    def seconds(self) -> Fraction:
        return Fraction(self.duration)


Pieces = Mapping[str, Sequence[Piece]]
"""By rendition."""


def written(pieces: Pieces) -> str:
    return json.dumps({name: [_row(one) for one in ones] for name, ones in pieces.items()})


def _row(one: Piece) -> list[str | int]:
    return [one.duration, one.size, one.init] if one.init else [one.duration, one.size]


def read(text: str | None) -> Pieces:
    return {name: tuple(Piece(*one) for one in ones) for name, ones in json.loads(text or "{}").items()}


@dataclass(frozen=True, slots=True)
class Made:
    """What an attempt at a task brought."""

    pieces: Pieces = field(default_factory=dict)
    encoder: str | None = None
    """That wrote them, and on what; None where nothing was encoded."""
    told: tuple[str, ...] = ()
    """What befell the encoders that were tried before."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Which encoders made a transcode, and what befell them."""

    parts: Mapping[str, int] = field(default_factory=dict)
    """Encoder -> tasks that it finished."""
    told: Sequence[str] = ()
    """The first of them, in the order in which they happened."""

    def and_(self, made: Made) -> "Encoded":
        parts = dict(self.parts)
        if made.encoder is not None:
            parts[made.encoder] = parts.get(made.encoder, 0) + 1
        return Encoded(parts, (*self.told, *made.told)[:MOST_TOLD])

    @property
    def text(self) -> str:
        return json.dumps({"parts": dict(self.parts), "told": [packed(one) for one in self.told]})

    @classmethod
    def read(cls, text: str | None) -> "Encoded":
        if text is None:
            return cls()
        kept = json.loads(text)
        return cls(kept["parts"], tuple(unpacked(one) for one in kept["told"]))


@dataclass(frozen=True, slots=True)
class Transcode:
    """What people see of all tasks together."""

    video_id: str
    state: TranscodeState
    attempts: int
    """Of the task that took the most."""
    step: str
    """What a running one is at: `probe`, `encode`, `pictures`; empty before."""
    progress: int
    """Per mille."""
    speed: float | None
    """Times real time."""
    reason: str | None
    """Why it failed, in words for people."""
    reason_code: str | None
    cancelling: bool
    queued_at: int
    started_at: int | None
    ended_at: int | None
    edition: str | None
    """Name of the folder that it fills; None before its plan."""
    digest: str | None
    """Of source, settings and plan: while it is the same, finished tasks are kept."""
    plan: str | None
    encoded: Encoded


@dataclass(frozen=True, slots=True)
class Step:
    """A task as it is planned."""

    name: str
    kind: Kind
    number: int = 0
    """Of the part."""
    weight: int = 1
    """Its share of the whole transcode's cost."""
    start: int = 0
    """Microseconds, as is `end`."""
    end: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    video_id: str
    edition: str
    name: str
    kind: Kind
    number: int
    weight: int
    state: TaskState
    attempts: int
    progress: int
    """Per mille."""
    worker: str | None
    """Token of the one attempt that may write; also in the name of the folder that it works in."""
    lease_until: int | None
    encoder: str | None = None
    """That finished it."""
    reason: str | None = None
    """Why it failed; of a finished one, why its encoder was not the first choice."""
    pieces: Pieces = field(default_factory=dict)
    """What is there to be watched; of a running task what it has made so far, or what an attempt before it had."""
