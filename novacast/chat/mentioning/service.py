"""A fact of each message that names people, and what the rest of the house may ask about it."""

from novacast import outbox
from novacast.chat import store
from novacast.chat.entrance import Entrance
from novacast.chat.models import Draft, Entry, Guest, Message, Room, State
from novacast.chat.rooms.lobby import Lobby
from novacast.database import Database, Transaction
from novacast.errors import Forbidden, NotFound, Unauthenticated
from novacast.identity import Principal
from novacast.records import dataclass

MENTIONED = "chat.mentioned"
"""Leaves the machine for nobody: who is named is the business of those who may be in the room."""


def tell(tx: Transaction, made: Message) -> None:
    """Whom it names, once it is shown: when it is said, changed, or let through by a moderator. Nobody is told twice of
    one message, as whoever hears it goes by the instant when it was said."""
    named = [one for one in made.mentions if one != made.person_id]
    if named and made.state is State.SHOWN:
        outbox.emit(tx, MENTIONED, made.id, outbox.INTERNAL, room=made.room_id, people=named, said_at=made.sent_at)


class MentionFacts:
    """Fits `messages.Guard`: it lets everybody say everything, and writes down who is named."""

    async def prepare(self, guest: Guest) -> None:
        """Nothing takes time here."""

    def admit(self, tx: Transaction, guest: Guest) -> None:
        """Everybody."""

    def check(self, tx: Transaction, room: Room, guest: Guest, draft: Draft) -> Draft:
        return draft

    def said(self, tx: Transaction, room: Room, guest: Guest, draft: Draft, made: Message) -> None:
        """Not of what is held, nor of what somebody writes about themselves."""
        tell(tx, made)

    def outrank(self, tx: Transaction, guest: Guest, person_id: str) -> None:
        """No rank is looked at here."""

    def noted(self, tx: Transaction, entry: Entry) -> None:
        """Deeds name nobody."""


@dataclass(frozen=True, slots=True)
class Mention:
    by: str
    """Whoever wrote it, as it was called then."""
    title: str
    """Of what is watched."""


class Mentions:
    """Fits notifications' port of this name."""

    def __init__(self, db: Database, lobby: Lobby, entrance: Entrance) -> None:
        self._db, self._lobby, self._entrance = db, lobby, entrance

    def present(self, room_id: str, person_id: str) -> bool:
        """Whether they are in the room at this moment, by whatever connection."""
        return any(room.id == room_id and person_id in room.by_person for room in self._lobby)

    async def seen(self, principal: Principal, message_id: str, room_id: str) -> Mention | None:
        """As this principal sees it; None where it is gone, or they may not read there."""
        message = await self._db.one(store.message(message_id))
        if message is None or message.state is not State.SHOWN:
            return None
        try:
            guest = await self._entrance.enter(principal, room_id)
        except (NotFound, Forbidden, Unauthenticated):
            return None
        return Mention(message.name, guest.place.title)
