"""One console in a browser: its process, its WebSocket, and when it ends.

The browser's side speaks as Textual's own client for browsers does: JSON lists of a name and a value to here, bytes of
the terminal from here.
"""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Protocol

from novacast.clock import MINUTE, Clock
from novacast.errors import Malformed
from novacast.i18n import text
from novacast.media.process import STDOUT, Child, Command
from novacast.operations.console.packets import DATA, META, Unpacking, meta, packet
from novacast.settings import Settings, as_environment
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

PROGRAM = (sys.executable, "-m", "novacast_admin.cli.main", "admin")
SEAT = "NVCON_SEAT"
"""Variable in which the console finds the key of its seat."""
MOST_WAITING = 1024 * 1024
"""Bytes typed or pasted that wait for the console."""
WIDEST, TALLEST = 500, 200
LOOK_SECONDS, GRACE_SECONDS = 5.0, 3.0

Holds = Callable[[], Awaitable[bool]]


class Browser(Protocol):
    """The other end of a WebSocket."""

    async def draw(self, data: bytes) -> None:
        """Waits while it is behind; what comes after its end is dropped."""
        ...

    async def say(self, words: str) -> None: ...

    def heard(self) -> AsyncIterator[str]:
        """Messages, until it is closed."""
        ...


class Terminal:
    """`holds`: whether its person may still be here; asked every few seconds."""

    def __init__(self, settings: Settings, clock: Clock, key: str, holds: Holds) -> None:
        self._settings, self._clock, self._key, self._holds = settings, clock, key, holds
        self._typed = clock.now()
        self.over = asyncio.Event()
        """Set it to end the console."""

    async def show(self, browser: Browser, size: tuple[int, int]) -> None:
        """Returns when either side has closed it, or nobody may sit at it any more."""
        tasks = TaskGroup("console")
        try:
            async with await Child.start(self._command(browser, size)) as child:
                ends = [
                    tasks.start(self._received(browser, child), "browser"),
                    tasks.start(self._lasts(), "session"),
                    tasks.start(_ended(child), "process"),
                ]
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                child.write(meta({"type": "quit"}))
        finally:
            await tasks.close()

    def _command(self, browser: Browser, size: tuple[int, int]) -> Command:
        unpacking = Unpacking()

        async def shown(data: bytes) -> None:
            for kind, payload in unpacking.feed(data):
                if kind == DATA:
                    await browser.draw(payload)
                elif kind == META and json.loads(payload).get("type") == "exit":
                    self.over.set()

        return Command(
            "the console", PROGRAM, outputs={STDOUT: shown}, environment=self._environment(size), grace=GRACE_SECONDS,
            flow=_Unhurried(),
        )  # fmt: skip

    def _environment(self, size: tuple[int, int]) -> Mapping[str, str]:
        """Nothing of the settings but where the data is: it may do what its person may, and knows no more."""
        given = as_environment(self._settings)
        plain = {name: value for name, value in given.items() if not name.startswith("NOVACAST_")}
        return {
            **plain,
            "NOVACAST_DATA": given["NOVACAST_DATA"],
            "NOVACAST_CONFIG": given["NOVACAST_CONFIG"],
            SEAT: self._key,
            "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "TERM_PROGRAM": "textual",
            "COLUMNS": str(size[0]),
            "ROWS": str(size[1]),
        }

    async def _received(self, browser: Browser, child: Child) -> None:
        """Ends with the first message that is none, or where more is typed than can be."""
        async for message in browser.heard():
            try:
                name, value = read(message)
            except Malformed:
                return
            if child.waiting > MOST_WAITING:
                return
            if name == "stdin":
                self._typed = self._clock.now()
                child.write(packet(DATA, value.encode()))
            elif name == "ping":
                await browser.say(json.dumps(["pong", value]))
            else:
                child.write(meta({"type": name, **(value if name == "resize" else {})}))

    async def _lasts(self) -> None:
        idle = self._settings.console.idle_minutes * MINUTE
        while self._clock.now() - self._typed < idle and await self._holds():
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self.over.wait()
                    return
            except TimeoutError:
                continue


def read(message: str) -> tuple[str, Any]:
    """What a browser says: `stdin` and `ping` with a text, `resize` with width and height, `focus`, `blur`.

    Raises Malformed.
    """
    try:
        told = json.loads(message)
        name, value = told[0], told[1] if len(told) > 1 else None
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise Malformed(_STRANGE) from error
    if name in ("stdin", "ping") and isinstance(value, str):
        return name, value
    if name == "resize" and isinstance(value, dict):
        width, height = size_of(value.get("width"), value.get("height"))
        return name, {"width": width, "height": height}
    if name in ("focus", "blur"):
        return name, None
    raise Malformed(_STRANGE)


def size_of(width: Any, height: Any) -> tuple[int, int]:
    """Columns and rows within bounds. Raises Malformed for what is no number."""
    if not (isinstance(width, int) and isinstance(height, int)):
        raise Malformed(_STRANGE)
    return min(max(width, 1), WIDEST), min(max(height, 1), TALLEST)


async def _ended(child: Child) -> None:
    outcome = await child.wait()
    if not outcome.ok and outcome.tail:
        log.warning("a console in a browser ended: %s", outcome.tail[-1])


class _Unhurried:
    """Whoever types too much is cut off, not slowed down."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...


_STRANGE = text("This is nothing that a console understands.")
