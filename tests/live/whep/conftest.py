"""Watching by WHEP with an engine whose feeds are what a test makes them, and a real process that sends."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import cache

import pytest

from novacast.clock import SystemClock
from novacast.errors import Gone
from novacast.identity import Principal
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.lineup import plan_lineup
from novacast.live.flv import TagReader
from novacast.live.ingest import Kind, Tag
from novacast.live.models import Feed as FeedRow
from novacast.live.models import FeedRole
from novacast.live.packaging.models import ULTRA
from novacast.live.webrtc.server import Receiving
from novacast.live.whep.monitor import Monitor
from novacast.live.whep.server import WhepServer, Wish
from novacast.metrics import Metrics
from novacast.tasks import TaskGroup
from tests.live.broadcast.conftest import SYSTEM

PROGRAMME = "programme-1"
ROW = FeedRow("feed-1", PROGRAMME, "channel-1", "key-1", FeedRole.MAIN, "rtmp", "127.0.0.1", "", 0, None, None)


@cache
def film(*coding: str) -> tuple[Tag, ...]:
    """Two seconds of picture and sound as an encoder sends them, keyframes a second apart."""
    inputs = ["-f", "lavfi", "-i", "testsrc2=size=256x144:rate=25:duration=2"]
    inputs += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=2"]
    options = coding or ("-bf", "0")
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", *options, "-c:a", "aac", "-f", "flv", "-"]
    argv = [SYSTEM, "-v", "error", "-nostdin", *inputs, "-pix_fmt", "yuv420p", *coded]
    made = subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout
    return tuple(tag for tag in TagReader().feed(made) if tag.kind is not Kind.SCRIPT)


class Silent:
    """A publisher who is told nothing."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def close(self, why: object) -> None: ...


def feed_of() -> Feed:
    return Feed(ROW, Silent(), SystemClock())


@dataclass
class Guests:
    """An audience that lets everyone in, until it is told not to."""

    gone: bool = False
    roles: int = 0
    """Counts what puts permissions into doubt."""
    inside: list[str] = field(default_factory=list)

    async def begin(self, principal: Principal, media_id: str, **more: object) -> str:
        self.inside.append(f"token-{len(self.inside)}")
        return self.inside[-1]

    async def hold(self, token: str, media_id: str, track: str) -> int:
        if self.gone:
            raise Gone("it is over")
        return self.roles

    async def principal(self, token: str) -> Principal | None:
        return Principal(person_id="somebody")

    async def leave(self, token: str) -> None:
        if token in self.inside:
            self.inside.remove(token)


@dataclass
class Gallery:
    whep: WhepServer
    guests: Guests
    metrics: Metrics
    monitors: dict[str, Monitor]
    permitted: bool = True
    tasks: TaskGroup = field(default_factory=lambda: TaskGroup("gallery"))

    def monitor(self, programme_id: str) -> Monitor | None:
        return self.monitors.get(programme_id)

    async def permits(self, principal: Principal | None, programme_id: str) -> bool:
        return self.permitted

    def wish(self, offer: str, *, staff: bool = True) -> Wish:
        return Wish(Principal(person_id="somebody"), PROGRAMME, offer, staff, "127.0.0.1", "test")

    def plays(self, feed: Feed, tags: tuple[Tag, ...]) -> None:
        """A film by this feed in real time, round and round."""
        self.tasks.start(play(feed, tags), "film")

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.value(f"novacast_{name}", **labels)


async def play(feed: Feed, tags: tuple[Tag, ...]) -> None:
    loop = asyncio.get_running_loop()
    begun, length = loop.time(), max(tag.time for tag in tags) + 40
    for turn in range(60):
        for tag in tags:
            at = tag.time + turn * length
            await asyncio.sleep(max(0.0, begun + at / 1000 - loop.time()))
            feed.take(replace(tag, time=at))


Open = Callable[..., Awaitable[Gallery]]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """`await opened(most=...)`: a gallery, closed at the end."""
    async with AsyncExitStack() as stack:

        async def open_one(most: int = 25) -> Gallery:
            metrics, guests, clock = Metrics(), Guests(), SystemClock()
            monitors = {PROGRAMME: Monitor(plan_lineup(ULTRA, (144,), (256, 144), None), clock)}
            made: list[Gallery] = []

            async def permits(principal: Principal | None, programme_id: str) -> bool:
                return made[0].permitted

            class Air:
                def monitor(self, programme_id: str) -> Monitor | None:
                    return monitors.get(programme_id)

            whep = WhepServer(Air(), guests, permits, metrics, clock, Receiving("127.0.0.1", most=most))
            made.append(Gallery(whep, guests, metrics, monitors))
            whep.start()
            stack.push_async_callback(whep.close)
            stack.push_async_callback(made[0].tasks.close)
            return made[0]

        yield open_one
