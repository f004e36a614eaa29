"""Streams of facts: in order, once each, and from where they broke off."""

import asyncio

import pytest

from novacast import outbox
from novacast.web.realtime import RealtimeLimits
from tests.web.house import WITHIN, House, Open
from tests.web.realtime.listening import URL, listening


async def test_facts_arrive_in_order(house: House) -> None:
    async with listening(house) as stream:
        ready = await stream.next()
        assert ready is not None
        assert ready.name == "ready"
        seqs = [await house.emit("demo.made", f"s{n}", outbox.PUBLIC, n=n) for n in range(20)]
        got = [await stream.next() for _ in range(20)]
        assert [event.id for event in got if event] == seqs
        assert [event.data["payload"]["n"] for event in got if event] == list(range(20))
        assert got[3] is not None
        assert got[3].data["subject"] == "s3"
        assert got[3].data["at"].endswith("Z")


async def test_a_break_loses_nothing(house: House) -> None:
    async with listening(house) as stream:
        await stream.next()
        await house.emit("demo.made", "1", outbox.PUBLIC)
        seen = await stream.next()
    assert seen is not None
    for n in range(2, 400):
        await house.emit("demo.made", str(n), outbox.PUBLIC)
    async with listening(house, last=seen.id) as stream:
        got = [await stream.next() for _ in range(398)]
        assert [event.data["subject"] for event in got if event] == [str(n) for n in range(2, 400)]
        await house.emit("demo.made", "400", outbox.PUBLIC)
        event = await stream.next()
        assert event is not None
        assert event.data["subject"] == "400"


@pytest.mark.parametrize("last", [0, 10_000])
async def test_who_missed_too_much_is_told_to_start_anew(house: House, last: int) -> None:
    for n in range(5):
        await house.emit("demo.made", str(n), outbox.PUBLIC)
    await house.db.write(lambda tx: tx.run("UPDATE outbox SET at = 0 WHERE seq < 3"))
    await house.db.write(lambda tx: outbox.prune(tx, 1))
    async with listening(house, last=last) as stream:
        event = await stream.next()
        assert event is not None
        assert (event.name, event.id) == ("reset", 5)
        await house.emit("demo.more", "x", outbox.PUBLIC)
        assert await stream.names(1) == ["demo.more"]
    async with listening(house, last=2) as stream:
        assert await stream.names(3) == ["demo.made"] * 3


async def test_everything_pruned_is_a_reset_but_nothing_missed_is_none(house: House) -> None:
    await house.emit("demo.made", "1", outbox.PUBLIC)
    await house.emit("demo.made", "2", outbox.PUBLIC)
    await house.db.write(lambda tx: outbox.prune(tx, tx.now + 1))
    async with listening(house, last=1) as stream:
        assert await stream.names(1) == ["reset"]
    async with listening(house, last=2) as stream:
        await house.emit("demo.made", "3", outbox.PUBLIC)
        assert await stream.names(1) == ["demo.made"]


@pytest.mark.parametrize("last", ["abc", "-1", "1" * 30, "1e3"])
async def test_an_id_that_never_was_one_is_refused(house: House, last: str) -> None:
    status, problem = await house.json("GET", URL, headers={"Last-Event-ID": last})
    assert (status, problem["code"]) == (400, "malformed")


async def test_of_what_is_true_for_a_moment_the_newest_is_told_without_an_id(house: House) -> None:
    async with listening(house, topics="stage.viewers") as stream:
        await stream.next()
        for number in (1, 2, 3):
            await house.mention("stage.viewers", "hall", outbox.PUBLIC, viewers=number)
        event = await stream.next()
        assert event is not None
        while event.data["payload"]["viewers"] < 3:
            event = await stream.next()
            assert event is not None
        assert event.id is None


async def test_a_moment_is_over_for_who_comes_back(house: House) -> None:
    first = await house.emit("a.all", "1", outbox.PUBLIC)
    await house.mention("stage.viewers", "hall", outbox.PUBLIC, viewers=1)
    await house.emit("a.all", "2", outbox.PUBLIC)
    async with listening(house, last=first) as stream:
        assert await stream.names(1) == ["a.all"]


async def test_mentions_are_forgotten_and_no_stream_misses_them(house: House) -> None:
    first = await house.emit("a.all", "1", outbox.PUBLIC)
    await house.mention("stage.viewers", "hall", outbox.PUBLIC, viewers=1)
    await house.db.write(lambda tx: outbox.prune_mentions(tx, tx.now + 1))
    await house.emit("a.all", "2", outbox.PUBLIC)
    async with listening(house, last=first) as stream:
        event = await stream.next()
        assert event is not None
        assert (event.name, event.data["subject"]) == ("a.all", "2")


async def test_a_mention_is_never_told_behind_the_fact_that_made_it_old(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(gather=3600))
    async with listening(house) as stream:
        await stream.next()
        await house.mention("video.progress", "v", outbox.PUBLIC, progress=990)
        await house.emit("video.ready", "v", outbox.PUBLIC)
        assert await stream.names(2) == ["video.progress", "video.ready"]


async def test_a_slow_reader_that_was_dropped_comes_back_and_has_missed_nothing(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(buffer=100_000))
    reader, writer = await house.raw(f"GET {URL} HTTP/1.0\r\nAuthorization: Bearer ada\r\n\r\n".encode())
    async with asyncio.timeout(WITHIN):
        await reader.readuntil(b"ready")
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # a Transport for reading as well
    seqs = []
    while not house.metrics.value("novacast_realtime_dropped_total"):
        seqs.append(await house.emit("demo.big", "x", outbox.PUBLIC, text="x" * 500_000))
    async with listening(house, "ada", last=seqs[0] - 1) as stream:
        again = [await stream.next() for _ in seqs]
    assert [event.id for event in again if event] == seqs
