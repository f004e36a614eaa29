"""What those who run a room do: announce, pin, slow it down, ask; and what everybody does with a question."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from novacast.chat import store
from novacast.chat.entrance import moderator, writer
from novacast.chat.flood import Flood
from novacast.chat.mediatime import MediaTime
from novacast.chat.messages import Messages
from novacast.chat.models import (
    LONGEST_POLL,
    LONGEST_SLOW,
    Draft,
    Guest,
    Kind,
    Message,
    Poll,
    Room,
    State,
    clean_options,
    clean_text,
)
from novacast.chat.rooms.events import set_up, voted
from novacast.clock import SECOND
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import text


class Steering:
    def __init__(self, db: Database, messages: Messages, flood: Flood, time: MediaTime) -> None:
        self._db, self._messages, self._flood, self._time = db, messages, flood, time

    async def announce(self, guest: Guest, written: str, then: Then[Message] | None = None) -> Message:
        """Said so that nobody misses it. Raises InvalidInput, Unauthenticated, Forbidden."""
        moderator(guest)
        writer(guest)
        at = self._time.of(guest.place, None)
        draft = Draft(clean_text(written), kind=Kind.ANNOUNCEMENT, at=at)

        def unit(tx: Transaction) -> Message:
            room = store.opened(tx, guest.place.media_id, guest.place.org_id)
            made = self._messages.say(tx, guest, room, draft, {}, None)
            store.log(tx, "announcement.made", room, actor_id=guest.person_id, message_id=made.id)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def set_slow(self, guest: Guest, seconds: int, then: Then[Room] | None = None) -> Room:
        """0: off. Raises InvalidInput, Unauthenticated, Forbidden."""
        moderator(guest)
        if not 0 <= seconds <= LONGEST_SLOW:
            message = text("Slow mode takes 0 to {most} seconds.", most=LONGEST_SLOW)
            raise InvalidInput.field("slow_seconds", message, "out_of_range")
        return await self._set(guest, {"slow_seconds": seconds}, "room.slowed", then)

    async def pin(self, guest: Guest, message_id: str | None, then: Then[Room] | None = None) -> Room:
        """None: nothing is pinned. Raises Unauthenticated, Forbidden, NotFound."""
        moderator(guest)
        action = "message.unpinned" if message_id is None else "message.pinned"
        return await self._set(guest, {"pinned": message_id}, action, then, message_id=message_id)

    async def ask(
        self,
        guest: Guest,
        question: str,
        options: Sequence[str],
        seconds: int | None,
        then: Then[Message] | None = None,
    ) -> Message:
        """Open a poll; the one before is closed by it. Raises InvalidInput, Unauthenticated, Forbidden."""
        moderator(guest)
        writer(guest)
        asked, answers = clean_text(question, "question"), clean_options(options)
        if seconds is not None and not 5 <= seconds <= LONGEST_POLL:
            raise InvalidInput.field("seconds", text("A poll is open 5 seconds to a day."), "out_of_range")
        draft = Draft(asked, kind=Kind.POLL, at=self._time.of(guest.place, None))

        def unit(tx: Transaction) -> Message:
            room = store.opened(tx, guest.place.media_id, guest.place.org_id)
            self._close(tx, room)
            closes_at = None if seconds is None else tx.now + seconds * SECOND
            poll = Poll(answers, (0,) * len(answers), closes_at)
            made = self._messages.say(tx, guest, room, draft, {}, poll)
            store.log(tx, "poll.opened", room, actor_id=guest.person_id, message_id=made.id)
            self.changed(tx, room.id, room.org_id, {"poll": made.id})
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def close_poll(self, guest: Guest, then: Then[Room] | None = None) -> Room:
        """No more votes; it goes from above the room. Repeatable. Raises Unauthenticated, Forbidden."""
        moderator(guest)

        def unit(tx: Transaction) -> Room:
            room = store.opened(tx, guest.place.media_id, guest.place.org_id)
            if room.poll is not None:
                self._close(tx, room)
                store.log(tx, "poll.closed", room, actor_id=guest.person_id, message_id=room.poll)
                room = self.changed(tx, room.id, room.org_id, {"poll": None})
            if then is not None:
                then(tx, room)
            return room

        return await self._db.write(unit)

    async def vote(self, guest: Guest, message_id: str, choice: int, then: Then[Message] | None = None) -> Message:
        """One's one vote, which may move while the poll is open. Raises InvalidInput, NotFound, Conflict."""
        person_id = writer(guest)
        self._flood.does(guest)

        def unit(tx: Transaction) -> Message:
            self._messages.admit(tx, guest)
            one = self._asked(tx, guest, message_id)
            poll = one.poll
            assert poll is not None
            if not poll.is_open(tx.now):
                raise Conflict(text("This poll is closed."))
            if not 0 <= choice < len(poll.options):
                raise InvalidInput.field("choice", text("The poll has no such answer."), "out_of_range")
            earlier = store.vote(tx, message_id, person_id, choice)
            if earlier != choice:
                one = self._count(tx, one, poll, choice, earlier)
            if then is not None:
                then(tx, one)
            return one

        return await self._db.write(unit)

    def _count(self, tx: Transaction, one: Message, poll: Poll, choice: int, earlier: int | None) -> Message:
        votes = list(poll.votes)
        votes[choice] += 1
        if earlier is not None:
            votes[earlier] -= 1
        seq = store.advance(tx, one.room_id)
        poll = replace(poll, votes=tuple(votes))
        store.set_poll(tx, one.id, seq, poll)
        after = replace(one, poll=poll, changed_seq=seq)
        self._messages.tell(tx, voted(after), one.room_id)
        return after

    @staticmethod
    def _asked(tx: Transaction, guest: Guest, message_id: str) -> Message:
        one = tx.one(store.message(message_id))
        if one is None or one.room_id != guest.place.media_id or one.state is not State.SHOWN or one.poll is None:
            raise NotFound(text("There is no such poll in this room."))
        return one

    def _close(self, tx: Transaction, room: Room) -> None:
        """What is being voted on."""
        one = None if room.poll is None else tx.one(store.message(room.poll))
        if one is None or one.poll is None or one.poll.closed_at is not None or one.state is not State.SHOWN:
            return
        seq = store.advance(tx, room.id)
        poll = replace(one.poll, closed_at=tx.now)
        store.set_poll(tx, one.id, seq, poll)
        self._messages.tell(tx, voted(replace(one, poll=poll, changed_seq=seq)), room.id)

    async def _set(
        self,
        guest: Guest,
        columns: Mapping[str, Any],
        action: str,
        then: Then[Room] | None,
        *,
        message_id: str | None = None,
    ) -> Room:
        def unit(tx: Transaction) -> Room:
            room = store.opened(tx, guest.place.media_id, guest.place.org_id)
            one = None if message_id is None else tx.one(store.message(message_id))
            if message_id is not None and (one is None or one.room_id != room.id or one.state is not State.SHOWN):
                raise NotFound(text("There is no such message in this room."))
            before = {"before": {name: getattr(room, name) for name in columns}}
            detail = before if message_id is not None else {**columns, **before}
            store.log(tx, action, room, actor_id=guest.person_id, message_id=message_id, detail=detail)
            after = self.changed(tx, room.id, room.org_id, columns)
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    def changed(self, tx: Transaction, room_id: str, org_id: str, columns: Mapping[str, Any]) -> Room:
        """The room with `columns` set, told as it is then."""
        store.opened(tx, room_id, org_id)
        store.advance(tx, room_id)
        if columns:
            store.set_room(tx, room_id, columns)
        after = store.opened(tx, room_id, org_id)
        pinned = None if after.pinned is None else tx.one(store.message(after.pinned))
        asked = None if after.poll is None else tx.one(store.message(after.poll))
        self._messages.tell(tx, set_up(after, pinned, asked), room_id)
        return after
