"""Deciding about messages: hold one that is shown, show or reject one that is held."""

from enum import StrEnum

from novacast.chat.mentioning.service import tell
from novacast.chat.models import Entry, Message, State
from novacast.chat.moderation.authority import Authority, Chair, reader
from novacast.chat.moderation.holds import store
from novacast.chat.moderation.holds.store import Hold
from novacast.chat.moderation.journal import Journal
from novacast.chat.moderation.states import States, mendable, there
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict
from novacast.i18n import text


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    HOLD = "hold"


_BECOMES = {Decision.APPROVE: State.SHOWN, Decision.REJECT: State.DELETED, Decision.HOLD: State.HELD}
_ACTIONS = {
    Decision.APPROVE: "message.approved",
    Decision.REJECT: "message.rejected",
    Decision.HOLD: "message.held",
}


class Holds:
    def __init__(self, db: Database, authority: Authority, journal: Journal, states: States) -> None:
        self._db, self._authority, self._journal, self._states = db, authority, journal, states

    async def list(self, chair: Chair, cursor: str | None, limit: int) -> Page[Hold]:
        """Oldest first. Raises Unauthenticated, Forbidden, InvalidInput."""
        reader(chair)
        start = keyset(cursor, int)
        rows = await self._db.all(store.waiting(chair.room_id, 0 if start is None else start[0], limit + 1))
        return Page.of(rows, limit, lambda one: (one.message.seq,))

    async def decide(
        self, chair: Chair, message_id: str, decision: Decision, then: Then[Message] | None = None
    ) -> Message:
        """Repeatable. Raises Unauthenticated, Forbidden, NotFound; Conflict where it was decided otherwise."""

        def unit(tx: Transaction) -> Message:
            self._authority.demand(tx, chair)
            one = there(tx, chair.room_id, message_id)
            after = one if one.state is _BECOMES[decision] else self.turn(tx, chair, one, decision)[0]
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    def turn(self, tx: Transaction, chair: Chair, one: Message, decision: Decision) -> tuple[Message, Entry]:
        """Raises Conflict, Forbidden."""
        wanted = State.SHOWN if decision is Decision.HOLD else State.HELD
        if one.state is not wanted:
            raise Conflict(text("Somebody decided about this message already. Look at it again."))
        if decision is Decision.HOLD:
            if one.person_id is not None:
                self._authority.over(tx, chair, one.person_id)
            store.put(tx, one.id, "moderator", "")
        else:
            store.clear(tx, one.id, one.text)
        after, entry = self._done(tx, chair, one, _BECOMES[decision], _ACTIONS[decision])
        tell(tx, after)
        return after, entry

    def again(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        """Held again, after it was approved or rejected. Raises NotFound, Conflict."""
        one = mendable(there(tx, chair.room_id, entry.message_id))
        was = State.SHOWN if entry.action == "message.approved" else State.DELETED
        if one.state is not was or (was is State.DELETED and one.deleted_by != entry.actor_id):
            raise Conflict(text("Something else was done to this message since. Take that back first."))
        store.clear(tx, one.id, "")
        return self._done(tx, chair, one, State.HELD, "message.held")[1]

    def show(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        """Not held any more. Raises NotFound, Conflict."""
        return self.turn(tx, chair, there(tx, chair.room_id, entry.message_id), Decision.APPROVE)[1]

    def hold_found(self, tx: Transaction, chair: Chair, one: Message, detail: str) -> None:
        """By a machine, which acts in nobody's name."""
        store.put(tx, one.id, "automatic", detail)
        self._done(tx, chair, one, State.HELD, "message.held", "automatic", detail)

    def _done(
        self,
        tx: Transaction,
        chair: Chair,
        one: Message,
        state: State,
        action: str,
        reason: str = "",
        detail: str = "",
    ) -> tuple[Message, Entry]:
        after = self._states.set(tx, one, state, chair.actor_id)
        more = {"hold": {"id": one.id, "reason": reason or "moderator", "detail": detail}}
        entry = self._journal.write(
            tx,
            chair,
            action,
            message_id=one.id,
            person_id=one.person_id,
            detail={"reason": reason, "found": detail} if reason else {},
            more=more if state is State.HELD else None,
        )
        return after, entry
