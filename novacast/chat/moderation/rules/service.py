"""Reading and setting rules; who is in a room is told at once what holds there now."""

from collections.abc import Mapping
from typing import Any

from novacast.chat.models import Entry, Guest
from novacast.chat.moderation.authority import Authority, Chair, reader
from novacast.chat.moderation.journal import Journal
from novacast.chat.moderation.rules import store
from novacast.chat.moderation.rules.models import cleaned
from novacast.chat.moderation.rules.store import Layers
from novacast.chat.rooms.lobby import Lobby
from novacast.chat.steering import Steering
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.tasks import TaskGroup


class RuleBook:
    def __init__(self, db: Database, steering: Steering, lobby: Lobby, authority: Authority, journal: Journal) -> None:
        self._db, self._steering, self._lobby = db, steering, lobby
        self._authority, self._journal = authority, journal
        self._tasks = TaskGroup("rules of rooms")

    async def close(self) -> None:
        await self._tasks.close()

    async def show(self, chair: Chair) -> Layers:
        """Raises Unauthenticated, Forbidden, NotFound."""
        reader(chair)
        found = await self._db.one(store.layers(chair.org_id, chair.room_id))
        assert found is not None, "an aggregate is always there"
        return found

    async def wants_devices(self, guest: Guest) -> bool:
        found = await self._db.one(store.layers(guest.place.org_id, guest.place.media_id))
        return found is not None and found.rules.device_bans and not guest.moderates

    async def change(self, chair: Chair, changes: Mapping[str, Any], then: Then[Layers] | None = None) -> Layers:
        """None takes a rule back: what the organization has, or nothing. Raises InvalidInput, Unauthenticated,
        Forbidden, NotFound."""
        wanted = cleaned(changes)

        def unit(tx: Transaction) -> Layers:
            self._authority.demand(tx, chair)
            self.set(tx, chair, wanted)
            after = store.layers_of(tx, chair.org_id, chair.room_id)
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    def set(self, tx: Transaction, chair: Chair, wanted: Mapping[str, Any]) -> Entry | None:
        """None where nothing changes."""
        layers = store.layers_of(tx, chair.org_id, chair.room_id)
        own = dict(layers.room if chair.room_id else layers.org)
        before = {name: own.get(name) for name in wanted if own.get(name) != wanted[name]}
        if not before:
            return None
        after = {name: wanted[name] for name in before}
        own = {name: value for name, value in {**own, **after}.items() if value is not None}
        store.put(tx, chair.org_id, chair.room_id, own)
        made = self._journal.write(tx, chair, "rules.changed", detail={"before": before, "after": after})
        if {"who", "links"} & before.keys():
            self._tell(tx, chair)
        return made

    def restore(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        """As it was before that entry. Raises Conflict where somebody changed it since."""
        layers = store.layers_of(tx, chair.org_id, chair.room_id)
        own = layers.room if chair.room_id else layers.org
        before, after = entry.detail["before"], entry.detail["after"]
        if any(own.get(name) != value for name, value in after.items()):
            raise Conflict(text("These rules were changed again since. Set them as you want them."))
        made = self.set(tx, chair, before)
        assert made is not None, "what is taken back changed something"
        return made

    def _tell(self, tx: Transaction, chair: Chair) -> None:
        """Those who are in the room, or in any of the organization's."""
        if chair.room_id:
            self._steering.changed(tx, chair.room_id, chair.org_id, {})
        else:
            tx.after_commit(lambda: self._tasks.start(self._spread(chair.org_id), chair.org_id))

    async def _spread(self, org_id: str) -> None:
        live = [room.id for room in self._lobby if any(one.guest.place.org_id == org_id for one in room.members)]
        for room_id in live:
            await self._db.write(lambda tx, one=room_id: self._steering.changed(tx, one, org_id, {}))  # type: ignore[misc]  # default binds the loop's value
