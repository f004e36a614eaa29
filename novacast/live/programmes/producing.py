"""What those who make a programme do while it is on air: put it on standby, cut, mark, end; and what they are told."""

from collections.abc import Sequence
from dataclasses import replace

from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.live import store as live
from novacast.live.airing import end
from novacast.live.channels.store import START
from novacast.live.facts import tell, tell_makers
from novacast.live.models import Feed, Marker, Programme, ProgrammeState, Wanted, moved
from novacast.live.programmes import store
from novacast.live.programmes.models import MOST_MARKERS
from novacast.live.programmes.service import check_free, may_mark, produced, seen
from novacast.live.store import Health
from novacast.texts import Texts


class Producing:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def standby(self, principal: Principal, programme_id: str, then: Then[Programme] | None = None) -> Programme:
        """The channel's next encoder feeds it, whatever its hour. Repeatable. Raises NotFound, Forbidden, Conflict."""

        def unit(tx: Transaction) -> Programme:
            after = before = produced(principal, tx.one(store.by_id(programme_id)))
            if moved(before, ProgrammeState.STANDBY):
                check_free(tx, before.channel_id)
                store.change(tx, programme_id, {"state": ProgrammeState.STANDBY})
                after = replace(before, state=ProgrammeState.STANDBY, updated_at=tx.now)
                live.log(tx, "programme.standby", after, person_id=principal.person_id)
                tell(tx, "programme.standby", after)
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def cut(
        self, principal: Principal, programme_id: str, to: Wanted, then: Then[Programme] | None = None
    ) -> Programme:
        """To the slate, to one of the feeds, or back to choosing by itself. Raises NotFound, Forbidden, Conflict while
        it is not on air."""

        def unit(tx: Transaction) -> Programme:
            after = before = produced(principal, tx.one(store.by_id(programme_id)))
            if not before.airing:
                raise Conflict(text("This programme is not on air; there is nothing to cut."))
            if before.wanted is not to:
                store.change(tx, programme_id, {"wanted": to})
                after = replace(before, wanted=to, updated_at=tx.now)
                live.log(tx, "programme.cut", after, person_id=principal.person_id, detail=to.value)
                tell_makers(tx, "programme.cut", after, wanted=to.value)
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def end(self, principal: Principal, programme_id: str, then: Then[Programme] | None = None) -> Programme:
        """For good. What stands by has ended when this returns; what is on air ends within a moment. Repeatable.

        Raises NotFound, Forbidden, Conflict for one that is only planned.
        """

        def unit(tx: Transaction) -> Programme:
            before = produced(principal, tx.one(store.by_id(programme_id)))
            if before.state is ProgrammeState.PLANNED:
                raise Conflict(text("This programme has not begun. Delete it if it is not to be."))
            if before.state is not ProgrammeState.ENDED and not before.wanted_end:
                store.change(tx, programme_id, {"wanted_end": True})
                live.log(tx, "programme.end_wanted", before, person_id=principal.person_id)
                tell_makers(tx, "programme.end_wanted", before)
            if before.state is ProgrammeState.STANDBY:
                end(tx, before)
            after = tx.one(store.by_id(programme_id)) or before
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def markers(self, principal: Principal, programme_id: str) -> Sequence[Marker]:
        """In their order, for those who set them. Raises NotFound, Forbidden."""
        found = await self._db.one(store.by_id(programme_id))
        _marked(principal, found)
        return await self._db.all(store.markers(programme_id))

    async def mark(
        self,
        principal: Principal,
        programme_id: str,
        title: str,
        at: int | None = None,
        then: Then[Marker] | None = None,
    ) -> Marker:
        """A place worth finding again: now, or at `at` microseconds of its time.

        Raises NotFound, Forbidden, InvalidInput, Conflict while it is not on air.
        """
        texts = Texts()
        title = texts.title(title, text("Give the marker a name."))
        texts.check()

        def unit(tx: Transaction) -> Marker:
            programme = _marked(principal, tx.one(store.by_id(programme_id)))
            if not programme.airing or programme.started_at is None:
                raise Conflict(text("This programme is not on air; there is nothing to mark."))
            now = tx.now - programme.started_at
            if at is not None and not 0 <= at <= now:
                raise InvalidInput.field("seconds", text("The programme has not come to that yet."), "out_of_range")
            if (tx.one(store.marker_count(programme_id)) or 0) >= MOST_MARKERS:
                raise Conflict(text("The programme has {most} markers, which is the most.", most=MOST_MARKERS))
            place = now if at is None else at
            made = Marker(new_id(), programme_id, place, title, principal.person_id, tx.now)
            store.mark(tx, made)
            tell_makers(tx, "programme.marked", programme, marker=made.id)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def unmark(self, principal: Principal, programme_id: str, marker_id: str) -> None:
        """Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> None:
            programme = _marked(principal, tx.one(store.by_id(programme_id)))
            if not store.unmark(tx, programme_id, marker_id):
                raise NotFound(text("There is no such marker."))
            tell_makers(tx, "programme.marked", programme, marker=marker_id)

        await self._db.write(unit)

    async def health(self, principal: Principal, programme_id: str) -> Health | None:
        """What was measured last; None before anything was. Raises NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            found = await view.one(store.by_id(programme_id))
            produced(principal, found)
            return await view.one(live.health(programme_id))

    async def feeds(self, principal: Principal, programme_id: str, cursor: str | None, limit: int) -> Page[Feed]:
        """Connections that fed it, latest first. Raises NotFound, Forbidden."""
        start = keyset(cursor, int, str) or START
        async with self._db.snapshot() as view:
            found = await view.one(store.by_id(programme_id))
            produced(principal, found)
            rows = await view.all(live.feeds(programme_id, start, limit + 1))
        return Page.of(rows, limit, lambda feed: (feed.began_at, feed.id))


def _marked(principal: Principal, found: Programme | None) -> Programme:
    programme = seen(principal, found)
    if not may_mark(principal, programme.org_id):
        raise Forbidden(text("You may watch this programme, but not set markers in it."))
    return programme
