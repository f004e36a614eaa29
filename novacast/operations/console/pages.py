"""The console in a browser: the question who it is, the terminal, and what that is made of."""

from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from aiohttp import WSMsgType, web
from pydantic import Field

from novacast.clock import Clock
from novacast.errors import FieldError, InvalidInput, NotFound, Unauthenticated, Unavailable
from novacast.i18n import text
from novacast.operations.console.ports import People
from novacast.operations.console.service import WebConsole
from novacast.operations.console.terminal import Terminal, size_of
from novacast.settings import Settings
from novacast.web import Body, Call, Html, form, page

CLIENT = {"textual.js": ("js", "text/javascript"), "xterm.css": ("css", "text/css")}
"""Of Textual's client for browsers: where each lies, and its type."""
LONGEST, BEAT_SECONDS = 64 * 1024, 15.0
"""Bytes of one message from a browser; seconds between two signs of life that are asked of it."""
_POLICY = {"style-src": "'self' 'unsafe-inline'"}
"""The terminal writes its own style sheets."""


class StartForm(Body):
    password: Annotated[str, Field(max_length=1000)] = ""
    code: Annotated[str, Field(max_length=100)] = ""


class SizeQuery(Body):
    width: Annotated[int, Field(ge=1, le=10_000)] = 80
    height: Annotated[int, Field(ge=1, le=10_000)] = 24


class ConsolePages:
    def __init__(self, console: WebConsole, people: People, settings: Settings, clock: Clock) -> None:
        self._console, self._people, self._settings, self._clock = console, people, settings, clock

    @page("/console", scope="admin")
    async def show(self, call: Call) -> Html:
        return await self._asked(call)

    @form("/console", scope="admin")
    async def start(self, call: Call, form: StartForm) -> Html:
        _client("textual.js")
        try:
            secret = await self._console.start(call.principal, form.password, form.code)
        except InvalidInput as error:
            return await self._asked(call, error.errors)
        scheme = "wss" if call.secure else "ws"
        address = f"{scheme}://{call.request.host}/console/ws/{secret}"
        return Html("operations/terminal.html", {"address": address}, csp=_POLICY)

    @page("/console/ws/{key}", scope="admin")
    async def terminal(self, call: Call, key: str, query: SizeQuery) -> web.StreamResponse:
        if not await self._console.admitted(call.principal) or call.credentials is None:
            raise Unauthenticated(text("Log in to go on."))
        with self._console.seated(key, call.principal, call.credentials) as seat:

            async def holds() -> bool:
                return await self._console.holds(self._people, seat) is not None

            terminal = Terminal(self._settings, self._clock, seat.key, holds)
            with self._console.ending(terminal.over):
                return await _shown(call.request, terminal, size_of(query.width, query.height))

    @page("/console/client/{name}", scope="admin")
    async def client(self, call: Call, name: str) -> web.StreamResponse:
        if name not in CLIENT or not self._settings.console.web:
            raise NotFound(text("There is nothing here."))
        answer = web.FileResponse(_client(name), headers={"Cache-Control": "private, max-age=3600"})
        answer.content_type = CLIENT[name][1]
        return answer

    async def _asked(self, call: Call, errors: tuple[FieldError, ...] = ()) -> Html:
        may = await self._console.admitted(call.principal)
        context = {"may": may, "errors": errors, "code": await self._console.asks_code(call.principal)}
        return Html("operations/console.html", context, 422 if errors else 200)


class _Socket:
    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def draw(self, data: bytes) -> None:
        if not self._socket.closed:
            await self._socket.send_bytes(data)

    async def say(self, words: str) -> None:
        await self._socket.send_str(words)

    async def heard(self) -> AsyncIterator[str]:
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                return
            yield message.data


async def _shown(request: web.Request, terminal: Terminal, size: tuple[int, int]) -> web.StreamResponse:
    socket = web.WebSocketResponse(heartbeat=BEAT_SECONDS, max_msg_size=LONGEST, compress=False)
    await socket.prepare(request)
    try:
        await terminal.show(_Socket(socket), size)
    finally:
        await socket.close()
    return socket


def _client(name: str) -> Path:
    """Raises Unavailable where the package that it comes with is not installed."""
    found = find_spec("textual_serve")
    if found is None or not found.submodule_search_locations:
        raise Unavailable(text("The console in a browser needs one package more: pip install 'novacast[console]'"))
    return Path(found.submodule_search_locations[0]) / "static" / CLIENT[name][0] / name
