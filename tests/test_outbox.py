import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from novacast import outbox
from novacast.database import Database, Query, Transaction, migrate
from novacast.outbox import BATCH, Event, Outbox
from novacast.outbox.delivery import WINDOW
from tests.fakes.clock import FakeClock


class Ears:
    """A subscriber that remembers, and can be made to fail."""

    def __init__(self, failures: int = 0) -> None:
        self.heard: list[Event] = []
        self.failures = failures
        self._changed = asyncio.Condition()

    async def __call__(self, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise LookupError("not now")
        async with self._changed:
            self.heard.append(event)
            self._changed.notify_all()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.heard) >= count)


@pytest.fixture
def path(tmp_path: Path, clock: FakeClock) -> Path:
    file = tmp_path / "test.db"
    migrate(file, [outbox.migrations], clock, backups=tmp_path)
    return file


@pytest.fixture
async def db(path: Path, clock: FakeClock) -> AsyncIterator[Database]:
    database = await Database.open(path, clock, readers=2)
    yield database
    await database.close()


async def emit(db: Database, subject: str) -> None:
    await db.write(lambda tx: outbox.emit(tx, "thing.made", subject, outbox.PUBLIC, size=1))


async def test_facts_arrive_once_each_in_the_order_of_their_commits(db: Database) -> None:
    ears = Ears()
    box = Outbox(db)
    box.subscribe("ears", ears)
    await box.start()
    await asyncio.gather(*(emit(db, str(n)) for n in range(500)))
    await ears.until(500)
    await box.close()

    assert [event.seq for event in ears.heard] == list(range(1, 501))
    assert {event.subject for event in ears.heard} == {str(n) for n in range(500)}
    assert ears.heard[0].payload == {"size": 1}


async def test_a_fact_of_an_undone_transaction_is_never_told(db: Database) -> None:
    ears = Ears()
    box = Outbox(db)
    box.subscribe("ears", ears)
    await box.start()

    def undone(tx: Transaction) -> None:
        outbox.emit(tx, "thing.made", "no", outbox.PUBLIC)
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(undone)
    await emit(db, "yes")
    await ears.until(1)
    await box.close()
    assert [event.subject for event in ears.heard] == ["yes"]


async def test_one_that_fails_is_told_again_and_others_do_not_wait_for_it(db: Database) -> None:
    slow, quick = Ears(failures=2), Ears()
    box = Outbox(db)
    box.subscribe("slow", slow)
    box.subscribe("quick", quick)
    await box.start()
    await emit(db, "a")
    await emit(db, "b")
    await quick.until(2)
    await slow.until(2)
    await box.close()
    assert [event.subject for event in slow.heard] == ["a", "b"]


async def test_a_durable_subscriber_goes_on_where_it_stopped(db: Database) -> None:
    first = Ears()
    box = Outbox(db)
    box.subscribe("mirror", first, durable=True)
    await box.start()
    await emit(db, "before")
    await first.until(1)
    await db.write(lambda tx: None)
    await box.close()
    await emit(db, "while away")

    second, fleeting = Ears(), Ears()
    box = Outbox(db)
    box.subscribe("mirror", second, durable=True)
    box.subscribe("fleeting", fleeting)
    await box.start()
    await emit(db, "after")
    await fleeting.until(1)
    await second.until(2)
    await box.close()
    told = [event.subject for event in second.heard]
    assert told in (["while away", "after"], ["before", "while away", "after"]), "at least once, nothing skipped"
    assert [event.subject for event in fleeting.heard] == ["after"]


async def test_a_fact_of_another_process_arrives(db: Database, path: Path) -> None:
    ears = Ears()
    box = Outbox(db)
    box.subscribe("ears", ears)
    await box.start()
    code = (
        "import asyncio, sys; from pathlib import Path; from novacast import outbox\n"
        "from novacast.clock import SystemClock\n"
        "from novacast.database import Database\n"
        "async def main():\n"
        "    db = await Database.open(Path(sys.argv[1]), SystemClock(), readers=1)\n"
        "    await db.write(lambda tx: outbox.emit(tx, 'thing.made', 'far', outbox.PUBLIC))\n"
        "    await db.close()\n"
        "asyncio.run(main())\n"
    )
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code, str(path)], check=True)
    await ears.until(1)
    await box.close()
    assert ears.heard[0].subject == "far"


async def test_pruning_keeps_what_is_young_and_never_reuses_a_number(db: Database, clock: FakeClock) -> None:
    await emit(db, "old")
    clock.advance(100)
    await emit(db, "young")
    now = clock.now()
    assert await db.write(lambda tx: outbox.prune(tx, now)) == 1
    assert [event.subject for event in await db.all(outbox.after(0))] == ["young"]
    assert await db.write(lambda tx: outbox.prune(tx, now + 1)) == 1
    await emit(db, "next")
    assert await db.one(outbox.last_seq()) == 3
    assert [event.seq for event in await db.all(outbox.after(0))] == [3]


CURSORS = Query("SELECT subscriber, seq FROM outbox_cursor ORDER BY subscriber", (), tuple)


async def cursors(db: Database) -> dict[str, int]:
    return dict(await db.all(CURSORS))


async def test_who_stops_in_order_is_told_nothing_twice(db: Database) -> None:
    first, second = Ears(), Ears()
    for ears in (first, second):
        box = Outbox(db)
        box.subscribe("mirror", ears, durable=True)
        await box.start()
        await db.write(lambda tx: outbox.mention(tx, "thing.grows", "a moment", outbox.PUBLIC))
        await emit(db, "a fact")
        await ears.until(2)
        await box.close()
        assert await cursors(db) == {"mirror": await db.one(outbox.last_seq())}
    assert [event.subject for event in first.heard] == [event.subject for event in second.heard]
    assert second.heard[0].seq == first.heard[-1].seq + 1


async def test_who_took_nothing_is_told_all_of_it_after_a_stop(db: Database) -> None:
    """While one hangs, the others go on, and how far they came is written down for each by itself."""
    hung, quick = asyncio.Event(), Ears()

    async def hang(event: Event) -> None:
        hung.set()
        await asyncio.Event().wait()

    box = Outbox(db)
    box.subscribe("hangs", hang, durable=True)
    box.subscribe("quick", quick, durable=True)
    await box.start()
    await emit(db, "a")
    await quick.until(1)
    await hung.wait()
    await box.close()
    assert await cursors(db) == {"hangs": 0, "quick": 1}

    late = Ears()
    box = Outbox(db)
    box.subscribe("hangs", late, durable=True)
    await box.start()
    await late.until(1)
    await box.close()
    assert [event.subject for event in late.heard] == ["a"]


async def test_who_is_far_behind_hears_all_while_others_hear_the_newest(db: Database) -> None:
    """More than is kept in memory, and one subscriber who slept through it."""
    count = WINDOW + BATCH + 1
    awake, asleep, gate = Ears(), Ears(), asyncio.Event()

    async def wait(event: Event) -> None:
        await gate.wait()
        await asleep(event)

    box = Outbox(db)
    box.subscribe("awake", awake)
    box.subscribe("asleep", wait)
    await box.start()
    await emit(db, "0")
    await awake.until(1)
    await asyncio.gather(*(emit(db, str(n)) for n in range(1, count)))
    await awake.until(count)
    gate.set()
    await asleep.until(count)
    await box.close()
    assert [event.seq for event in awake.heard] == [event.seq for event in asleep.heard] == list(range(1, count + 1))
