"""Writes down what was broadcast, while it is. The show never waits for it: what the disk does not take is a gap."""

import asyncio
import errno
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from novacast.i18n import Text, text
from novacast.live.packaging.models import Kept, Segment, Track
from novacast.live.recording.journal import (
    INIT,
    SEGMENT,
    Entry,
    Journal,
    Lines,
    of_init,
    of_segment,
    of_stretch,
    of_track,
    put,
    read_journal,
    recorded,
    sync_folder,
)
from novacast.live.recording.mark import Mark

log = logging.getLogger(__name__)

MOST_WAITING = 64 * 1024 * 1024
"""Bytes of segments that wait for the disk."""
ROOM_AGAIN = 8
"""A recording goes on when the disk has room for so many of the segments that are waiting."""
FULL = (errno.ENOSPC, errno.EDQUOT)

Tell = Callable[[Text], None]
"""Gets what befell the recording, in words for people, on the event loop; once for each thing that happens."""


@dataclass(frozen=True, slots=True)
class _Init:
    track: str
    number: int
    data: bytes


class _Stretch(NamedTuple):
    track: str
    number: int


_Item = Segment | _Init | _Stretch


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
        self._waiting: deque[_Item] = deque()
        self._weight = 0
        self._closed = self._slow = False
        self._mark = mark
        self._newest = -1 if mark is None else mark.newest
        if mark is not None:
            self._waiting.extend(_Stretch(track, number) for track, number in mark.begun)
        self._lost: dict[str, set[int]] = {track.name: set() for track in tracks}
        self._writing = _Writing(folder, tracks, reserve, self._say, self._lost)
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
            self._queue(_Stretch(track, number), 0)
        if number > self._newest and self._mark is not None:
            with self._changed:
                self._newest = number
                self._changed.notify()

    def begin(self, track: str, init: int, data: bytes) -> None:
        self._queue(_Init(track, init, data), len(data))

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

    def _queue(self, item: _Item, size: int) -> None:
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
                self._weight -= sum(map(_size, batch))
        self._writing.close()
        self._settle()

    def _next(self) -> list[_Item] | None:
        """What waits, up to the end of a segment in all renditions, so that a crash loses one; nothing where numbers
        alone are to be reserved, None at the end."""
        with self._changed:
            while not (self._waiting or self._closed or self._short()):
                self._changed.wait()
            if self._closed and not self._waiting:
                return None
            batch: list[_Item] = []
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


class _Writing:
    """What the thread does and knows."""

    def __init__(
        self, folder: Path, tracks: Sequence[Track], reserve: int, say: Tell, lost: dict[str, set[int]]
    ) -> None:
        self._folder = folder
        self._reserve = reserve
        self._say = say
        self._lost = lost
        self._tracks = tracks
        self._lines: Lines | None = None
        self._unwritten: dict[tuple[str, int], bytes] = {}
        """Initializations that the disk did not take yet: no segment of theirs can be kept before."""
        self._untold: list[_Stretch] = []
        self.journal = Journal()
        self.paused = False
        self.behind: dict[str, int] = {}
        """Track -> number before which all is written or lost."""

    def write(self, batch: Sequence[_Item]) -> None:
        """Files first, then their lines: a line is true whenever it is read."""
        for item in batch:
            if isinstance(item, _Init):
                self._unwritten[item.track, item.number] = item.data
        self._untold += (item for item in batch if isinstance(item, _Stretch))
        segments = [item for item in batch if isinstance(item, Segment)]
        if self.paused and not segments:
            return  # that there is room for so little does not say that the recording can go on
        try:
            self._check_room(batch)
            self._keep(segments)
        except OSError as error:
            self._pause(error)
            for one in segments:
                self._lost[one.track].add(one.number)
        else:
            if self.paused:
                self.paused = False
                self._say(text("The recording goes on, with a gap."))
        for one in segments:
            self.behind[one.track] = one.number + 1

    def close(self) -> None:
        if self._lines is not None:
            self._lines.close()

    def _check_room(self, batch: Sequence[_Item]) -> None:
        if not self.paused and not self._reserve:
            return
        size = sum(map(_size, batch))
        stat = os.statvfs(self._folder if self._folder.exists() else self._folder.parent)
        if stat.f_bavail * stat.f_frsize < self._reserve + size * (ROOM_AGAIN if self.paused else 1):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _keep(self, segments: Sequence[Segment]) -> None:
        lines = self._lines if self._lines is not None else self._open()
        inits = list(self._unwritten.items())
        stretches = [one for one in self._untold if one.number not in self.journal.begun.get(one.track, ())]
        told = [of_stretch(*one) for one in stretches]
        made: list[Path] = []
        try:
            for (track, number), data in inits:
                put(self._place(track, INIT % number, made), [data])
                told.append(of_init(track, number, len(data)))
            for one in segments:
                size = put(self._place(one.track, SEGMENT % one.number, made), one.parts)
                told.append(of_segment(one.track, recorded(one), size))
            for folder in {path.parent for path in made}:
                sync_folder(folder)
            lines.add(told)
        except OSError:
            for path in made:  # nothing lies there that no line tells of
                path.unlink(missing_ok=True)
            raise
        for track, number in stretches:
            self.journal.begun.setdefault(track, set()).add(number)
        self._untold.clear()
        for (track, number), data in inits:
            self.journal.add_init(track, number, len(data))
            del self._unwritten[track, number]
        for one in segments:
            self.journal.add(one.track, Entry(sum(map(len, one.parts)), recorded(one)))

    def _open(self) -> Lines:
        before = read_journal(self._folder)
        lines = Lines(self._folder)
        try:
            fresh = [track for track in self._tracks if before.tracks.get(track.name) != track]
            for track in self._tracks:
                (self._folder / track.name).mkdir(exist_ok=True, mode=0o700)
            sync_folder(self._folder)
            if fresh:
                lines.add(map(of_track, fresh))
        except OSError:
            lines.close()
            raise
        before.tracks |= {track.name: track for track in self._tracks}
        self._lines, self.journal = lines, before
        for name, ones in before.segments.items():
            if ones:
                self.behind[name] = max(ones) + 1
                self._lost.setdefault(name, set()).update(set(range(max(ones))) - ones.keys())
        return lines

    def _place(self, track: str, name: str, made: list[Path]) -> Path:
        made.append(self._folder / track / name)
        return made[-1]

    def _pause(self, error: OSError) -> None:
        if self.paused:
            return
        self.paused = True
        if error.errno in FULL:
            words = text(
                "The disk is full: the recording pauses and goes on when there is room again. "
                "Free some now. The broadcast goes on."
            )
        else:
            words = text(
                "The recording can't be written ({why}): it pauses and is tried again. The broadcast goes on.",
                why=error.strerror or str(error),
            )
        self._say(words)


def _size(item: _Item) -> int:
    return len(item.data) if isinstance(item, _Init) else sum(map(len, getattr(item, "parts", ())))
