"""Who is in a room, and what is known of somebody there, for those who moderate it."""

from collections.abc import Mapping, Sequence

from novacast.chat.models import Badge, Entry, Message, Silenced
from novacast.chat.moderation.authority import Chair, reader
from novacast.chat.moderation.ports import Standing, Standings
from novacast.chat.moderation.records import store as records
from novacast.chat.moderation.sanctions import store as sanctions
from novacast.chat.moderation.sanctions.models import Sanction
from novacast.chat.ports import People
from novacast.chat.rooms.lobby import Lobby
from novacast.clock import Clock
from novacast.database import Database, Page, keyset
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.records import dataclass

LATEST = 20
"""Messages on somebody's card."""
RECORD = 50


@dataclass(frozen=True, slots=True)
class Present:
    id: str
    name: str
    badges: tuple[Badge, ...]
    moderates: bool
    connections: int
    silenced: Silenced | None


@dataclass(frozen=True, slots=True)
class Card:
    id: str
    standing: Standing
    said: records.Said
    latest: Sequence[Message]
    sanctions: Sequence[Sanction]


class RoomPeople:
    def __init__(self, db: Database, clock: Clock, lobby: Lobby, people: People, standings: Standings) -> None:
        self._db, self._clock, self._lobby, self._people = db, clock, lobby, people
        self._standings = standings

    def present(self, chair: Chair, cursor: str | None, limit: int) -> Page[Present]:
        """Who is there with a name, by their ids. Raises Unauthenticated, Forbidden, InvalidInput."""
        reader(chair)
        start = keyset(cursor, str)
        behind = "" if start is None else start[0]
        theirs = next((room.by_person for room in self._lobby if room.id == chair.room_id), {})
        ids = sorted(id_ for id_ in theirs if id_ > behind)[: limit + 1]
        found = []
        for id_ in ids:
            guest = next(iter(theirs[id_])).guest
            found.append(Present(id_, guest.name, guest.badges, guest.moderates, len(theirs[id_]), guest.silenced))
        return Page.of(found, limit, lambda one: (one.id,))

    async def card(self, chair: Chair, person_id: str) -> Card:
        """Raises Unauthenticated, Forbidden, NotFound."""
        reader(chair)
        standing = await self._db.write(lambda tx: self._standings.standing(tx, person_id, chair.org_id))
        async with self._db.snapshot() as view:
            said = await view.one(records.said(person_id, chair.room_id))
            latest = await view.all(records.latest(person_id, chair.room_id, LATEST))
            found = await view.all(sanctions.on_record(person_id, chair.org_id, RECORD))
            known = await view.all(sanctions.marks(one.id for one in found))
        here = any(person_id in room.by_person for room in self._lobby if room.id == chair.room_id)
        # Of people who have nothing to do with the room moderators are told nothing.
        if standing is None or said is None or not (here or latest or found):
            raise NotFound(text("There is no such person."))
        return Card(person_id, standing, said, latest, sanctions.with_marks(found, known))

    async def names(self, ids: Sequence[str | None]) -> Mapping[str, str]:
        wanted = sorted({one for one in ids if one})
        return await self._people.names(wanted) if wanted else {}

    async def names_in(self, entries: Sequence[Entry]) -> Mapping[str, str]:
        return await self.names([id_ for one in entries for id_ in (one.actor_id, one.person_id)])
