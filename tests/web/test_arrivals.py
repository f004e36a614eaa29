"""A port that speaks TLS: what comes in plain http gets an answer, what says nothing is shown out."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import uvloop
from aiohttp import web

from novacast.metrics import Metrics
from novacast.settings import Server, Settings, Tls
from novacast.tasks import TaskGroup
from novacast.web import listening
from novacast.web.arrivals import HEAD, answer
from novacast.web.connections import Door
from tests.waiting import until
from tests.web.house import WITHIN, Open

Story = Callable[[], Coroutine[Any, Any, None]]
Tell = Callable[[Story], None]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def tell(request: pytest.FixtureRequest) -> Tell:
    """Runs a story on one of the event loops that the server may have."""

    def run(story: Story) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(story())

    return run


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    folder = tmp_path_factory.mktemp("tls")
    key, chain = folder / "key.pem", folder / "chain.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    options = ["-days", "2", "-subj", "/CN=here", "-keyout", str(key), "-out", str(chain)]
    subprocess.run([*command, *options], check=True, stderr=subprocess.DEVNULL)
    return Tls(certificate=str(chain), key=str(key))


@dataclass
class Port:
    number: int
    metrics: Metrics
    close: Callable[[], Awaitable[None]]

    async def told(self, text: bytes, *, eof: bool = False) -> bytes:
        """All that plain bytes are answered."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.number)
        try:
            writer.write(text)
            if eof:
                writer.write_eof()
            async with asyncio.timeout(WITHIN):
                return await reader.read()
        finally:
            writer.close()

    async def https(self, local: str = "127.0.0.1") -> bytes:
        """The whole answer to a request in the same flight as the end of the handshake."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.number, ssl=_blind(), local_addr=(local, 0))
        try:
            writer.write(b"GET /here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            async with asyncio.timeout(WITHIN):
                return await reader.read()
        finally:
            writer.close()

    async def until_open(self, number: int) -> None:
        await until(lambda: self.metrics.value("novacast_connections") == number)


def _blind() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@asynccontextmanager
async def opened(tls: Tls, *, head_seconds: float = WITHIN, each: int = 256) -> AsyncIterator[Port]:
    async def here(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text=f"{request.scheme} {request.path}")

    metrics, tasks, settings = Metrics(), TaskGroup("test"), Settings(server=Server(port=0), tls=tls)
    door = Door(
        web.Server(here), most=300, each=each, head_seconds=head_seconds, exempt=lambda _: False, metrics=metrics
    )
    listener = await listening.tls(door, settings, listening.Certificate(tls), tasks)

    async def close() -> None:
        listener.close()
        await tasks.close()
        door.abort()

    try:
        yield Port(listener.sockets[0].getsockname()[1], metrics, close)
    finally:
        await close()
        await asyncio.wait_for(door.empty.wait(), WITHIN)


def test_https_is_answered_as_ever(tell: Tell, tls: Tls) -> None:
    async def story() -> None:
        async with opened(tls) as port:
            answers = await asyncio.gather(*(port.https() for _ in range(20)))
            for one in answers:
                assert one.startswith(b"HTTP/1.1 200 OK\r\n")
                assert one.endswith(b"https /here")
            await port.until_open(0)

    tell(story)


def test_a_page_asked_for_in_plain_http_is_looked_for_under_https(tell: Tell, tls: Tls) -> None:
    async def story() -> None:
        async with opened(tls) as port:
            said = await port.told(b"GET /watch/1?a=b HTTP/1.1\r\nHost: venue.local:8443\r\nAccept: */*\r\n\r\n")
            assert said.startswith(b"HTTP/1.1 307 Temporary Redirect\r\n")
            assert b"\r\nLocation: https://venue.local:8443/watch/1?a=b\r\n" in said
            assert b"no-store" in said
            async with aiohttp.ClientSession() as client:
                address = f"http://127.0.0.1:{port.number}/here"
                async with client.get(address, ssl=_blind()) as response:
                    assert (response.status, response.url.scheme) == (200, "https"), "and found there"
            await port.until_open(0)

    tell(story)


@pytest.mark.parametrize(
    "text",
    [
        b"POST /login HTTP/1.1\r\nHost: venue.local\r\nContent-Length: 0\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a b<script>\r\n\r\n",
        b"GET http://venue.local/ HTTP/1.1\r\nHost: venue.local\r\n\r\n",
        b"GET /\x01 HTTP/1.1\r\nHost: venue.local\r\n\r\n",
        b"x" * (HEAD + 1),
        b"SSH-2.0-nothing\r\n\r\n",
    ],
)
def test_what_can_not_be_sent_on_is_told_why(tell: Tell, tls: Tls, text: bytes) -> None:
    async def story() -> None:
        async with opened(tls) as port:
            said = await port.told(text)
            assert said.startswith(b"HTTP/1.1 400 Bad Request\r\n")
            assert b"This port speaks https." in said
            assert b"Location" not in said
            assert b"script" not in said
            await port.until_open(0)

    tell(story)


def test_half_a_request_gets_its_answer_at_its_end(tell: Tell, tls: Tls) -> None:
    async def story() -> None:
        async with opened(tls) as port:
            assert (await port.told(b"hello", eof=True)).startswith(b"HTTP/1.1 400 ")
            assert await port.told(b"", eof=True) == b""
            await port.until_open(0)

    tell(story)


@pytest.mark.parametrize("sent", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nHo"])
def test_whoever_does_not_go_on_is_shown_out(tell: Tell, tls: Tls, sent: bytes) -> None:
    async def story() -> None:
        async with opened(tls, head_seconds=0.2) as port:
            assert await port.told(sent) == b""
            await port.until_open(0)

    tell(story)


def test_a_broken_handshake_leaves_its_seat(tell: Tell, tls: Tls) -> None:
    async def story() -> None:
        async with opened(tls) as port:
            await port.told(b"\x16" + b"\x03\x01\x00\x05nonsense" * 20)
            await port.until_open(0)
            assert (await port.https()).startswith(b"HTTP/1.1 200 ")

    tell(story)


def test_one_place_has_its_bound_before_any_handshake(tell: Tell, tls: Tls) -> None:
    async def story() -> None:
        async with opened(tls, each=3) as port:
            silent = [
                await asyncio.open_connection("127.0.0.1", port.number, local_addr=("127.0.0.2", 0)) for _ in range(3)
            ]
            await port.until_open(3)
            with pytest.raises((ConnectionError, ssl.SSLError)):
                await port.https("127.0.0.2")
            assert port.metrics.value("novacast_connections_refused_total", bound="network") == 1
            assert (await port.https("127.0.0.3")).startswith(b"HTTP/1.1 200 ")
            for _, writer in silent:
                writer.close()
            await port.until_open(0)
            for _ in range(5):
                assert (await port.https("127.0.0.2")).startswith(b"HTTP/1.1 200 ")

    tell(story)


def test_closing_ends_those_who_wait_as_well(tell: Tell, tls: Tls) -> None:
    async def story() -> None:
        async with opened(tls) as port:
            half = [await asyncio.open_connection("127.0.0.1", port.number) for _ in range(4)]
            for (_, writer), text in zip(half, (b"", b"\x16\x03", b"GET", b""), strict=True):
                writer.write(text)
            await port.until_open(4)
            await port.close()
            for reader, writer in half[:2]:
                async with asyncio.timeout(WITHIN):
                    with suppress(ConnectionResetError):
                        assert await reader.read() == b""
                writer.close()
            with pytest.raises(ConnectionError):
                await asyncio.open_connection("127.0.0.1", port.number)
            half[2][1].close()
            half[3][1].close()
            await port.until_open(0)

    tell(story)


async def test_the_whole_server_says_it_too(open_house: Open, tls: Tls) -> None:
    house = await open_house(tls=tls)
    said = await house.told(b"GET /library HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert b"\r\nLocation: https://127.0.0.1/library\r\n" in said
    await house.server.stop()
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", house.server.port)


def test_a_question_without_body_is_answered_without_one() -> None:
    head, _, text = answer(b"HEAD / HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n").partition(b"\r\n\r\n")
    assert b"Location: https://[::1]:8443/" in head
    assert text == b""
