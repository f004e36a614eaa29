"""The server's own life: where it listens, what it answers first, how it ends."""

import asyncio
import signal
import ssl
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from novacast.errors import BadSettings, NotFound
from novacast.settings import Tls
from novacast.web.listening import Certificate
from tests.web.house import WITHIN, House, Open
from tests.web.realtime.listening import listening


async def test_a_taken_port_is_named(open_house: Open) -> None:
    first = await open_house()
    second = await open_house(start=False, port=first.server.port)
    with pytest.raises(BadSettings, match=rf"127\.0\.0\.1 port {first.server.port} is taken"):
        await second.server.start()


async def test_an_address_of_another_machine_is_named(open_house: Open) -> None:
    house = await open_house(start=False, host="192.0.2.1")
    with pytest.raises(BadSettings, match="no such address"):
        await house.server.start()


async def test_running_requests_finish_and_new_ones_are_not_taken(house: House) -> None:
    running = asyncio.ensure_future(house.json("GET", "/api/v1/waits"))
    await asyncio.wait_for(house.demo.entered.wait(), WITHIN)
    stopping = asyncio.ensure_future(house.server.stop())
    async with asyncio.timeout(WITHIN):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
            except ConnectionError:
                break
            writer.close()
            await asyncio.sleep(0)
    assert not stopping.done()
    house.demo.gate.set()
    assert (await asyncio.wait_for(running, WITHIN))[0] == 200
    await asyncio.wait_for(stopping, WITHIN)


async def test_what_does_not_finish_is_cut_at_the_limit(open_house: Open) -> None:
    house = await open_house(drain_seconds=0.2)
    running = asyncio.ensure_future(house.json("GET", "/api/v1/waits"))
    await asyncio.wait_for(house.demo.entered.wait(), WITHIN)
    await asyncio.wait_for(house.server.stop(), WITHIN)
    with pytest.raises(aiohttp.ClientError):
        await asyncio.wait_for(running, WITHIN)


async def test_streams_and_idle_connections_do_not_hold_up_the_end(open_house: Open) -> None:
    house = await open_house(drain_seconds=300)
    reader, _ = await house.raw(b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n")
    await asyncio.wait_for(reader.readline(), WITHIN)
    await house.raw(b"GET / HTTP/1.1\r\nHal")
    async with listening(house) as stream:
        await stream.next()
        await asyncio.wait_for(house.server.stop(), WITHIN)
        assert await stream.next() is None


async def test_a_server_that_failed_to_start_lets_go_of_what_it_had(open_house: Open, tmp_path: Path) -> None:
    house = await open_house(start=False, socket=tmp_path / ("x" * 120))
    with pytest.raises(BadSettings):
        await house.server.start()
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", house.server.port)


async def test_media_are_answered_ahead_of_everything(open_house: Open) -> None:
    async def media(request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("missing"):
            raise NotFound("No such segment.")
        return web.Response(body=request.path.encode())

    house = await open_house(media=media)
    async with house.ask("GET", "/media/s/1.m4s", "nobody") as response:
        assert (response.status, await response.read()) == (200, b"/media/s/1.m4s")
        assert "X-Request-ID" not in response.headers
    status, problem = await house.json("GET", "/media/missing")
    assert (status, problem["code"]) == (404, "not_found")
    assert (await house.json("GET", "/mediation"))[0] == 404
    assert (await house.json("GET", "/api/v1/me"))[0] == 200


async def test_the_operators_socket_speaks_for_the_system(open_house: Open, tmp_path: Path) -> None:
    path = tmp_path / "s"
    await open_house(socket=path)
    assert path.stat().st_mode & 0o777 == 0o600
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as client:
        async with client.get("http://local/api/v1/me") as response:
            assert (await response.json())["id"] == "system"
        for name in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"):
            async with client.get("http://local/api/v1/me", headers={name: "203.0.113.9"}) as response:
                assert response.status == 401, f"a proxy in front of it, which says {name}, does not"
        async with client.get("http://local/api/v1/me", headers={"Authorization": "Bearer tom"}) as response:
            assert (await response.json())["id"] == "tom"


async def test_a_socket_that_a_dead_server_left_is_replaced(open_house: Open, tmp_path: Path) -> None:
    path = tmp_path / "s"
    first = await open_house(socket=path)
    inode = path.stat().st_ino
    second = await open_house(socket=path)
    assert path.stat().st_ino != inode
    await second.server.stop()
    assert not path.exists()
    await first.server.stop()


async def test_a_socket_path_that_is_too_long_is_named(open_house: Open, tmp_path: Path) -> None:
    house = await open_house(start=False, socket=tmp_path / ("x" * 120))
    with pytest.raises(BadSettings, match="longer than a socket"):
        await house.server.start()


SERVE = """
import asyncio, sys
from tests.web.serve import main
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_after_its_requests(tmp_path: Path, number: signal.Signals) -> None:
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, str(tmp_path / "data"), cwd=root, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), 30))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /api/v1/waits HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await asyncio.wait_for(process.stdout.readline(), WITHIN) == b"entered\n"
        process.send_signal(number)
        assert await asyncio.wait_for(process.stdout.readline(), WITHIN) == b"stopping\n"
        answer = await asyncio.wait_for(reader.read(), WITHIN)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert await asyncio.wait_for(process.wait(), WITHIN) == 0
        writer.close()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def certificate(folder: Path, name: str) -> Tls:
    """A fresh self-signed pair by openssl, under the same two names each time."""
    key, chain = folder / "key.pem", folder / "chain.pem"
    process = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "2", "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(chain)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
    return Tls(certificate=str(chain), key=str(key))


async def test_https_is_served_and_a_renewed_certificate_is_taken_up(open_house: Open, tmp_path: Path) -> None:
    tls = await certificate(tmp_path, "first")
    house = await open_house(tls=tls)
    blind = ssl.create_default_context()
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    async with house.client.get(f"https://127.0.0.1:{house.server.port}/api/v1/whence", ssl=blind) as response:
        assert (await response.json())["title"] == "https"
    held = Certificate(tls)
    assert not held.refresh()
    old = Path(tls.certificate).read_bytes()
    await certificate(tmp_path, "second")
    whole = Path(tls.certificate).read_bytes()
    Path(tls.certificate).write_bytes(whole[:100])
    assert not held.refresh(), "a half written one is no reason to stop"
    Path(tls.certificate).write_bytes(whole)
    assert held.refresh()
    assert whole != old


def test_a_certificate_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("nonsense")
    for name in ("c.pem", "missing.pem"):
        with pytest.raises(BadSettings, match=name):
            Certificate(Tls(certificate=str(tmp_path / name)))
