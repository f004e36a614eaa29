"""Switches as people set them, and as a link in a mail turns one off."""

from collections.abc import Mapping, Sequence

from novacast.database import Database, Transaction
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.identity import Principal, person_of
from novacast.notifications.choices import store
from novacast.notifications.choices.links import Subscription, UnsubscribeLinks
from novacast.notifications.choices.ports import Operates
from novacast.notifications.kinds import RULES, Kind, Rule, Way
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Switches:
    """Of one kind: what is on of what there is."""

    kind: Kind
    rule: Rule
    on: frozenset[Way]


Wishes = Mapping[tuple[Kind, Way], bool]


class Choices:
    def __init__(self, db: Database, links: UnsubscribeLinks, operates: Operates) -> None:
        self._db, self._links, self._operates = db, links, operates

    async def show(self, principal: Principal) -> Sequence[Switches]:
        """Of every kind that may concern them, in the order of the page. Raises Unauthenticated."""
        person_id = person_of(principal)
        chosen, runs = await self._db.all(store.of_reader(person_id)), await self._operates(person_id)
        return [
            Switches(kind, rule, store.applied(kind, chosen))
            for kind, rule in RULES.items()
            if kind is not Kind.SERVER or runs
        ]

    async def choose(self, principal: Principal, wishes: Wishes) -> Sequence[Switches]:
        """All of it or nothing. Raises Unauthenticated, InvalidInput for what can't be switched."""
        person_id = person_of(principal)
        for kind, way in wishes:
            if not RULES[kind].switchable(way):
                message = text("“{kind}” can't be switched by the way {way}.", kind=RULES[kind].name, way=way.value)
                raise InvalidInput.field(f"{kind.value}.{way.value}", message, "fixed")

        def unit(tx: Transaction) -> None:
            for (kind, way), wanted in wishes.items():
                store.choose(tx, person_id, kind, way, wanted=wanted)

        await self._db.write(unit)
        return await self.show(principal)

    async def by_link(self, token: str) -> tuple[Subscription, bool]:
        """What a mail's link is about, and whether such mails are still on. Changes nothing. Raises Unauthenticated."""
        found = self._links.read(token)
        chosen = await self._db.all(store.of_reader(found.reader))
        return found, Way.MAIL in store.applied(found.kind, chosen)

    async def turn(self, token: str, *, on: bool) -> Subscription:
        """Mails of this kind off, or on again; nobody has to log in (RFC 8058, 3.2). Repeatable. Raises
        Unauthenticated."""
        found = self._links.read(token)
        await self._db.write(lambda tx: store.choose(tx, found.reader, found.kind, Way.MAIL, wanted=on))
        return found
