"""Slow, stalled and vanishing readers, on both event loops and through TLS."""

import asyncio
import datetime
import ipaddress
import os
import socket
import ssl
import tracemalloc
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from novacast.identity import ANONYMOUS
from novacast.settings import Playback
from tests.fakes.clock import FakeClock
from tests.playback.world import FILM, World, descriptors, exchange, opened, parsed
from tests.waiting import until

MIB = 1024**2
Loop = Callable[[Coroutine[Any, Any, None]], None]
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])


def world_at(tmp_path: Path, cache_bytes: int, stall_seconds: float = 30.0) -> World:
    world = World(tmp_path, FakeClock(), Playback(cache_bytes=cache_bytes))
    world.stall_seconds = stall_seconds
    return world


async def asking(port: int, target: str) -> socket.socket:
    """A connection that asks and then does not read; its own buffer is small."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(one, ("127.0.0.1", port))
    await loop.sock_sendall(one, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    return one


async def rest(one: socket.socket) -> bytes:
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MIB)
    loop, got = asyncio.get_running_loop(), bytearray()
    async with asyncio.timeout(20):
        while chunk := await loop.sock_recv(one, MIB):
            got += chunk
    one.close()
    return bytes(got)


@LOOPS
def test_slow_readers_share_one_body_and_get_every_byte(tmp_path: Path, run: Loop) -> None:
    async def story() -> None:
        async with opened(world_at(tmp_path, 64 * MIB)) as world:
            body = os.urandom(8 * MIB)
            world.put("big.m4s", body)
            base = await world.session(ANONYMOUS)
            await world.get(f"{base}/big.m4s")
            held = next(iter(one for one in world.cache._held.values() if len(one.body) == len(body)))
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            slow = [await asking(world.port, f"{base}/big.m4s") for _ in range(20)]
            await until(lambda: held.pins == 20)
            grown = tracemalloc.get_traced_memory()[0] - before
            tracemalloc.stop()
            assert grown < 20 * 512 * 1024, f"{grown} bytes for 20 readers of {len(body)}"
            assert world.cache.stats.reads == 1
            for one in slow:
                assert parsed(await rest(one)).body == body
            await until(lambda: held.pins == 0)

    run(story())


@LOOPS
def test_slow_readers_of_a_file_too_large_to_hold_take_a_piece_each(tmp_path: Path, run: Loop) -> None:
    async def story() -> None:
        async with opened(world_at(tmp_path, 0)) as world:
            body = os.urandom(8 * MIB)
            world.put("big.mp4", body)
            base = await world.session(ANONYMOUS)
            tracemalloc.start()
            slow = [await asking(world.port, f"{base}/big.mp4") for _ in range(10)]
            await until(lambda: world.cache.stats.streamed == 10)
            assert tracemalloc.get_traced_memory()[1] < 10 * MIB
            tracemalloc.stop()
            for one in slow:
                assert parsed(await rest(one)).body == body

    run(story())


@LOOPS
@pytest.mark.parametrize("cache_bytes", [0, 64 * MIB], ids=["from disk", "from memory"])
def test_a_reader_that_stands_still_is_cut_off_and_holds_nothing(tmp_path: Path, run: Loop, cache_bytes: int) -> None:
    async def story() -> None:
        async with opened(world_at(tmp_path, cache_bytes, stall_seconds=0.2)) as world:
            world.put("big.m4s", os.urandom(12 * MIB))
            base = await world.session(ANONYMOUS)
            await world.get(f"{base}/big.m4s")
            before = descriptors()
            one = await asking(world.port, f"{base}/big.m4s")
            server = world.runner.server
            assert server is not None
            await until(lambda: server.requests_count == 2 and not server.connections)
            one.close()
            await until(lambda: descriptors() <= before)
            assert all(held.pins == 0 for held in world.cache._held.values())
            assert (await world.get(f"{base}/master.m3u8")).status == 200

    run(story())


@LOOPS
@pytest.mark.parametrize("cache_bytes", [0, 64 * MIB], ids=["from disk", "from memory"])
def test_a_reader_that_vanishes_in_the_middle_holds_nothing(tmp_path: Path, run: Loop, cache_bytes: int) -> None:
    async def story() -> None:
        async with opened(world_at(tmp_path, cache_bytes)) as world:
            world.put("big.m4s", os.urandom(12 * MIB))
            base = await world.session(ANONYMOUS)
            await world.get(f"{base}/big.m4s")
            before = descriptors()
            for _ in range(10):
                one = await asking(world.port, f"{base}/big.m4s")
                await asyncio.get_running_loop().sock_recv(one, 1000)
                one.close()
            server = world.runner.server
            assert server is not None
            await until(lambda: not server.connections)
            await until(lambda: descriptors() <= before)
            assert all(held.pins == 0 for held in world.cache._held.values())

    run(story())


@LOOPS
def test_a_file_cut_short_under_way_is_sent_whole_from_memory(tmp_path: Path, run: Loop) -> None:
    async def story() -> None:
        async with opened(world_at(tmp_path, 64 * MIB)) as world:
            body = os.urandom(2 * MIB)
            path = world.put("big.m4s", body)
            base = await world.session(ANONYMOUS)
            assert (await world.get(f"{base}/big.m4s")).body == body
            assert (await world.get(f"{base}/big.m4s", Range=f"bytes=1000-{MIB}")).body == body[1000 : MIB + 1]
            os.truncate(path, MIB // 2)
            assert (await world.get(f"{base}/big.m4s")).body == body
            assert (await world.get(f"{base}/big.m4s", Range=f"bytes={MIB}-")).body == body[MIB:]
            path.unlink()
            assert (await world.get(f"{base}/big.m4s")).body == body

    run(story())


async def test_a_long_file_stops_in_the_middle_when_the_permission_ends(tmp_path: Path) -> None:
    async with opened(world_at(tmp_path, 0)) as world:
        body = os.urandom(24 * MIB)
        world.put("film.mp4", body)
        base = await world.session(ANONYMOUS)
        one = await asking(world.port, f"{base}/film.mp4")
        start = await asyncio.get_running_loop().sock_recv(one, 1000)
        world.venue.visibility = "private"
        await world.tell("video.changed", FILM)
        answer = parsed(start + await rest(one))
        assert 0 < len(answer.body) < len(body)
        assert body.startswith(answer.body)


async def test_what_is_under_way_is_finished_when_the_server_stops(tmp_path: Path) -> None:
    async with opened(world_at(tmp_path, 64 * MIB)) as world:
        body = os.urandom(8 * MIB)
        world.put("big.m4s", body)
        one = await asking(world.port, f"{await world.session(ANONYMOUS)}/big.m4s")
        start = await asyncio.get_running_loop().sock_recv(one, 1000)
        stopping = asyncio.create_task(world.runner.cleanup())
        assert parsed(start + await rest(one)).body == body
        await stopping


@pytest.fixture
def secure(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's and a client's side of TLS on this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "tls.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))


async def test_large_bodies_go_through_tls_whole(tmp_path: Path, secure: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = secure
    async with opened(world_at(tmp_path, 64 * MIB)) as world:
        body = os.urandom(5 * MIB)
        world.put("big.m4s", body)
        base = await world.session(ANONYMOUS)
        await world.listen(server)
        port = world.runner.addresses[-1][1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client)
        writer.write(f"GET {base}/big.m4s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        async with asyncio.timeout(20):
            assert parsed(await reader.read()).body == body
        writer.close()


@LOOPS
def test_many_viewers_at_once_each_get_what_they_asked_for(tmp_path: Path, run: Loop) -> None:
    async def story() -> None:
        async with opened(world_at(tmp_path, 3 * MIB)) as world:
            bodies = {f"s{number}.m4s": os.urandom(200_000 + number) for number in range(30)}
            for name, body in bodies.items():
                world.put(name, body)
            base = await world.session(ANONYMOUS)

            async def viewer(first: int) -> None:
                for number in range(10):
                    name = f"s{(first * 7 + number) % 30}.m4s"
                    answer = await exchange(world.port, f"{base}/{name}", "GET", {})
                    assert answer.body == bodies[name]

            await asyncio.gather(*(viewer(number) for number in range(40)))
            assert world.cache.size <= world.cache.capacity
            assert world.cache.stats.evictions > 0

    run(story())
