"""A feed on its way to the stage: its encoder, begun when it is wanted, and begun anew when it fails."""

import asyncio
import logging
import math
from collections.abc import Callable

from novacast.clock import Clock
from novacast.errors import NovaCastError
from novacast.i18n import text
from novacast.live.broadcast.encoder import Encoder
from novacast.live.broadcast.equipment import Equipment
from novacast.live.broadcast.feed import Brings, Feed
from novacast.live.broadcast.keyframes import fits
from novacast.live.broadcast.lineup import Lineup
from novacast.live.broadcast.stage import Cue
from novacast.live.packaging.models import Fragment, Init
from novacast.media.process import Outcome
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

BACK_OFF = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
HEALTHY = 60.0
"""Seconds after which an encoder that ran has made good what failed before."""
HANGS = 3.0
"""Seconds of input without output after which FFmpeg is taken for hung."""
STALLS = 1.0
"""Seconds of the same after which viewers see the slate, until it comes again or is begun anew."""
WARM_UP = 10.0
"""Seconds that one gets to begin."""


@dataclass(eq=False, slots=True)
class Run:
    """One life of an encoder, and what it gives."""

    encoder: Encoder
    cue: Cue
    lineup: Lineup
    brings: Brings


class Source:
    """`took` is called with each piece of a cue, `ended` when nothing more of it will come until it is begun anew."""

    def __init__(
        self, feed: Feed, equipment: Equipment, clock: Clock, took: Callable[[Cue, str, Init | Fragment], None],
        ended: Callable[["Source"], None],
    ) -> None:  # fmt: skip
        self.feed, self._equipment, self._clock = feed, equipment, clock
        self._took, self._ended = took, ended
        self.run: Run | None = None
        self.coming: Run | None = None
        """Begun beside the other, to take its place without a hole."""
        self.failures = 0
        self.alarm = ""
        """Why its encoder failed last, in words."""
        self._again_at = 0.0
        self._starting = False
        self._era = 0
        """Ends with every stop; what began in one before is not wanted any more."""
        self._retiring: set[asyncio.Task[None]] = set()
        self._tasks = TaskGroup("source")

    @property
    def encoder(self) -> Encoder | None:
        return None if self.run is None else self.run.encoder

    @property
    def cue(self) -> Cue | None:
        return None if self.run is None else self.run.cue

    def behind(self) -> float:
        """Seconds of media that wait to be encoded."""
        return 0.0 if self.run is None else self.run.encoder.behind()

    def gives(self) -> bool:
        """Whether its encoder lives, and answers what it is fed."""
        return self.run is not None and self.run.encoder.unanswered() <= STALLS

    def copies(self, lineup: Lineup) -> bool:
        """Whether viewers can be given its picture as it comes."""
        segment, brings = lineup.profile.segment, self.feed.brings
        if lineup.copied is None or brings is None or not brings.often(lineup.part):
            return False
        return fits(self.feed.copyable, segment, math.ceil(segment))

    def begin(self, lineup: Lineup) -> None:
        """Start its encoder, if it may be started now; or another beside it, if it makes something else than what is
        wanted by now. Repeatable."""
        if self._starting or self.coming is not None or self.feed.brings is None or self.feed.ended:
            return
        if self._clock.monotonic() < self._again_at:
            return
        wanted = lineup if self.copies(lineup) else lineup.encoded
        if self.run is not None and self._differs(self.run, wanted) and not self.gives():
            self.stop()
        if self.run is None or self._differs(self.run, wanted):
            self._starting = True
            self._tasks.start(self._start(wanted, self._era), "start")

    def _differs(self, run: Run, lineup: Lineup) -> bool:
        brings = self.feed.brings
        assert brings is not None
        return run.lineup != lineup or (run.brings.picture, run.brings.sound) != (brings.picture, brings.sound)

    def promote(self) -> None:
        """The one that came has taken the other's place."""
        before, self.run, self.coming = self.run, self.coming, None
        self._retire(before)

    def finish(self) -> None:
        """The feed is over: what FFmpeg holds still comes, then `ended`."""
        self._drop_coming()
        if self.run is not None:
            self.run.encoder.finish()

    def look(self) -> None:
        """End an encoder that hangs."""
        now = self._clock.monotonic()
        if self.feed.ended is not None:
            if self.run is not None and self.feed.silent_for() > HANGS:
                self.stop()  # it was told that nothing more comes
            return
        for run in (self.run, self.coming):
            if run is None or now - run.encoder.began_at <= WARM_UP:
                continue
            if (since := run.encoder.unanswered()) > HANGS:
                self._failed(run, text("It gave nothing for {seconds:.0f} s.", seconds=since))
                self._drop_coming() if run is self.coming else self.stop()

    def stop(self) -> None:
        """No encoder any more; the feed may be begun again."""
        self._era += 1
        run, self.run = self.run, None
        self._drop_coming()
        if run is not None:
            self._retire(run)
            self._ended(self)

    async def close(self) -> None:
        """Returns when all its encoders are gone."""
        self._era += 1
        run, self.run = self.run, None
        self._retire(run)
        self._drop_coming()
        if self._retiring:
            await asyncio.wait(self._retiring)
        await self._tasks.close()

    def _drop_coming(self) -> None:
        run, self.coming = self.coming, None
        self._retire(run)

    def _retire(self, run: Run | None) -> None:
        if run is not None:
            run.encoder.take = lambda name, found: None
            run.encoder.over = lambda outcome: None
            stopping = self._tasks.start(run.encoder.stop(), "stop")
            self._retiring.add(stopping)
            stopping.add_done_callback(self._retiring.discard)

    async def _start(self, lineup: Lineup, era: int) -> None:
        brings = self.feed.brings
        assert brings is not None
        encoder = None
        try:
            program, encoding = await self._equipment.for_attempt(self.failures, enhanced=brings.enhanced)
            encoder = Encoder(program, lineup, encoding, self.feed, brings, self._clock)
            cue = Cue(encoder.wanted.names, int(4 * lineup.profile.segment * 48_000 / 1024 / lineup.packets) + 4)
            run = Run(encoder, cue, lineup, brings)
            encoder.take = lambda name, found: self._took(cue, name, found)
            encoder.over = lambda outcome: self._over(run, outcome)
            await encoder.start()
        except NovaCastError as failure:
            self._failed(None, failure.message)
            self._ended(self)
        except BaseException:
            if encoder is not None:
                await encoder.stop()
            raise
        else:
            self._began(run, era)
        finally:
            self._starting = False

    def _began(self, run: Run, era: int) -> None:
        if era != self._era:
            self._retire(run)
        elif self.run is not None:
            self.coming = run
        else:
            self.run = run
            if self.feed.ended is not None:
                run.encoder.finish()

    def _over(self, run: Run, outcome: Outcome | Exception) -> None:
        if self.feed.ended is None:
            self._failed(run, _why(outcome))
        if run is self.coming:
            self.coming = None
        elif run is self.run:
            self.run = None
            self._ended(self)

    def _failed(self, run: Run | None, words: str) -> None:
        now = self._clock.monotonic()
        if run is not None and now - run.encoder.began_at > HEALTHY:
            self.failures = 0
        self._again_at = now + BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]
        self.failures += 1
        self.alarm = words
        log.warning("the encoder of feed %s ended (%s)", self.feed.row.id, words)


def _why(outcome: Outcome | Exception) -> str:
    if isinstance(outcome, NovaCastError):
        return outcome.message
    if isinstance(outcome, Exception):
        return text("Its output was of no use.")
    return " / ".join(outcome.tail[-3:]) or text("It ended with code {code}.", code=outcome.returncode)
