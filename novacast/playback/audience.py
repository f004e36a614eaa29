"""Everyone who watches now, in memory, so that a segment costs no signature, no SQL and no permission check.

A session is loaded at its first request, after a restart too, and its permission is asked then. A fact that names its
viewer, organization or thing puts it in doubt: the next request asks again before a byte goes out. A fact of this
process counts from its commit on: in the turn of the loop that ends the write nobody is beyond doubt any more, until
the fact has been read. Nothing is decided here that the rows don't say, so any seat may be forgotten at any time.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

from novacast.clock import HOUR, SECOND, Clock
from novacast.database import Database, Transaction
from novacast.errors import Forbidden, Gone, NotFound, NovaCastError, Unauthenticated
from novacast.i18n import text
from novacast.outbox import Event, after, last_seq
from novacast.playback import store
from novacast.playback.models import ALIVE, KEPT, RECHECK, STALE, TOUCH, EndReason, Viewing, Watching, refused, touched
from novacast.playback.permission import Permission
from novacast.playback.ports import OnAir, Playable
from novacast.playback.tokens import ViewingTokens
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

SEATS = 50_000
"""Sessions held in memory; about 1 kB each."""
FLUSH_SECONDS = 10.0
SWEEP_SECONDS = 60.0
BATCH = 500


class Seat:
    """One viewing session in memory. `folder` and `on_air` are only meaningful while `open`."""

    __slots__ = (
        "alive_at",
        "asked_at",
        "counted_at",
        "doubts",
        "expires_at",
        "folder",
        "id",
        "media_id",
        "names",
        "on_air",
        "open",
        "seen_at",
        "segments",
        "token",
        "tracks",
        "waiting",
        "work",
    )

    def __init__(self, id_: str, token: str) -> None:
        self.id, self.token = id_, token
        self.media_id = ""
        self.folder = ""
        self.on_air: OnAir | None = None
        self.expires_at = 0
        self.seen_at = 0
        self.asked_at = 0
        self.segments = 0
        """Asked for since it was taken; on air, where most of it are parts, one a second at most."""
        self.counted_at = 0
        self.alive_at = 0
        """When it last asked for anything."""
        self.tracks: dict[str, int] = {}
        """Folders that it took media of, and when it last did."""
        self.open = False
        """Whether the permission is known to hold."""
        self.doubts = 0
        """Counts the facts that touched it, so that an answer from before one of them is not believed after it."""
        self.names: tuple[str, ...] = ()
        self.waiting = 0
        """Tasks that wait for what is on air."""
        self.work: asyncio.Task[NotFound | Gone | None] | None = None

    def count(self, name: str) -> None:
        """It asked for a segment or a part."""
        now = self.alive_at
        self.tracks[name.rpartition("/")[0]] = now
        if self.on_air is None or now - self.counted_at >= SECOND:
            self.segments += 1
            self.counted_at = now


class Audience:
    """`start` and `close` bracket its life; `hear` is a subscriber of the outbox."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        permission: Permission,
        tokens: ViewingTokens,
        *,
        session_hours: float,
        capacity: int = SEATS,
    ) -> None:
        self._db, self._clock, self._permission, self._tokens = db, clock, permission, tokens
        self._life = round(session_hours * HOUR)
        self._capacity = capacity
        self._seats: dict[str, Seat] = {}
        self._named: dict[str, set[Seat]] = {}
        self._signs: dict[str, tuple[int, int]] = {}
        self._told = self._heard = 0
        """Commits of this process that told something, and up to which of them the facts are read."""
        self._seq: int | None = None
        """The last fact read; None before the first reading."""
        self._reading: asyncio.Task[None] | None = None
        self._closed = False
        self._since = clock.now()
        self._tasks = TaskGroup("audience")

    def __len__(self) -> int:
        return len(self._seats)

    def seated(self, token: str, media_id: str) -> Seat | None:
        """The hot path: the seat, if it is known and beyond doubt."""
        seat = self._seats.get(token)
        if seat is None or not seat.open or seat.media_id != media_id or self._heard != self._told:
            return None
        now = self._clock.now()
        if now >= seat.expires_at or now - seat.asked_at >= RECHECK:
            return None
        seat.alive_at = now
        if now - seat.seen_at >= TOUCH:
            self._renew(seat, now)
        return seat

    async def admit(self, token: str, media_id: str) -> Seat:
        """The seat of a session, loaded and asked about as needed. Raises NotFound, or Gone once it is over."""
        seat = self._seats.get(token) or self._take(token)
        now = self._clock.now()
        if now >= seat.expires_at or now - seat.asked_at >= RECHECK:
            seat.open = False
        await self._settle(seat)
        if seat.media_id != media_id:
            raise NotFound(text("There is nothing at this address."))
        seat.alive_at = now
        if now - seat.seen_at >= TOUCH:
            self._renew(seat, now)
        return seat

    def forget(self, token: str) -> None:
        """A viewer who said that they go is counted no more."""
        if (seat := self._seats.get(token)) is not None:
            self._leave(seat)

    def segments(self, token: str) -> int:
        """How many the session asked for; 0 of one that is not in memory."""
        seat = self._seats.get(token)
        return 0 if seat is None else seat.segments

    async def watching(self, media_id: str) -> Watching:
        """Who watches now. For a minute after a start the rows tell of those who have not come back yet."""
        now = self._clock.now()
        seats = [seat for seat in self._named.get(media_id, ()) if now - seat.alive_at < ALIVE]
        tracks = Counter(track for seat in seats for track, at in seat.tracks.items() if now - at < ALIVE)
        viewers = len(seats)
        if now - self._since < STALE:
            known = await self._db.all(store.seen_between(media_id, now - STALE, self._since))
            viewers += sum(id_ not in self._named for id_ in known)
        return Watching(viewers, tracks)

    def doubt(self, ids: Iterable[str]) -> None:
        """Look again at all sessions that one of these people, sessions, organizations or things is part of."""
        for id_ in ids:
            for seat in self._named.get(id_, ()):
                seat.open = False
                seat.doubts += 1

    async def hear(self, event: Event) -> None:
        if self._seq is None or event.seq > self._seq:
            self.doubt(touched(event.topic, event.subject, event.payload))

    def start(self) -> None:
        self._db.on_announcement(self._announced)
        self._tasks.start(self._flushing(), "flush")
        self._tasks.start(self._sweeping(), "sweep")

    async def close(self) -> None:
        self._closed = True
        await self._tasks.close()
        await self.flush()

    async def flush(self) -> None:
        """Write down the signs of life gathered since the last time."""
        signs = [(id_, seen, expires) for id_, (seen, expires) in self._signs.items()]
        self._signs.clear()
        for first in range(0, len(signs), BATCH):
            await self._db.write(partial(_touch, signs[first : first + BATCH]))

    async def sweep(self) -> int:
        """Forget sessions that are long over, in the file and in memory; how many rows."""
        now = self._clock.now()
        for seat in [seat for seat in self._seats.values() if now >= seat.expires_at]:
            self._leave(seat)
        total = 0
        while swept := await self._db.write(lambda tx: store.sweep(tx, tx.now - KEPT)):
            total += swept
        return total

    def _announced(self) -> None:
        """Called before whoever made the commit goes on, so before a log-out is answered."""
        self._told += 1
        if not self._closed and (self._reading is None or self._reading.done()):
            self._reading = self._tasks.start(self._read(), "facts")

    async def _read(self) -> None:
        while self._heard != self._told:
            told = self._told
            if self._seq is None:
                self._seq = await self._db.one(last_seq()) or 0
                self.doubt(list(self._named))
            while facts := await self._db.all(after(self._seq)):
                for fact in facts:
                    self.doubt(touched(fact.topic, fact.subject, fact.payload))
                self._seq = facts[-1].seq
            self._heard = told

    async def _caught_up(self) -> None:
        """Raises what reading the facts raised: rather nobody watches than somebody who must not."""
        while self._heard != self._told:
            if self._reading is None or self._reading.done():
                self._reading = self._tasks.start(self._read(), "facts")
            await asyncio.shield(self._reading)

    def _renew(self, seat: Seat, now: int) -> None:
        seat.seen_at, seat.expires_at = now, now + self._life
        self._signs[seat.id] = (now, seat.expires_at)

    def _take(self, token: str) -> Seat:
        """A seat for a token that was made here. Raises NotFound for any other, without a look at the database."""
        seat = Seat(self._tokens.session(token), token)
        while len(self._seats) >= self._capacity:
            self._leave(next(iter(self._seats.values())))
        self._seats[token] = seat
        self._index(seat, seat.id)
        return seat

    def _leave(self, seat: Seat) -> None:
        self._seats.pop(seat.token, None)
        for name in seat.names:
            if seats := self._named.get(name):
                seats.discard(seat)
                if not seats:
                    del self._named[name]
        seat.names = ()

    def _index(self, seat: Seat, *names: str | None) -> None:
        """Listen for facts about `names`. A seat that was given up meanwhile stays given up."""
        if self._seats.get(seat.token) is seat:
            for name in names:
                if name is not None and name not in seat.names:
                    seat.names += (name,)
                    self._named.setdefault(name, set()).add(seat)

    async def _settle(self, seat: Seat) -> None:
        """Ask once, however many requests wait for the answer."""
        await self._caught_up()
        while not seat.open:
            if seat.work is None or seat.work.done():
                seat.work = self._tasks.start(self._ask(seat), seat.id)
            if refusal := await asyncio.shield(seat.work):
                raise type(refusal)(refusal.message)
            await self._caught_up()

    async def _ask(self, seat: Seat) -> NotFound | Gone | None:
        """Open the seat, or give it up and say why."""
        try:
            while True:
                doubts = seat.doubts
                viewing = await self._row(seat.id)
                # Listening comes before asking: a fact that falls in between is a doubt, and asks once more.
                self._index(seat, viewing.media_id, viewing.org_id, viewing.viewer.person_id, viewing.viewer.session_id)
                playable = await self._allowed(viewing)
                if seat.doubts == doubts:
                    break
        except (NotFound, Gone) as refusal:
            self._leave(seat)
            return refusal
        except BaseException:
            self._leave(seat)
            raise
        seat.media_id, seat.folder, seat.on_air = viewing.media_id, str(playable.folder), playable.on_air
        seat.seen_at, seat.expires_at = max(viewing.seen_at, seat.seen_at), max(viewing.expires_at, seat.expires_at)
        seat.asked_at = self._clock.now()
        seat.open = True
        return None

    async def _row(self, id_: str) -> Viewing:
        viewing = await self._db.one(store.viewing(id_))
        if viewing is None:
            raise NotFound(text("There is no such viewing session. Open the page again."))
        viewing.check(self._clock.now())
        return viewing

    async def _allowed(self, viewing: Viewing) -> Playable:
        """Raises Gone, and ends the session for good, if its viewer may not go on."""
        try:
            return await self._permission.recheck(viewing.viewer, viewing.media_id)
        except (NotFound, Unauthenticated, Forbidden) as error:
            await self._db.write(lambda tx: store.end(tx, viewing.id, EndReason.REFUSED))
            raise refused() from error

    async def _flushing(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except NovaCastError as error:
                log.warning("signs of life could not be written: %s", error.message)

    async def _sweeping(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep()
            except NovaCastError as error:
                log.warning("old viewing sessions could not be swept: %s", error.message)


def _touch(signs: Sequence[tuple[str, int, int]], tx: Transaction) -> None:
    store.touch(tx, signs)
