"""A recording's files and its journal, as the thread of its recorder writes them. Everything here blocks."""

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from novacast.durable import sync_folder
from novacast.i18n import Text, text
from novacast.live.packaging.models import Segment, Track
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
)
from novacast.records import dataclass

ROOM_AGAIN = 8
"""A recording goes on when the disk has room for so many of the segments that are waiting."""
FULL = (errno.ENOSPC, errno.EDQUOT)

Tell = Callable[[Text], None]
"""Gets what befell the recording, in words for people, on the event loop; once for each thing that happens."""


@dataclass(frozen=True, slots=True)
class NewInit:
    track: str
    number: int
    data: bytes


class Begun(NamedTuple):
    track: str
    number: int


Item = Segment | NewInit | Begun


class Writing:
    """`lost`: what the disk did not take, by track; `say` is called in the thread."""

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
        self._untold: list[Begun] = []
        self.journal = Journal()
        self.paused = False
        self.behind: dict[str, int] = {}
        """Track -> number before which all is written or lost."""

    def write(self, batch: Sequence[Item]) -> None:
        """Files first, then their lines: a line is true whenever it is read."""
        for item in batch:
            if isinstance(item, NewInit):
                self._unwritten[item.track, item.number] = item.data
        self._untold += (item for item in batch if isinstance(item, Begun))
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

    def _check_room(self, batch: Sequence[Item]) -> None:
        if not self.paused and not self._reserve:
            return
        size = sum(map(weight, batch))
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


def weight(item: Item) -> int:
    return len(item.data) if isinstance(item, NewInit) else sum(map(len, getattr(item, "parts", ())))
