"""The one writer of a process: a thread that drains its queue into one durable commit at a time.

Units that arrive while a commit is under way share the next one: under load a disk flush is paid once for many.
A lone unit is committed at once; nothing ever waits for company.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Any, TypeVar

from novacast import logs
from novacast.clock import Clock
from novacast.database.checkpoints import Checkpoints
from novacast.database.connection import Guards, begin, guard, impatient, open_writer, translated
from novacast.database.transaction import Effect, Transaction
from novacast.errors import Overloaded, Unavailable
from novacast.i18n import text
from novacast.records import dataclass

log = logging.getLogger(__name__)
T = TypeVar("T")
Unit = Callable[[Transaction], T]

BATCH = 512
PENDING = 20_000


@dataclass(slots=True)
class _Job:
    unit: Unit[Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    mark: str
    """Of the log: the request or job that wants it."""
    result: Any = None
    error: BaseException | None = None
    effects: Sequence[Effect] = field(default=())
    announced: bool = False


class Writer:
    def __init__(self, path: Path, clock: Clock, announce: Callable[[], None], guards: Guards) -> None:
        self._path, self._clock, self._announce = path, clock, announce
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._connection = open_writer(path)
        self._looks = impatient(self._connection)
        self._checkpoints = Checkpoints(path)
        if guards:
            guard(self._connection, guards)
        # One cursor for what frames the units: a new one for each statement is a tenth of what a unit costs.
        self._frame = self._connection.cursor()
        self._thread = threading.Thread(target=self._run, name="database-writer", daemon=True)
        self._closed = False
        self._thread.start()

    async def write(self, unit: Unit[T]) -> T:
        """Run `unit` in a transaction; its result, once it is on disk.

        Whatever the unit raises undoes that unit alone and comes out here. Cancelling the caller does not undo it.
        """
        if self._closed:
            raise Unavailable(text("The server is stopping; nothing was changed. Try again in a moment."))
        if self._queue.qsize() >= PENDING:
            raise Overloaded(text("Too many changes are waiting for the disk. Nothing was changed; try again."))
        loop = asyncio.get_running_loop()
        job = _Job(unit, loop, loop.create_future(), logs.context.get())
        self._queue.put(job)
        result: T = await job.future
        return result

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    async def close(self) -> None:
        """Refuse new units, finish the waiting ones, fold the write-ahead log back, close."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        stop = False
        while not stop:
            batch: list[_Job] = []
            job = self._queue.get()
            while True:
                if job is None:
                    stop = True
                    break
                batch.append(job)
                if len(batch) == BATCH:
                    break
                try:
                    job = self._queue.get_nowait()
                except queue.Empty:
                    break
            if batch:
                self._commit(batch)
        self._checkpoints.close()
        with suppress(sqlite3.Error):  # a favour to the next one; others may be writing
            self._connection.execute("PRAGMA optimize")
        self._connection.close()

    def _commit(self, batch: list[_Job]) -> None:
        try:
            begin(self._frame, self._looks)
            if len(batch) == 1:
                # With the transaction to itself a unit needs no savepoint: what it raises undoes all there is.
                self._perform(batch[0])
            else:
                for job in batch:
                    self._perform_apart(job)
            self._frame.execute("COMMIT")
            self._checkpoints.committed(self._connection.total_changes)
        except BaseException as error:  # noqa: BLE001 - the thread must outlive whatever a commit raises
            self._undo()
            for job in batch:
                job.error = job.error or error
        self._resolve(batch)

    def _perform(self, job: _Job) -> None:
        logs.context.set(job.mark)
        transaction = Transaction(self._connection, self._clock.now())
        job.result = job.unit(transaction)
        job.effects, job.announced = transaction.effects, transaction.announced

    def _perform_apart(self, job: _Job) -> None:
        """One unit in its savepoint. Raises only if the whole transaction is gone with it (disk full, I/O error)."""
        self._frame.execute("SAVEPOINT unit")
        try:
            self._perform(job)
        except BaseException as error:
            if not self._connection.in_transaction:
                raise
            self._frame.execute("ROLLBACK TO unit")
            job.error = error
        self._frame.execute("RELEASE unit")

    def _undo(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            log.exception("rolling back failed")

    def _resolve(self, batch: list[_Job]) -> None:
        loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        for job in batch:
            loops.setdefault(job.loop, []).append(job)
        for loop, jobs in loops.items():
            try:
                loop.call_soon_threadsafe(self._hand_back, jobs)
            except RuntimeError:
                log.warning("%d committed units had no one left to tell", len(jobs))

    def _hand_back(self, jobs: list[_Job]) -> None:
        for job in jobs:
            if job.effects and job.error is None:
                self._follow(job)
            if job.future.cancelled():
                continue
            if job.error is not None:
                job.future.set_exception(_presentable(job.error, self._path))
            else:
                job.future.set_result(job.result)
        if any(job.announced for job in jobs if job.error is None):
            self._announce()

    @staticmethod
    def _follow(job: _Job) -> None:
        for effect in job.effects:
            try:
                effect()
            except Exception:
                log.exception("an effect after commit failed; its sweep will find what it left undone")


def _presentable(error: BaseException, path: Path) -> BaseException:
    if isinstance(error, StopIteration):
        return RuntimeError(f"a unit of work raised {error!r}, which no future can carry")
    return translated(error, path) if isinstance(error, Exception) else error
