"""What encoders sent, as it came: beside the recording of what was broadcast, one FLV file for each connection.

An FLV file is only ever added to: one that a crash cut off is whole up to its last tag, and nothing is repaired. The
show never waits for it: what the disk does not take is missing.
"""

import asyncio
import errno
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from novacast.clock import Clock
from novacast.durable import sync_folder
from novacast.i18n import Text, text
from novacast.live import flv
from novacast.live.ingest import Tag

log = logging.getLogger(__name__)

SOURCES = "sources"
"""Folder of a programme's, in which they lie."""
MOST_WAITING = 32 * 1024 * 1024
"""Bytes of one connection that wait for the disk."""
SYNC_SECONDS = 1.0
"""What a power cut can cost."""
MOST_FILES = 1000
_NUMBERING = threading.Lock()
"""Two connections that begin at once get a number each."""

Tell = Callable[[Text], None]


class SourceFile:
    """One connection. `take` and `close` belong to the event loop; the file to one thread of its own."""

    def __init__(
        self, folder: Path, name: str, tell: Tell, clock: Clock, *, reserve: int = 0, most: int = MOST_WAITING
    ) -> None:
        """`name`: what the file is called behind its number. `reserve`: bytes of the disk that are left alone."""
        self._folder, self._name, self._tell, self._clock = folder, name, tell, clock
        self._reserve, self._most = reserve, most
        self._loop = asyncio.get_running_loop()
        self._changed = threading.Condition()
        self._waiting: list[bytes] = [flv.HEADER]
        self._weight = 0
        self._ended = self._lost = False
        self._thread = threading.Thread(target=self._run, name="source", daemon=True)
        self._thread.start()

    def take(self, tag: Tag) -> None:
        if self._lost:
            return
        data = flv.framed(tag)
        with self._changed:
            self._weight += len(data)
            self._waiting.append(data)
            self._changed.notify()
        if self._weight > self._most:
            self._give_up(text("The disk is too slow for the source as received, which is cut off. The rest goes on."))

    def end(self) -> None:
        """Nothing more comes. Repeatable."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    async def close(self) -> None:
        """Once all is on the disk. Repeatable."""
        self.end()
        await asyncio.to_thread(self._thread.join)

    def _give_up(self, words: Text) -> None:
        self._lost = True
        self.end()
        self._tell(words)

    def _run(self) -> None:
        try:
            handle = self._opened()
            try:
                self._write(handle)
            finally:
                os.close(handle)
        except OSError as error:
            log.warning("the source as received is not kept: %s", error)
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._give_up, _words(error))

    def _opened(self) -> int:
        """A file whose number is the next. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _NUMBERING:
            return self._numbered()

    def _numbered(self) -> int:
        number = 1 + max((number_of(path) for path in self._folder.glob("*.flv")), default=0)
        if number > MOST_FILES:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        path = self._folder / f"{number:04d}-{self._name}.flv"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        sync_folder(self._folder)
        return handle

    def _write(self, handle: int) -> None:
        synced = self._clock.monotonic()
        while data := self._next():
            stat = os.fstatvfs(handle)
            if self._reserve and stat.f_bavail * stat.f_frsize < self._reserve + len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            while data:
                data = data[os.write(handle, data) :]
            if self._clock.monotonic() - synced >= SYNC_SECONDS:
                os.fdatasync(handle)
                synced = self._clock.monotonic()
        os.fdatasync(handle)

    def _next(self) -> bytes:
        """What waits; nothing at the end."""
        with self._changed:
            while not self._waiting and not self._ended:
                self._changed.wait()
            data = b"".join(self._waiting)
            self._waiting.clear()
            self._weight = 0
            return data


class Sources:
    """All connections of one programme on air."""

    def __init__(self, folder: Path, tell: Tell, clock: Clock, reserve: int) -> None:
        """`folder`: of the programme."""
        self._folder, self._tell, self._clock, self._reserve = folder / SOURCES, tell, clock, reserve
        self._files: dict[str, SourceFile] = {}

    def begin(self, feed_id: str, name: str) -> Callable[[Tag], None]:
        """Who is given all tags of a connection."""
        made = self._files[feed_id] = SourceFile(self._folder, name, self._tell, self._clock, reserve=self._reserve)
        return made.take

    def end(self, feed_id: str) -> None:
        if feed_id in self._files:
            self._files[feed_id].end()

    async def close(self) -> None:
        """Once all is on the disk."""
        while self._files:
            await self._files.popitem()[1].close()


def number_of(path: Path) -> int:
    """Of a file in such a folder; 0 for another."""
    number = path.name.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def _words(error: OSError) -> Text:
    why = error.strerror or str(error)
    return text("The source as received can't be written ({why}): it is cut off. The rest goes on.", why=why)
