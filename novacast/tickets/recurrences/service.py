"""Recurrences as those who arrange use them: see what a rule would make, then have it made."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from novacast import outbox
from novacast.clock import moment
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import text
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.tickets import store as books
from novacast.tickets.events import store
from novacast.tickets.events.models import MOST_PERFORMANCES, Event, Performance, check_hours
from novacast.tickets.events.permission import arranged_event
from novacast.tickets.recurrences.copying import copy, pattern
from novacast.tickets.recurrences.rules import Night, nights


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`starts`: local, without a zone; None: as its pattern. `exceptions`: local days or hours."""

    perf_id: str
    rule: str
    starts: datetime | None = None
    exceptions: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    night: Night
    ends_at: int
    known: bool
    """Whether a performance of the event begins at this instant already: then none is made."""


class Recurrences:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def preview(self, principal: Principal, event_id: str, wanted: Recurrence) -> Sequence[Planned]:
        """Raises InvalidInput, NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            found = await view.one(store.event(event_id))
            event = arranged_event(principal, found)
            performances = await view.all(store.performances(event_id))
        return await asyncio.to_thread(_planned, event, performances, wanted, self._db.clock.now())

    async def create(
        self,
        principal: Principal,
        event_id: str,
        wanted: Recurrence,
        then: Then[Sequence[Performance]] | None = None,
    ) -> Sequence[Performance]:
        """Drafts like the pattern, each in a transaction of its own: halls may be large, and buyers wait for none. What
        is broken off goes on where it was, when asked again: an hour that has a performance gets no second one.

        Raises InvalidInput, NotFound, Forbidden, Conflict.
        """
        planned = await self.preview(principal, event_id, wanted)
        tried = [await self._make(principal, event_id, wanted, one.night) for one in planned if not one.known]
        made = [one for one in tried if one is not None]

        def unit(tx: Transaction) -> Sequence[Performance]:
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def _make(self, principal: Principal, event_id: str, wanted: Recurrence, night: Night) -> Performance | None:
        return await self._db.write(lambda tx: _make(tx, principal, event_id, wanted, night))


def _make(tx: Transaction, principal: Principal, event_id: str, wanted: Recurrence, night: Night) -> Performance | None:
    event = arranged_event(principal, tx.one(store.event(event_id)))
    performances = tx.all(store.performances(event_id))
    if any(one.starts_at == night.starts_at for one in performances):
        return None
    if len(performances) >= MOST_PERFORMANCES:
        raise Conflict(text("The event has {most} performances, which is the most.", most=MOST_PERFORMANCES))
    like = _pattern_of(performances, wanted)
    made = copy(tx, pattern(tx, like, event.timezone), night)
    books.log(tx, "performance.created", made.org_id, made.id, person_id=principal.person_id, detail=f"like {like.id}")
    outbox.emit(tx, "performance.created", made.id, outbox.org(made.org_id))
    return made


def _planned(event: Event, performances: Sequence[Performance], wanted: Recurrence, now: int) -> Sequence[Planned]:
    like = _pattern_of(performances, wanted)
    zone = ZoneInfo(event.timezone)
    start = wanted.starts or moment(like.starts_at).astimezone(zone).replace(tzinfo=None)
    known = {one.starts_at for one in performances}
    length = like.ends_at - like.starts_at
    found = [
        Planned(one, one.starts_at + length, one.starts_at in known)
        for one in nights(wanted.rule, start, zone, wanted.exceptions)
    ]
    for one in found:
        check_hours(one.night.starts_at, one.ends_at, now)
    return found


def _pattern_of(performances: Sequence[Performance], wanted: Recurrence) -> Performance:
    like = next((one for one in performances if one.id == wanted.perf_id), None)
    if like is None:
        raise InvalidInput.field("performance", text("The event has no such performance."), "unknown")
    return like
