"""An engine's gate that keeps what it is given, and lets a test say what it answers."""

import asyncio
from collections.abc import Callable, Sequence

from novacast.errors import NovaCastError, Unauthenticated
from novacast.i18n import Text, text
from novacast.live.ingest import Hello, Kind, Publisher, Tag
from tests.waiting import until

KEY = "a-good-key"


class Basket:
    """An intake."""

    def __init__(self, hello: Hello, publisher: Publisher) -> None:
        self.hello, self.publisher = hello, publisher
        self.tags: list[Tag] = []
        self.endings: list[str] = []
        self.lost = self.late = 0
        self.takes: Callable[[Tag], object] | None = None

    def take(self, tag: Tag) -> None:
        assert not self.endings, "media after the end"
        self.tags.append(tag)
        if self.takes is not None:
            self.takes(tag)

    def missed(self, lost: int, late: int) -> None:
        self.lost += lost
        self.late += late

    def end(self, why: Text) -> None:
        self.endings.append(str(why))

    async def ended(self) -> str:
        await until(lambda: bool(self.endings))
        return self.endings[0]

    def of(self, kind: Kind) -> list[Tag]:
        return [tag for tag in self.tags if tag.kind is kind]


class FakeGate:
    def __init__(self, keys: Sequence[str] = (KEY,)) -> None:
        self.keys = list(keys)
        self.baskets: list[Basket] = []
        self.refused: list[Hello] = []
        self.refusal: NovaCastError | Exception = Unauthenticated(text("This stream key is not known here."))
        self.open = asyncio.Event()
        self.open.set()
        self.begun = 0
        self.prepare: Callable[[Basket], object] | None = None

    async def admit(self, hello: Hello, publisher: Publisher) -> Basket:
        self.begun += 1
        await self.open.wait()
        if hello.key not in self.keys:
            self.refused.append(hello)
            raise self.refusal
        basket = Basket(hello, publisher)
        if self.prepare is not None:
            self.prepare(basket)
        self.baskets.append(basket)
        return basket

    async def basket(self, number: int = 0) -> Basket:
        await until(lambda: len(self.baskets) > number)
        return self.baskets[number]
