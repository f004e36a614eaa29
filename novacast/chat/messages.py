"""What is said in a room: send, edit, delete, react, read again. Durable first, then told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from novacast.chat import store
from novacast.chat.emotes.service import check_reaction
from novacast.chat.entrance import moderator, writer
from novacast.chat.flood import Flood, check_slow
from novacast.chat.markup import mentioned, resolved
from novacast.chat.mediatime import MediaTime
from novacast.chat.models import (
    MAY_EDIT_SECONDS,
    MOST_MENTIONS,
    MOST_OWN_REACTIONS,
    MOST_REACTIONS,
    Draft,
    Entry,
    Guest,
    Kind,
    Message,
    Poll,
    Room,
    State,
    clean_reaction,
    clean_text,
)
from novacast.chat.ports import People
from novacast.chat.rooms.events import Event, deleted, held, reacted, said
from novacast.chat.rooms.lobby import Lobby
from novacast.clock import SECOND
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, Forbidden, NotFound
from novacast.i18n import text
from novacast.identity import timely_id


class Guard(Protocol):
    """Has a say before anything is said: bans, words, modes of a room."""

    async def prepare(self, guest: Guest) -> None:
        """Before the transaction: whatever takes time."""
        ...

    def admit(self, tx: Transaction, guest: Guest) -> None:
        """Before anything is done in a room. Raises Forbidden, RateLimited."""
        ...

    def check(self, tx: Transaction, room: Room, guest: Guest, draft: Draft) -> Draft:
        """The draft, as it may be said: `state=HELD` holds it. Raises Forbidden, RateLimited."""
        ...

    def said(self, tx: Transaction, room: Room, guest: Guest, draft: Draft, made: Message) -> None:
        """What came of a draft is in its row."""
        ...

    def outrank(self, tx: Transaction, guest: Guest, person_id: str) -> None:
        """Before something is done to another's message. Raises Forbidden."""
        ...

    def noted(self, tx: Transaction, entry: Entry) -> None:
        """A moderator's deed is in the log."""
        ...


class Messages:
    def __init__(
        self, db: Database, lobby: Lobby, flood: Flood, people: People, time: MediaTime, guards: Sequence[Guard] = ()
    ) -> None:
        """`guards` may be filled later."""
        self._db, self._lobby, self._flood, self._people, self._time = db, lobby, flood, people, time
        self._guards = guards

    async def send(self, guest: Guest, draft: Draft, then: Then[Message] | None = None) -> Message:
        """Raises InvalidInput, Unauthenticated, Forbidden, NotFound for what is replied to, RateLimited, SlowMode.

        With a key that came before it is the message of then, and nothing is told again.
        """
        person_id = writer(guest)
        said_text, mentions = await self._read(guest, draft.text)
        self._flood.says(guest)
        await self.prepare(guest)
        at = self._time.of(guest.place, draft.at)
        draft = replace(draft, text=said_text, at=at)

        def unit(tx: Transaction) -> Message:
            earlier = None if draft.key is None else tx.one(store.by_key(person_id, draft.key))
            made = earlier or self._say(tx, guest, draft, mentions)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    def say(
        self, tx: Transaction, guest: Guest, room: Room, draft: Draft, mentions: Mapping[str, str], poll: Poll | None
    ) -> Message:
        """The row of what nothing speaks against, told once it is on disk."""
        seq = store.advance(tx, room.id)
        made = Message(
            id=timely_id(tx.now),
            room_id=room.id,
            seq=seq,
            changed_seq=seq,
            kind=draft.kind,
            state=draft.state,
            person_id=guest.person_id,
            name=guest.name,
            badges=guest.badges,
            text=draft.text,
            mentions=mentions,
            reply_to=draft.reply_to,
            at=draft.at,
            sent_at=tx.now,
            poll=poll,
            notice=draft.notice,
        )
        store.add(tx, made, draft.key)
        self.tell(tx, said(made), room.id)
        return made

    def tell(self, tx: Transaction, event: Event, room_id: str) -> None:
        tx.after_commit(lambda: self._lobby.tell(room_id, event))

    async def prepare(self, guest: Guest) -> None:
        for guard in self._guards:
            await guard.prepare(guest)

    def admit(self, tx: Transaction, guest: Guest) -> None:
        """Raises Forbidden, RateLimited, for whoever may do nothing here for now."""
        for guard in self._guards:
            guard.admit(tx, guest)

    async def edit(self, guest: Guest, message_id: str, written: str) -> Message:
        """By its author. Raises InvalidInput, Unauthenticated, NotFound, Forbidden, Conflict, RateLimited."""
        person_id = writer(guest)
        said_text, mentions = await self._read(guest, written)
        self._flood.does(guest)
        await self.prepare(guest)

        def unit(tx: Transaction) -> Message:
            before = _there(guest, tx.one(store.message(message_id)))
            if before.person_id != person_id:
                raise Forbidden(text("Only its author may change what a message says."))
            if before.kind is Kind.POLL or tx.now - before.sent_at > MAY_EDIT_SECONDS * SECOND:
                raise Conflict(text("This can't be changed any more. Delete it and write a new one."))
            room = store.opened(tx, before.room_id, guest.place.org_id)
            self.admit(tx, guest)
            draft = Draft(said_text, state=before.state, kind=before.kind)
            for guard in self._guards:
                draft = guard.check(tx, room, guest, draft)
            seq = store.advance(tx, room.id)
            columns = {"text": draft.text, "state": draft.state, "edited_at": tx.now, "changed_seq": seq}
            store.change(tx, message_id, columns)
            store.mention(tx, message_id, mentions)
            store.log(
                tx, "message.edited", room, actor_id=person_id, message_id=message_id, detail={"before": before.text}
            )
            after = tx.one(store.message(message_id))
            assert after is not None
            hidden = after.state is State.HELD and before.state is not State.HELD
            self.tell(tx, held(after) if hidden else said(after), room.id)
            for guard in self._guards:
                guard.said(tx, room, guest, draft, after)
            return after

        return await self._db.write(unit)

    async def delete(self, guest: Guest, message_id: str) -> Message:
        """By its author, or a moderator. Repeatable. What it said stays in the log, for moderators.

        Raises Unauthenticated, NotFound, Forbidden.
        """

        def unit(tx: Transaction) -> Message:
            before = _there(guest, tx.one(store.message(message_id)), gone=True)
            own = before.person_id is not None and before.person_id == guest.person_id
            if not own:
                moderator(guest)
                for guard in self._guards:
                    guard.outrank(tx, guest, before.person_id or "")
            if before.state is State.DELETED:
                return before
            room = store.opened(tx, before.room_id, guest.place.org_id)
            seq = store.advance(tx, room.id)
            gone = {"state": State.DELETED, "deleted_at": tx.now, "deleted_by": guest.person_id, "changed_seq": seq}
            store.change(tx, message_id, gone)
            entry = store.log(
                tx,
                "message.deleted",
                room,
                actor_id=guest.person_id,
                message_id=message_id,
                person_id=before.person_id,
                detail={"text": before.text, "was": before.state.value},
            )
            after = replace(before, state=State.DELETED, deleted_at=tx.now, deleted_by=guest.person_id, changed_seq=seq)
            self.tell(tx, deleted(after), room.id)
            if not own:
                for guard in self._guards:
                    guard.noted(tx, entry)
            return after

        return await self._db.write(unit)

    async def react(self, guest: Guest, message_id: str, reaction: str, *, on: bool) -> Message:
        """Set or take back one's own. Repeatable. Raises InvalidInput, Unauthenticated, NotFound, Conflict,
        RateLimited."""
        person_id = writer(guest)
        sign = clean_reaction(reaction)
        self._flood.does(guest)

        def unit(tx: Transaction) -> Message:
            before = _there(guest, tx.one(store.message(message_id)))
            self.admit(tx, guest)
            counts = dict(before.reactions)
            if on:
                _check_room_for(tx, before, person_id, sign)
                check_reaction(tx, guest.place.org_id, sign)
                changed = store.react(tx, message_id, person_id, sign)
            else:
                changed = store.unreact(tx, message_id, person_id, sign)
            if not changed:
                return before
            counts[sign] = counts.get(sign, 0) + (1 if on else -1)
            counts = {one: count for one, count in counts.items() if count > 0}
            seq = store.advance(tx, before.room_id)
            store.set_reactions(tx, message_id, seq, counts)
            after = replace(before, reactions=counts, changed_seq=seq)
            self.tell(tx, reacted(after), before.room_id)
            return after

        return await self._db.write(unit)

    async def show(self, guest: Guest, message_id: str) -> Message:
        """Raises NotFound."""
        found = await self._db.one(store.message(message_id))
        return _there(guest, found, gone=guest.moderates)

    async def history(self, guest: Guest, cursor: str | None, limit: int) -> Page[Message]:
        """Latest first. Raises InvalidInput for a cursor that is none."""
        start = keyset(cursor, int)
        before = store.LAST if start is None else start[0]
        query = store.before(
            guest.place.media_id, before, limit + 1, all_states=guest.moderates, person_id=guest.person_id
        )
        return Page.of(await self._db.all(query), limit, lambda one: (one.seq,))

    async def replay(self, guest: Guest, begin: int, end: int, cursor: str | None, limit: int) -> Page[Message]:
        """What was said at `begin` <= … < `end` microseconds of the media, in that order. Raises InvalidInput."""
        start = keyset(cursor, int, int) or (begin, -1)
        rows = await self._db.all(store.replayed(guest.place.media_id, (start[0], start[1]), end, limit + 1))
        return Page.of(rows, limit, lambda one: (one.at or 0, one.seq))

    async def log(self, guest: Guest, cursor: str | None, limit: int) -> Page[Entry]:
        """Who did what, latest first, for moderators. Raises Forbidden, InvalidInput."""
        moderator(guest, writes=False)
        start = keyset(cursor, int)
        before = store.LAST if start is None else start[0]
        rows = await self._db.all(store.logged(guest.place.media_id, before, limit + 1))
        return Page.of(rows, limit, lambda one: (one.id,))

    def _say(self, tx: Transaction, guest: Guest, draft: Draft, mentions: Mapping[str, str]) -> Message:
        room = store.opened(tx, guest.place.media_id, guest.place.org_id)
        self.admit(tx, guest)
        for guard in self._guards:
            draft = guard.check(tx, room, guest, draft)
        if room.slow_seconds and guest.person_id is not None:
            check_slow(room, guest, tx.one(store.last_sent(room.id, guest.person_id)), tx.now)
        if draft.reply_to is not None:
            _there(guest, tx.one(store.message(draft.reply_to)))
        made = self.say(tx, guest, room, draft, mentions, None)
        for guard in self._guards:
            guard.said(tx, room, guest, draft, made)
        return made

    async def _read(self, guest: Guest, written: str) -> tuple[str, Mapping[str, str]]:
        """The text as it is kept, and the names of those who are mentioned in it."""
        said_text = resolved(clean_text(written), self._lobby.names(guest.place.media_id))
        ids = mentioned(said_text)[:MOST_MENTIONS]
        if not ids:
            return said_text, {}
        names = await self._people.names(ids)
        return said_text, {id_: names[id_] for id_ in ids if names.get(id_)}


def _there(guest: Guest, one: Message | None, *, gone: bool = False) -> Message:
    """A message of this room that this guest may know of; `gone`: one that was deleted too. Raises NotFound."""
    deleted = one is not None and one.state is State.DELETED
    if one is None or one.room_id != guest.place.media_id or (deleted and not gone):
        raise NotFound(text("There is no such message in this room."))
    if not deleted and not one.is_for(guest):
        raise NotFound(text("There is no such message in this room."))
    return one


def _check_room_for(tx: Transaction, one: Message, person_id: str, reaction: str) -> None:
    own = tx.all(store.own_reactions(one.id, person_id))
    full = len(one.reactions) >= MOST_REACTIONS and reaction not in one.reactions
    if reaction not in own and (len(own) >= MOST_OWN_REACTIONS or full):
        raise Conflict(text("This message has all the reactions it can have from you."))
