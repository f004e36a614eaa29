"""The hot cache: whole files that many ask for, each once in memory, shared by everyone who is being sent it.

Its bytes never exceed the limit. Room is taken before a file is read, so that many misses at once can't exceed it
either; a body that a slow reader still holds counts until it is let go. What finds no room is streamed from disk.
"""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from novacast.clock import Clock
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.playback.delivery.files import Facts, open_below, read_whole
from novacast.playback.delivery.names import REWRITTEN, fits, suffix
from novacast.records import dataclass
from novacast.tasks import TaskGroup

T = TypeVar("T")
Key = tuple[str, str]
"""Folder, and name below it."""

LARGEST = 16 * 1024**2
"""Bytes of the largest file that is held; a larger one is no segment and would push out a hundred of them."""
OVERHEAD = 1024
"""What an entry costs beside its body."""
REWRITTEN_SECONDS, IMMUTABLE_SECONDS = 1.0, 60.0
"""How long a file is believed to be what it was, by whether its kind changes under one name."""
THREADS = 4
HANDLES, HANDLED = 1024, 256 * 1024
"""How many files are kept open besides, and the bytes from which that pays: the kernel can send its own copy of them
with fewer touches of memory. What it has forgotten meanwhile is sent from ours."""


@dataclass(slots=True)
class Stats:
    hits: int = 0
    misses: int = 0
    joined: int = 0
    """Misses that waited for a read which another request had begun."""
    reads: int = 0
    rechecks: int = 0
    evictions: int = 0
    streamed: int = 0
    """Files that found no room or were too large, sent from disk."""


class Held:
    """A file in memory. `head` is the part of an answer's head that is the same for everyone, `whole` that of the
    whole file."""

    __slots__ = ("believed_until", "body", "cost", "facts", "handle", "head", "key", "listed", "pins", "whole")

    def __init__(self, key: Key, body: bytes, handle: int | None, facts: Facts, head: bytes) -> None:
        self.key, self.body, self.facts, self.head = key, memoryview(body), facts, head
        self.handle = handle
        """Of the file, for the kernel to send from its own copy; open while the file is listed."""
        self.whole = b"%bContent-Length: %d\r\n" % (head, len(body))
        self.cost = len(body) + OVERHEAD
        self.believed_until = 0.0
        self.pins = 0
        self.listed = True


@dataclass(frozen=True, slots=True)
class Loose:
    """A file that is not held. The descriptor is the receiver's to close."""

    key: Key
    handle: int
    facts: Facts
    head: bytes


class HotCache:
    def __init__(
        self, capacity: int, clock: Clock, head: Callable[[str, Facts], bytes], *, largest: int = LARGEST
    ) -> None:
        """`head` makes the shared head of a file of that name."""
        self._clock, self._head = clock, head
        self.capacity = capacity
        self._largest = min(largest, capacity // 4)
        self._held: OrderedDict[Key, Held] = OrderedDict()
        self._pending: dict[Key, asyncio.Task[Held | NotFound | None]] = {}
        self._tasks = TaskGroup("cache")
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="media")
        self._handles = 0
        self.size = 0
        """Bytes held, promised to reads under way, and still held by slow readers."""
        self.stats = Stats()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Key) -> Held | None:
        """The hot path: a file that is here and believed."""
        held = self._held.get(key)
        if held is None or self._clock.monotonic() >= held.believed_until:
            return None
        self.stats.hits += 1
        self._held.move_to_end(key)
        return held

    async def fetch(self, key: Key) -> Held | Loose:
        """The file, from memory if it is still the same, else read by one for all who wait. Raises NotFound."""
        held = self.get(key)
        if held is not None:
            return held
        if not fits(key[1]):
            raise NotFound(text("There is no such file here."))
        self.stats.misses += 1
        work = self._pending.get(key)
        if work is None:
            work = self._pending[key] = self._tasks.start(self._bring(key), key[1])
            work.add_done_callback(lambda _: self._pending.pop(key, None))
        else:
            self.stats.joined += 1
        found = await asyncio.shield(work)
        if isinstance(found, NotFound):
            raise NotFound(found.message)
        # Under pressure a file can be pushed out between its read and this waiter's turn: then it has no room.
        return found if found is not None and found.listed else await self._loose(key)

    def pin(self, held: Held) -> None:
        """A reader will take its time: the body stays, and counts, until `unpin`."""
        if not held.pins and not held.listed:
            self.size += held.cost
        held.pins += 1

    def unpin(self, held: Held) -> None:
        held.pins -= 1
        if not held.pins and not held.listed:
            self.size -= held.cost

    async def in_thread(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    async def close(self) -> None:
        await self._tasks.close()
        await asyncio.to_thread(self._threads.shutdown)
        for held in list(self._held.values()):
            self._drop(held)

    async def _loose(self, key: Key) -> Loose:
        self.stats.streamed += 1
        handle, facts = await self._opened(key)
        return Loose(key, handle, facts, self._head(key[1], facts))

    async def _opened(self, key: Key) -> tuple[int, Facts]:
        try:
            return await self.in_thread(open_below, *key)
        except FileNotFoundError as error:
            raise NotFound(text("There is no such file here.")) from error

    async def _bring(self, key: Key) -> Held | NotFound | None:
        """None: it is there, but not for holding."""
        held = self._held.get(key)
        try:
            handle, facts = await self._opened(key)
        except NotFound as missing:
            if held is not None:
                self._drop(held)
            return missing
        if held is not None and held.facts == facts and held.listed:
            os.close(handle)
            self.stats.rechecks += 1
            return self._believed(held)
        if held is not None and held.listed:
            self._drop(held)
        cost = facts.size + OVERHEAD
        if facts.size > self._largest or not self._make_room(cost):
            os.close(handle)
            return None
        self.size += cost
        try:
            self.stats.reads += 1
            body, kept = await self.in_thread(_read, handle, facts.size, self._handles < HANDLES)
        except BaseException:
            self.size -= cost
            raise
        self._handles += kept is not None
        held = self._held[key] = Held(key, body, kept, facts, self._head(key[1], facts))
        return self._believed(held)

    def _believed(self, held: Held) -> Held:
        seconds = REWRITTEN_SECONDS if suffix(held.key[1]) in REWRITTEN else IMMUTABLE_SECONDS
        held.believed_until = self._clock.monotonic() + seconds
        if held.listed:
            self._held.move_to_end(held.key)
        return held

    def _make_room(self, cost: int) -> bool:
        """Let go of what was asked for longest ago, bodies in slow hands aside; nothing if that is not enough."""
        missing = self.size + cost - self.capacity
        leaving: list[Held] = []
        for held in self._held.values():
            if missing <= 0:
                break
            if not held.pins:
                leaving.append(held)
                missing -= held.cost
        if missing > 0:
            return False
        for held in leaving:
            self._drop(held)
            self.stats.evictions += 1
        return True

    def _drop(self, held: Held) -> None:
        if held.listed:
            held.listed = False
            del self._held[held.key]
            if held.handle is not None:
                os.close(held.handle)
                self._handles -= 1
            if not held.pins:
                self.size -= held.cost


def _read(handle: int, size: int, keep: bool) -> tuple[bytes, int | None]:
    """The file's bytes, and the descriptor, closed unless it is to be kept."""
    kept = False
    try:
        body = read_whole(handle, size)
        kept = keep and size >= HANDLED
        return body, handle if kept else None
    finally:
        if not kept:
            os.close(handle)
