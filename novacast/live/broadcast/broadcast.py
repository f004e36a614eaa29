"""One programme on air: its feeds come and go, it stays."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from novacast.clock import Clock
from novacast.errors import Forbidden, NotFound, NovaCastError
from novacast.i18n import Text, text
from novacast.live.broadcast.continuation import begin, keep_lineup, read_lineup
from novacast.live.broadcast.direction import FLUSH_SECONDS, Direction
from novacast.live.broadcast.drawing import draw
from novacast.live.broadcast.equipment import Equipment
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.lineup import Lineup
from novacast.live.broadcast.planning import plan, slate_for
from novacast.live.broadcast.ports import Archive, Audience, PlayerReports, Rows, SlateOf
from novacast.live.broadcast.rows import RowQueue
from novacast.live.broadcast.source import Source
from novacast.live.broadcast.stage import Cue, Stage, Taps
from novacast.live.broadcast.vitals import vitals
from novacast.live.ingest import Publisher
from novacast.live.models import Channel, FeedRole, Programme
from novacast.live.models import Feed as FeedRow
from novacast.live.packaging.models import Fragment, Init
from novacast.live.packaging.shelf import Shelf
from novacast.live.recording.journal import Journal
from novacast.live.recording.recorder import ProgrammeRecorder
from novacast.live.recording.sources import Sources
from novacast.live.simulcast.simulcast import Simulcast, Simulcasts
from novacast.live.whep.monitor import Monitor
from novacast.live.whep.reordered import Workshop
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

FROZEN_SECONDS = 30.0
"""How long a connection that says nothing is kept."""
AGAIN = 2.0
"""Seconds until a programme that could not begin is tried again."""
IDLE = 0.5
"""Seconds between two looks while nothing is on."""


@dataclass(frozen=True, slots=True)
class House:
    """What all broadcasts share."""

    rows: Rows
    archive: Archive
    audience: Audience
    equipment: Equipment
    slate_of: SlateOf
    clock: Clock
    folder: Path
    """Of all that is on air; each programme has one of its own below."""
    reserve: int
    """Bytes of the disk that recordings leave alone."""
    simulcasts: Simulcasts | None = None
    playing: PlayerReports | None = None


class Broadcast:
    """`join` brings a feed. `on_end` is called once it is over, or nothing came of it."""

    def __init__(
        self, programme: Programme, channel: Channel, house: House, on_end: Callable[["Broadcast"], object]
    ) -> None:
        self.programme, self.channel, self._house, self._on_end = programme, channel, house, on_end
        self.folder = house.folder / programme.id
        self.shelf: Shelf | None = None
        self.monitor: Monitor | None = None
        self.alarms: dict[str, Text] = {}
        self.direction = Direction(house.clock, self._cut, self._say)
        self._recorder: ProgrammeRecorder | None = None
        self._simulcast: Simulcast | None = None
        self._sources = Sources(self.folder, self._say, house.clock, house.reserve)
        self._alone_since = house.clock.monotonic()
        self._was_on = programme.airing
        self._kept: Lineup | None = None
        """What a restart would go on with."""
        self._wake = asyncio.Event()
        self._ending = False
        self._rows = RowQueue()
        self._tasks = TaskGroup(f"broadcast {programme.id}")
        self._tasks.start(self._run(), "run")

    @property
    def journal(self) -> Journal | None:
        """What is recorded by now."""
        return None if self._recorder is None else self._recorder.journal

    async def resume(self) -> None:
        """Go on where a server that is no more stopped: with the slate, from the next number on."""
        try:
            lineup = await asyncio.to_thread(read_lineup, self.folder)
        except (OSError, ValueError):
            return  # it never got a picture; the next feed begins it
        await self._raise(lineup)
        self._look()

    def join(self, row: FeedRow, publisher: Publisher) -> Feed:
        """Takes the place of the feed of the same key, or of one that has gone silent. Raises Forbidden."""
        before = self.direction.sources.get(row.role)
        if self._ending:
            raise Forbidden(text("The programme has just ended. Start the encoder again."))
        if before is not None and not before.feed.ended:
            if before.feed.row.key_id != row.key_id and before.feed.silent_for() < FROZEN_SECONDS / 10:
                raise Forbidden(text("Another encoder feeds this programme already. Use a backup key beside it."))
            self._hang_up(before, text("The same key came again, from another connection."))
        if before is not None:
            self._tasks.start(self._retire(before), "retire")
        feed = Feed(row, publisher, self._house.clock)
        if self.channel.keep_source and self.channel.record and not self.programme.test and row.key_id is not None:
            feed.keeps = self._sources.begin(row.id, row.role.value)
        source = Source(feed, self._house.equipment, self._house.clock, self._took, self._ended)
        self.direction.sources[row.role] = source
        feed.known = lambda: self._known(feed)
        feed.changed = source.stop
        feed.over = lambda: self._left(source)
        self._wake.set()
        return feed

    def fed(self, role: FeedRole) -> bool:
        """Whether a feed of this role is connected."""
        found = self.direction.sources.get(role)
        return found is not None and not found.feed.ended

    async def changed(self) -> None:
        """The producer wants something else."""
        with suppress(NotFound):
            self.programme = await self._house.rows.programme(self.programme.id)
            self.channel = await self._house.rows.channel(self.channel.id)
        self._wake.set()

    async def retarget(self) -> None:
        """It is to be sent on elsewhere."""
        if self._simulcast is not None:
            await self._simulcast.refresh()

    def revoke(self, key_id: str) -> None:
        for source in self.direction.sources.values():
            if source.feed.row.key_id == key_id:
                self._hang_up(source, text("The stream key was revoked."))

    async def close(self) -> None:
        """The server stops; the programme goes on when it is back."""
        await self._tasks.close()
        await self._let_go(text("The server stops."))
        await self._rows.close()

    def _known(self, feed: Feed) -> None:
        if self.direction.lineup is None:
            self._tasks.start(self._begin(feed), "begin")
        self._wake.set()

    async def _begin(self, feed: Feed) -> None:
        """Whatever keeps it from beginning, it is tried again while an encoder comes."""
        lineup = await plan(self.channel, feed, await self._house.equipment.budget())
        if self.direction.lineup is not None:
            return  # another feed was faster
        self.direction.lineup = lineup
        self._wake.set()
        while self.shelf is None:
            try:
                await self._raise(lineup)
            except (NovaCastError, OSError) as error:
                self._say(text("The programme can't begin yet ({why}); it is tried again.", why=str(error)))
                await asyncio.sleep(AGAIN)
        self._wake.set()

    async def _raise(self, lineup: Lineup) -> None:
        """The shelf and the stage, and on them what was there before. A kill of the server may follow at once."""
        house, folder = self._house, self.folder
        slate = await slate_for(house.equipment, await house.slate_of(self.channel), lineup)
        await asyncio.to_thread(keep_lineup, folder, lineup)
        past, mark = await asyncio.to_thread(begin, folder, lineup, self._aired())
        self.direction.lineup = self._kept = lineup
        self._recorder = ProgrammeRecorder(folder, lineup.tracks, self._say, mark=mark, reserve=house.reserve)
        rewind = self.channel.dvr
        self.shelf = Shelf(lineup.profile, lineup.tracks, house.clock, self._recorder, past, rewind=rewind)
        if house.simulcasts is not None:
            self._simulcast = house.simulcasts.of(self.channel.id, lineup.tracks, house.clock)
            self._tasks.start(self._simulcast.refresh(), "targets")
        anew = Workshop(lineup, house.equipment, house.clock, self._tasks)
        self.monitor = monitor = Monitor(lineup, house.clock, anew)
        tap = Taps([one for one in (self._simulcast, monitor) if one is not None])
        self.direction.stage = stage = Stage(lineup, self.shelf, slate, house.clock, tap)
        if past is not None:
            stage.cut_to_slate()
            if self._was_on:
                self._cut(None)
        pictures = draw(self.folder, lineup.tracks, self._house.equipment.program, self._recorder, lambda: self._ending)
        self._tasks.start(pictures, "thumbnails")

    def _aired(self) -> int:
        """Microseconds for which it has been on air, with pauses."""
        since = self.programme.started_at if self.programme.airing else None
        return self._house.clock.now() - since if since is not None else 0

    async def _run(self) -> None:
        while not self._ending:
            lineup = self.direction.lineup
            with suppress(TimeoutError):
                async with asyncio.timeout(float(lineup.part) / 2 if lineup is not None else IDLE):
                    await self._wake.wait()
            self._wake.clear()
            try:
                self._look()
            except Exception:
                log.exception("programme %s stumbled; it goes on", self.programme.id)

    def _look(self) -> None:
        now = self._house.clock.monotonic()
        for source in self.direction.sources.values():
            if not source.feed.ended and source.feed.silent_for() > FROZEN_SECONDS:
                self._hang_up(source, text("Nothing came for {seconds:g} s.", seconds=FROZEN_SECONDS))
        self.direction.look(self.programme.wanted)
        if self.monitor is not None:
            self.monitor.show(self.direction.shown)
        made = self.direction.lineup
        if made is not None and made != self._kept and self.shelf is not None:
            self._kept = made
            self._tasks.start(asyncio.to_thread(keep_lineup, self.folder, made), "lineup")
        if self._is_over(now):
            self._ending = True
            self._tasks.start(self._end(), "end")

    async def _retire(self, source: Source) -> None:
        """What its encoder holds is shown, if it comes soon."""
        await asyncio.sleep(FLUSH_SECONDS)
        await source.close()

    @staticmethod
    def _hang_up(source: Source, words: Text) -> None:
        if not source.feed.ended:
            source.feed.publisher.close(words)
            source.feed.end(words)

    def _took(self, cue: Cue, name: str, found: Init | Fragment) -> None:
        if self.direction.take(cue, name, found):
            self._wake.set()

    def _cut(self, role: FeedRole | None) -> None:
        rows, id_ = self._house.rows, self.programme.id
        if role is None:
            self._tell(rows.interrupted(id_))
        else:
            self._tell(rows.resumed(id_) if self._was_on else rows.on_air(id_))
            self._was_on = True

    def _tell(self, change: Coroutine[Any, Any, Programme]) -> None:
        async def keep() -> None:
            self.programme = await change

        self._rows.put(keep())

    def _ended(self, source: Source) -> None:
        """Nothing more comes of its encoder."""
        self.direction.flushed()
        self._wake.set()

    def _left(self, source: Source) -> None:
        self.direction.left(source)
        self._sources.end(source.feed.row.id)
        assert source.feed.ended is not None
        self._rows.put(self._house.rows.left(source.feed.row.id, source.feed.ended))
        self._wake.set()

    def _say(self, words: Text) -> None:
        """What people should know: as a fact the first time, and among the numbers."""
        if words.template not in self.alarms:
            self._rows.put(self._house.rows.alarmed(self.programme.id, words))
        self.alarms[words.template] = words
        log.warning("programme %s: %s", self.programme.id, words)

    def _is_over(self, now: float) -> bool:
        if self._ending:
            return False
        if any(_holds(source) for source in self.direction.sources.values()):
            self._alone_since = now
        if self.programme.wanted_end:
            return True
        return now - self._alone_since > self.channel.return_seconds

    async def _end(self) -> None:
        """For good: viewers get its end, and then what is kept of it."""
        try:
            journal = await self._let_go(text("The programme ended."))
            if self.shelf is not None:
                self.shelf.end()
                await self._archive(journal)
            await self._rows.close()
        finally:
            self._on_end(self)

    async def _archive(self, journal: Journal | None) -> None:
        """The rows say that it is over only once the video is there. Where it can't be made now a sweep will."""
        id_ = self.programme.id
        try:
            await self._house.archive.ended(id_, journal)
        except (NovaCastError, OSError):
            log.exception("the recording of programme %s waits", id_)
        self._rows.put(self._house.rows.ended(id_))

    async def _let_go(self, why: Text) -> Journal | None:
        """No feed, no target and no recorder any more; what was recorded."""
        if self.monitor is not None:
            self.monitor.end()
        if self._simulcast is not None:
            await self._simulcast.close()
        for source in self.direction.sources.values():
            self._hang_up(source, why)
            await source.close()
        if self.shelf is not None:
            self.shelf.stop()
        await self._sources.close()
        return await self._recorder.close() if self._recorder is not None else None

    async def vitals(self) -> dict[str, Any]:
        """The numbers of this moment, for the studio."""
        watching = await self._house.audience.watching(self.programme.id)
        told = vitals(self.direction, self.alarms, self._house.clock.monotonic(), watching)
        playing = self._house.playing.look(self.programme.id) if self._house.playing is not None else {}
        return {**told, **playing, "targets": self._simulcast.health() if self._simulcast is not None else []}


def _holds(source: Source) -> bool:
    """Whether the programme goes on for its sake: not for a clip that is shown in place of the slate."""
    row = source.feed.row
    return not source.feed.ended and (row.key_id is not None or row.role is FeedRole.MAIN)
