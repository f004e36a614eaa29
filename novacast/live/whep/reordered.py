"""A feed whose picture can't be given as it comes, encoded anew for those who watch by WebRTC, while they do: its
frames come in another order than they are shown in, or in another codec.

It is one more encoder, so it is cheap, begins only where processors are idle, stands back behind those of the
programme, and nothing is lost where it fails: viewers get the stage's picture then, which is later and never halts.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

from novacast.clock import Clock
from novacast.errors import Malformed, NovaCastError
from novacast.i18n import text
from novacast.live import flv
from novacast.live.broadcast.encoder import ZERO
from novacast.live.broadcast.equipment import Equipment
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.lineup import Lineup
from novacast.live.ingest import Kind, Tag
from novacast.live.whep.direct import SOUNDS, Outlet, Turned, now_of
from novacast.live.whep.headroom import has_room
from novacast.media.commands import monitor_command
from novacast.media.commands.sounds import FIRST_PIPE
from novacast.media.ladder import Rung
from novacast.media.process import PROGRESS, Child, Command, Limits
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

PRESET = "ultrafast"
MOST_LINES = 540
NEEDED = 0.3
"""Of a processor: twice what it takes of 720p30, for what keeps up in the mean only is late most of the time."""
LIMITS = Limits(nice=5)
SETTLES = 2
"""With this keyframe viewers begin: before, FFmpeg gives what it kept to find out what comes, late and all at once."""
LATE, MOST_LATE = 300, 30
"""Milliseconds that it may fall behind, and pictures in a row that may be so late: what the stage gives is hardly
later."""
PICTURE_ALONE = flv.HEADER[:4] + b"\x01" + flv.HEADER[5:]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What encoders of a programme are made with."""

    lineup: Lineup
    equipment: Equipment
    clock: Clock
    tasks: TaskGroup
    room: Callable[[float], Coroutine[Any, Any, None]] = has_room
    """Returns once so much of a processor is idle."""

    def encode(self, feed: Feed, outlet: Outlet, turned: Turned) -> "Reordered | None":
        """None: the feed has no picture, or a sound that WebRTC has not, or the programme has no rung."""
        brings = feed.brings
        if brings is None or not brings.picture or not self.lineup.rungs:
            return None
        if brings.sound and SOUNDS.isdisjoint(brings.codecs):
            return None
        return Reordered(feed, outlet, self, turned)


class Reordered:
    """`on`: whether viewers are given what it makes. `turned` is called when that changes, or when it has failed."""

    def __init__(self, feed: Feed, outlet: Outlet, shop: Workshop, turned: Turned) -> None:
        self._feed, self._outlet, self._shop, self._tell = feed, outlet, shop, turned
        self.on = False
        self._over = asyncio.Event()
        self._child: Child | None = None
        self._reader = flv.TagReader()
        self._header: bytes | None = None
        """Of the picture that is encoded."""
        self._base: int | None = None
        """Feed's time - the encoder's."""
        self._full = self._skips = False
        self._keyframes = 0
        self._shift = self._late = 0
        self._configured: Tag | None = None
        self._told: dict[Kind, bytes] = {}
        """Headers that were given."""

    def start(self) -> None:
        self._shop.tasks.start(self._run(), "for webrtc")

    def stop(self) -> None:
        """Repeatable."""
        self.on = False
        self._over.set()
        with suppress(ValueError):
            self._feed.listeners.remove(self._hear)

    def pause(self) -> None:
        """FFmpeg is behind: the rest of a group of pictures is left out."""
        self._full = self._skips = True

    def resume(self) -> None:
        self._full = False

    async def _run(self) -> None:
        try:
            await self._unless_over(self._shop.room(NEEDED), "room")
            if not self._over.is_set():
                await self._encode()
        except NovaCastError as error:
            log.warning("what is encoded for viewers by WebRTC failed: %s", error.message)
        if not self._over.is_set():
            self._fail("its encoder ended")

    async def _unless_over(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Until one of both is over."""
        both = [self._shop.tasks.start(one, what) for one, what in ((work, name), (self._over.wait(), "no viewer"))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()

    async def _encode(self) -> None:
        """Until it is stopped, or its encoder has ended."""
        brings, lineup = self._feed.brings, self._shop.lineup.encoded
        if brings is None:
            return
        program, encoding = await self._shop.equipment.for_attempt(0, enhanced=brings.enhanced)
        wanted = lineup.wanted(picture=True, sound=False, size=brings.size, fps=brings.fps)
        # One thread: more of them take more of the processors, and keep pictures back.
        cheap = replace(encoding, preset=PRESET, threads=1 if wanted.light else encoding.threads)
        argv = monitor_command(program.path, small(lineup.rungs[-1]), wanted, cheap)
        outputs = {PROGRESS: lambda _: None, FIRST_PIPE: self._made}
        command = Command(text("The encoder for WebRTC"), argv, LIMITS, outputs=outputs, flow=self, grace=1.0)
        async with await Child.start(command) as child:
            self._child = child
            child.write(PICTURE_ALONE)
            self._feed.listeners.append(self._hear)
            await self._unless_over(child.wait(), "encoder's end")

    def _hear(self, tag: Tag, keyframe: bool) -> None:
        if tag.kind is Kind.AUDIO:
            self._sound(tag)
            return
        header = self._feed.headers.get(Kind.VIDEO)
        if self._child is None or header is None or self._over.is_set():
            return
        if self._base is None:
            if not keyframe:
                return
            self._base, self._header = tag.time - ZERO, header.data
            self._child.write(flv.framed(Tag(Kind.VIDEO, ZERO, header.data)))
        if header.data != self._header:
            self._fail("its picture became another")
            return
        self._skips = self._full or (self._skips and not keyframe)
        if not self._skips:
            self._child.write(flv.framed(Tag(Kind.VIDEO, max(0, tag.time - self._base), tag.data)))

    def _sound(self, tag: Tag) -> None:
        """As it comes, on the picture's line: players keep it until that is there."""
        header = self._feed.headers.get(Kind.AUDIO)
        if not self.on:
            return
        if header is not None and self._told.get(Kind.AUDIO) != header.data:
            self._told[Kind.AUDIO] = header.data
            self._outlet.give(Tag(Kind.AUDIO, tag.time + self._shift, header.data))
        self._outlet.give(Tag(Kind.AUDIO, tag.time + self._shift, tag.data))

    def _made(self, data: bytes) -> None:
        """Called with what FFmpeg writes."""
        for tag in self._reader.feed(data):
            if tag.kind is Kind.VIDEO and self._base is not None and not self._over.is_set():
                self._picture(replace(tag, time=tag.time + self._base))

    def _picture(self, tag: Tag) -> None:
        try:
            found = flv.facts(tag)[0]
        except Malformed:
            return
        if found.part == "header":
            self._configured = tag
        if found.part != "frame":
            return
        now = now_of(self._shop.clock)
        self._keyframes += found.keyframe
        if not self.on and found.keyframe and self._keyframes >= SETTLES and self._configured is not None:
            self.on, self._shift = True, now - tag.time
            self._outlet.cut(paced=False)
            self._outlet.give(replace(self._configured, time=now))
            self._tell(self)
        self._late = self._late + 1 if self.on and now - self._shift - tag.time > LATE else 0
        if self._late > MOST_LATE:
            self._fail("this machine is behind with it")
            return
        if self.on:
            self._outlet.give(replace(tag, time=tag.time + self._shift))

    def _fail(self, why: str) -> None:
        log.warning("what is encoded for viewers by WebRTC ends: %s", why)
        self.stop()
        self._tell(self)


def small(rung: Rung) -> Rung:
    """In at most so many lines, with the bits of the larger one, since it is encoded in a hurry."""
    if rung.height <= MOST_LINES:
        return rung
    return replace(rung, width=rung.width * MOST_LINES // rung.height // 2 * 2, height=MOST_LINES)
