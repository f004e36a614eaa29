"""A POST to where somebody else wants it: never inside, never elsewhere than was judged, and never for long."""

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from novacast.clock import SystemClock
from novacast.errors import Forbidden, Unavailable
from novacast.folder import DataFolder
from novacast.security.addresses import Reach
from novacast.security.tls.files import TlsFiles
from novacast.security.tls.local import LocalAuthority
from novacast.web.courier import Courier, LookUp
from tests.notifications.webhooks.world import Receiver, receiving

LOOPBACK = Reach.of(["127.0.0.1"], "key")


class Names(LookUp):
    """A resolver that gives the next of its answers each time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        super().__init__(1)
        self._answers, self.asked = list(answers), 0

    async def addresses(self, host: str, port: int) -> list[tuple[int, str]]:
        self.asked += 1
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in self._answers.pop(0)]


@asynccontextmanager
async def courier(
    reach: Reach = LOOPBACK,
    seconds: float = 15,
    look_up: LookUp | None = None,
    trust: ssl.SSLContext | None = None,
) -> AsyncIterator[Courier]:
    made = Courier(reach, 4, seconds=seconds, look_up=look_up, trust=trust)
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


async def test_what_is_answered_comes_back_as_it_is(receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=418, text="tea\x00pot", headers={"Retry-After": "120"})]
    async with courier() as sent:
        reply = await sent.post(f"{receiver.url}/a?b=c", {"webhook-id": "x"}, b"{}", 100)
    assert (reply.status, reply.answer, reply.retry_after) == (418, "tea�pot", 120)
    (got,) = receiver.got
    assert (got.path, got.body, got.headers["webhook-id"]) == ("/a", b"{}", "x")
    assert got.headers["user-agent"].startswith("NovaCast/")
    assert "cookie" not in got.headers


async def test_no_redirect_is_followed_and_no_cookie_kept(receiver: Receiver) -> None:
    away = web.Response(status=302, headers={"Location": f"{receiver.url}/elsewhere"})
    away.set_cookie("a", "b")
    receiver.answers = [away]
    async with courier() as sent:
        assert (await sent.post(f"{receiver.url}/here", {}, b"", 100)).status == 302
        assert (await sent.post(f"{receiver.url}/here", {}, b"", 100)).status == 204
    assert [one.path for one in receiver.got] == ["/here", "/here"]
    assert "cookie" not in receiver.got[1].headers


async def test_only_the_beginning_of_an_answer_is_read_and_nothing_unpacked(receiver: Receiver) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    receiver.answers = [
        web.Response(text="x" * 1_000_000),
        web.Response(body=bomb, headers={"Content-Encoding": "gzip"}),
        web.Response(headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        web.Response(headers={"Retry-After": "999999999"}),
    ]
    async with courier() as sent:
        assert len((await sent.post(receiver.url, {}, b"", 2048)).answer) == 2048
        assert len((await sent.post(receiver.url, {}, b"", 2048)).answer) <= 2048
        assert (await sent.post(receiver.url, {}, b"", 2048)).retry_after is None
        assert (await sent.post(receiver.url, {}, b"", 2048)).retry_after == 24 * 3600


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "0.0.0.0"])
async def test_an_address_inside_is_not_called(host: str) -> None:
    async with courier(Reach()) as sent:
        with pytest.raises(Forbidden):
            await sent.post(f"http://{host}/", {}, b"", 100)


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f.1", "localhost"])
async def test_neither_is_one_that_is_written_otherwise(host: str) -> None:
    async with courier(Reach()) as sent:
        with pytest.raises((Forbidden, Unavailable)):
            await sent.post(f"http://{host}:9/", {}, b"", 100)


async def test_one_bad_address_of_a_name_is_enough(receiver: Receiver) -> None:
    port = receiver.url.rpartition(":")[2]
    async with courier(Reach(), look_up=Names(["93.184.215.14", "127.0.0.1"])) as sent:
        with pytest.raises(Forbidden):
            await sent.post(f"http://rebound.example:{port}/", {}, b"", 100)
    assert receiver.got == []


async def test_a_name_that_leads_elsewhere_a_moment_later_gains_nothing(receiver: Receiver) -> None:
    """What was judged is what is connected to: the resolver is asked once for each call."""
    port = receiver.url.rpartition(":")[2]
    names = Names(["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1"])
    async with courier(look_up=names) as sent:
        assert (await sent.post(f"http://rebound.example:{port}/", {}, b"", 100)).status == 204
        assert names.asked == 1
        with pytest.raises(Forbidden):
            await sent.post(f"http://rebound.example:{port}/", {}, b"", 100)
        assert names.asked == 2
    assert len(receiver.got) == 1


async def test_a_host_that_is_named_may_lead_anywhere(receiver: Receiver) -> None:
    port = receiver.url.rpartition(":")[2]
    reach = Reach.of(["hooks.internal"], "key")
    async with courier(reach, look_up=Names(["127.0.0.1"])) as sent:
        assert (await sent.post(f"http://hooks.internal:{port}/", {}, b"", 100)).status == 204


async def test_a_certificate_must_be_good_and_its_own(folder: DataFolder) -> None:
    files = TlsFiles(folder.keys / "tls")
    authority = LocalAuthority(files, SystemClock())
    authority.establish("Test", ["hooks.internal"])
    authority.issue(("hooks.internal",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.server)
    trust = ssl.create_default_context(cafile=str(files.authority))
    reach = Reach.of(["hooks.internal", "other.internal"], "key")
    async with receiving(context) as secure:
        port = secure.url.rpartition(":")[2]
        for trusted, host, good in (
            (None, "hooks.internal", False),
            (trust, "other.internal", False),
            (trust, "hooks.internal", True),
        ):
            async with courier(reach, look_up=Names(["127.0.0.1"]), trust=trusted) as sent:
                call = sent.post(f"https://{host}:{port}/", {}, b"", 100)
                if good:
                    assert (await call).status == 204
                else:
                    with pytest.raises(Unavailable, match="certificate"):
                        await call
    assert len(secure.got) == 1


async def test_one_that_never_answers_is_left_after_a_while(receiver: Receiver) -> None:
    receiver.held = {"/slow"}
    async with courier(seconds=0.2) as sent:
        with pytest.raises(Unavailable, match="no answer within"):
            await sent.post(f"{receiver.url}/slow", {}, b"", 100)


async def test_one_that_says_yes_and_never_ends_has_taken_it() -> None:
    ended = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nwell")
        await writer.drain()
        await reader.read()
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with courier(seconds=0.3) as sent:
            reply = await sent.post(f"http://127.0.0.1:{port}/", {}, b"", 100)
        await ended.wait()
    assert (reply.status, reply.answer) == (200, "well")


async def test_one_that_is_not_there_is_said_to_be_so() -> None:
    async with courier() as sent:
        with pytest.raises(Unavailable):
            await sent.post("http://127.0.0.1:1/", {}, b"", 100)
        with pytest.raises(Unavailable, match="no address"):
            await sent.post("http://nowhere.invalid/", {}, b"", 100)
