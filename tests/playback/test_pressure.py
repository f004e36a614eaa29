"""More readers, files and sessions than there is room for: slower is allowed, more memory is not."""

import asyncio
import os
import socket
import ssl
import tracemalloc
from pathlib import Path

from novacast.identity import ANONYMOUS
from novacast.playback.delivery.cache import Held
from novacast.settings import Playback
from tests.fakes.clock import FakeClock
from tests.playback.test_readers import asking, rest, secure
from tests.playback.world import SEGMENT, World, opened, parsed
from tests.waiting import until

MIB = 1024**2

__all__ = ["secure"]  # a fixture


async def test_slow_readers_of_more_files_than_fit_stay_within_the_limit(tmp_path: Path) -> None:
    async with opened(World(tmp_path, FakeClock(), Playback(cache_bytes=16 * MIB))) as world:
        bodies = [os.urandom(3 * MIB) for _ in range(12)]
        for number, body in enumerate(bodies):
            world.put(f"s{number}.m4s", body)
        base = await world.session(ANONYMOUS)
        tracemalloc.start()
        slow = [await asking(world.port, f"{base}/s{number}.m4s") for number in range(len(bodies))]
        stats = world.cache.stats
        await until(lambda: stats.reads + stats.streamed >= len(bodies))
        assert world.cache.size <= world.cache.capacity
        assert tracemalloc.get_traced_memory()[0] < world.cache.capacity + len(bodies) * MIB
        tracemalloc.stop()
        for one, body in zip(slow, bodies, strict=True):
            assert parsed(await rest(one)).body == body
        await until(lambda: not any(held.pins for held in world.cache._held.values()))
        assert world.cache.size == sum(held.cost for held in world.cache._held.values())


async def test_a_file_replaced_under_a_slow_reader_through_tls_is_counted_once(
    tmp_path: Path, secure: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server, client = secure
    async with opened(World(tmp_path, FakeClock(), Playback(cache_bytes=64 * MIB))) as world:
        body = os.urandom(12 * MIB)
        world.put("big.vtt", body)
        base = await world.session(ANONYMOUS)
        await world.listen(server)
        port = world.runner.addresses[-1][1]
        link = socket.socket()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.setblocking(False)
        await asyncio.get_running_loop().sock_connect(link, ("127.0.0.1", port))
        name = "127.0.0.1"
        reader, writer = await asyncio.open_connection(sock=link, ssl=client, server_hostname=name, limit=4096)
        writer.write(f"GET {base}/big.vtt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        await until(lambda: any(held.pins for held in world.cache._held.values()))
        world.put("fresh.vtt", b"WEBVTT\n").replace(world.folder / "big.vtt")
        world.clock.advance(1)
        found = await world.cache.fetch((str(world.folder), "big.vtt"))
        assert isinstance(found, Held)
        assert bytes(found.body) == b"WEBVTT\n"
        async with asyncio.timeout(30):
            assert parsed(await reader.read()).body == body
        writer.close()
        await until(lambda: world.cache.size == sum(held.cost for held in world.cache._held.values()))


async def test_files_that_do_not_fit_together_are_all_served_again_and_again(tmp_path: Path) -> None:
    async with opened(World(tmp_path, FakeClock(), Playback(cache_bytes=2 * MIB))) as world:
        bodies = {f"s{number}.m4s": os.urandom(500_000) for number in range(6)}
        for name, body in bodies.items():
            world.put(name, body)
        base = await world.session(ANONYMOUS)

        async def viewer(first: int) -> None:
            names = list(bodies)
            for name in names[first:] + names[:first]:
                assert (await world.get(f"{base}/{name}")).body == bodies[name]
                assert world.cache.size <= world.cache.capacity

        await asyncio.gather(*(viewer(number % 6) for number in range(18)))
        assert world.cache.stats.evictions > 0


async def test_more_sessions_than_are_held_in_memory_all_watch(tmp_path: Path) -> None:
    world = World(tmp_path, FakeClock(), Playback())
    world.seats = 20
    async with opened(world):
        bases = [await world.session(ANONYMOUS) for _ in range(200)]
        for group in range(0, 200, 25):
            answers = await asyncio.gather(*(world.get(f"{base}/v360/seg1.m4s") for base in bases[group : group + 25]))
            assert {(one.status, len(one.body)) for one in answers} == {(200, len(SEGMENT))}
            assert len(world.audience) <= world.seats
        assert (await world.get(f"{bases[0]}/v360/seg1.m4s")).status == 200
        assert len(world.audience._named) <= 3 * world.seats


async def test_a_file_deleted_or_replaced_is_noticed_when_it_is_looked_at_again(tmp_path: Path) -> None:
    async with opened(World(tmp_path, FakeClock(), Playback())) as world:
        base = await world.session(ANONYMOUS)
        path = world.put("a.m4s", b"old" * 100_000)
        assert (await world.get(f"{base}/a.m4s")).body == b"old" * 100_000
        world.put("b.m4s", b"new").replace(path)
        world.clock.advance(61)
        assert (await world.get(f"{base}/a.m4s")).body == b"new"
        path.unlink()
        world.clock.advance(61)
        assert (await world.get(f"{base}/a.m4s")).status == 404
        path.symlink_to(world.root / "world.db")
        assert (await world.get(f"{base}/a.m4s")).status == 404
