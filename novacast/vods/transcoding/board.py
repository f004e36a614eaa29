"""What of a video can be watched at this moment, from its plan and its tasks. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from novacast.media.commands import INIT, SEGMENTS
from novacast.media.ladder import Rung
from novacast.media.playlists import Segment
from novacast.records import dataclass
from novacast.vods.transcoding.models import Kind, Piece, Task, TaskState
from novacast.vods.transcoding.plan import Plan


@dataclass(frozen=True, slots=True)
class Shown:
    """One rendition as far as it goes without a gap from its beginning."""

    name: str
    pieces: tuple[Piece, ...]
    complete: bool

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(
            Segment(SEGMENTS % number, piece.seconds, piece.init or INIT) for number, piece in enumerate(self.pieces)
        )

    @property
    def size(self) -> int:
        return sum(piece.size for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Board:
    rungs: tuple[Shown, ...]
    """That may be listed now: all that are complete, else the one that grows."""
    sounds: tuple[Shown, ...]
    growing: Shown | None
    """The rung that is not complete but can be watched, whether or not it is listed."""
    watchable: bool
    finished: bool
    """Every rendition is complete."""

    @property
    def complete(self) -> tuple[Shown, ...]:
        return tuple(rung for rung in self.rungs if rung.complete)


def board(plan: Plan, tasks: Sequence[Task]) -> Board:
    rungs = {rung.name: shown(plan, rung.name, tasks) for rung in plan.rungs}
    sounds = tuple(shown(plan, sound.name, tasks) for sound in plan.ladder.sounds)
    complete = tuple(rung for rung in rungs.values() if rung.complete)
    first = rungs[plan.first.name] if plan.first is not None else None
    growing = first if first is not None and first.pieces and not first.complete else None
    heard = all(sound.pieces for sound in sounds)
    seen = bool(complete) or growing is not None or first is None
    listed = complete or ((growing,) if growing is not None else ())
    finished = len(complete) == len(rungs) and all(sound.complete for sound in sounds)
    return Board(listed, sounds, growing, heard and seen, finished)


def shown(plan: Plan, name: str, tasks: Iterable[Task]) -> Shown:
    makers = plan.makers(name)
    parts = sorted((task for task in tasks if task.kind in makers), key=lambda task: task.number)
    pieces: list[Piece] = []
    for task in parts:
        if task.state is TaskState.DONE:
            pieces += task.pieces[name]
            continue
        if name in plan.growing:
            pieces += task.pieces.get(name, ())
        return Shown(name, tuple(pieces), complete=False)
    return Shown(name, tuple(pieces), complete=bool(parts))


def copied(plan: Plan, tasks: Iterable[Task]) -> Sequence[Piece]:
    """Segments of the finished copy; empty where there is none (yet)."""
    if plan.copied is None:
        return ()
    done = (task for task in tasks if task.kind is Kind.COPY and task.state is TaskState.DONE)
    return next((task.pieces[plan.copied.name] for task in done), ())


def smallest(plan: Plan, complete: Collection[str]) -> Rung | None:
    """The rung for small pictures, if it is there: a copy, which costs more to read, only where nothing else comes."""
    for rung in plan.rungs:
        if rung.name in complete and rung not in plan.coded and (rung != plan.copied or not plan.others):
            return rung
    return None


def pictures(tasks: Iterable[Task]) -> Mapping[str, bool]:
    """Which pictures around the video are there, as columns of its row."""
    made = {task.kind for task in tasks if task.state is TaskState.DONE and task.pieces}
    return {"has_poster": Kind.POSTER in made, "has_storyboard": Kind.STORYBOARD in made}
