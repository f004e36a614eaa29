"""Messages with a mark that says what was given. Fits tickets' `Rooms` without knowing of it."""

from dataclasses import replace
from typing import Protocol

from novacast.chat import store
from novacast.chat.entrance import Entrance, writer
from novacast.chat.mediatime import MediaTime
from novacast.chat.messages import Guard, Messages
from novacast.chat.models import GIFT, Badge, Draft, Guest, Message, State, clean_text
from novacast.chat.rooms.events import said
from novacast.clock import Clock
from novacast.database import Database, Transaction
from novacast.errors import Forbidden, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import SYSTEM, Principal
from novacast.records import dataclass

WORDLESS = "♥"


class Gift(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def person_id(self) -> str | None: ...
    @property
    def name(self) -> str: ...
    @property
    def media_id(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def at(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class GiftPlace:
    media_id: str
    org_id: str
    title: str


class Gifts:
    def __init__(self, db: Database, clock: Clock, entrance: Entrance, messages: Messages, guards: list[Guard]) -> None:
        self._db, self._entrance, self._messages, self._guards = db, entrance, messages, guards
        self._time = MediaTime(clock)

    async def welcome(self, principal: Principal, media_id: str) -> GiftPlace:
        """Where somebody may write now, so that what they give can be shown. Raises NotFound, Unauthenticated,
        Forbidden."""
        guest = await self._entrance.enter(principal, media_id)
        writer(guest)
        if guest.silenced is not None:
            raise Forbidden(text("You may not write in this room, so nothing that you give could be shown."))
        return GiftPlace(guest.place.media_id, guest.place.org_id, guest.place.title)

    async def say(self, gift: Gift, mark: str) -> str | None:
        """Its message, said now, with what was given in words; the same one however often. None where it can't be: the
        room is gone, or its giver may not write there any more."""
        guest = await self._giver(gift)
        if guest is None or gift.person_id is None:
            return None
        person_id, key = gift.person_id, f"gift:{gift.id}"
        draft = Draft(clean_text(gift.words or WORDLESS), at=self._time.of(guest.place, gift.at), key=key)
        await self._messages.prepare(guest)

        def unit(tx: Transaction) -> Message:
            return tx.one(store.by_key(person_id, key)) or self._say(tx, guest, draft, mark)

        try:
            return (await self._db.write(unit)).id
        except Forbidden:
            return None

    async def mark(self, message_id: str, mark: str) -> None:
        """It stands out again, as when it was said. Repeatable."""
        await self._badged(message_id, Badge(GIFT, mark))

    async def unmark(self, message_id: str) -> None:
        """What was given was given back: its words stay, and stand out no more. Repeatable."""
        await self._badged(message_id)

    async def _badged(self, message_id: str, *gifts: Badge) -> None:
        def unit(tx: Transaction) -> None:
            before = tx.one(store.message(message_id))
            if before is None:
                return
            badges = (*(one for one in before.badges if one.kind != GIFT), *gifts)
            if badges == before.badges:
                return
            after = replace(before, badges=badges, changed_seq=store.advance(tx, before.room_id))
            store.set_badges(tx, after)
            if before.state is not State.DELETED:
                self._messages.tell(tx, said(after), before.room_id)

        await self._db.write(unit)

    def _say(self, tx: Transaction, guest: Guest, draft: Draft, mark: str) -> Message:
        """As others are, but for how often: it was paid for."""
        room = store.opened(tx, guest.place.media_id, guest.place.org_id)
        self._messages.admit(tx, guest)
        for guard in self._guards:
            draft = guard.check(tx, room, guest, draft)
        marked = replace(guest, badges=(*guest.badges, Badge(GIFT, mark)))
        made = self._messages.say(tx, marked, room, draft, {}, None)
        for guard in self._guards:
            guard.said(tx, room, marked, draft, made)
        return made

    async def _giver(self, gift: Gift) -> Guest | None:
        """As they are now. Whoever came in by a role that is not looked up here was let in when they gave."""
        giver = Principal(gift.person_id, "gift", gift.name)
        try:
            guest = await self._entrance.enter(giver, gift.media_id)
        except (NotFound, Unauthenticated):
            try:
                house = await self._entrance.enter(SYSTEM, gift.media_id)
            except NotFound:
                return None
            guest = replace(house, principal=giver, name=gift.name, badges=(), moderates=False)
        except Forbidden:
            return None
        return guest if guest.place.open and guest.silenced is None else None
