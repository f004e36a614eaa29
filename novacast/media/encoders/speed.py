"""How fast an encoder is once it runs, and how many of it run at once."""

import asyncio
from collections.abc import Callable

from novacast.clock import Clock
from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.media.encoders.bench import FPS, Bench, hold_command, pace_command
from novacast.media.encoders.models import Encoder, Route
from novacast.media.process import PROGRESS, Child, Command
from novacast.media.progress import Progress, ProgressReader
from novacast.tasks import TaskGroup

MEASURED_SECONDS = 1.0
"""Of running, from the first picture on: what a device takes to wake up is not its speed."""
PATIENCE = 15.0
"""Seconds until the measure is taken; an encoder that gives no picture in that time is of no use."""
MOST_SESSIONS = 8
"""Tried at once; a ladder has eight rungs at most."""


class _Pace:
    """Listens to progress until enough of it was seen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first: tuple[float, int] | None = None
        self.seen = asyncio.Event()
        self.speed = 0.0

    def __call__(self, progress: Progress) -> None:
        now, frame = self._clock.monotonic(), progress.frame or 0
        if self._first is None:
            if frame:
                self._first = (now, frame)
            return
        began, counted = self._first
        if now - began >= MEASURED_SECONDS and not self.seen.is_set():
            self.speed = float((frame - counted) / FPS) / (now - began)
            self.seen.set()


async def measure(bench: Bench, encoder: Encoder, route: Route) -> float:
    """Times real time at 720p. Raises MediaFailure when it ends or hangs before that is known."""
    pace = _Pace(bench.clock)
    argv = pace_command(bench.program, encoder, route, bench.source, bench.picture.target)
    await _until(bench, _listening(bench, f"The measure of {encoder}", argv, pace), pace.seen)
    return round(pace.speed, 2)


async def count_sessions(bench: Bench, encoder: Encoder) -> tuple[int, bool]:
    """How many encodings ran at once, and whether more were refused. All are started together and held until each
    has given a picture or failed.
    """
    opened = [asyncio.Event() for _ in range(MOST_SESSIONS)]
    holding = TaskGroup(f"sessions of {encoder}")
    try:
        tries = [holding.start(_held(bench, encoder, event), str(n)) for n, event in enumerate(opened)]
        decided = [
            holding.start(_decided(one, event), f"{n} decided")
            for n, (one, event) in enumerate(zip(tries, opened, strict=True))
        ]
        await asyncio.wait(decided, timeout=PATIENCE)
        running = sum(event.is_set() and not one.done() for one, event in zip(tries, opened, strict=True))
    finally:
        await holding.close()
    return max(1, running), running < MOST_SESSIONS


async def _held(bench: Bench, encoder: Encoder, opened: asyncio.Event) -> None:
    def tell(progress: Progress) -> None:
        if progress.frame:
            opened.set()

    command = _listening(bench, f"One session of {encoder}", hold_command(bench.program, encoder), tell)
    async with await Child.start(command) as child:
        await child.wait()


async def _decided(one: asyncio.Task[None], opened: asyncio.Event) -> None:
    waiting = TaskGroup("session")
    try:
        await asyncio.wait({one, waiting.start(_wait(opened), "opened")}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await waiting.close()


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


def _listening(bench: Bench, name: str, argv: tuple[str, ...], tell: Callable[[Progress], None]) -> Command:
    return Command(name, argv, bench.limits, {PROGRESS: ProgressReader(tell)}, cwd=bench.folder, grace=2.0)


async def _until(bench: Bench, command: Command, seen: asyncio.Event) -> None:
    """Runs the command until the event, then ends it. Raises MediaFailure when it ends first, or neither happens."""
    waiting = TaskGroup(command.name)
    try:
        async with await Child.start(command) as child:
            event = waiting.start(_wait(seen), "seen")
            ended = waiting.start(child.wait(), "ended")
            await asyncio.wait({event, ended}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            if seen.is_set():
                return
            if ended.done():
                ended.result().check(command)
                raise MediaFailure(text("{what} ended by itself.", what=command.name))
            raise MediaFailure(text("{what} showed no speed in {seconds:g} s.", what=command.name, seconds=PATIENCE))
    finally:
        await waiting.close()
