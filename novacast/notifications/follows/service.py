"""Following, as people do it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from novacast.database import Database, Transaction
from novacast.errors import Conflict, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal, person_of
from novacast.notifications.follows import store
from novacast.notifications.follows.models import MOST, Followed, Named
from novacast.notifications.follows.ports import Nameable

_LOG_IN = text("Log in to follow it.")


class Follows:
    def __init__(self, db: Database, things: Mapping[Followed, Nameable]) -> None:
        self._db, self._things = db, things

    async def show(self, principal: Principal, kind: Followed, thing_id: str) -> tuple[str, bool]:
        """Its name, and whether they follow it. Raises NotFound, Unauthenticated."""
        person_id = person_of(principal, _LOG_IN)
        name = await self._things[kind].name(principal, thing_id)
        return name, await self._db.one(store.one(person_id, kind, thing_id)) is not None

    async def follow(self, principal: Principal, kind: Followed, thing_id: str) -> None:
        """Repeatable. Raises NotFound, Unauthenticated, Conflict for one too many."""
        person_id = person_of(principal, _LOG_IN)
        await self._things[kind].name(principal, thing_id)

        def unit(tx: Transaction) -> None:
            if (tx.one(store.count(person_id)) or 0) >= MOST:
                raise Conflict(text("You follow {most} things already. Leave one first.", most=MOST))
            store.add(tx, person_id, kind, thing_id)

        await self._db.write(unit)

    async def leave(self, principal: Principal, kind: Followed, thing_id: str) -> None:
        """Repeatable, also of what is gone. Raises Unauthenticated."""
        person_id = person_of(principal, _LOG_IN)
        await self._db.write(lambda tx: store.remove(tx, person_id, kind, thing_id))

    def path(self, kind: Followed, thing_id: str) -> str:
        """Of its page; empty: it has none."""
        return self._things[kind].path(thing_id)

    async def listed(self, principal: Principal) -> Sequence[Named]:
        """What is there still and for their eyes, the latest first. Raises Unauthenticated."""
        found: list[Named] = []
        for one in await self._db.all(store.of_person(person_of(principal))):
            with suppress(NotFound, Unauthenticated):
                things = self._things[one.kind]
                found.append(Named(one, await things.name(principal, one.thing_id), things.path(one.thing_id)))
        return found
