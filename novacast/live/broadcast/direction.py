"""Who is on: of the feeds that come the right one, and the slate while none does."""

from collections.abc import Callable, Collection
from dataclasses import replace

from novacast.clock import Clock
from novacast.errors import Conflict
from novacast.i18n import Text, text
from novacast.live.broadcast.choice import choose
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.lineup import Lineup
from novacast.live.broadcast.source import Source
from novacast.live.broadcast.stage import Cue, Stage
from novacast.live.broadcast.strain import MOST_RESTORES, Strain, weighed
from novacast.live.models import FeedRole, Wanted
from novacast.live.packaging.models import Fragment, Init

FROZEN_PARTS = 2
"""Part durations without a byte after which viewers see the slate."""
FLUSH_SECONDS = 0.5
"""What an encoder gets to give what it holds, once its feed is over."""

Cut = Callable[[FeedRole | None], object]


class Direction:
    """`look` is called about twice a part. `cut` is told of every change of what is on (None: the slate), `say` of what
    people should know.
    """

    def __init__(self, clock: Clock, cut: Cut, say: Callable[[Text], object]) -> None:
        self._clock, self._cut, self._say = clock, cut, say
        self.sources: dict[FeedRole, Source] = {}
        self.on: FeedRole | None = None
        """None: the slate, or nothing yet."""
        self.lineup: Lineup | None = None
        """What is made now."""
        self.stage: Stage | None = None
        self._full: Lineup | None = None
        """What was planned, while less is made."""
        self._strain = Strain(clock.monotonic())
        self._main_since = clock.monotonic()
        self._flush_until = 0.0

    @property
    def shown(self) -> Feed | None:
        """The feed whose encoder is on."""
        source = None if self.on is None else self.sources.get(self.on)
        if source is None or self.stage is None or source.cue is not self.stage.on:
            return None
        return source.feed

    def look(self, wanted: Wanted) -> None:
        """Put on what is to be on, as soon as that can be."""
        for source in self.sources.values():
            source.look()
        lineup, stage, now = self.lineup, self.stage, self._clock.monotonic()
        if lineup is None:
            return
        well = self._well(lineup, now)
        role = choose(wanted, well, self.on, now - self._main_since)
        if role is not None:
            self._prepare(self.sources[role], lineup, now)
        if stage is None:
            return
        if role is not None and self._enters(role, stage):
            self._put_on(role)
        elif self.on is not None and now >= self._flush_until and (role is None or self.on not in well):
            self.on = None
            stage.cut_to_slate()
            self._cut(None)
        stage.tick()

    def take(self, cue: Cue, name: str, found: Init | Fragment) -> bool:
        """A piece of an encoder's. True: it was not shown, and may be what a cut waits for."""
        stage = self.stage
        if stage is None:
            cue.offer(name, found)
            return True
        stage.take(cue, name, found)
        return stage.on is not cue

    def left(self, source: Source) -> None:
        """Its feed is over: what its encoder still holds is shown, if it gives it soon."""
        source.finish()
        if self.on is source.feed.row.role and source.encoder is not None:
            self._flush_until = self._clock.monotonic() + FLUSH_SECONDS

    def flushed(self) -> None:
        """An encoder has given all it had."""
        self._flush_until = 0.0

    def shed(self) -> str:
        """The top rung goes because somebody wants that, and stays away; its name. Raises Conflict."""
        lineup, stage = self.lineup, self.stage
        if lineup is None or stage is None or len(lineup.rungs) < 2:
            raise Conflict(text("There is no rung here that could go: one is the least."))
        top = lineup.rungs[-1].name
        self._strain.restores = MOST_RESTORES
        self._drop(lineup, stage, text("{rung} is no longer made: an operator took it off.", rung=top))
        if self.on is not None:
            self.sources[self.on].stop()
        return top

    def _enters(self, role: FeedRole, stage: Stage) -> bool:
        source = self.sources[role]
        if source.coming is not None:
            beside = self.on is role and source.cue is stage.on
            if not stage.cut_in(source.coming.cue, fresh=beside):
                return False
            source.promote()
            return True
        return source.cue is not None and stage.cut_in(source.cue)

    def _put_on(self, role: FeedRole) -> None:
        before, self.on = self.on, role
        if before is role:
            return
        if before is not None and before in self.sources:
            self.sources[before].stop()
        self._cut(role)

    def _well(self, lineup: Lineup, now: float) -> Collection[FeedRole]:
        """Feeds that come now; the one that is on only while its encoder answers."""
        frozen = FROZEN_PARTS * float(lineup.part)
        well = {
            role
            for role, source in self.sources.items()
            if source.feed.comes(frozen) and (role is not self.on or source.gives())
        }
        if FeedRole.MAIN not in well:
            self._main_since = now
        return well

    def _prepare(self, source: Source, lineup: Lineup, now: float) -> None:
        """Its encoder begins. A machine that can't keep up loses its top rung, and the programme with it: rather that
        than the show. It comes back when there was strength to spare for long."""
        encoder = source.encoder
        close = lineup.profile.part is not None
        strained = encoder and weighed(encoder.behind(), waiting=encoder.waiting, close=close)
        self._strain.note(strained or 0.0, now)
        if self._strain.too_much and len(lineup.rungs) > 1 and self.stage is not None:
            top = lineup.rungs[-1].name
            self._drop(lineup, self.stage, text("This machine is too slow for {rung}: it is no longer made.", rung=top))
            source.stop()
        elif self._full is not None and self._strain.may_restore(now) and encoder is not None:
            self._restore(self._full, lineup, now)
        assert self.lineup is not None
        source.begin(self.lineup)

    def _drop(self, lineup: Lineup, stage: Stage, why: Text) -> None:
        self._strain.relieved(self._clock.monotonic())
        top = lineup.rungs[-1].name
        if self._full is None:
            self._full = lineup
        self.lineup = lineup.without(top)
        stage.drop(top)
        self._say(why)

    def _restore(self, full: Lineup, lineup: Lineup, now: float) -> None:
        """One rung; the source makes it in an encoder beside the one that is on, and the stage has it from then on."""
        rungs = full.rungs[: len(lineup.rungs) + 1]
        self.lineup, back = replace(full, rungs=rungs), rungs[-1]
        self._full = full if rungs != full.rungs else None
        self._strain.restores += 1
        self._strain.relieved(now)
        self._say(text("This machine had strength to spare: {rung} is made again.", rung=back.name))
