"""Writes down what was broadcast, while it is. The show never waits for it: what the disk does not take is a gap."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from novacast.i18n import Text, text
from novacast.live.packaging.models import Kept, Segment, Track
from novacast.live.recording.journal import Journal
from novacast.live.recording.mark import Mark
from novacast.live.recording.writing import Begun, Item, NewInit, Tell, Writing, weight

log = logging.getLogger(__name__)

MOST_WAITING = 64 * 1024 * 1024
"""Bytes of segments that wait for the disk."""


class ProgrammeRecorder:
    """Fits the packager's `Recorder`. Its methods belong to the event loop; files to one thread of its own."""

    def __init__(
        self,
        folder: Path,
        tracks: Sequence[Track],
        tell: Tell,
        *,
        mark: Mark | None = None,
        reserve: int = 0,
        most: int = MOST_WAITING,
    ) -> None:
        """`folder` is begun, or gone on with. `mark`: where numbers are reserved before they are announced; it is
        closed with the recorder. `reserve`: bytes of its disk that are left for everything else."""
        self._tell = tell
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._changed = threading.Condition()
        self._waiting: deque[Item] = deque()
        self._weight = 0
        self._closed = self._slow = False
        self._mark = mark
        self._newest = -1 if mark is None else mark.newest
        if mark is not None:
            self._waiting.extend(Begun(track, number) for track, number in mark.begun)
        self._lost: dict[str, set[int]] = {track.name: set() for track in tracks}
        self._writing = Writing(folder, tracks, reserve, self._say, self._lost)
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    @property
    def size(self) -> int:
        """Bytes that lie on the disk."""
        return self._writing.journal.size

    @property
    def journal(self) -> Journal:
        """What is on the disk by now."""
        return self._writing.journal.copy()

    @property
    def paused(self) -> bool:
        """The disk takes nothing now."""
        return self._writing.paused

    @property
    def lost(self) -> int:
        """Segments, of all renditions."""
        return sum(map(len, self._lost.values()))

    def announce(self, track: str, number: int, *, begins: bool) -> None:
        if begins:
            with self._changed:
                if self._mark is not None and not self._closed:
                    self._mark.begin(track, number)
            self._queue(Begun(track, number), 0)
        if number > self._newest and self._mark is not None:
            with self._changed:
                self._newest = number
                self._changed.notify()

    def begin(self, track: str, init: int, data: bytes) -> None:
        self._queue(NewInit(track, init, data), len(data))

    def take(self, segment: Segment) -> None:
        size = sum(map(len, segment.parts))
        if self._weight + size > self._most:
            self._lost[segment.track].add(segment.number)
            if not self._slow:
                self._tell(text("The disk is too slow for the recording, which has a gap. The broadcast goes on."))
            self._slow = True
            return
        self._slow = False
        self._queue(segment, size)

    def safe(self, track: str) -> int:
        return self._writing.behind.get(track, 0)

    def kept(self, track: str, number: int) -> bool:
        return number < self.safe(track) and number not in self._lost[track]

    def since(self, track: str, number: int) -> Sequence[Kept]:
        """What is on the disk of a track from a number on."""
        there = self._writing.journal.segments.get(track, {})
        return [there[n].recorded for n in range(number, self.safe(track)) if n in there]

    async def close(self) -> Journal:
        """Once all that waits is written: what there is. Repeatable."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        await asyncio.to_thread(self._thread.join)
        return self._writing.journal

    def _queue(self, item: Item, size: int) -> None:
        with self._changed:
            if self._closed:
                return
            self._waiting.append(item)
            self._weight += size
            self._changed.notify()

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            self._reserve()
            if batch:
                self._writing.write(batch)
            with self._changed:
                self._weight -= sum(map(weight, batch))
        self._writing.close()
        self._settle()

    def _next(self) -> list[Item] | None:
        """What waits, up to the end of a segment in all renditions, so that a crash loses one; nothing where numbers
        alone are to be reserved, None at the end."""
        with self._changed:
            while not (self._waiting or self._closed or self._short()):
                self._changed.wait()
            if self._closed and not self._waiting:
                return None
            batch: list[Item] = []
            number: int | None = None
            while self._waiting:
                item = self._waiting[0]
                if isinstance(item, Segment):
                    if number not in (None, item.number):
                        break
                    number = item.number
                batch.append(self._waiting.popleft())
            return batch

    def _short(self) -> bool:
        return self._mark is not None and self._newest > self._mark.newest and self._mark.short(self._newest)

    def _reserve(self) -> None:
        """Before anything else, for that may take long. One that fails is tried again with the next number."""
        if self._mark is not None and self._short():
            try:
                self._mark.advance(self._newest)
            except OSError as error:
                log.warning("after a kill numbers of segments may come again: %s", error)

    def _settle(self) -> None:
        if self._mark is not None:
            try:
                self._mark.settle(self._newest)
            except OSError as error:
                log.warning("there will be a gap after the restart: %s", error)
            self._mark.close()

    def _say(self, words: Text) -> None:
        """From the thread."""
        log.warning("%s", words)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, words)
