"""The queue, and the only importer of Huey. A job is a name and ids: the row is the truth, the job a wake-up.

Jobs may run twice, late or never; each re-reads its row, and a sweep finds rows whose wake-up was lost. The queue has
its own SQLite file (or Redis, or Postgres), so that an enqueue never waits for a transaction of ours.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from huey import Huey, PostgresHuey, PriorityRedisHuey, SqliteHuey
from huey.consumer import Consumer
from huey.exceptions import ConfigurationError
from huey.storage import SqliteStorage

from novacast import logs
from novacast.database import Changes, Transaction
from novacast.errors import BadSettings
from novacast.records import dataclass
from novacast.settings import Jobs

log = logging.getLogger(__name__)

Work = Callable[..., Awaitable[None]]
"""What a job does: an async function of the job's ids."""

HIGH, NORMAL, LOW = 100, 50, 10
PROMPT = 2
"""Prompt jobs at the same time."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """Queues in one place, so that a mail never waits behind a transcode of an hour, nor somebody who wants to watch
    what needs none."""

    short: Huey
    prompt: Huey
    long: Huey


def connect(settings: Jobs, path: Path) -> Lanes:
    """Huey on the engine that the settings name; `path` is the file of the sqlite engine."""
    names = "novacast", "novacast-prompt", "novacast-long"
    lanes = Lanes(*(_huey(name, settings, path) for name in names))
    if settings.engine == "sqlite":
        path.chmod(0o600)
    return lanes


def _huey(name: str, settings: Jobs, path: Path) -> Huey:
    if settings.engine == "sqlite":
        return _Calm(name, filename=str(path), results=False, fsync=True, timeout=10, strict_fifo=True)
    if not settings.url:
        raise BadSettings(f"[jobs] engine = {settings.engine!r} needs url as well.")
    try:
        if settings.engine == "redis":
            return PriorityRedisHuey(name, url=settings.url, results=False)
        return PostgresHuey(name, dsn=settings.url, results=False)
    except ConfigurationError as error:
        raise BadSettings(f"[jobs] engine = {settings.engine!r} can't be used: {error}") from error


class _CalmStorage(SqliteStorage):  # type: ignore[misc]  # huey has no types
    """Four threads ask four times a second each; the file is opened for writing only where there may be something."""

    def __init__(self, name: str, filename: str, **options: Any) -> None:
        self._changes, self._more = Changes(Path(filename)), True
        super().__init__(name, filename=filename, **options)

    def dequeue(self) -> Any:
        if not (self._changes.any() or self._more):
            return None
        self._more = True  # also where that raises
        found = super().dequeue()
        # Where there was one there may be another, for whichever thread asks next.
        self._more = found is not None
        return found


class _Calm(SqliteHuey):  # type: ignore[misc]  # huey has no types
    storage_class = _CalmStorage


class JobQueue:
    """Enqueues by name. What a name does is only known to the worker's table (`wiring`)."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._short, self._prompt, self._long = (bridge(one, {}) for one in (lanes.short, lanes.prompt, lanes.long))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jobs")

    def enqueue(
        self, name: str, *ids: str, priority: int = NORMAL, delay: float = 0, long: bool = False, prompt: bool = False
    ) -> None:
        """Put a job in the queue without waiting for its disk. `delay` in seconds; `long`: may take minutes; `prompt`:
        takes up to a minute, and somebody waits for it."""
        self._enqueue(name, ids, priority, delay, long=long, prompt=prompt, mark=logs.context.get())

    def enqueue_after(
        self, tx: Transaction, name: str, *ids: str, priority: int = NORMAL, delay: float = 0, long: bool = False,
        prompt: bool = False,
    ) -> None:  # fmt: skip
        """Enqueue once the transaction is on disk, never if it is rolled back."""
        # Whatever runs after the commit runs for nobody: whose wish it was is known here.
        mark = logs.context.get()
        tx.after_commit(lambda: self._enqueue(name, ids, priority, delay, long=long, prompt=prompt, mark=mark))

    async def close(self) -> None:
        """Wait until everything enqueued is in the queue's file."""
        await asyncio.to_thread(self._thread.shutdown)
        for lane in (self._lanes.short, self._lanes.prompt, self._lanes.long):
            lane.storage.close()

    def waiting(self) -> int:
        """How many jobs nobody has taken yet."""
        lanes = (self._lanes.short, self._lanes.prompt, self._lanes.long)
        return sum(cast("int", lane.pending_count()) for lane in lanes)

    def _enqueue(
        self, name: str, ids: tuple[str, ...], priority: int, delay: float, *, long: bool, prompt: bool, mark: str
    ) -> None:
        self._thread.submit(self._put, name, ids, priority, delay, long, prompt, mark)

    def _put(
        self, name: str, ids: tuple[str, ...], priority: int, delay: float, long: bool, prompt: bool, mark: str
    ) -> None:
        huey, task = (self._lanes.long, self._long) if long else (self._lanes.short, self._short)
        if prompt:
            huey, task = self._lanes.prompt, self._prompt
        try:
            huey.enqueue(task.s(name, *ids, priority=priority, delay=delay or None, mark=mark))
        except Exception:
            log.exception("enqueueing %s failed; its sweep will find it", name)


def bridge(huey: Huey, table: Mapping[str, Work], running: "Running | None" = None) -> Any:
    """The one Huey task: looks a name up in `table` and runs it in an event loop of its own."""

    def run(name: str, *ids: str, mark: str = "") -> None:
        logs.context.set(mark)
        work = table.get(name)
        if work is None:
            log.error("there is no job called %s", name)
            return
        asyncio.run((running or Running()).watch(work, ids))

    return huey.task(name="novacast")(run)


class Running:
    """The jobs under way in this process, over all threads, so that a stop can reach them."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[None], asyncio.AbstractEventLoop] = {}
        self._lock = threading.Lock()
        self._stopping = False

    async def watch(self, work: Work, ids: tuple[str, ...]) -> None:
        task = asyncio.current_task()
        assert task is not None
        with self._lock:
            if self._stopping:
                return
            self._tasks[task] = asyncio.get_running_loop()
        try:
            await work(*ids)
        except asyncio.CancelledError:
            log.info("a job was stopped half way; its sweep takes it up again")
        finally:
            with self._lock:
                del self._tasks[task]

    def cancel(self) -> None:
        with self._lock:
            self._stopping = True
            for task, loop in self._tasks.items():
                loop.call_soon_threadsafe(task.cancel)


class Worker:
    """Takes jobs of all lanes. A stop cancels the running ones, which end their children and leave their rows."""

    def __init__(self, lanes: Lanes, table: Mapping[str, Work], workers: int) -> None:
        """`workers`: how many long jobs run at the same time; the others have threads of their own."""
        self._running = Running()
        for lane in (lanes.short, lanes.prompt, lanes.long):
            bridge(lane, table, self._running)
        self._beside = [_Consumer(lanes.short, self._running, 1), _Consumer(lanes.prompt, self._running, PROMPT)]
        self._long = _Consumer(lanes.long, self._running, workers)

    def run(self) -> None:
        """Until TERM or INT, whose handlers are the long lane's, in the main thread."""
        for one in self._beside:
            one.start()
        try:
            self._long.run()
        finally:
            for one in self._beside:
                one.stop()

    def start(self) -> None:
        for one in (*self._beside, self._long):
            one.start()

    def stop(self) -> None:
        for one in (self._long, *self._beside):
            one.stop()


class _Consumer(Consumer):  # type: ignore[misc]  # huey has no types
    def __init__(self, huey: Huey, running: Running, workers: int) -> None:
        self._running = running
        super().__init__(huey, workers=workers, periodic=False, max_delay=0.25, graceful_signal="TERM")

    def stop(self, graceful: bool = False) -> None:
        self._running.cancel()
        super().stop(graceful=True)
