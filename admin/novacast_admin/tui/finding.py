"""Search everywhere: what the server finds in orders, people and channels, each with the way to it."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.command import Hit, Hits, Provider

from novacast.errors import NovaCastError
from novacast.records import dataclass
from novacast_admin.client import Client
from novacast_admin.tui.screens.book import Book
from novacast_admin.tui.screens.box_office import ORDERS, BoxOffice
from novacast_admin.tui.screens.people import People
from novacast_admin.tui.screens.streams import Streams
from novacast_admin.tui.widgets.figures import money

if TYPE_CHECKING:
    from novacast_admin.tui.app import Console

SHORTEST, PAUSE, EACH = 2, 0.25, 5
"""Letters that are looked for, seconds without another, and how many of a kind are shown."""


@dataclass(frozen=True, slots=True)
class Found:
    room: type[Book]
    view: str
    """Of the room's tables, the one that has it."""
    words: str
    """By which its search finds it."""
    shown: str
    about: str


async def found(client: Client, words: str) -> Sequence[Found]:
    """Orders, people, channels. What can't be asked now is left out."""
    kinds = await asyncio.gather(
        _orders(client, words), _people(client, words), _channels(client, words), return_exceptions=True
    )
    for kind in kinds:
        if isinstance(kind, BaseException) and not isinstance(kind, NovaCastError):
            raise kind
    return [one for kind in kinds if not isinstance(kind, BaseException) for one in kind]


async def _orders(client: Client, words: str) -> Iterable[Found]:
    return [
        Found(BoxOffice, ORDERS, one.code, f"{one.code}  {one.name}", f"order, {money(one.total, one.currency)}")
        for one in (await client.orders(q=words, limit=EACH)).items
    ]


async def _people(client: Client, words: str) -> Iterable[Found]:
    return [
        Found(People, "people", one.email, f"{one.name}  {one.email}", "person")
        for one in (await client.people(words, limit=EACH)).items
    ]


async def _channels(client: Client, words: str) -> Iterable[Found]:
    return [
        Found(Streams, "streams", one.name, one.name, "channel")
        for one in (await client.streams(q=words, limit=EACH)).items
    ]


class Everywhere(Provider):
    async def search(self, query: str) -> Hits:
        console = cast("Console", self.app)
        if len(query.strip()) < SHORTEST:
            return
        await asyncio.sleep(PAUSE)  # another letter ends this search
        for place, one in enumerate(await found(console.client, query.strip())):
            go = partial(console.action_find, one.room.NAME, one.view, one.words)
            yield Hit(1 - place / 1000, Text(one.shown), go, text=one.shown, help=f"{one.about}, on {one.room.LABEL}")
