"""Whatever happens between a reader and its stream: no fact is lost, told twice, out of order or to the wrong one."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
import pytest

from novacast import outbox
from novacast.identity import Principal, Role
from tests.web.house import WITHIN, House
from tests.web.realtime.listening import listening

STEPS = 60
HOUSE = outbox.org("house")
MINE = (outbox.PUBLIC, outbox.person("tom"))
OTHERS = (outbox.INTERNAL, outbox.org("other"), outbox.person("ada"))


@dataclass
class Play:
    """A reader that loses its connection and comes back, and what it must, may and must not have heard."""

    house: House
    heard: list[int] = field(default_factory=list)
    must: set[int] = field(default_factory=set)
    never: set[int] = field(default_factory=set)
    unsure: set[int] = field(default_factory=set)
    """Told to the house's members since the reader was last up to date."""
    member: bool = False
    began: int = 0
    last: int | None = None
    pruned: int = 0
    reader: asyncio.Task[None] | None = None
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self) -> None:
        if self.reader is None:
            self.reader = asyncio.create_task(self._read())

    async def drop(self) -> None:
        if self.reader is not None:
            self.reader.cancel()
            with suppress(asyncio.CancelledError):
                await self.reader
            self.reader = None

    async def _read(self) -> None:
        with suppress(aiohttp.ClientError):
            async with listening(self.house, "tom", last=self.last) as stream:
                while (event := await stream.next()) is not None:
                    self._hear(event.name, event.id)

    def _hear(self, name: str, id_: int | None) -> None:
        if id_ is None:
            return  # a mention, of which nothing is promised
        if name == "ready":
            self.must = {seq for seq in self.must if seq > id_}
        elif name == "reset":
            assert self.last is not None
            assert self.last < self.pruned, "nothing was missing"
            self.must = {seq for seq in self.must if not self.last < seq <= id_}
        else:
            self.heard.append(id_)
        self.last = id_
        self.moved.set()

    async def emit(self, audience: str) -> int:
        seq = await self.house.emit("a.all", "x", audience)
        if audience in MINE:
            self.must.add(seq)
        elif audience == HOUSE:
            self.unsure.add(seq)
        else:
            self.never.add(seq)
        return seq

    async def mention(self) -> None:
        await self.house.mention("stage.viewers", "x", HOUSE)

    async def settle(self) -> None:
        """Until the reader is up to date; from then on it is certain what it heard of its house."""
        await self.connect()
        seq = await self.emit(outbox.PUBLIC)
        async with asyncio.timeout(WITHIN):
            while (self.last or 0) < seq:
                await self.moved.wait()
                self.moved.clear()
        (self.must if self.member else self.never).update(self.unsure - {s for s in self.unsure if s <= self.pruned})
        self.unsure = set()

    async def change_role(self, *, settled: bool) -> None:
        if settled:
            await self.settle()
        self.unsure = set() if not settled else self.unsure
        self.member = not self.member
        roles = {"house": Role.PRODUCER} if self.member else {}
        self.house.known.people["tom"] = Principal("tom", "session-tom", roles=roles)
        await self.house.emit("member.changed", "tom", outbox.INTERNAL)

    async def prune(self) -> None:
        async with listening(self.house, "ada") as witness:
            # Nothing is pruned before those who listened were told.
            await witness.next()
            await self.emit(outbox.PUBLIC)
            await witness.next()
        self.pruned = await self.house.db.one(outbox.last_seq()) or 0
        await self.house.db.write(lambda tx: outbox.prune(tx, tx.now + 1))


@asynccontextmanager
async def playing(house: House) -> AsyncIterator[Play]:
    play = Play(house)
    try:
        await play.settle()
        yield play
    finally:
        await play.drop()


@pytest.mark.parametrize("seed", range(8))
async def test_nothing_is_lost_repeated_reordered_or_overheard(house: House, seed: int) -> None:
    chance = random.Random(seed)
    async with playing(house) as play:
        for _ in range(STEPS):
            match chance.choices(
                ("emit", "mention", "drop", "connect", "role", "prune", "settle"), (30, 4, 6, 8, 4, 1, 3)
            )[0]:
                case "emit":
                    for _ in range(chance.randint(1, 12)):
                        await play.emit(chance.choice((*MINE, HOUSE, HOUSE, *OTHERS)))
                case "mention":
                    await play.mention()
                case "drop":
                    await play.drop()
                case "connect":
                    await play.connect()
                case "role":
                    await play.change_role(settled=chance.random() < 0.7)
                case "prune":
                    await play.prune()
                case "settle":
                    await play.settle()
        await play.settle()
        assert play.heard == sorted(set(play.heard))
        assert play.must <= set(play.heard)
        assert not play.never & set(play.heard)
