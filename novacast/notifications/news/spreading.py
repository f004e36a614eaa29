"""An occasion told to all whom it concerns, in the worker: so many in one short transaction, which also says how far it
came, so that whoever is killed is followed by the next exactly there."""

import asyncio
from collections.abc import Sequence
from functools import partial

from novacast.database import Database, Transaction
from novacast.jobs import NORMAL, JobQueue
from novacast.notifications.follows.store import followers
from novacast.notifications.kinds import Kind, Way
from novacast.notifications.news import store
from novacast.notifications.news.models import FOLLOWING, STAGES, News, Occasion
from novacast.notifications.news.ports import BoxOffice, Holder, Houses, People, Thing, Things
from novacast.notifications.news.telling import Teller, To

JOB = "notifications.spread"
BATCH = 10
"""People of one transaction: it keeps the server from writing for as long as it lasts, some 5 ms."""
REST = 0.01
"""Seconds between two of them, in which the server writes."""
BATCHES = 200
"""Of one run: then others have their turn."""


class Spreading:
    def __init__(
        self,
        db: Database,
        queue: JobQueue,
        teller: Teller,
        box_office: BoxOffice,
        people: People,
        houses: Houses,
        things: dict[Kind, Things],
    ) -> None:
        """`things`: of the kinds of occasions that are about one."""
        self._db, self._queue, self._teller, self._box_office = db, queue, teller, box_office
        self._people, self._houses, self._things = people, houses, things

    async def run(self, occasion_id: str) -> None:
        for _ in range(BATCHES):
            occasion = await self._db.one(store.occasion(occasion_id))
            if occasion is None or occasion.over:
                return
            some = await self._some(occasion)
            await self._db.write(partial(self._tell, occasion, some))
            await asyncio.sleep(REST)
        self._queue.enqueue(JOB, occasion_id, priority=NORMAL)

    async def _some(self, occasion: Occasion) -> Sequence[Holder | str]:
        """Whose turn it is: those with tickets, or ids of those who follow it."""
        if occasion.told in FOLLOWING:
            return await self._db.all(followers(occasion.things, occasion.after, BATCH))
        if occasion.told is Kind.TICKET_ON_AIR:
            return await self._box_office.of_programme(occasion.subject, occasion.after, BATCH)
        return await self._box_office.of_performance(occasion.subject, occasion.after, BATCH)

    def _tell(self, occasion: Occasion, some: Sequence[Holder | str], tx: Transaction) -> None:
        if tx.one(store.occasion(occasion.id)) != occasion:
            return  # another worker was here meanwhile
        thing = self._things[occasion.kind].thing(tx, occasion.subject) if occasion.kind in self._things else None
        news = self._news(tx, occasion, thing)
        if news is None:
            store.end(tx, occasion.id)
            return
        ways = frozenset[Way]()
        for one in some:
            to = self._to(tx, one, occasion, thing)
            if to is not None:
                ways |= self._teller.tell(tx, to, occasion.told, occasion.key, news)
        self._teller.wake(tx, ways)
        if len(some) == BATCH:
            store.go_on(tx, occasion.id, occasion.stage, _key(some[-1]))
        elif occasion.stage + 1 < len(STAGES[occasion.kind]):
            store.go_on(tx, occasion.id, occasion.stage + 1, "")
        else:
            store.end(tx, occasion.id)

    def _to(self, tx: Transaction, one: Holder | str, occasion: Occasion, thing: Thing | None) -> To | None:
        """None for whoever is gone, or may not see what is followed."""
        if isinstance(one, str):
            person = self._people.addressee(tx, one)
            return None if person is None or thing is None or not thing.shows(person.principal) else To(person)
        url = "" if occasion.told is Kind.TICKET_ON_AIR and one.person_id is not None else one.url
        if one.person_id is not None:
            person = self._people.addressee(tx, one.person_id)
            return None if person is None else To(person, url=url)
        return To(self._people.at(tx, one.email), one.email, one.language, url)

    def _news(self, tx: Transaction, occasion: Occasion, thing: Thing | None) -> News | None:
        """None: nobody needs to hear of it any more."""
        if thing is not None:
            return News(thing.title, thing.path, self._houses.name(tx, thing.org_id))
        night = None if occasion.kind in self._things else self._box_office.night(tx, occasion.subject)
        # One that was moved has an occasion of its own, at its new hour.
        if night is None or night.starts_at <= tx.now or not occasion.key.endswith(f":{night.starts_at}"):
            return None
        watch = "" if night.programme_id is None else f"/watch/{night.programme_id}"
        return News(
            night.title,
            "/account/tickets",
            starts_at=night.starts_at,
            timezone=night.timezone,
            venue=night.venue,
            watch=watch,
        )


def _key(one: Holder | str) -> str:
    return one if isinstance(one, str) else one.key
