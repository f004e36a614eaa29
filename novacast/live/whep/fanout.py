"""One line in the process that sends: what came since the last keyframe, and all who are sent what comes."""

import asyncio
import heapq
from collections.abc import Sequence
from typing import Protocol

from novacast.errors import Malformed
from novacast.live import flv
from novacast.live.ingest import Tag
from novacast.live.whep.frames import Framer, Picture, Sound

MOST_PICTURES, MOST_BYTES = 600, 12 * 1024**2
"""Of one group of pictures that is kept; whoever comes into a longer one waits for the next."""
MOST_WAITING = 2_000
"""Tags that wait for their time; more are a fault, and given at once."""


class Taker(Protocol):
    """Neither method waits."""

    def picture(self, one: Picture, /) -> None: ...

    def sound(self, one: Sound, /) -> None: ...


class Fanout:
    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._takers: list[Taker] = []
        self._framer = Framer()
        self._kept: list[Picture] = []
        self._bytes = 0
        self._paced = False
        self._waiting: list[tuple[int, int, Tag]] = []
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def kept(self) -> Sequence[Picture]:
        """From the last keyframe on; empty where that is too long ago."""
        return self._kept

    def join(self, taker: Taker) -> None:
        self._takers.append(taker)

    def leave(self, taker: Taker) -> None:
        """Repeatable."""
        if taker in self._takers:
            self._takers.remove(taker)

    def cut(self, *, paced: bool) -> None:
        """What waits of the source before is not waited for."""
        self._paced = paced
        self._waiting.clear()
        self._framer = Framer()
        self._forget()

    def take(self, tag: Tag) -> None:
        if not self._paced or _configures(tag):
            self._pass(tag)
            return
        self._count += 1
        heapq.heappush(self._waiting, (tag.time, self._count, tag))
        self._release()

    def close(self) -> None:
        self._takers.clear()
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _release(self) -> None:
        """All whose time has come."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._loop.time() * 1000
        while self._waiting and (self._waiting[0][0] <= now or len(self._waiting) > MOST_WAITING):
            self._pass(heapq.heappop(self._waiting)[2])
        if self._waiting:
            self._timer = self._loop.call_at(self._waiting[0][0] / 1000, self._release)

    def _pass(self, tag: Tag) -> None:
        for frame in self._framer.frames(tag):
            if isinstance(frame, Picture):
                self._keep(frame)
                for taker in self._takers:
                    taker.picture(frame)
            else:
                for taker in self._takers:
                    taker.sound(frame)

    def _keep(self, picture: Picture) -> None:
        if picture.keyframe:
            self._forget()
        elif not self._kept:
            return
        self._kept.append(picture)
        self._bytes += picture.size
        if len(self._kept) > MOST_PICTURES or self._bytes > MOST_BYTES:
            self._forget()

    def _forget(self) -> None:
        self._kept = []
        self._bytes = 0


def _configures(tag: Tag) -> bool:
    """Whether it is for a decoder, before all that is to be shown."""
    try:
        return any(found.part == "header" for found in flv.facts(tag))
    except Malformed:
        return False
