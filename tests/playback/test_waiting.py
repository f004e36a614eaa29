"""Connections that wait for what is on air: leaving, asking more, stopping, and being slow."""

import asyncio
import os
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web

from novacast.identity import ANONYMOUS
from novacast.settings import Playback
from tests.fakes.clock import FakeClock
from tests.playback.broadcasts import BLOCKING, HINTED, LIST, PART, TEXT, audience, waiting
from tests.playback.players import LOOPS, Loop, Player, playing
from tests.playback.world import SEGMENT, Broadcast, World, opened, parsed
from tests.waiting import until

MIB = 1024**2


@LOOPS
def test_who_leaves_while_waiting_leaves_nothing_behind(tmp_path: Path, run: Loop) -> None:
    async def story() -> None:
        async with opened(World(tmp_path, FakeClock(), Playback())) as world:
            air = world.air()
            air.put(PART, SEGMENT)
            base = await world.session(ANONYMOUS)
            async with audience(world, base, 8) as players:
                for player in players:
                    player.send(f"{base}/{HINTED}")
                await waiting(world, 8)
                for player in players[:4]:
                    player.writer.transport.abort()
                for player in players[4:6]:
                    player.writer.close()
                await waiting(world, 2)
                air.come(SEGMENT, HINTED)
                assert [(await player.answer()).body for player in players[6:]] == [SEGMENT] * 2
            server = world.runner.server
            assert server is not None
            await until(lambda: not server.connections)

    run(story())


@LOOPS
def test_what_is_asked_while_waiting_is_answered_afterwards_and_in_order(tmp_path: Path, run: Loop) -> None:
    async def story() -> None:
        async with opened(World(tmp_path, FakeClock(), Playback())) as world:
            air = world.air()
            air.put(PART, SEGMENT)
            air.put(LIST, TEXT)
            base = await world.session(ANONYMOUS)
            async with audience(world, base, 1) as (player,):
                other = f"GET {base}/{LIST} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
                for later in ([other], [other, other], [other[:9], other[9:]], [other * 40], [b"nonsense\r\n\r\n"]):
                    player.send(f"{base}/{HINTED}")
                    await waiting(world, 1)
                    for piece in later:
                        player.writer.write(piece)
                        await player.writer.drain()
                    air.come(SEGMENT, HINTED)
                    assert (await player.answer()).body == SEGMENT
                    for _ in range(b"".join(later).count(b"GET ")):
                        assert (await player.answer()).body == TEXT
                assert (await player.answer()).status == 400

    run(story())


async def test_players_that_ask_again_at_once_are_on_the_short_way_from_the_third_request_on(
    world: World, air: Broadcast, base: str
) -> None:
    async with AsyncExitStack() as stack:
        players = [await stack.enter_async_context(playing(world)) for _ in range(10)]

        async def watch(player: Player) -> None:
            for _ in range(6):
                assert (await player.get(f"{base}/{HINTED}")).body == SEGMENT

        watching = [asyncio.create_task(watch(player)) for player in players]
        for _ in range(6):
            await until(lambda: bool(air.coming))
            await waiting(world, len(players))
            air.come(SEGMENT, HINTED)
        await asyncio.gather(*watching)
        assert players[0].long_ways <= 2 * len(players)


async def test_two_requests_that_wait_on_one_connection_wait_in_turn(world: World, air: Broadcast, base: str) -> None:
    async with audience(world, base, 1) as (player,):
        player.send(f"{base}/{HINTED}")
        player.send(f"{base}/{LIST}?{BLOCKING}")
        await waiting(world, 1)
        air.come(b"first", HINTED)
        assert (await player.answer()).body == b"first"
        await waiting(world, 1)
        air.come(b"second", LIST, BLOCKING)
        assert (await player.answer()).body == b"second"


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
async def test_a_server_that_stops_does_not_wait_with_those_who_wait(
    world: World, air: Broadcast, base: str, told: bool
) -> None:
    async with audience(world, base, 3) as players:
        for player in players:
            player.send(f"{base}/{HINTED}")
        await waiting(world, 3)
        if told:
            long = asyncio.create_task(world.get(f"{base}/{HINTED}"))
            await waiting(world, 4)
            await world.delivery.drain()
            assert (await players[0].answer()).status == 503
            assert (await long).status == 503
            assert (await players[0].get(f"{base}/{HINTED}")).status == 503
            assert (await players[0].get(f"{base}/{PART}")).body == SEGMENT
        async with asyncio.timeout(30):
            await world.runner.cleanup()
        assert len(world.delivery.waits) == 0
        answers = [await player.reader.read() for player in players[1:]]
        assert [parsed(one).status for one in answers] == [503, 503] if told else answers == [b"", b""]
    air.come(SEGMENT, HINTED)


async def test_who_waits_longer_than_a_connection_may_be_idle_is_not_cut_off(
    world: World, air: Broadcast, base: str
) -> None:
    assert world.runner.server is not None
    server = web.Server(world.runner.server.request_handler, keepalive_timeout=0.2, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with playing(world, runner.addresses[0][1]) as player:
        async with playing(world, runner.addresses[0][1]) as idle:
            await idle.get(f"{base}/{PART}")
            for _ in range(2):
                await player.get(f"{base}/{PART}")
            player.send(f"{base}/{HINTED}")
            await waiting(world, 1)
            async with asyncio.timeout(10):
                # The one who has nothing to wait for goes first.
                assert await idle.reader.read() == b""
        air.come(SEGMENT, HINTED)
        assert (await player.answer()).body == SEGMENT
        async with asyncio.timeout(10):
            assert await player.reader.read() == b""
    await runner.cleanup()


@LOOPS
def test_a_slow_reader_who_waited_gets_every_byte_and_holds_up_nobody(tmp_path: Path, run: Loop) -> None:
    async def story() -> None:
        async with opened(World(tmp_path, FakeClock(), Playback())) as world:
            air, body = world.air(), os.urandom(8 * MIB)
            air.put(PART, SEGMENT)
            base = await world.session(ANONYMOUS)
            slow, loop = socket.socket(), asyncio.get_running_loop()
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.setblocking(False)
            await loop.sock_connect(slow, ("127.0.0.1", world.port))
            async with audience(world, base, 2) as players:
                air.put(LIST, TEXT)
                for _ in range(2):
                    await loop.sock_sendall(slow, f"GET {base}/{LIST} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                    assert parsed(await loop.sock_recv(slow, MIB)).status == 200
                await loop.sock_sendall(slow, f"GET {base}/{HINTED} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                for player in players:
                    player.send(f"{base}/{HINTED}")
                await waiting(world, 3)
                air.come(body, HINTED)
                assert [(await player.answer()).body == body for player in players] == [True, True]
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MIB)
            got = bytearray()
            async with asyncio.timeout(20):
                while not got.endswith(body[-1000:]):
                    got += await loop.sock_recv(slow, MIB)
            assert parsed(bytes(got)).body == body
            slow.close()

    run(story())
