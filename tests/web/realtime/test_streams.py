"""Streams of facts as connections: limits, signs of life, and what a slow one costs."""

import asyncio

from novacast import outbox
from novacast.web.realtime import RealtimeLimits
from tests.web.house import WITHIN, House, Open
from tests.web.realtime.listening import URL, listening


async def test_an_idle_stream_shows_signs_of_life(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(heartbeat=0.05))
    async with listening(house) as stream:
        await stream.next()
        async with asyncio.timeout(WITHIN):
            assert await stream.response.content.readline() == b":\n"


async def test_a_slow_reader_is_dropped_and_counted_and_holds_up_nobody(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(buffer=100_000))
    request = f"GET {URL} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n"
    reader, writer = await house.raw(request.encode())
    async with asyncio.timeout(WITHIN):
        await reader.readuntil(b"ready")
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # a Transport for reading as well
    async with listening(house, "tom") as stream:
        await stream.next()
        for n in range(200):
            await house.emit("demo.big", str(n), outbox.PUBLIC, text="x" * 100_000)
            event = await stream.next()
            assert event is not None
            assert event.data["subject"] == str(n)
            if house.metrics.value("novacast_realtime_dropped_total"):
                break
    assert house.metrics.value("novacast_realtime_dropped_total") == 1


async def test_one_person_may_not_open_endless_streams(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(per_person=2))
    async with listening(house) as one, listening(house) as two:
        await one.next()
        await two.next()
        status, problem = await house.json("GET", URL)
        assert (status, problem["code"]) == (429, "rate_limited")
        async with listening(house, "ada") as other:
            assert await other.names(1) == ["ready"]
        assert house.metrics.value("novacast_realtime_clients") >= 2


async def test_strangers_of_one_network_are_many_people(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(per_person=1, per_network=2))
    async with listening(house, None) as one, listening(house, None) as two:
        assert await one.names(1) == await two.names(1) == ["ready"]
        async with house.ask("GET", URL, None) as third:
            assert third.status == 429
            assert 5 <= int(third.headers["Retry-After"]) <= 20


async def test_the_process_takes_so_many_streams_and_says_when_to_come_back(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(most=1))
    async with listening(house, "tom") as one:
        await one.next()
        async with house.ask("GET", URL, "ada") as other:
            assert other.status == 429
            assert 5 <= int(other.headers["Retry-After"]) <= 20
    assert house.metrics.value("novacast_realtime_refused_total", bound="all") == 1


async def test_who_hangs_up_gives_its_place_back_at_once(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(per_person=1, heartbeat=3600))
    async with asyncio.timeout(WITHIN):
        for _ in range(3):
            async with listening(house) as stream:
                await stream.next()
            while house.metrics.value("novacast_realtime_clients"):
                await asyncio.sleep(0)


async def test_a_reader_that_is_gone_without_a_word_is_found_out(open_house: Open) -> None:
    house = await open_house(limits=RealtimeLimits(heartbeat=0.05, buffer=100_000_000))
    request = f"GET {URL} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n"
    reader, writer = await house.raw(request.encode())
    async with asyncio.timeout(WITHIN):
        await reader.readuntil(b"ready")
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a Transport for reading as well
        await house.emit("demo.big", "x", outbox.PUBLIC, text="x" * 20_000_000)
        while not house.metrics.value("novacast_realtime_dropped_total"):
            await asyncio.sleep(0)


async def test_an_old_client_gets_the_same_without_chunks(house: House) -> None:
    reader, _ = await house.raw(f"GET {URL} HTTP/1.0\r\nAuthorization: Bearer ada\r\n\r\n".encode())
    async with asyncio.timeout(WITHIN):
        await reader.readuntil(b"event: ready\ndata: {}\n\n")
        await house.emit("a.all", "x", outbox.PUBLIC)
        assert (await reader.readuntil(b"\n\n")).startswith(b"id: 1\nevent: a.all\n")


async def test_head_does_not_open_a_stream(house: House) -> None:
    async with house.ask("HEAD", URL) as response:
        assert response.status == 200
    assert house.metrics.value("novacast_realtime_clients") == 0
