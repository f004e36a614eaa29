"""Videos on their way to the stage as an encoder's feed would be: one after the other, without a hole, as time goes."""

import asyncio
import logging
from collections.abc import Sequence

from novacast.clock import Clock
from novacast.errors import NovaCastError
from novacast.i18n import Text
from novacast.live.ingest import Intake, Tag
from novacast.live.models import FeedRole
from novacast.live.playout.films import strip_of, tags_of
from novacast.live.playout.models import Playout, place
from novacast.live.playout.ports import Film, Films, House
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

SEAM = 33
"""Milliseconds from a video's last frame to the next one's first."""
PREROLL = 1000
"""Milliseconds that are given ahead, for an encoder to begin with."""
TRICKLE = 0.25
"""Seconds from one tag to the next until viewers see it: a feed that says nothing is not put on."""
PATIENCE = 30.0
"""Seconds after which it goes on unseen."""
LOOK = 0.02
LATE = 1.0
"""Seconds behind its time after which it is not made up for."""


class Showing:
    """Fits `ingest.Publisher`. `run` is called once."""

    def __init__(self, playout: Playout, films: Films, house: House, clock: Clock) -> None:
        self.playout, self._films, self._house, self._clock = playout, films, house, clock
        self._flows, self._closed = asyncio.Event(), asyncio.Event()
        self._flows.set()
        self._last = 0
        """Milliseconds of the feed's own clock: what was given last."""
        self._zero = 0.0
        """Instant of the monotonic clock at which the feed's clock is 0."""
        self._since = clock.monotonic()
        self._runs = playout.role is FeedRole.BACKUP
        """Whether its time runs: as the main feed once it is seen, so that nobody misses its beginning."""
        self._tasks = TaskGroup("playout")

    def pause(self) -> None:
        self._flows.clear()

    def resume(self) -> None:
        self._flows.set()

    def close(self, why: Text) -> None:
        self._closed.set()

    async def run(self, intake: Intake, passed: int) -> bool:
        """From `passed` microseconds after its beginning on. Whether it came to its end, and was not closed."""
        playing = self._tasks.start(self._play(intake, passed), "play")
        closing = self._tasks.start(self._closed.wait(), "close")
        try:
            await asyncio.wait({playing, closing}, return_when=asyncio.FIRST_COMPLETED)
            return playing.done() and playing.exception() is None and not self._closed.is_set()
        finally:
            await self._tasks.close()

    async def _play(self, intake: Intake, passed: int) -> None:
        films = await self._all()
        at = place([film.duration if film is not None else 0 for film in films], passed, loop=self.playout.loop)
        self._zero = self._clock.monotonic()
        while at is not None:
            shown = 0
            for number in range(at.number, len(films)):
                film = films[number]
                if film is not None:
                    shown += await self._screen(intake, film, at.into if number == at.number else 0)
            films = await self._all()
            again = self.playout.loop and shown > 0
            at = place([film.duration if film is not None else 0 for film in films], 0, loop=True) if again else None

    async def _screen(self, intake: Intake, film: Film, into: int) -> int:
        """How many tags it gave."""
        base, first, count = self._last + SEAM if self._last else 0, None, 0
        try:
            strip = await asyncio.to_thread(strip_of, film)
            async for tag in tags_of(strip, into):
                first = tag.time if first is None else first
                await self._give(intake, Tag(tag.kind, base + max(0, tag.time - first), tag.data))
                count += 1
        except (NovaCastError, OSError) as failure:
            log.warning("video %s can't be put on air, or broke off: %s", film.id, failure)
        return count

    async def _give(self, intake: Intake, tag: Tag) -> None:
        """When its time has come, and the other side takes it."""
        if not self._runs:
            await self._hold(tag)
        ahead = self._zero + tag.time / 1000 - self._clock.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
        await self._flows.wait()
        behind = self._clock.monotonic() - self._zero - tag.time / 1000
        if behind > LATE:
            self._zero += behind
        self._last = max(self._last, tag.time)
        intake.take(tag)

    async def _hold(self, tag: Tag) -> None:
        now = self._clock.monotonic()
        until = now + (TRICKLE if tag.time >= PREROLL else 0)
        while not self._runs and self._clock.monotonic() < until:
            seen = self._house.shown(self.playout.programme_id) is self.playout.role
            self._runs = seen or now - self._since > PATIENCE
            await asyncio.sleep(LOOK)
        self._zero = self._clock.monotonic() - tag.time / 1000

    async def _all(self) -> Sequence[Film | None]:
        wanted = dict.fromkeys(self.playout.videos)
        found = {one: await self._films.film(self.playout.org_id, one) for one in wanted}
        return [found[one] for one in self.playout.videos]
