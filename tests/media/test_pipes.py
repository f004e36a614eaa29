import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

from novacast.media.process import STDOUT, Child, Command
from tests.waiting import until

PATIENCE = 20.0


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class Filler:
    """Fills a child's stdin as a publisher would: waits while it is told to."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.paused = 0

    def pause(self) -> None:
        self.paused += 1
        self.free.clear()

    def resume(self) -> None:
        self.free.set()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_what_is_written_to_a_child_reaches_it_whole_and_a_full_pipe_says_so(run: Callable[..., object]) -> None:
    async def main() -> tuple[bytes, int]:
        filler, got = Filler(), bytearray()
        child = await Child.start(Command("cat", ("cat",), outputs={STDOUT: got.extend}, flow=filler))
        piece = bytes(range(256)) * 1024
        async with child:
            child.pause()  # as one that is stuck: nothing is read
            for _ in range(20):
                if not filler.free.is_set():
                    break
                child.write(piece)
            written = 20 * len(piece) if filler.free.is_set() else 0
            assert not written, "the pipe never said that it was full"
            child.resume()
            await asyncio.wait_for(filler.free.wait(), PATIENCE)
            child.finish()
            outcome = await asyncio.wait_for(child.wait(), PATIENCE)
            assert outcome.ok
        return bytes(got), filler.paused

    got, paused = run(main())  # type: ignore[misc]  # both run a coroutine to its result
    assert paused == 1
    assert len(got) % (256 * 1024) == 0
    assert got == bytes(range(256)) * (len(got) // 256)


async def test_writing_to_a_child_that_has_ended_is_no_error() -> None:
    before = descriptors()
    child = await Child.start(Command("true", ("true",), flow=Filler()))
    async with child:
        await asyncio.wait_for(child.wait(), PATIENCE)
        for _ in range(10):
            child.write(b"late")
        child.finish()
    await until(lambda: descriptors() <= before)
