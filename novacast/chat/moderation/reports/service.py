"""Reporting a message, and what moderators do with reports."""

from dataclasses import replace

from novacast.chat import store as chat
from novacast.chat.models import Entry, Guest, State
from novacast.chat.moderation.authority import Authority, Chair, reader
from novacast.chat.moderation.journal import Journal
from novacast.chat.moderation.reports import store
from novacast.chat.moderation.reports.models import (
    BURST,
    BURST_SECONDS,
    Case,
    CaseState,
    ReportReason,
    clean_note,
    shown,
)
from novacast.chat.moderation.states import there
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.limits import Rate, RateLimiter


class Reports:
    def __init__(self, db: Database, limiter: RateLimiter, authority: Authority, journal: Journal) -> None:
        self._db, self._limiter = db, limiter
        self._authority, self._journal = authority, journal
        self._rate = Rate("chat.reports", BURST, BURST_SECONDS)

    async def report(self, guest: Guest, message_id: str, reason: ReportReason, note: str = "") -> None:
        """Once per person and message; again is nothing. Raises InvalidInput, Unauthenticated, Forbidden, NotFound,
        RateLimited."""
        person_id = guest.person_id
        if person_id is None:
            raise Unauthenticated(text("Log in to report a message."))
        if not guest.principal.has_scope("write"):
            raise Forbidden(text("This token may only read. Make one that may write."))
        written = clean_note(note)
        self._limiter.check(self._rate, person_id)

        def unit(tx: Transaction) -> None:
            one = there(tx, guest.place.media_id, message_id)
            if one.state is State.DELETED or not one.is_for(guest):
                raise NotFound(text("There is no such message in this room."))
            if one.person_id == person_id:
                raise InvalidInput.field("message", text("This is your own message. You can delete it."))
            store.open_case(tx, message_id, one.room_id)
            if store.report(tx, message_id, person_id, reason, written):
                self._reported(tx, message_id, one.edited_at)

        await self._db.write(unit)

    async def list(self, chair: Chair, state: CaseState, cursor: str | None, limit: int) -> Page[Case]:
        """Latest first, with their messages. Raises Unauthenticated, Forbidden, InvalidInput."""
        reader(chair)
        start = keyset(cursor, int)
        before = chat.LAST if start is None else start[0]
        async with self._db.snapshot() as view:
            found = await view.all(store.cases(chair.room_id, state, before, limit + 1))
            messages = {one.id: one for one in await view.all(store.messages(one.message_id for one in found))}
        rows = [replace(one, message=messages.get(one.message_id)) for one in found]
        return Page.of(rows, limit, lambda one: (one.n,))

    async def settle(self, chair: Chair, message_id: str, state: CaseState, then: Then[Case] | None = None) -> Case:
        """Repeatable. Raises Unauthenticated, Forbidden, NotFound."""

        def unit(tx: Transaction) -> Case:
            self._authority.demand(tx, chair)
            one = self._found(tx, chair, message_id)
            if one.state is not state:
                self.turn(tx, chair, one, state)
                one = self._found(tx, chair, message_id)
            one = replace(one, message=tx.one(chat.message(message_id)))
            if then is not None:
                then(tx, one)
            return one

        return await self._db.write(unit)

    def turn(self, tx: Transaction, chair: Chair, one: Case, state: CaseState) -> Entry:
        store.set_state(tx, one.message_id, state, chair.actor_id)
        action = "report.resolved" if state is CaseState.RESOLVED else "report.reopened"
        after = tx.one(store.case(one.message_id))
        assert after is not None, "it was there just now"
        return self._journal.write(tx, chair, action, message_id=one.message_id, more={"case": shown(after)})

    def back(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        """To what it was before that entry. Raises NotFound, Conflict."""
        one = self._found(tx, chair, entry.message_id or "")
        was = CaseState.RESOLVED if entry.action == "report.resolved" else CaseState.OPEN
        if one.state is not was:
            raise Conflict(text("Somebody decided about these reports since."))
        return self.turn(tx, chair, one, CaseState.OPEN if was is CaseState.RESOLVED else CaseState.RESOLVED)

    def _reported(self, tx: Transaction, message_id: str, edited_at: int | None) -> None:
        """A case that was resolved stays so, unless its message says something else by now."""
        one = tx.one(store.case(message_id))
        assert one is not None, "it was opened just now"
        if one.resolved_at is not None:
            if edited_at is None or edited_at <= one.resolved_at:
                return
            store.set_state(tx, message_id, CaseState.OPEN, None)
            one = replace(one, state=CaseState.OPEN, resolved_at=None, resolved_by=None)
        self._journal.tell(tx, one.room_id, {"case": shown(one)})

    @staticmethod
    def _found(tx: Transaction, chair: Chair, message_id: str) -> Case:
        one = tx.one(store.case(message_id))
        if one is None or one.room_id != chair.room_id:
            raise NotFound(text("Nobody reported this message."))
        return one
