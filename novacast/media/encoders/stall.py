"""Ends a child that has stopped getting on. A GPU that hangs keeps its process alive for ever."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from novacast.errors import ChildFailed, MediaFailure
from novacast.i18n import text
from novacast.media.process import Child
from novacast.media.progress import Progress
from novacast.tasks import TaskGroup

STALL_SECONDS = 30.0
"""Slow machines take this long for a single picture in 4K, and no longer."""


class StallGuard:
    """`tell` and `watch` of one run of FFmpeg, made so that it ends when `seconds` pass without progress.

    Use as `async with StallGuard("The chunk", 30) as guard: await run_ffmpeg(..., tell=guard.tell, watch=guard.watch)`.
    Leaving the block raises ChildFailed in place of whatever the ending made of a child that had stalled.
    """

    def __init__(
        self, name: str, seconds: float = STALL_SECONDS, *,
        tell: Callable[[Progress], None] | None = None, watch: Callable[[Child], None] | None = None,
    ) -> None:  # fmt: skip
        self._name = name
        self._seconds = seconds
        self._tell, self._watch = tell, watch
        self._child: Child | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._tasks = TaskGroup(name)
        self._reached: tuple[int, int | None] = (0, None)
        self.stalled = False

    def watch(self, child: Child) -> None:
        self._child = child
        self._arm()
        if self._watch is not None:
            self._watch(child)

    def tell(self, progress: Progress) -> None:
        reached = (progress.out_time, progress.frame)
        if reached != self._reached or progress.done:
            self._reached = reached
            self._arm()
        if self._tell is not None:
            self._tell(progress)

    async def __aenter__(self) -> "StallGuard":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        stalled, tail = self.stalled, self._child.tail if self._child is not None else ()
        if self._child is not None and stalled:
            await self._child.stop()
        await self._tasks.close()
        if stalled and (error is None or isinstance(error, MediaFailure)):
            message = text(
                "{what} made no progress for {seconds:g} s and was ended.", what=self._name, seconds=self._seconds
            )
            raise ChildFailed(message, tail=tail) from error

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._child is not None and not self.stalled:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._expire)

    def _expire(self) -> None:
        child = self._child
        if child is None or not child.running:
            return
        if child.paused:  # someone holds it still on purpose
            self._arm()
            return
        self.stalled = True
        self._tasks.start(child.stop(), "stalled")
