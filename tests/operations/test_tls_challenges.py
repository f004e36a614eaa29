"""The listener for HTTP-01 answers, which stands in the open for a minute, meets strangers."""

import asyncio
import contextlib
import socket

import pytest

from novacast.errors import Unavailable
from novacast.folder import DataFolder
from novacast.operations.challenges import PREFIX
from novacast.operations.tls import Https
from novacast.security.tls import Answer
from novacast.settings import Settings
from tests.fakes.clock import FakeClock

DOMAIN = "tickets.kino.example.org"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return found


@pytest.fixture
def tls(folder: DataFolder, clock: FakeClock) -> Https:
    return Https(Settings(data=folder.root), folder, clock, lambda: ["localhost"])


async def test_the_listener_answers_tokens_and_nothing_else(tls: Https, port: int, folder: DataFolder) -> None:
    (folder.cache / "acme").mkdir()
    (folder.cache / "secret").write_text("no")
    async with tls.challenges(port).publish([Answer(DOMAIN, "token-1", "token-1.thumb")]):
        good = await sent(port, f"GET {PREFIX}token-1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert good.startswith(b"HTTP/1.1 200")
        assert good.endswith(b"\r\n\r\ntoken-1.thumb")
        for line in (
            f"GET {PREFIX}token-2 HTTP/1.1",
            f"GET {PREFIX}../secret HTTP/1.1",
            f"GET {PREFIX}%2e%2e/secret HTTP/1.1",
            f"POST {PREFIX}token-1 HTTP/1.1",
            "GET / HTTP/1.1",
            "\xff\xfe",
            "",
        ):
            assert (await sent(port, f"{line}\r\n\r\n".encode("latin-1"))).startswith(b"HTTP/1.1 404")
        assert await sent(port, b"GET /" + b"a" * 100_000) == b""
    assert list((folder.cache / "acme").iterdir()) == []


async def sent(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            return await reader.read()
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_many_idle_strangers_do_not_keep_the_authority_out(tls: Https, port: int) -> None:
    async with tls.challenges(port).publish([Answer(DOMAIN, "token-1", "token-1.thumb")]):
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(30)]
        assert b"token-1.thumb" in await sent(port, f"GET {PREFIX}token-1 HTTP/1.1\r\n\r\n".encode())
        for _, writer in idle:
            writer.close()
            await writer.wait_closed()


@pytest.mark.parametrize("token", ["../../etc/passwd", "", "a/b", "a" * 129, "tökèn", "a.b", "\0"])
async def test_a_token_that_is_a_path_is_neither_written_nor_read(tls: Https, port: int, token: str) -> None:
    assert tls.challenges().find(token) is None
    with pytest.raises(Unavailable, match="a token that is none"):
        async with tls.challenges(port).publish([Answer(DOMAIN, token, "x")]):
            pass
