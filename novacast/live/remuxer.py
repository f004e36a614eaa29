"""A transport stream as tags, by one FFmpeg that copies."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from novacast.errors import ChildFailed, NovaCastError
from novacast.i18n import text
from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.live.rtmp.timeline import Timeline
from novacast.media.commands import ingest_command
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.process import PROGRESS, STDOUT, Child, Command
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

MOST_BEGINNING = 8 * 1024**2
"""Bytes kept until the first frame, for another attempt."""
ATTEMPTS = tuple((look, recode) for look in (500_000, 2_500_000, 8_000_000) for recode in (False, True))
"""Microseconds that are looked at, and whether the sound is encoded anew. FFmpeg looks at a transport stream for as
long as it may, whatever it knows by then; but who joins in the middle of a stream can wait long for a keyframe.
"""
MOST_WAITING = 8 * 1024**2
FINISH_SECONDS = 5.0


class Remuxer:
    """`take` gets each tag; `over` is called once, with the reason, when FFmpeg has ended by itself or found nothing
    that it can read."""

    def __init__(
        self, find: FindFFmpeg, take: Callable[[Tag], None], over: Callable[[NovaCastError], None],
        threw: Callable[[int], object],
    ) -> None:  # fmt: skip
        self._find, self._take, self._over, self._threw = find, take, over, threw
        self._child: Child | None = None
        self._reader = flv.TagReader()
        self._timelines = {kind: Timeline() for kind in Kind}
        self._beginning: bytearray | None = bytearray()
        self._tasks = TaskGroup("remuxer")

    async def start(self) -> None:
        """Raises ChildFailed, MediaFailure, BadSettings."""
        await self._begin(0)

    def write(self, data: bytes) -> None:
        if self._beginning is not None:
            self._beginning += data
            if len(self._beginning) > MOST_BEGINNING:
                self._beginning = None
        if self._child is not None:
            if self._child.waiting > MOST_WAITING:
                self._threw(len(data))
            else:
                self._child.write(data)

    async def finish(self) -> None:
        """Nothing more comes: what FFmpeg has is given, then it is gone."""
        await self._tasks.close()
        if self._child is not None:
            self._child.finish()
            with suppress(TimeoutError, NovaCastError):
                await asyncio.wait_for(self._child.wait(), FINISH_SECONDS)
        await self.stop()

    async def stop(self) -> None:
        child, self._child = self._child, None
        await self._tasks.close()
        if child is not None:
            await child.stop()

    def pause(self) -> None:
        """What waits is bounded by `write`."""

    def resume(self) -> None:
        """See `pause`."""

    async def _begin(self, attempt: int) -> None:
        look, recode_sound = ATTEMPTS[attempt]
        program = await self._find()
        self._reader = flv.TagReader()
        command = Command(
            text("The receiver's FFmpeg"),
            ingest_command(program.path, look=look, recode_sound=recode_sound),
            outputs={STDOUT: self._read, PROGRESS: _ignored},
            flow=self,
            grace=1.0,
        )
        child = await Child.start(command)
        if self._beginning:
            child.write(bytes(self._beginning))
        self._child = child
        self._tasks.start(self._watch(child, command, attempt), "end")

    def _read(self, data: bytes) -> None:
        for tag in self._reader.feed(data):
            if tag.kind is not Kind.SCRIPT:
                self._beginning = None
                self._take(Tag(tag.kind, self._timelines[tag.kind].at(tag.time), tag.data))

    async def _watch(self, child: Child, command: Command, attempt: int) -> None:
        try:
            outcome = await child.wait()
            if self._beginning and not outcome.ok and attempt + 1 < len(ATTEMPTS):
                log.info("a transport stream is looked at once more: %s", " / ".join(outcome.tail[-2:]))
                await self._begin(attempt + 1)
                return
            outcome.check(command)
            raise ChildFailed(text("The receiver's FFmpeg ended."), returncode=outcome.returncode, tail=outcome.tail)
        except NovaCastError as failure:
            self._over(failure)


def _ignored(data: bytes) -> None:
    """Progress is measured by the tags."""
