"""The page /tls, its downloads, and the real server that serves a renewed certificate without a restart."""

import asyncio
import contextlib
import dataclasses
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from novacast import outbox
from novacast.clock import SystemClock
from novacast.database import Database, migrate
from novacast.errors import Unauthenticated
from novacast.folder import DataFolder
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.operations.pages import TlsPages
from novacast.operations.tls import Https
from novacast.security.tls import Answer
from novacast.settings import Server, Settings, Tls
from novacast.web import idempotency
from novacast.web.authentication import Credentials
from novacast.web.listening import Certificate
from novacast.web.secure_context import is_loopback
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates

HERE = ["box.local", "localhost", "127.0.0.1", "192.168.1.20"]


class Nobody:
    async def authenticate(self, credentials: Credentials) -> Principal:
        raise Unauthenticated("There are no people here.")


@asynccontextmanager
async def running(settings: Settings, folder: DataFolder, tls: Https) -> AsyncIterator[WebServer]:
    clock = SystemClock()
    migrate(folder.database, [outbox.migrations, idempotency.migrations], clock, backups=folder.backups)
    db = await Database.open(folder.database, clock, readers=1)
    box = outbox.Outbox(db)
    parts = Parts(
        settings=settings,
        routes=[TlsPages(settings, tls)],
        authenticator=Nobody(),
        db=db,
        outbox=box,
        cache=templates(),
        static=static(),
        clock=clock,
        limiter=RateLimiter(clock),
        metrics=Metrics(),
        key=bytes(32),
    )
    server = WebServer(parts)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
        await db.close()


async def guide(server: WebServer, host: str) -> tuple[aiohttp.ClientResponse, str]:
    """The page as a browser gets it that was told `host`."""
    address = f"http://127.0.0.1:{server.port}/tls"
    async with aiohttp.ClientSession() as http, http.get(address, headers={"Host": host}) as answer:
        return answer, await answer.text()


@pytest.fixture
def settings(folder: DataFolder) -> Settings:
    return Settings(data=folder.root, instance="Kino Nova", server=Server(port=0, drain_seconds=0.1))


@pytest.fixture
def tls(settings: Settings, folder: DataFolder) -> Https:
    return Https(settings, folder, SystemClock(), lambda: list(HERE))


async def test_the_page_gives_the_authority_its_fingerprint_and_a_code_to_scan(
    settings: Settings, folder: DataFolder, tls: Https
) -> None:
    obtained = tls.local()
    assert obtained.authority is not None
    async with running(settings, folder, tls) as server:
        answer, text = await guide(server, "192.168.1.20:8080")
    assert answer.status == 200
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert obtained.authority.fingerprint in text
    assert "http://192.168.1.20:8080/tls" in text
    assert "<svg" in text
    assert "style=" not in text
    assert "This page came over plain http" in text


async def test_this_machine_itself_is_told_that_it_needs_nothing_and_that_phones_can_not_come(
    settings: Settings, folder: DataFolder, tls: Https
) -> None:
    tls.local()
    async with running(settings, folder, tls) as server:
        _, text = await guide(server, "127.0.0.1:8080")
    assert "This is the venue&#39;s own machine" in text or "This is the venue's own machine" in text
    assert "Phones can" in text


async def test_without_an_authority_the_page_says_how_to_get_one_and_downloads_are_missing(
    settings: Settings, folder: DataFolder, tls: Https
) -> None:
    async with running(settings, folder, tls) as server, aiohttp.ClientSession() as http:
        base = f"http://127.0.0.1:{server.port}"
        async with http.get(f"{base}/tls", headers={"Host": "box.local"}) as answer:
            assert "novacast tls local --write" in await answer.text()
        for name in ("novacast-ca.crt", "novacast-ca.pem", "ca.key", "server.pem"):
            async with http.get(f"{base}/tls/{name}") as answer:
                assert answer.status == 404


async def test_devices_get_der_programs_get_pem_and_nobody_gets_the_key(
    settings: Settings, folder: DataFolder, tls: Https
) -> None:
    authority = tls.local().authority
    assert authority is not None
    async with running(settings, folder, tls) as server, aiohttp.ClientSession() as http:
        base = f"http://127.0.0.1:{server.port}/tls"
        async with http.get(f"{base}/novacast-ca.crt") as answer:
            assert answer.content_type == "application/x-x509-ca-cert"
            der = x509.load_der_x509_certificate(await answer.read())
        async with http.get(f"{base}/novacast-ca.pem") as answer:
            assert answer.content_type == "application/x-pem-file"
            assert "attachment" in answer.headers["Content-Disposition"]
            pem = await answer.read()
    assert x509.load_pem_x509_certificate(pem) == der
    assert der.fingerprint(hashes.SHA256()).hex(":").upper() == authority.fingerprint
    assert b"KEY" not in pem


@pytest.mark.parametrize("host", ["x" * 4000, '"><script>alert(1)</script>', "[::1", "a b", ""])
async def test_a_host_header_from_hell_is_only_text(
    settings: Settings, folder: DataFolder, tls: Https, host: str
) -> None:
    tls.local()
    async with running(settings, folder, tls) as server:
        answer, text = await guide(server, host)
    assert answer.status in (200, 400)
    assert "<script>alert" not in text


async def test_the_running_server_shows_tokens_that_are_being_proven(
    settings: Settings, folder: DataFolder, tls: Https
) -> None:
    async with running(settings, folder, tls) as server, aiohttp.ClientSession() as http:
        address = f"http://127.0.0.1:{server.port}/.well-known/acme-challenge"
        port = await _free_port()
        shown = Answer("kino.example.org", "token-1", "token-1.thumb")
        async with tls.challenges(port).publish([shown]), http.get(f"{address}/token-1") as answer:
            assert (answer.status, await answer.text()) == (200, "token-1.thumb")
        for token in ("token-1", "..%2f..%2fnovacast.db", "%00", "a" * 1000):
            async with http.get(f"{address}/{token}") as answer:
                assert answer.status in (400, 404)


async def _free_port() -> int:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        port: int = server.sockets[0].getsockname()[1]
    return port


# -- https


def https(settings: Settings, tls: Https) -> Settings:
    return dataclasses.replace(settings, tls=Tls(**tls.lines()))


async def fingerprint(port: int, trusted: Path, name: str) -> str:
    """Of what the server shows to a client that trusts nothing but `trusted` and asks for `name`."""
    context = ssl.create_default_context(cafile=str(trusted))
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
    try:
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(shown).fingerprint(hashes.SHA256()).hex(":").upper()
    finally:
        writer.close()
        with contextlib.suppress(ssl.SSLError):
            await writer.wait_closed()


async def test_the_server_speaks_https_by_name_and_address_and_refuses_other_names(
    settings: Settings, folder: DataFolder, tls: Https
) -> None:
    tls.local()
    async with running(https(settings, tls), folder, tls) as server:
        for name in ("localhost", "127.0.0.1", "box.local"):
            context = ssl.create_default_context(cafile=str(tls.files.authority))
            async with aiohttp.ClientSession() as http:
                address = f"https://127.0.0.1:{server.port}/tls"
                async with http.get(address, ssl=context, server_hostname=name) as answer:
                    assert answer.status == 200
                    assert "This page came over https" in await answer.text()
        with pytest.raises(ssl.SSLCertVerificationError):
            await fingerprint(server.port, tls.files.authority, "other.local")


async def test_new_connections_get_a_renewed_certificate_without_a_restart_and_old_ones_live_on(
    settings: Settings, folder: DataFolder, tls: Https
) -> None:
    first = tls.local().certificate
    served = Certificate(https(settings, tls).tls)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                writer.write(line)
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0, ssl=served.context) as server:
        port = server.sockets[0].getsockname()[1]
        trusted = ssl.create_default_context(cafile=str(tls.files.authority))
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusted, server_hostname="localhost")
        assert await fingerprint(port, tls.files.authority, "localhost") == first.fingerprint
        assert not served.refresh()
        second = tls.local(["cinema.lan"]).certificate
        assert served.refresh()
        assert not served.refresh()
        assert await fingerprint(port, tls.files.authority, "cinema.lan") == second.fingerprint
        writer.write(b"still here\n")
        assert await reader.readline() == b"still here\n"
        writer.close()
        await writer.wait_closed()


async def test_a_broken_file_does_not_take_https_away(settings: Settings, folder: DataFolder, tls: Https) -> None:
    """Half copied, or the key of another certificate: what is in force stays until a pair that fits is there."""
    first = tls.local().certificate
    good = tls.files.server.read_bytes()
    served = Certificate(https(settings, tls).tls)
    tls.local(["cinema.lan"])
    other = tls.files.server.read_bytes()
    marker = b"-----BEGIN PRIVATE KEY-----"
    unfitting = other.partition(marker)[0] + marker + good.partition(marker)[2]
    async with await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=served.context
    ) as server:
        port = server.sockets[0].getsockname()[1]
        for broken in (unfitting, other[:500], b""):
            tls.files.server.write_bytes(broken)
            assert not served.refresh()
            assert await fingerprint(port, tls.files.authority, "localhost") == first.fingerprint
        tls.files.server.write_bytes(other)
        assert served.refresh()
        assert await fingerprint(port, tls.files.authority, "cinema.lan") != first.fingerprint


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("localhost:8080", True),
        ("app.LOCALHOST.:1", True),
        ("127.0.0.1:8080", True),
        ("127.9.9.9", True),
        ("[::1]:8080", True),
        ("192.168.1.20", False),
        ("localhost.example.org", False),
        ("notlocalhost", False),
        ("[fd00::1]", False),
        ("", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_loopback_is_a_secure_context_and_what_looks_like_it_is_not(host: str, local: bool) -> None:
    assert is_loopback(host) is local
