"""Timing out, banning and lifting. Whoever is there is told, or sent away, with the commit."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from novacast.chat.models import Entry, Message, State, Visit
from novacast.chat.moderation.authority import Authority, Chair, reader
from novacast.chat.moderation.journal import Journal
from novacast.chat.moderation.ports import Standings
from novacast.chat.moderation.rules import store as rules
from novacast.chat.moderation.sanctions import store
from novacast.chat.moderation.sanctions.marking import Marking
from novacast.chat.moderation.sanctions.models import Effect, Sanction, SanctionKind, Wish, clean_reason
from novacast.chat.moderation.states import States, mendable, there
from novacast.chat.store import LAST
from novacast.clock import DAY, MINUTE, Clock
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import new_id

MOST_DELETED = 200
"""Messages that go with a ban."""


class Sanctions:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        authority: Authority,
        journal: Journal,
        standings: Standings,
        states: States,
        marking: Marking,
    ) -> None:
        self._db, self._clock = db, clock
        self._authority, self._journal, self._standings = authority, journal, standings
        self._states, self._marking = states, marking

    async def impose(self, chair: Chair, person_id: str, wish: Wish, then: Then[Sanction] | None = None) -> Sanction:
        """What was imposed of the same kind and reach before is replaced. Raises InvalidInput, Unauthenticated,
        Forbidden, NotFound."""
        wish = replace(wish, reason=clean_reason(wish.reason)).checked()
        visits = self._marking.visits(person_id)

        def unit(tx: Transaction) -> Sanction:
            self._authority.over(tx, chair, person_id)
            if self._standings.standing(tx, person_id, chair.org_id) is None:
                raise NotFound(text("There is no such person."))
            made = self._impose(tx, chair, person_id, wish, visits)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def ban_range(
        self, chair: Chair, written: str, days: int, wish: Wish, then: Then[Sanction] | None = None
    ) -> Sanction:
        """Whoever comes from there, whatever their name. Raises InvalidInput, Unauthenticated, Forbidden, NotFound."""
        mark = self._marking.range(written, self._clock.now() + days * DAY)
        reason = clean_reason(wish.reason)

        def unit(tx: Transaction) -> Sanction:
            self._authority.demand(tx, chair)
            made = replace(
                _new(tx, chair, None, replace(wish, reason=reason, seconds=None)), ends_at=mark.ends_at, marks=[mark]
            )
            store.add(tx, made)
            detail = {"sanction": made.id, "range": mark.range, "days": days, "reason": reason}
            self._journal.write(tx, chair, "range.banned", detail=detail)
            self._marking.doubt(tx, None, made.marks)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def lift(self, chair: Chair, sanction_id: str, then: Then[Sanction] | None = None) -> Sanction:
        """Repeatable. Raises Unauthenticated, Forbidden, NotFound."""

        def unit(tx: Transaction) -> Sanction:
            self._authority.demand(tx, chair)
            found = self._found(tx, chair, sanction_id)
            self._authority.not_above(tx, chair, found.by_id)
            if found.lifted_at is None:
                self.release(tx, chair, found)
            after = self._found(tx, chair, sanction_id)
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def active_on(self, chair: Chair, person_id: str) -> list[Sanction]:
        reader(chair)
        now = self._clock.now()
        return await self._db.all(store.on_guest(person_id, (), chair.org_id, chair.room_id, now))

    async def list(self, chair: Chair, cursor: str | None, limit: int, *, active: bool) -> Page[Sanction]:
        """Latest first. Raises Unauthenticated, Forbidden, NotFound, InvalidInput."""
        reader(chair)
        start = keyset(cursor, int)
        before = LAST if start is None else start[0]
        now = self._clock.now() if active else None
        rows = await self._db.all(store.listed(chair.org_id, chair.room_id, before, limit + 1, now))
        known = await self._db.all(store.marks(one.id for one in rows))
        return Page.of(store.with_marks(rows, known), limit, lambda one: (one.n,))

    def release(self, tx: Transaction, chair: Chair, found: Sanction) -> Entry:
        store.lift(tx, found.id, chair.actor_id)
        self._marking.doubt(tx, found.person_id, [mark for _, mark in tx.all(store.marks([found.id]))])
        detail = {"sanction": found.id, "kind": found.kind.value}
        return self._journal.write(tx, chair, "sanction.lifted", person_id=found.person_id, detail=detail)

    def retract(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        """As if that had not been imposed: what it replaced holds again, what went with it is back."""
        found = self._found(tx, chair, str(entry.detail["sanction"]))
        if found.lifted_at is not None:
            raise Conflict(text("That was lifted already."))
        for id_ in entry.detail.get("replaced", ()):
            store.reinstate(tx, id_)
        held = entry.detail.get("held", ())
        for id_ in entry.detail.get("deleted", ()):
            one = there(tx, entry.room_id, id_)
            if one.person_id is not None and one.state is State.DELETED and one.deleted_by == entry.actor_id:
                self._states.set(tx, one, State.HELD if id_ in held else State.SHOWN, None)
        return self.release(tx, chair, found)

    def reinstate(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        """What was lifted holds again, to the end that it had. Raises Conflict."""
        found = self._found(tx, chair, str(entry.detail["sanction"]))
        if found.person_id is not None:
            self._authority.over(tx, chair, found.person_id)
        if found.lifted_at is None or (found.ends_at is not None and found.ends_at <= tx.now):
            raise Conflict(text("That holds already, or would be over by now. Impose it anew."))
        if entry.person_id != found.person_id:
            raise Conflict(text("Whoever that was about is gone."))
        store.reinstate(tx, found.id)
        self._marking.doubt(tx, found.person_id, [mark for _, mark in tx.all(store.marks([found.id]))])
        detail = {"sanction": found.id, "kind": found.kind.value}
        return self._journal.write(tx, chair, "sanction.reinstated", person_id=found.person_id, detail=detail)

    def _impose(self, tx: Transaction, chair: Chair, person_id: str, wish: Wish, visits: Sequence[Visit]) -> Sanction:
        new = _new(tx, chair, person_id, wish)
        before = tx.all(store.on_guest(person_id, (), new.org_id, new.room_id, tx.now))
        replaced = [one.id for one in before if one.kind is new.kind and one.room_id == new.room_id]
        for id_ in replaced:
            store.lift(tx, id_, chair.actor_id)
        layers = rules.layers_of(tx, chair.org_id, chair.room_id)
        new = replace(new, marks=self._marking.of(tx, new, wish, layers.rules, visits))
        store.add(tx, new)
        deleted = self._take_back(tx, chair, person_id, wish.delete_minutes)
        detail = {
            "sanction": new.id,
            "effect": new.effect.value,
            "scope": "room" if new.room_id else "organization",
            "seconds": wish.seconds,
            "reason": new.reason,
            "marks": sorted({one.kind.value for one in new.marks}),
        }
        detail |= {"replaced": replaced} if replaced else {}
        detail |= {"deleted": [one.id for one in deleted]} if deleted else {}
        held = [one.id for one in deleted if one.state is State.HELD]
        detail |= {"held": held} if held else {}
        action = "person.banned" if new.kind is SanctionKind.BAN else "person.timed_out"
        self._journal.write(tx, chair, action, person_id=person_id, detail=detail)
        self._marking.doubt(tx, person_id, new.marks)
        return new

    def _take_back(self, tx: Transaction, chair: Chair, person_id: str, minutes: int) -> Collection[Message]:
        """What is gone now, as it was."""
        if not (minutes and chair.room_id):
            return ()
        since = tx.now - minutes * MINUTE
        found = tx.all(store.said_since(person_id, chair.room_id, since, MOST_DELETED))[::-1]
        for one in found:
            self._states.set(tx, mendable(one), State.DELETED, chair.actor_id)
        return found

    @staticmethod
    def _found(tx: Transaction, chair: Chair, sanction_id: str) -> Sanction:
        one = tx.one(store.by_id(sanction_id, chair.org_id))
        if one is None or (chair.room_id and one.room_id not in ("", chair.room_id)):
            raise NotFound(text("There is no such time-out or ban."))
        return one


def _new(tx: Transaction, chair: Chair, person_id: str | None, wish: Wish) -> Sanction:
    if wish.effect is Effect.REMOVED and wish.kind is SanctionKind.TIMEOUT:
        raise InvalidInput.field("effect", text("A time-out silences; to send someone away, ban them for a while."))
    return Sanction(
        id=new_id(),
        org_id=chair.org_id,
        room_id="" if wish.everywhere else chair.room_id,
        kind=wish.kind,
        effect=wish.effect,
        person_id=person_id,
        reason=wish.reason,
        begins_at=tx.now,
        ends_at=wish.ends_at(tx.now),
        by_id=chair.actor_id,
    )
