"""One request to an address that somebody else chose, who could mean the server's own network by it.

A name is looked up once for each call, every address it leads to is judged, and no other is connected to: a name that
leads elsewhere a moment later (DNS rebinding) gains nothing. Redirects are not followed, certificates are verified, and
neither proxies nor cookies are used.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from novacast import __version__
from novacast.errors import Forbidden, Unavailable
from novacast.i18n import text
from novacast.records import dataclass
from novacast.security.addresses import Reach, literal

SECONDS = 15.0
"""For all of it, from the look-up to the end of the answer (Standard Webhooks 1.0.0, "Request timeouts")."""
LONGEST_WAIT = 24 * 3600


@dataclass(frozen=True, slots=True)
class Reply:
    """`body`: its beginning; `answer`: that as text. `retry_after`: seconds that it asks for, a day at most."""

    status: int
    answer: str
    retry_after: float | None
    body: bytes


class Courier:
    """Made before the event loop, used within one; close it there."""

    def __init__(
        self,
        reach: Reach,
        at_once: int,
        *,
        seconds: float = SECONDS,
        trust: ssl.SSLContext | None = None,
        look_up: "LookUp | None" = None,
    ) -> None:
        """`trust`: whose certificates are believed, else those that the system believes. `look_up`: instead of the
        system's resolver."""
        self._reach, self._at_once, self._seconds, self._trust = reach, at_once, seconds, trust
        self._look_up = look_up or LookUp(at_once)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, most: int) -> Reply:
        """Keep at most `most` bytes of what is answered. Raises Unavailable where nothing is, Forbidden where it would
        go where it may not."""
        return await self._send("POST", url, headers, body, most)

    async def get(self, url: str, headers: Mapping[str, str], most: int) -> Reply:
        """The same without a body."""
        return await self._send("GET", url, headers, None, most)

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int) -> Reply:
        host = urlsplit(url).hostname or ""
        if literal(host) and not self._reach.allows(host, host):
            raise Forbidden(_inside())
        session = self._opened()
        try:
            async with session.request(method, url, data=body, headers=headers, allow_redirects=False) as answer:
                told = await _beginning(answer, most)
                return Reply(answer.status, _shown(told), _retry_after(answer), told)
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, Inside):
                raise Forbidden(_inside()) from error
            raise Unavailable(text("There is no address for {host}.", host=host)) from error
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
            raise Unavailable(text("Its certificate is not good: {why}", why=str(error)[:200])) from error
        except TimeoutError as error:
            raise Unavailable(text("There was no answer within {seconds} s.", seconds=round(self._seconds))) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            why = str(error) or type(error).__name__
            raise Unavailable(text("It can't be reached: {why}", why=why[:200])) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        self._look_up.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=_Judged(self._look_up, self._reach),
                use_dns_cache=False,
                # A connection that is kept may have been closed at the other end when it is wanted again.
                force_close=True,
                limit=self._at_once,
                ssl=True if self._trust is None else self._trust,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": f"NovaCast/{__version__}", "Accept-Encoding": "identity"},
                # What is packed a thousandfold stays packed.
                auto_decompress=False,
            )
        return self._session


class LookUp:
    """The system's resolver, in threads of its own: one that answers nobody keeps no other work waiting."""

    def __init__(self, at_once: int) -> None:
        self._threads = ThreadPoolExecutor(max(1, at_once), thread_name_prefix="names")

    async def addresses(self, host: str, port: int) -> list[tuple[int, str]]:
        """Families and addresses. Raises OSError."""
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return [(family, str(address[0])) for family, *_, address in found]

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class Inside(OSError):
    """A name that leads where nothing may be sent."""


class _Judged(AbstractResolver):
    def __init__(self, look_up: LookUp, reach: Reach) -> None:
        self._look_up, self._reach = look_up, reach

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """One bad address among them is enough to go nowhere."""
        found = await self._look_up.addresses(host, port)
        if not all(self._reach.allows(host, address) for _, address in found):
            raise Inside(f"{host} leads inside")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, address in found
        ]

    async def close(self) -> None:
        """What looks up is closed by its owner."""


async def _beginning(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """What is longer is not read on: the connection is dropped."""
    body = bytearray()
    # Whoever answered has taken the message, even if the rest of the answer never comes.
    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        async for chunk in answer.content.iter_chunked(most):
            body += chunk
            if len(body) >= most:
                break
    return bytes(body[:most])


def _shown(body: bytes) -> str:
    words = body.decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in words)


def _retry_after(answer: aiohttp.ClientResponse) -> float | None:
    """Of RFC 9110, 10.2.3, the seconds alone: a date would be by a clock that is not ours."""
    told = answer.headers.get("Retry-After", "").strip()
    return float(min(int(told), LONGEST_WAIT)) if told.isascii() and told.isdigit() and len(told) < 10 else None


def _inside() -> str:
    return text("This address is inside the server's own network, where nothing is sent.")
