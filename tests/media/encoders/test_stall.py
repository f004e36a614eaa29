import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from novacast.errors import ChildFailed
from novacast.media.encoders import StallGuard
from novacast.media.process import STDOUT, Child, Command
from novacast.media.progress import Progress

SCRIPT = str(Path(__file__).parents[2] / "fakes" / "child_script.py")


async def started(what: str, told: Callable[[bytes], None] = lambda _: None) -> Child:
    return await Child.start(Command("child", (sys.executable, SCRIPT, what), outputs={STDOUT: told}, grace=0.5))


def at(frame: int) -> Progress:
    return Progress(frame * 40_000, frame, None, None, done=False)


async def watched(child: Child, guard: StallGuard) -> None:
    async with guard, child:
        guard.watch(child)
        await child.wait()


@pytest.mark.parametrize("what", ["hang", "deaf", "polite"])
async def test_a_child_without_progress_is_ended_and_the_reason_said(what: str) -> None:
    child = await started(what)
    with pytest.raises(ChildFailed, match=r"The part made no progress for 0\.3 s and was ended"):
        await watched(child, StallGuard("The part", 0.3))
    assert not child.running


async def test_the_same_picture_told_again_is_no_progress() -> None:
    guard = StallGuard("The part", 1.0)
    child = await started("counts", lambda _: guard.tell(at(7)))
    with pytest.raises(ChildFailed, match="no progress"):
        await watched(child, guard)


async def test_a_child_that_gets_on_is_left_alone() -> None:
    frames, enough = iter(range(1_000_000)), asyncio.Event()

    def told(line: bytes) -> None:
        if (frame := next(frames)) > 150:  # a hundredth of a second each: longer than the guard waits
            enough.set()
        guard.tell(at(frame))

    async with StallGuard("The part", 1.0) as guard, await started("counts", told) as child:
        guard.watch(child)
        await asyncio.wait_for(enough.wait(), 30)
    assert not guard.stalled


async def test_a_child_that_is_held_still_on_purpose_has_not_stalled() -> None:
    async with await started("hang") as child:
        guard = StallGuard("The part", 0.1)
        child.pause()
        async with guard:
            guard.watch(child)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(child.wait(), 0.5)
            assert not guard.stalled
            assert child.running


async def test_what_the_caller_listens_to_is_told_too() -> None:
    told: list[object] = []
    async with StallGuard("The part", tell=told.append, watch=told.append) as guard, await started("hang") as child:
        guard.watch(child)
        guard.tell(at(1))
    assert told == [child, at(1)]
