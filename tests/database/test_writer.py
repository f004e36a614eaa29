import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from novacast.database import Database, IntegrityError, Query, Transaction
from novacast.database.checkpoints import MUCH
from novacast.errors import DiskFull, Unavailable
from tests.fakes.clock import FakeClock
from tests.waiting import until

NOTES: Query[str] = Query("SELECT text FROM note ORDER BY id", (), lambda row: str(row["text"]))


async def test_a_unit_that_returned_can_be_read_at_once(db: Database) -> None:
    await db.write(lambda tx: tx.insert("note", text="one"))

    assert await db.all(NOTES) == ["one"]


async def test_a_refused_unit_is_undone_alone_though_it_shares_a_commit(db: Database) -> None:
    def refused(tx: Transaction) -> None:
        tx.insert("note", text="half")
        raise LookupError("no")

    async def add(text: str) -> None:
        await db.write(lambda tx: tx.insert("note", text=text))

    results = await asyncio.gather(add("a"), db.write(refused), add("b"), add("a"), return_exceptions=True)

    assert isinstance(results[1], LookupError)
    assert isinstance(results[3], IntegrityError)
    assert await db.all(NOTES) == ["a", "b"]


async def test_many_waiting_units_share_commits(db: Database, path: Path) -> None:
    await asyncio.gather(*(db.write(lambda tx, n=n: tx.insert("note", text=str(n))) for n in range(300)))  # type: ignore[misc]  # n is bound per unit

    frames = (path.with_name(path.name + "-wal").stat().st_size - 32) // (4096 + 24)
    assert len(await db.all(NOTES)) == 300
    assert frames < 300, "one commit each would have written at least one page each"


@pytest.mark.parametrize(
    "rows", [pytest.param(MUCH, id="much at once"), pytest.param(100, id="little later", marks=pytest.mark.slow)]
)
async def test_the_log_is_folded_back_beside_the_writer(db: Database, path: Path, rows: int) -> None:
    before = path.stat().st_size

    def write(tx: Transaction) -> None:
        for number in range(rows):
            tx.insert("note", text=f"{number}" * 200)

    await db.write(write)
    await until(lambda: path.stat().st_size > before)


async def test_effects_run_after_the_commit_and_never_for_what_was_undone(db: Database) -> None:
    seen: list[list[str]] = []
    calls: list[str] = []

    def good(tx: Transaction) -> None:
        tx.insert("note", text="good")
        tx.after_commit(lambda: calls.append("good"))

    def bad(tx: Transaction) -> None:
        tx.after_commit(lambda: calls.append("bad"))
        raise LookupError

    await db.write(good)
    seen.append(await db.all(NOTES))
    with pytest.raises(LookupError):
        await db.write(bad)

    assert calls == ["good"]
    assert seen == [["good"]]


async def test_an_effect_that_fails_does_not_unmake_what_is_on_disk(db: Database) -> None:
    def unit(tx: Transaction) -> str:
        tx.insert("note", text="kept")
        tx.after_commit(lambda: 1 / 0)
        return "done"

    assert await db.write(unit) == "done"
    assert await db.all(NOTES) == ["kept"]


async def test_a_caller_that_went_away_does_not_stop_the_writer(db: Database) -> None:
    task = asyncio.ensure_future(db.write(lambda tx: tx.insert("note", text="orphan")))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    await db.write(lambda tx: tx.insert("note", text="next"))
    assert "next" in await db.all(NOTES)


async def test_a_unit_that_raises_what_no_future_takes_holds_up_no_one(db: Database) -> None:
    results = await asyncio.gather(
        db.write(lambda tx: next(iter(()))), db.write(lambda tx: tx.insert("note", text="b")), return_exceptions=True
    )
    assert isinstance(results[0], RuntimeError)
    assert await db.all(NOTES) == ["b"]


async def test_readers_cannot_write(db: Database) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only|can't be written"):
        await db.all(Query("INSERT INTO note (text) VALUES ('x')", (), tuple))


async def test_a_reader_that_went_away_leaves_no_transaction_behind(db: Database) -> None:
    async def read() -> None:
        async with db.snapshot() as view:
            await view.all(NOTES)

    for turns in range(12):
        task = asyncio.ensure_future(read())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        # Both connections are asked, and see what was written since.
        await db.write(lambda tx, turns=turns: tx.insert("note", text=f"after {turns}"))
        async with db.snapshot() as one, db.snapshot() as other:
            assert len(await one.all(NOTES)) == len(await other.all(NOTES)) == turns + 1


async def test_a_snapshot_sees_one_state(db: Database) -> None:
    async with db.snapshot() as view:
        before = await view.all(NOTES)
        await db.write(lambda tx: tx.insert("note", text="later"))
        assert await view.all(NOTES) == before
    assert await db.all(NOTES) == ["later"]


async def test_a_full_disk_is_named_and_nothing_of_the_batch_is_kept(db: Database) -> None:
    def shrink(tx: Transaction) -> None:
        tx.one(Query("PRAGMA max_page_count=1", (), tuple))

    await db.write(shrink)

    def much(tx: Transaction) -> None:
        for n in range(2000):
            tx.insert("note", text=f"{n}" * 50)

    results = await asyncio.gather(
        db.write(lambda tx: tx.insert("note", text="small")), db.write(much), return_exceptions=True
    )
    assert isinstance(results[1], DiskFull)
    assert "room" in str(results[1])
    kept = await db.all(NOTES)
    assert kept == (["small"] if results[0] is None else [])

    await db.write(lambda tx: tx.one(Query("PRAGMA max_page_count=1073741823", (), tuple)))
    await db.write(much)
    assert len(await db.all(NOTES)) == len(kept) + 2000


async def test_what_was_queued_before_a_close_is_written_and_later_work_is_refused(
    path: Path, clock: FakeClock
) -> None:
    database = await Database.open(path, clock, readers=1)
    writes = [asyncio.ensure_future(database.write(lambda tx, n=n: tx.insert("note", text=f"{n}"))) for n in range(50)]  # type: ignore[misc]  # n is bound per unit
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*writes)

    with pytest.raises(Unavailable):
        await database.write(lambda tx: tx.insert("note", text="late"))
    assert not path.with_name(path.name + "-wal").exists()

    again = await Database.open(path, clock, readers=1)
    assert len(await again.all(NOTES)) == 50
    await again.close()


WRITER = """
import asyncio, sys
from contextlib import closing
from pathlib import Path
from novacast.clock import SystemClock
from novacast.database import Database

async def main():
    db = await Database.open(Path(sys.argv[1]), SystemClock(), readers=1)
    async def one(lane):
        n = 0
        while True:
            name = f"{sys.argv[2]}-{lane}-{n}"
            def unit(tx):
                tx.insert("note", text=name)
                tx.insert("note", text=name + "-twin")
            await db.write(unit)
            print(name, flush=True)
            n += 1
    await asyncio.gather(*(one(lane) for lane in range(8)))

asyncio.run(main())
"""


async def kill_rounds(path: Path, clock: FakeClock, rounds: int) -> tuple[int, int]:
    """Kill a writing process `rounds` times; how many units it had acknowledged, and how many of those are missing."""
    acknowledged: list[str] = []
    for number in range(rounds):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(number)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(5 + number * 7 % 40):
            acknowledged.append(child.stdout.readline().strip())
        child.kill()
        acknowledged += child.stdout.read().split("\n")[:-1]
        child.stdout.close()
        child.wait()
    db = await Database.open(path, clock, readers=1)
    kept = set(await db.all(NOTES))
    await db.close()
    halves = [name for name in kept if not name.endswith("-twin") and f"{name}-twin" not in kept]
    halves += [name for name in kept if name.endswith("-twin") and name.removesuffix("-twin") not in kept]
    assert not halves, "half a unit was kept"
    return len(acknowledged), sum(name not in kept for name in acknowledged)


async def test_kill_9_loses_nothing_acknowledged_and_leaves_no_half_unit(path: Path, clock: FakeClock) -> None:
    acknowledged, lost = await kill_rounds(path, clock, 3)
    assert acknowledged >= 15
    assert lost == 0


@pytest.mark.slow
async def test_kill_9_fifty_times_loses_nothing_acknowledged(path: Path, clock: FakeClock) -> None:
    acknowledged, lost = await kill_rounds(path, clock, 50)
    assert acknowledged >= 250
    assert lost == 0


async def test_who_meets_the_transaction_of_another_process_waits_for_its_end(db: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO note (text) VALUES ('theirs')")
        ours = asyncio.create_task(db.write(lambda tx: tx.insert("note", text="ours")))
        for _ in range(20):
            assert await db.all(NOTES) == []
        assert not ours.done()
        other.execute("COMMIT")
        await ours
    assert await db.all(NOTES) == ["theirs", "ours"]
