"""Taking back: each line of the log that has an opposite is undone by doing that, which is a line of its own and can be
taken back in turn."""

from collections.abc import Callable, Mapping
from typing import Any

from novacast.chat import store as chat
from novacast.chat.models import Entry, State
from novacast.chat.moderation import store
from novacast.chat.moderation.authority import Authority, Chair, reader
from novacast.chat.moderation.holds.service import Holds
from novacast.chat.moderation.journal import Journal
from novacast.chat.moderation.reports.service import Reports
from novacast.chat.moderation.rules.service import RuleBook
from novacast.chat.moderation.sanctions.service import Sanctions
from novacast.chat.moderation.states import States, mendable, there
from novacast.chat.moderation.words.service import Words
from novacast.chat.steering import Steering
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, NotFound
from novacast.i18n import text

_ABOUT_PEOPLE = frozenset({"person.banned", "person.timed_out", "sanction.lifted", "sanction.reinstated"})
Opposite = Callable[[Transaction, Chair, Entry], Entry]


class Undoing:
    def __init__(
        self,
        db: Database,
        authority: Authority,
        journal: Journal,
        states: States,
        steering: Steering,
        sanctions: Sanctions,
        holds: Holds,
        reports: Reports,
        rules: RuleBook,
        words: Words,
    ) -> None:
        self._db, self._authority, self._journal, self._states = db, authority, journal, states
        self._steering = steering
        self._opposites: Mapping[str, Opposite] = {
            "message.deleted": self._restore,
            "message.restored": self._delete,
            "announcement.made": self._delete,
            "message.held": holds.show,
            "message.approved": holds.again,
            "message.rejected": holds.again,
            "person.banned": sanctions.retract,
            "person.timed_out": sanctions.retract,
            "range.banned": sanctions.retract,
            "sanction.reinstated": sanctions.retract,
            "sanction.lifted": sanctions.reinstate,
            "report.resolved": reports.back,
            "report.reopened": reports.back,
            "word.added": words.back,
            "word.changed": words.back,
            "word.removed": words.back,
            "rules.changed": rules.restore,
            "room.slowed": self._set_room,
            "message.pinned": self._set_room,
            "message.unpinned": self._set_room,
        }

    def can(self, entry: Entry) -> bool:
        """Whether it has an opposite, and was not taken back. Whether it still can be is found out by trying."""
        return entry.undone_by is None and entry.action in self._opposites and not _own(entry)

    async def undo(self, chair: Chair, entry_id: int, then: Then[Entry] | None = None) -> Entry:
        """The line that this made. Raises Unauthenticated, Forbidden, NotFound, Conflict."""

        def unit(tx: Transaction) -> Entry:
            self._authority.demand(tx, chair)
            entry = tx.one(chat.entry(entry_id, chair.org_id))
            if entry is None or (chair.room_id and entry.room_id != chair.room_id):
                raise NotFound(text("There is no such line in the log."))
            self._authority.not_above(tx, chair, entry.actor_id)
            made = self.take_back(tx, Chair(chair.principal, chair.org_id, entry.room_id), entry)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def undo_last(self, chair: Chair, then: Then[Entry] | None = None) -> Entry:
        """Of what this moderator did in the room. Raises NotFound where there is nothing."""
        rows = await self._db.all(chat.logged(chair.room_id, chat.LAST, 100))
        for one in rows:
            if one.actor_id == chair.actor_id and self.can(one):
                return await self.undo(chair, one.id, then)
        raise NotFound(text("There is nothing of yours to take back here."))

    async def log(self, chair: Chair, cursor: str | None, limit: int) -> Page[Entry]:
        """Of the whole organization, latest first. Raises Unauthenticated, Forbidden, NotFound, InvalidInput."""
        reader(chair)
        start = keyset(cursor, int)
        rows = await self._db.all(chat.logged_of(chair.org_id, chat.LAST if start is None else start[0], limit + 1))
        return Page.of(rows, limit, lambda one: (one.id,))

    def take_back(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        if entry.undone_by is not None:
            raise Conflict(text("That was taken back already."))
        if _own(entry):
            raise Conflict(text("Its author took that back; nobody else can bring it again."))
        if entry.action in _ABOUT_PEOPLE and "sanction" not in entry.detail:
            raise Conflict(text("Whoever that was about is gone."))
        opposite = self._opposites.get(entry.action)
        if opposite is None:
            raise Conflict(text("This is only noted; it can't be taken back."))
        made = opposite(tx, chair, entry)
        store.undo(tx, entry.id, made.id)
        return made

    def _restore(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        one = mendable(there(tx, chair.room_id, entry.message_id))
        if one.state is not State.DELETED or one.deleted_by != entry.actor_id:
            raise Conflict(text("Something else was done to this message since. Take that back first."))
        was = State(str(entry.detail.get("was", State.SHOWN)))
        self._states.set(tx, one, was, None)
        return self._journal.write(tx, chair, "message.restored", message_id=one.id, person_id=one.person_id)

    def _delete(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        one = there(tx, chair.room_id, entry.message_id)
        if one.state is State.DELETED:
            raise Conflict(text("This message is deleted already."))
        if one.person_id is not None and one.person_id != chair.actor_id:
            self._authority.over(tx, chair, one.person_id)
        self._states.set(tx, one, State.DELETED, chair.actor_id)
        detail = {"text": one.text, "was": one.state.value}
        return self._journal.write(
            tx, chair, "message.deleted", message_id=one.id, person_id=one.person_id, detail=detail
        )

    def _set_room(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        """Slow mode or what is pinned, as it was before."""
        before = entry.detail.get("before")
        if not isinstance(before, dict):
            raise Conflict(text("It was not written down what there was before. Set it as you want it."))
        after = {name: entry.detail.get(name) if name == "slow_seconds" else entry.message_id for name in before}
        room = chat.opened(tx, chair.room_id, chair.org_id)
        if any(getattr(room, name) != value for name, value in after.items()):
            raise Conflict(text("The room was set up otherwise since. Set it as you want it."))
        message_id = before.get("pinned")
        kept = {name: value for name, value in before.items() if name == "slow_seconds"} | {"before": after}
        made = self._journal.write(tx, chair, _action(before), message_id=message_id, detail=kept)
        self._steering.changed(tx, chair.room_id, chair.org_id, before)
        return made


def _action(columns: Mapping[str, Any]) -> str:
    if "slow_seconds" in columns:
        return "room.slowed"
    return "message.unpinned" if columns["pinned"] is None else "message.pinned"


def _own(entry: Entry) -> bool:
    """What somebody did to a message of their own."""
    return entry.action == "message.deleted" and entry.actor_id is not None and entry.actor_id == entry.person_id
