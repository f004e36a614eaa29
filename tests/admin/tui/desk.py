"""Somebody who sits at the console: presses keys, reads the screen, waits for what comes of it."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from textual.pilot import Pilot

from novacast_admin.client import Client, Place
from novacast_admin.tui.app import Console
from novacast_admin.tui.ports import Machine
from novacast_admin.tui.screens.room import Room

SMALL, LARGE = (80, 24), (200, 60)
WITHIN = 30
LOOKS = ("look", "detail", "name")
"""Groups of workers that ask for what is shown."""


@dataclass
class Desk:
    app: Console
    pilot: Pilot[None]

    @property
    def room(self) -> Room:
        assert isinstance(self.app.screen, Room), self.text()
        return self.app.screen

    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> str:
        return "\n".join(self.lines())

    async def until(self, holds: Callable[[], bool | Awaitable[bool]]) -> None:
        """Raises AssertionError with what is on the screen where it never does."""
        try:
            async with asyncio.timeout(WITHIN):
                while True:
                    found = holds()
                    if await found if inspect.isawaitable(found) else found:
                        return
                    await self.pilot.pause(0.02)
        except TimeoutError:
            said = [one.message for one in self.app._notifications]
            raise AssertionError(f"it never came to that; said: {said}\n{self.text()}") from None

    async def sees(self, *words: str) -> None:
        await self.until(lambda: all(word in self.text() for word in words))

    async def hears(self, words: str) -> None:
        """One of the notices says so."""
        await self.until(lambda: any(words in one.message for one in self.app._notifications))

    async def settled(self) -> None:
        """Everything that was asked for is there and drawn."""
        await self.until(lambda: not any(one.is_running for one in self.app.workers if one.group in LOOKS))
        for _ in range(3):
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def types(self, words: str) -> None:
        await self.pilot.press(*(_KEYS.get(letter, letter) for letter in words))

    async def asked(self, kind: type) -> None:
        """A question stands there."""
        await self.until(lambda: isinstance(self.app.screen, kind))
        await self.pilot.pause()

    async def go(self, room: type[Room]) -> None:
        await self.press(room.KEY)
        await self.until(lambda: isinstance(self.app.screen, room))

    async def turn(self, view: str) -> None:
        while self.room.view != view:
            await self.press("v")

    async def on_row(self, holds: Callable[[Any], bool]) -> None:
        """The cursor goes to the first row of that kind."""

        def there() -> bool:
            listing = cast("Any", self.room.query_one("#listing"))
            for number in range(listing.table.row_count):
                listing.table.move_cursor(row=number)
                record = self.room.record()
                if record is not None and holds(record):
                    return True
            return False

        await self.until(there)
        await self.pilot.pause()


_KEYS = {" ": "space", ".": "full_stop", "@": "at", ",": "comma", "-": "minus"}


@asynccontextmanager
async def at_the_console(
    data: Path, machine: Machine | None = None, size: tuple[int, int] = (140, 40), *, connected: bool = True
) -> AsyncIterator[Desk]:
    async with Client(Place.local(data)) as client:
        app = Console(client, machine)
        async with app.run_test(size=size) as pilot:
            desk = Desk(app, pilot)
            if connected:
                await desk.until(lambda: app.tonight is not None)
            yield desk
