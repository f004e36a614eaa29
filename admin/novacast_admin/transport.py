"""Requests to a server: over its Unix socket on its own machine, or with a token from elsewhere."""

import asyncio
import contextlib
import importlib
import ipaddress
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlsplit

from novacast import errors
from novacast.errors import BadSettings, FieldError, NovaCastError, Unavailable
from novacast.folder import DataFolder
from novacast.records import dataclass
from novacast_admin.reading import parsed, stranger

if TYPE_CHECKING:
    import aiohttp

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 60.0
SILENT_SECONDS = 20.0
"""Of a stream, after which it counts as lost: the server shows signs of life sooner."""
_BY_STATUS: Mapping[int, type[NovaCastError]] = {
    400: errors.Malformed,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    410: errors.Gone,
    422: errors.InvalidInput,
}


class ServerDown(Unavailable):
    """Nobody answers at the socket or address, or no more."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server is. `socket` of one on this machine, else `url` and `token`."""

    socket: Path | None = None
    url: str = ""
    token: str = field(default="", repr=False)

    @classmethod
    def local(cls, data: Path) -> "Place":
        return cls(socket=DataFolder.at(data).socket)

    @classmethod
    def remote(cls, url: str, token: str) -> "Place":
        """Raises BadSettings for an address that would show the token to everybody between."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadSettings(f"{url} is no address of a server. Write it like https://tickets.example.org.")
        if parts.scheme == "http" and not _loopback(parts.hostname):
            raise BadSettings(
                "A token is only sent over https. Use the server's https address, or an SSH tunnel to it."
            )
        return cls(url=url.rstrip("/"), token=token)

    @property
    def shown(self) -> str:
        return str(self.socket) if self.socket is not None else self.url


@dataclass(frozen=True, slots=True)
class SentEvent:
    """One of a stream of server-sent events."""

    name: str
    data: str
    id: str


class Transport:
    """Use as `async with Transport(place) as transport`. What it speaks with is loaded with the first request."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._session: aiohttp.ClientSession | None = None
        self._closed = True

    async def __aenter__(self) -> Self:
        self._closed = False
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def ask(self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """The object that is answered, None for nothing. Raises ServerDown, or what the server refuses with."""
        session, aiohttp = await self._open()
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS, sock_connect=CONNECT_SECONDS)
        with self._told_apart(method):
            async with session.request(
                method, self._url(path), json=body, params=_params(query or {}), timeout=timeout, allow_redirects=False
            ) as response:
                raw = await response.read()
        if response.status >= 300:
            raise refused(response.status, raw)
        if not raw:
            return None
        told = parsed(raw)
        if not isinstance(told, dict):
            raise stranger()
        return told

    async def bring(self, path: str, file: Path) -> Any:
        """PUT a file as it is, however large. Raises the same, and NotFound for a file that can't be read."""
        session, aiohttp = await self._open()
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=ANSWER_SECONDS)
        try:
            opened = await asyncio.to_thread(file.open, "rb")
        except OSError as error:
            raise errors.NotFound(f"{file} can't be read: {error.strerror}.") from error
        headers = {"Content-Type": "application/octet-stream"}
        with opened, self._told_apart("PUT"):
            async with session.put(
                self._url(path), data=opened, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                raw = await response.read()
        if response.status >= 300:
            raise refused(response.status, raw)
        return parsed(raw)

    async def file(self, path: str, query: Mapping[str, Any] | None = None) -> AsyncIterator[bytes]:
        """A body as it comes. Raises the same."""
        session, aiohttp = await self._open()
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=ANSWER_SECONDS)
        with self._told_apart("GET"):
            async with session.get(self._url(path), params=_params(query or {}), timeout=timeout) as response:
                if response.status != 200:
                    raise refused(response.status, await response.read())
                async for chunk in response.content.iter_chunked(65536):
                    yield chunk

    async def events(self, path: str, query: Mapping[str, Any], last: str = "") -> AsyncIterator[SentEvent]:
        """Server-sent events until the stream ends. Raises the same; ServerDown when it falls silent."""
        session, aiohttp = await self._open()
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS)
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last} if last else {})}
        with self._told_apart("GET"):
            async with session.get(
                self._url(path), params=_params(query), headers=headers, timeout=timeout
            ) as response:
                if response.status != 200:
                    raise refused(response.status, await response.read())
                try:
                    async for event in _events(response.content):
                        yield event
                except ValueError as error:  # no UTF-8, or a line without an end
                    raise stranger() from error

    async def _open(self) -> "tuple[aiohttp.ClientSession, ModuleType]":
        assert not self._closed, "enter the transport first"
        # In a thread: it takes a quarter of a second, in which the console is drawn and hears its keys.
        aiohttp = await asyncio.to_thread(importlib.import_module, "aiohttp")
        if self._session is None:
            place = self.place
            connector = aiohttp.TCPConnector() if place.socket is None else aiohttp.UnixConnector(str(place.socket))
            headers = {"Authorization": f"Bearer {place.token}"} if place.token else {}
            # No cookies, no redirects, no proxies: only this server is spoken to.
            self._session = aiohttp.ClientSession(
                connector=connector, headers=headers, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        return self._session, aiohttp

    def _url(self, path: str) -> str:
        """What stands for an id is one: no way up to something else, no query. Raises NotFound."""
        parts = path.split("/")
        if {".", ".."} & set(parts):
            raise errors.NotFound(f"There is nothing of this name: {path[:200]}")
        return f"{self.place.url or 'http://novacast'}{'/'.join(quote(part, safe='') for part in parts)}"

    @contextlib.contextmanager
    def _told_apart(self, method: str) -> Iterator[None]:
        """The errors of a connection as ours, which say what to do."""
        import aiohttp

        try:
            yield
        except (aiohttp.ClientConnectorError, FileNotFoundError, PermissionError) as error:
            raise ServerDown(self._why(error)) from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            where = self.place.shown
            if method == "GET":
                raise ServerDown(f"The server at {where} broke off, or does not answer.") from error
            raise ServerDown(
                f"The server at {where} broke off before it answered: whether this was done, its lists tell."
            ) from error

    def _why(self, error: Exception) -> str:
        place = self.place
        if place.socket is None:
            return f"Nobody answers at {place.url}. Is the server running, and the address right?"
        reason = getattr(error, "os_error", error)
        if isinstance(reason, PermissionError):
            return f"{place.socket} is not yours to open. Run this as the server's user, or as root."
        if not DataFolder.at(place.socket.parent).database.exists():
            return (
                f"There is no venue in {place.socket.parent}. Name the folder of yours by --data, or make one: "
                "novacast init"
            )
        return f"The server is down: nobody answers at {place.socket}. Start it: systemctl start novacast"


def refused(status: int, raw: bytes) -> NovaCastError:
    """The error that a problem document (RFC 9457) tells of."""
    try:
        told = json.loads(raw)
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    message = str(told.get("detail") or told.get("title") or f"The server answered {status}.")
    # What else it refuses was asked wrongly: too long, too large, of another type.
    kind = _BY_STATUS.get(status, Unavailable if status >= 500 or status < 400 else errors.InvalidInput)
    if status == 429:
        return errors.RateLimited(message, retry_after=1.0)
    return kind(message, errors=_fields(told.get("errors")))


def _fields(told: Any) -> list[FieldError]:
    named = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return [FieldError(*(str(one.get(name, "")) for name in ("field", "code", "message"))) for one in named]


async def _events(content: "aiohttp.StreamReader") -> AsyncIterator[SentEvent]:
    """By the rules of the HTML standard, section 9.2.6; comments and `retry` are let pass."""
    name, last = "", ""
    data: list[str] = []
    async for raw in content:
        line = raw.decode().rstrip("\r\n")
        if not line:
            if data:
                yield SentEvent(name or "message", "\n".join(data), last)
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            last = value


def _params(query: Mapping[str, Any]) -> Mapping[str, str]:
    """None is left out; true and false as the API writes them."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in query.items()
        if value is not None and value != ""
    }


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
