import asyncio
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest

from novacast import logs, outbox
from novacast.clock import SystemClock
from novacast.database import Database, Transaction, migrate
from novacast.errors import BadSettings
from novacast.jobs import HIGH, LOW, JobQueue, Worker, connect
from novacast.settings import Jobs


class Bench:
    """Jobs that note their ids, and one that runs until it is stopped."""

    def __init__(self) -> None:
        self.done: list[tuple[str, ...]] = []
        self.changed = threading.Condition()
        self.stopped = False

    async def note(self, *ids: str) -> None:
        with self.changed:
            self.done.append(ids)
            self.changed.notify_all()

    async def fail(self, *ids: str) -> None:
        raise LookupError("a job went wrong")

    async def forever(self) -> None:
        await self.note("started")
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped = True

    def until(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.done) >= count, timeout=60)

    def worker(self, path: Path) -> Worker:
        table = {"note": self.note, "fail": self.fail, "forever": self.forever}
        return Worker(connect(Jobs(), path), table, workers=1)

    async def work(self, path: Path, count: int) -> None:
        """A worker from its start to its stop, once `count` jobs are noted."""
        worker = self.worker(path)
        worker.start()
        try:
            await asyncio.to_thread(self.until, count)
        finally:  # else its threads keep the tests' process from ending
            await asyncio.to_thread(worker.stop)


async def test_a_job_reaches_a_worker_with_its_ids_and_the_urgent_go_first(tmp_path: Path) -> None:
    queue = JobQueue(connect(Jobs(), tmp_path / "queue.db"))
    queue.enqueue("note", "late", priority=LOW)
    queue.enqueue("note", "a", "b", priority=HIGH)
    await queue.close()
    bench = Bench()
    await bench.work(tmp_path / "queue.db", 2)
    assert bench.done == [("a", "b"), ("late",)]


async def test_a_failing_or_unknown_job_does_not_stop_the_worker(tmp_path: Path) -> None:
    queue = JobQueue(connect(Jobs(), tmp_path / "queue.db"))
    for name in ("fail", "unheard of", "note"):
        queue.enqueue(name)
    await queue.close()
    bench = Bench()
    await bench.work(tmp_path / "queue.db", 1)


async def test_a_stop_reaches_a_running_job(tmp_path: Path) -> None:
    queue = JobQueue(connect(Jobs(), tmp_path / "queue.db"))
    queue.enqueue("forever")
    await queue.close()
    bench = Bench()
    await bench.work(tmp_path / "queue.db", 1)
    assert bench.stopped


async def test_a_job_of_an_undone_transaction_is_never_queued(tmp_path: Path) -> None:
    migrate(tmp_path / "test.db", [outbox.migrations], SystemClock(), backups=tmp_path)
    db = await Database.open(tmp_path / "test.db", SystemClock(), readers=1)
    queue = JobQueue(connect(Jobs(), tmp_path / "queue.db"))

    def undone(tx: Transaction) -> None:
        queue.enqueue_after(tx, "note", "no")
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(undone)
    await db.write(lambda tx: queue.enqueue_after(tx, "note", "yes"))
    await db.close()
    await queue.close()
    assert JobQueue(connect(Jobs(), tmp_path / "queue.db")).waiting() == 1


def test_the_queue_is_for_its_owner_alone_and_an_engine_without_address_is_refused(tmp_path: Path) -> None:
    connect(Jobs(), tmp_path / "queue.db")
    assert (tmp_path / "queue.db").stat().st_mode & 0o077 == 0
    with pytest.raises(BadSettings, match="url"):
        connect(Jobs(engine="redis"), tmp_path / "queue.db")


@pytest.mark.skipif(find_spec("redis") is not None, reason="redis is installed")
def test_an_engine_whose_library_is_missing_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="pip install redis"):
        connect(Jobs(engine="redis", url="redis://127.0.0.1:1"), tmp_path / "queue.db")


async def test_a_short_job_does_not_wait_for_a_long_one_nor_a_prompt_one_for_either(tmp_path: Path) -> None:
    queue = JobQueue(connect(Jobs(), tmp_path / "queue.db"))
    queue.enqueue("forever", long=True)
    queue.enqueue("note", "short")
    queue.enqueue("note", "prompt", prompt=True)
    await queue.close()
    bench = Bench()
    await bench.work(tmp_path / "queue.db", 3)
    assert sorted(bench.done) == [("prompt",), ("short",), ("started",)]
    assert bench.stopped


async def test_a_job_knows_for_whose_sake_it_runs(tmp_path: Path) -> None:
    marks: list[str] = []

    class Marking(Bench):
        async def note(self, *ids: str) -> None:
            marks.append(logs.context.get())
            await super().note(*ids)

    bench = Marking()
    queue = JobQueue(connect(Jobs(), tmp_path / "queue.db"))
    migrate(tmp_path / "test.db", [outbox.migrations], SystemClock(), backups=tmp_path)
    db = await Database.open(tmp_path / "test.db", SystemClock(), readers=1)
    logs.context.set("request one")
    await db.write(lambda tx: queue.enqueue_after(tx, "note", "a"))
    logs.context.set("")
    await db.close()
    await queue.close()
    await bench.work(tmp_path / "queue.db", 1)
    assert marks == ["request one"]
