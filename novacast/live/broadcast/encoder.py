"""One FFmpeg for one feed: tags go in, fragments of every rendition come out."""

import logging
from collections.abc import Callable
from fractions import Fraction

from novacast.clock import Clock
from novacast.errors import NovaCastError
from novacast.i18n import text
from novacast.live import flv
from novacast.live.broadcast.feed import Brings, Feed
from novacast.live.broadcast.lineup import Lineup
from novacast.live.ingest import Kind, Tag
from novacast.live.packaging.fragments import Reader
from novacast.live.packaging.models import Fragment, Init
from novacast.media.commands import Encoding, live_command
from novacast.media.commands.live import BEGINS
from novacast.media.ffmpeg import FFmpeg
from novacast.media.process import PROGRESS, Child, Command, Outcome
from novacast.media.progress import Progress, ProgressReader
from novacast.tasks import TaskGroup

ZERO = BEGINS * 1000
"""Milliseconds that the first tag is set to."""

log = logging.getLogger(__name__)

Take = Callable[[str, Init | Fragment], None]


class Encoder:
    """`take` gets each piece; `over` is called once, when FFmpeg has ended by itself."""

    def __init__(
        self, program: FFmpeg, lineup: Lineup, encoding: Encoding, feed: Feed, brings: Brings, clock: Clock
    ) -> None:
        self.feed, self.clock = feed, clock
        self.wanted = lineup.wanted(picture=brings.picture, sound=brings.sound, size=brings.size, fps=brings.fps)
        self.argv = live_command(program.path, self.wanted, encoding)
        self.began_at = self.fed_at = self.gave_at = clock.monotonic()
        self.speed: float | None = None
        """Times real time, as FFmpeg says."""
        self.waiting = False
        """FFmpeg takes nothing now, and the publisher is not read."""
        self._fed: dict[Kind, int] = {}
        """Milliseconds on its clock."""
        self._given: dict[str, Fraction] = {}
        self._child: Child | None = None
        self._base: int | None = None
        self._tasks = TaskGroup("encoder")
        self._waits = brings.picture
        """For a keyframe."""
        self.take: Take = lambda name, found: None
        self.over: Callable[[Outcome | Exception], None] = lambda outcome: None

    async def start(self) -> None:
        """Begins with what the feed kept. Raises ChildFailed."""
        readers = {pipe: self._sink(name) for pipe, name in self.wanted.pipes.items()}
        progress = ProgressReader(self._told)
        command = Command(
            text("The live encoder"), self.argv, outputs={PROGRESS: progress, **readers}, flow=self, grace=1.0
        )
        self._child = await Child.start(command)
        self._child.write(_head(picture=bool(self.wanted.rungs), sound=self.wanted.sound is not None))
        self.feed.listeners.append(self.write)
        for kept in list(self.feed.kept):
            self.write(kept, keyframe=kept is self.feed.kept[0])
        self._tasks.start(self._watch(self._child), "end")

    def behind(self) -> float:
        """Seconds of media that were fed and not given yet, by the slowest rendition; 0 before the first. Sound and
        picture are counted each by itself: either may stop coming."""
        if len(self._given) < len(self.wanted.names):
            return 0.0
        lags = [self._fed.get(self._kind(name), 0) / 1000 - float(end) for name, end in self._given.items()]
        return max(0.0, *lags)

    def unanswered(self) -> float:
        """Seconds of its life in which it was fed and has given nothing, up to now."""
        return max(0.0, (self.clock.monotonic() if self.waiting else self.fed_at) - self.gave_at)

    def _kind(self, name: str) -> Kind:
        return Kind.AUDIO if name == self.wanted.sound else Kind.VIDEO

    def write(self, tag: Tag, keyframe: bool) -> None:
        """One more of the feed's."""
        if self._child is None or not self._wants(tag.kind):
            return
        if self._base is None:
            if self._waits and not (tag.kind is Kind.VIDEO and keyframe):
                return
            self._base = tag.time - ZERO
            for header in self.feed.headers.values():
                if self._wants(header.kind):
                    self._child.write(flv.framed(Tag(header.kind, ZERO, header.data)))
        self.fed_at = self.clock.monotonic()
        time = self._fed[tag.kind] = max(0, tag.time - self._base)
        self._child.write(flv.framed(Tag(tag.kind, time, tag.data)))

    def finish(self) -> None:
        """Nothing more comes: FFmpeg gives what it has, and ends."""
        self._let_go()
        if self._child is not None:
            self._child.finish()

    async def stop(self) -> None:
        self._let_go()
        if self._child is not None:
            await self._child.stop()
        await self._tasks.close()

    def pause(self) -> None:
        """FFmpeg is behind."""
        if self.write in self.feed.listeners:
            self.waiting = True
            self.feed.publisher.pause()

    def resume(self) -> None:
        if self.waiting:
            self.waiting = False
            self.feed.publisher.resume()

    def _wants(self, kind: Kind) -> bool:
        return bool(self.wanted.rungs) if kind is Kind.VIDEO else self.wanted.sound is not None

    def _let_go(self) -> None:
        if self.write in self.feed.listeners:
            self.feed.listeners.remove(self.write)
        self.resume()

    def _sink(self, name: str) -> Callable[[bytes], None]:
        reader = Reader()

        def take(data: bytes) -> None:
            for found in reader.feed(data):
                self.gave_at = self.clock.monotonic()
                if isinstance(found, Fragment):
                    self._given[name] = Fraction(found.start + found.duration, found.timescale)
                self.take(name, found)

        return take

    def _told(self, progress: Progress) -> None:
        self.speed = progress.speed

    async def _watch(self, child: Child) -> None:
        try:
            outcome: Outcome | Exception = await child.wait()
        except NovaCastError as failure:
            outcome = failure
        except Exception as error:
            log.exception("what an encoder gave could not be taken")
            outcome = error
        self._let_go()
        self.over(outcome)


def _head(*, picture: bool, sound: bool) -> bytes:
    """Of a file that has these, so that FFmpeg waits for neither more nor less: FLV specification E.2."""
    return flv.HEADER[:4] + bytes((4 * sound + picture,)) + flv.HEADER[5:]
