"""How many connections there may be, in all and from one place; and what who is refused gets to read."""

import asyncio

import pytest
from aiohttp import web

from novacast.metrics import Metrics
from novacast.web.connections import LINGERING, Door, Seat
from tests.waiting import until
from tests.web.house import WITHIN, House, Open

ELSEWHERE = "127.0.0.2"
"""On Linux a client of loopback may be any of 127.0.0.0/8; only 127.0.0.1 is this machine to us."""
HELLO = b"GET /api/v1/whence HTTP/1.1\r\nHost: x\r\n\r\n"


async def come(
    house: House, address: str = ELSEWHERE, text: bytes = HELLO
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port, local_addr=(address, 0))
    house.open.append(writer)
    writer.write(text)
    return reader, writer


async def first_line(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(WITHIN):
        return await reader.readline()


async def until_open(house: House, number: int) -> None:
    await until(lambda: house.metrics.value("novacast_connections") == number)


async def test_one_place_may_not_take_the_seats_of_all(open_house: Open) -> None:
    house = await open_house(connections_per_address=8)
    guests = [await come(house) for _ in range(8)]
    for reader, _ in guests:
        assert await first_line(reader) == b"HTTP/1.1 200 OK\r\n"
    reader, _ = await come(house)
    async with asyncio.timeout(WITHIN):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
    assert b"Retry-After: 5" in answer
    head, _, text = answer.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(text)}".encode() in head
    assert b"your network" in text
    assert house.metrics.value("novacast_connections_refused_total", bound="network") == 1
    assert await first_line((await come(house, "127.0.0.3"))[0]) == b"HTTP/1.1 200 OK\r\n", "others come in"
    guests[0][1].close()
    await until_open(house, 8)
    assert await first_line((await come(house))[0]) == b"HTTP/1.1 200 OK\r\n", "who leaves makes room"


async def test_this_machine_and_trusted_proxies_have_no_bound_of_their_own(open_house: Open) -> None:
    house = await open_house(connections_per_address=8, trusted_proxies=("127.0.0.4",))
    for address in ("127.0.0.1", "127.0.0.4"):
        for _ in range(10):
            assert await first_line((await come(house, address))[0]) == b"HTTP/1.1 200 OK\r\n"
    assert house.metrics.value("novacast_connections_refused_total", bound="network") == 0


async def test_when_all_are_taken_a_newcomer_is_told_so(open_house: Open) -> None:
    house = await open_house(max_connections=10)
    for _ in range(10):
        assert await first_line((await come(house, "127.0.0.1"))[0]) == b"HTTP/1.1 200 OK\r\n"
    for address in ("127.0.0.1", ELSEWHERE):
        assert await first_line((await come(house, address))[0]) == b"HTTP/1.1 503 Service Unavailable\r\n"
    assert house.metrics.value("novacast_connections_refused_total", bound="all") == 2


async def test_many_who_are_refused_and_stay_do_not_pile_up(open_house: Open) -> None:
    house = await open_house(connections_per_address=8)
    for _ in range(8):
        await come(house, text=b"")
    await until_open(house, 8)
    refused = [await come(house, text=b"") for _ in range(LINGERING * 2)]
    for reader, _ in refused:
        async with asyncio.timeout(WITHIN):
            assert (await reader.read()).startswith(b"HTTP/1.1 429 ")
    assert house.metrics.value("novacast_connections") == 8
    assert await first_line((await come(house, "127.0.0.1"))[0]) == b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
async def door() -> Door:
    async def nothing(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response()

    return Door(
        web.Server(nothing), most=20, each=2, head_seconds=5, exempt=lambda ip: ip == "2001:db8:9::1", metrics=Metrics()
    )


async def test_an_ipv6_line_counts_as_one_place(door: Door) -> None:
    assert isinstance(door.take("2001:db8::1"), Seat)
    second = door.take("2001:db8::2:3")
    assert isinstance(second, Seat)
    assert isinstance(door.take("2001:db8::ffff"), bytes), "the third address of one /64"
    assert isinstance(door.take("2001:db8:0:1::1"), Seat), "the next /64"
    for _ in range(3):
        assert isinstance(door.take("2001:db8:9::1"), Seat), "a trusted proxy"
    second.leave()
    second.leave()
    assert isinstance(door.take("2001:db8::ffff"), Seat)
    assert isinstance(door.take("2001:db8::fffe"), bytes), "a seat is given back once"


async def test_ipv4_in_ipv6_is_the_same_place(door: Door) -> None:
    for address in ("192.0.2.1", "::ffff:192.0.2.1"):
        assert isinstance(door.take(address), Seat)
    assert isinstance(door.take("192.0.2.1"), bytes)
    assert isinstance(door.take("::ffff:192.0.2.1"), bytes)
