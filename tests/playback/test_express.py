"""The short way of hot files: the same answers as the long way, and everything unusual on the long way."""

import asyncio
import os
import socket
from pathlib import Path

import pytest
from aiohttp import web

from novacast.identity import ANONYMOUS
from novacast.settings import Playback
from tests.fakes.clock import FakeClock
from tests.playback.players import LOOPS, Loop, playing
from tests.playback.world import PLAYLIST, SEGMENT, World, opened, parsed
from tests.waiting import until

MIB = 1024**2
SEG = "v360/seg1.m4s"


@LOOPS
def test_a_hot_file_goes_the_short_way_and_looks_the_same(tmp_path: Path, run: Loop) -> None:
    async def story() -> None:
        async with opened(World(tmp_path, FakeClock(), Playback(cache_bytes=16 * MIB))) as world:
            bodies = {SEG: SEGMENT, "master.m3u8": PLAYLIST, "part.m4s": os.urandom(64_000)}
            bodies["big.m4s"] = os.urandom(1_250_000)
            base = await world.session(ANONYMOUS)
            async with playing(world) as player:
                for name, body in bodies.items():
                    world.put(name, body)
                    long = await player.warm(f"{base}/{name}")
                    seen = player.long_ways
                    for _ in range(5):
                        short = await player.get(f"{base}/{name}", "Connection: keep-alive", "Cookie: a=b; c=d")
                        assert (short.status, short.headers) == (long.status, long.headers)
                        assert short.body == body
                    # Without room in the socket the rest of a large one is aiohttp's business.
                    assert player.long_ways == seen or name == "big.m4s"

    run(story())


ODD = [
    (("Range: bytes=0-9",), 206, SEGMENT[:10]),
    (("range: bytes=0-9",), 206, SEGMENT[:10]),
    (("If-None-Match: *",), 304, b""),
    (('If-Match: "other"',), 412, None),
    (("Origin: https://friend.example",), 200, SEGMENT),
    (("X-Empty:",), 200, SEGMENT),
]


async def test_what_asks_for_more_is_understood_on_a_hot_connection_too(world: World, base: str) -> None:
    async with playing(world) as player:
        await player.warm(f"{base}/{SEG}")
        for lines, status, body in ODD:
            answer = await player.get(f"{base}/{SEG}", *lines)
            assert answer.status == status, lines
            assert body is None or answer.body == body
            assert (await player.get(f"{base}/{SEG}")).body == SEGMENT
        player.send(f"{base}/{SEG}", method="HEAD")
        assert (await player.answer(bodiless=True)).status == 200
        assert (await player.get(f"{base}/no.m4s")).status == 404
        assert (await player.get(f"{base}/../{SEG}")).status == 404
        assert (await player.get(f"{base}/master.m3u8?_HLS_msn=3")).body == PLAYLIST
        player.send(f"{base}/{SEG}", "Connection: close")
        assert (await player.answer()).headers["connection"] == "close"
        assert await player.reader.read() == b""


async def test_requests_in_one_packet_or_in_crumbs_are_answered_in_order(world: World, base: str) -> None:
    async with playing(world) as player:
        await player.warm(f"{base}/{SEG}")
        one, other = (
            f"GET {base}/{SEG} HTTP/1.1\r\nHost: x\r\n\r\n",
            f"GET {base}/master.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n",
        )
        player.writer.write((one + other + one).encode())
        assert [(await player.answer()).body for _ in range(3)] == [SEGMENT, PLAYLIST, SEGMENT]
        for cut in (1, 10, len(one) - 3, len(one) - 1):
            player.writer.write(one[:cut].encode())
            await player.writer.drain()
            player.writer.write(one[cut:].encode())
            assert (await player.answer()).body == SEGMENT
        player.writer.write((one + other[:20]).encode())
        assert (await player.answer()).body == SEGMENT
        player.writer.write(other[20:].encode())
        assert (await player.answer()).body == PLAYLIST


async def test_a_request_inside_another_ones_body_or_head_is_no_request(world: World, base: str) -> None:
    inner = f"GET {base}/{SEG} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    async with playing(world) as player:
        await player.warm(f"{base}/{SEG}")
        hits = world.cache.stats.hits
        player.send(f"{base}/{SEG}", f"Content-Length: {len(inner)}", method="POST")
        await player.writer.drain()
        player.writer.write(inner)
        assert (await player.answer()).status == 405
        assert world.cache.stats.hits == hits
        player.writer.write(b"GET /media/x/y/z.m4s HTTP/1.1\r\nHost: x\r\nX-A: ")
        await player.writer.drain()
        player.writer.write(inner)
        answers = [await player.answer()]
        assert answers[0].status in (400, 404)
        assert world.cache.stats.hits == hits


@LOOPS
def test_a_slow_reader_on_a_hot_connection_gets_every_byte_and_holds_one_body(tmp_path: Path, run: Loop) -> None:
    async def story() -> None:
        async with opened(World(tmp_path, FakeClock(), Playback(cache_bytes=64 * MIB))) as world:
            body = os.urandom(12 * MIB)
            world.put("big.m4s", body)
            base = await world.session(ANONYMOUS)
            one = await slow_and_hot(world, base)
            held = next(one for one in world.cache._held.values() if len(one.body) == len(body))
            await until(lambda: held.pins == 1)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MIB)
            loop, got = asyncio.get_running_loop(), bytearray()
            async with asyncio.timeout(20):
                while not got.endswith(body[-1000:]):
                    got += await loop.sock_recv(one, MIB)
            assert parsed(bytes(got)).body == body
            await until(lambda: held.pins == 0)
            await loop.sock_sendall(one, f"GET {base}/master.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            async with asyncio.timeout(10):
                assert parsed(await loop.sock_recv(one, MIB)).status == 200
            one.close()

    run(story())


@LOOPS
@pytest.mark.parametrize("gone", [True, False], ids=["vanishes", "stands still"])
def test_a_reader_lost_on_a_hot_connection_holds_nothing(tmp_path: Path, run: Loop, gone: bool) -> None:
    async def story() -> None:
        world = World(tmp_path, FakeClock(), Playback(cache_bytes=64 * MIB))
        world.stall_seconds = 0.2
        async with opened(world):
            world.put("big.m4s", os.urandom(12 * MIB))
            base = await world.session(ANONYMOUS)
            one = await slow_and_hot(world, base)
            if gone:
                one.close()
            server = world.runner.server
            assert server is not None
            await until(lambda: not server.connections)
            one.close()
            assert all(held.pins == 0 for held in world.cache._held.values())

    run(story())


async def test_an_answer_begun_the_short_way_is_finished_when_the_server_stops(tmp_path: Path) -> None:
    async with opened(World(tmp_path, FakeClock(), Playback(cache_bytes=64 * MIB))) as world:
        body = os.urandom(12 * MIB)
        world.put("big.m4s", body)
        one = await slow_and_hot(world, await world.session(ANONYMOUS))
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MIB)
        stopping = asyncio.create_task(world.runner.cleanup())
        got = bytearray()
        async with asyncio.timeout(20):
            while chunk := await asyncio.get_running_loop().sock_recv(one, MIB):
                got += chunk
        assert parsed(bytes(got)).body == body
        await stopping
        one.close()


async def slow_and_hot(world: World, base: str) -> socket.socket:
    """A connection that knows the short way and has asked for `big.m4s` without reading."""
    async with playing(world) as player:
        await player.warm(f"{base}/big.m4s")
    one, loop = socket.socket(), asyncio.get_running_loop()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.setblocking(False)
    await loop.sock_connect(one, ("127.0.0.1", world.port))
    for _ in range(2):
        await loop.sock_sendall(one, f"GET {base}/master.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        async with asyncio.timeout(10):
            assert parsed(await loop.sock_recv(one, MIB)).status == 200
    hits = world.cache.stats.hits
    await loop.sock_sendall(one, f"GET {base}/big.m4s HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await until(lambda: world.cache.stats.hits > hits)
    return one


@pytest.mark.parametrize("crumb", [b"", b"GET /media/"], ids=["silent", "half a head"])
async def test_a_hot_connection_that_falls_silent_is_closed(world: World, base: str, crumb: bytes) -> None:
    assert world.runner.server is not None
    server = web.Server(world.runner.server.request_handler, keepalive_timeout=0.3, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with playing(world, runner.addresses[0][1]) as player:
        await player.warm(f"{base}/{SEG}")
        seen = server.requests_count
        assert (await player.get(f"{base}/{SEG}")).body == SEGMENT
        assert server.requests_count == seen
        player.writer.write(crumb)
        async with asyncio.timeout(10):
            assert await player.reader.read() == b""
    await runner.cleanup()
