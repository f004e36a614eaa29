"""The crowd's processes: each is a program of this package that is told what to do, and answers, a line of JSON each.

Processes of their own, so that what a crowd costs, which is elsewhere on the day, is never taken for the server's.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

from novacast.errors import Unavailable
from novacast.media.process import STDOUT, Child, Command
from novacast.tasks import TaskGroup

HERE = __name__.rpartition(".")[0]
FAILED = "failed"
Cues = Mapping[str, Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]]


class Extras:
    """Use as `async with await Extras.start(...)`: leaving the block ends the process."""

    def __init__(self, child: Child, answers: "asyncio.Queue[dict[str, Any]]", name: str) -> None:
        self._child, self._answers, self._name = child, answers, name
        self._tasks = TaskGroup(f"the rehearsal's {name}")
        self._tasks.start(self._watch(), "end")

    @classmethod
    async def start(cls, name: str, environment: Mapping[str, str], *arguments: str) -> Self:
        """`name` of the program's module in this package."""
        answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        pending = bytearray()

        def hear(chunk: bytes) -> None:
            pending.extend(chunk)
            *lines, rest = bytes(pending).split(b"\n")
            pending[:] = rest
            for line in lines:
                answers.put_nowait(json.loads(line))

        argv = (sys.executable, "-m", f"{HERE}.{name}", *arguments)
        command = Command(
            f"The rehearsal's {name}", argv, outputs={STDOUT: hear}, environment=environment, flow=_Unhurried()
        )
        return cls(await Child.start(command), answers, name)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def tail(self) -> tuple[str, ...]:
        return self._child.tail

    async def ask(self, what: str, within: float, **cue: Any) -> dict[str, Any]:
        """Raises Unavailable when it ended, could not do it, or took longer than `within` seconds."""
        self._child.write(json.dumps({"do": what, **cue}).encode() + b"\n")
        return await self.answer(within)

    async def answer(self, within: float) -> dict[str, Any]:
        """The next line that it says by itself. Raises the same."""
        try:
            async with asyncio.timeout(within):
                told = await self._answers.get()
        except TimeoutError:
            raise Unavailable(f"The rehearsal's {self._name} did not answer within {within:.0f} s.") from None
        if FAILED in told:
            raise Unavailable(str(told[FAILED]))
        return told

    async def _watch(self) -> None:
        await self._child.wait()
        words = " / ".join(self.tail[-3:]) or "without a word"
        self._answers.put_nowait({FAILED: f"The rehearsal's {self._name} ended: {words}"})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.close()
        await self._child.stop()


class _Unhurried:
    """What is told is a few short lines: whoever reads them late loses nothing."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...


async def act(cues: Cues) -> None:
    """The other end: does what lines of standard input say until it ends, one after the other."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        cue = json.loads(line)
        try:
            told = await cues[cue.pop("do")](cue)
        except (OSError, Unavailable) as error:
            told = {FAILED: str(error)}
        say(told)


def say(told: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
