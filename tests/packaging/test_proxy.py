"""A venue behind real nginx and real Caddy with the files that are shipped: TLS, HTTP/2, events, WebSockets, uploads,
and no way around the check who may watch."""

import asyncio
import base64
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from tests.app.venue import Venue, open_venue
from tests.waiting import until

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "packaging" / "proxy"
NAME = "tickets.example.org"

pytestmark = pytest.mark.slow


@dataclass
class Front:
    """The venue behind a proxy. `port` speaks https, `plain` http."""

    venue: Venue
    port: int
    plain: int
    http: aiohttp.ClientSession

    def url(self, path: str) -> str:
        return f"https://{NAME}:{self.port}{path}"


def free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def certificate(place: Path) -> tuple[Path, Path]:
    chain, key = place / "chain.pem", place / "key.pem"
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", chain, "-days", "1"]
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run(["openssl", "req", "-x509", *made, *names], check=True, capture_output=True)
    return chain, key


def rewritten(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(place: Path, venue: Venue, port: int, plain: int) -> list[str | Path]:
    """The shipped file with ports and a certificate of this test, and what Debian's nginx.conf has around it."""
    chain, key = certificate(place)
    shipped = (SHIPPED / "nginx.conf").read_text()
    lines = [line for line in shipped.splitlines() if "listen [::]" not in line]
    changes = {
        "127.0.0.1:8080": venue.url.removeprefix("http://"),
        "listen 443 ssl http2": f"listen 127.0.0.1:{port} ssl http2",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "/etc/ssl/novacast/fullchain.pem": str(chain),
        "/etc/ssl/novacast/privkey.pem": str(key),
    }
    (place / "site.conf").write_text(rewritten("\n".join(lines), changes))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{one}_temp_path {place}/{one};\n" for one in kinds)
    main = place / "nginx.conf"
    main.write_text(
        f"daemon off; pid {place}/pid; error_log {place}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; {folders} include {place}/site.conf; }}\n"
    )
    return ["-c", main, "-p", place]


def caddy(place: Path, venue: Venue, port: int, plain: int) -> list[str | Path]:
    """The shipped file with a certificate of this test, below the ports of this test."""
    chain, key = certificate(place)
    changes = {
        "127.0.0.1:8080": venue.url.removeprefix("http://"),
        f"{NAME} {{": f"{NAME} {{\n\ttls {chain} {key}\n\tbind 127.0.0.1",
    }
    site = rewritten((SHIPPED / "Caddyfile").read_text(), changes)
    main = place / "Caddyfile"
    main.write_text(
        f"{{\n\tadmin off\n\tstorage file_system {place}\n\thttp_port {plain}\n\thttps_port {port}\n}}\n{site}"
    )
    return ["run", "--config", main, "--adapter", "caddyfile"]


PROXIES: dict[str, tuple[Callable[[Path, Venue, int, int], list[str | Path]], signal.Signals]] = {
    "nginx": (nginx, signal.SIGQUIT),
    "caddy": (caddy, signal.SIGTERM),
}
"""How each is started, and the signal that ends it in order."""


class Resolver(aiohttp.abc.AbstractResolver):
    """Every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        return [
            aiohttp.abc.ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def in_front(place: Path, proxy: str, port: int, plain: int, venue: Venue) -> AsyncIterator[Front]:
    program = shutil.which(proxy) or shutil.which(proxy, path="/usr/sbin")
    if program is None:
        pytest.skip(f"needs {proxy}")
    place.mkdir()
    arguments, ending = PROXIES[proxy]
    command = [program, *arguments(place, venue, port, plain)]
    process = subprocess.Popen(command, env=os.environ | {"HOME": str(place)}, stderr=subprocess.DEVNULL)
    trusted = ssl.create_default_context(cafile=str(place / "chain.pem"))
    connector = aiohttp.TCPConnector(resolver=Resolver(), ssl=trusted)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60)) as http:
            front = Front(venue, port, plain, http)
            await until(lambda: listens(port))
            yield front
    finally:
        process.send_signal(ending)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(params=list(PROXIES))
async def front(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Front]:
    port, plain = free(), free()
    settings = {
        "NOVACAST_SERVER_TRUSTED_PROXIES": "127.0.0.1",
        "NOVACAST_SERVER_PUBLIC_URL": f"https://{NAME}:{port}",
        "NOVACAST_LIVE_RTMP_PORT": "0",
        "NOVACAST_LIVE_SRT_PORT": "0",
    }
    async with (
        open_venue(tmp_path / "data", **settings) as venue,
        in_front(tmp_path / "proxy", request.param, port, plain, venue) as opened,
    ):
        yield opened


async def test_pages_come_by_http2_and_plain_http_is_sent_there(front: Front) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", front.port)) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as secure,
    ):
        assert secure.selected_alpn_protocol() == "h2"
    async with front.http.get(front.url("/")) as answer:
        assert answer.status == 200
    sent = front.http.get(f"http://{NAME}:{front.plain}/events?x=1", allow_redirects=False)
    async with sent as answer:
        assert answer.status == 308
        assert re.fullmatch(rf"https://{NAME}(:{front.port})?/events\?x=1", answer.headers["Location"])


async def test_the_venue_knows_who_asks_and_that_it_was_by_https(front: Front) -> None:
    body = {"email": "owner@venue.example", "password": "a stage with 9 lamps"}
    headers = {"Origin": f"https://{NAME}:{front.port}", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    async with front.http.post(front.url("/api/v1/session"), json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        assert "Secure" in answer.headers["Set-Cookie"]
    assert "203.0.113.9" not in front.venue.said(), "what a stranger says of himself is not believed"


async def test_nothing_leads_around_the_check_who_may_watch(front: Front) -> None:
    media = front.venue.folder / "media" / "film"
    media.mkdir()
    (media / "seg_00000.m4s").write_bytes(b"secret")
    for path in (
        "/media/film/seg_00000.m4s",
        "/media/x/film/seg_00000.m4s",
        "/static/../media/film/seg_00000.m4s",
        "/static/..%2fmedia/film/seg_00000.m4s",
        "/novacast.db",
        "/keys/installation.key",
        "/backups/last.json",
    ):
        async with front.http.get(front.url(path)) as answer:
            assert answer.status in (400, 401, 404, 410), path
            assert b"secret" not in await answer.read()
    async with front.http.get(front.url("/api/v1/admin"), headers={"X-Real-IP": "127.0.0.1"}) as answer:
        assert answer.status in (401, 404)


async def test_events_arrive_when_they_happen(front: Front) -> None:
    token = await front.venue.token("owner")
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    async with front.http.get(front.url("/api/v1/realtime"), headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        async with asyncio.timeout(30):
            assert await answer.content.readany(), "the first bytes are not held back"


async def test_a_websocket_is_passed_through(front: Front) -> None:
    token = await front.venue.token("owner")
    headers = {"Authorization": f"Bearer {token}"}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await front.http.ws_connect(front.url("/api/v1/rooms/nothing/ws"), headers=headers)
    assert refused.value.status == 404, "the venue itself answered the upgrade"


async def test_an_upload_larger_than_any_page_goes_through_in_pieces(front: Front) -> None:
    token = await front.venue.token("producer")
    headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}
    content, size = b"x" * 3_000_000, 6_000_000
    named = f"filename eC5tcDQ=,organization {base64.b64encode(front.venue.org.encode()).decode()}"
    create = headers | {"Upload-Length": str(size), "Upload-Metadata": named}
    async with front.http.post(front.url("/api/v1/uploads"), headers=create) as answer:
        assert answer.status == 201, await answer.text()
        location = answer.headers["Location"]
    assert location.startswith(("/", f"https://{NAME}:{front.port}/")), "it leads through the proxy"
    url = front.url(location) if location.startswith("/") else location
    patch = headers | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    async with front.http.patch(url, data=BytesIO(content), headers=patch) as answer:
        assert (answer.status, answer.headers["Upload-Offset"]) == (204, "3000000"), await answer.text()
    async with front.http.head(url, headers=headers) as answer:
        assert answer.headers["Upload-Offset"] == "3000000"
