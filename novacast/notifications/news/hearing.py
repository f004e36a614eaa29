"""From facts and from the clock to occasions; and mentions, of which one person hears at once."""

from collections.abc import Mapping

from novacast.clock import HOUR, MINUTE
from novacast.database import Database, Transaction
from novacast.jobs import NORMAL, JobQueue
from novacast.notifications.kinds import Kind
from novacast.notifications.news import store
from novacast.notifications.news.models import REMEMBERED, News
from novacast.notifications.news.ports import BoxOffice, Night, People, Rooms, Things
from novacast.notifications.news.spreading import JOB
from novacast.notifications.news.telling import Teller, To
from novacast.outbox import Event
from novacast.settings import Notifications

WINDOW = 15 * MINUTE
"""Somebody who is named again in the same room within that is not told again."""
MOST_NIGHTS = 1000
"""Performances that begin within hours of each other and are looked at in one sweep."""


class Hearing:
    """A durable subscriber of the outbox."""

    def __init__(
        self,
        db: Database,
        queue: JobQueue,
        settings: Notifications,
        programmes: Things,
        videos: Things,
        box_office: BoxOffice,
    ) -> None:
        self._db, self._queue, self._programmes, self._videos = db, queue, programmes, videos
        self._box_office = box_office
        self._early, self._late = settings.day_before_hours * HOUR, settings.hour_before_minutes * MINUTE

    async def hear(self, fact: Event) -> None:
        if fact.topic == "programme.on_air":
            await self._db.write(lambda tx: self._on_air(tx, fact.subject))
        elif fact.topic == "video.published" or (fact.topic == "video.changed" and fact.payload["visibility_changed"]):
            await self._db.write(lambda tx: self._video(tx, fact.subject))

    async def sweep(self) -> None:
        """Events that come near; occasions whose wake-up was lost; what is long over goes."""
        now = self._db.clock.now()
        # Whoever buys on the last day knows the hour, and a sweep that was late by half a day is too late.
        await self._remind(Kind.EVENT_DAY, now + self._early // 2, now + self._early)
        await self._remind(Kind.EVENT_HOUR, now, now + self._late)
        for occasion_id in await self._db.all(store.unfinished(50)):
            self._queue.enqueue(JOB, occasion_id, priority=NORMAL)
        await self._db.write(lambda tx: store.prune_occasions(tx, tx.now - REMEMBERED))

    async def _remind(self, kind: Kind, after: int, until: int) -> None:
        near = {_key(kind, one): one for one in await self._box_office.beginning(after, until, MOST_NIGHTS)}
        if not near:
            return
        known = set(await self._db.all(store.known(near.keys())))
        new = {key: one for key, one in near.items() if key not in known}
        if new:
            await self._db.write(lambda tx: self._begin_all(tx, kind, new))

    def _begin_all(self, tx: Transaction, kind: Kind, nights: Mapping[str, Night]) -> None:
        for key, one in nights.items():
            self._begin(tx, kind, one.id, key)

    def _on_air(self, tx: Transaction, programme_id: str) -> None:
        """An encoder that drops and returns makes no other occasion, and neither does a restart."""
        thing = self._programmes.thing(tx, programme_id)
        if thing is not None:
            self._begin(tx, Kind.ON_AIR, programme_id, _of_programme(programme_id), *thing.followed)

    def _video(self, tx: Transaction, video_id: str) -> None:
        """A recording is no news to those who were told when it went on air."""
        thing = self._videos.thing(tx, video_id)
        if thing is not None and thing.findable and not tx.all(store.known([_of_programme(video_id)])):
            self._begin(tx, Kind.VIDEO, video_id, f"{Kind.VIDEO.value}:{video_id}", *thing.followed)

    def _begin(self, tx: Transaction, kind: Kind, subject: str, key: str, *things: str) -> None:
        made = store.begin(tx, kind, subject, key, things)
        if made is not None:
            self._queue.enqueue_after(tx, JOB, made, priority=NORMAL)


class MentionHearing:
    """A durable subscriber of the outbox."""

    def __init__(self, db: Database, teller: Teller, people: People, rooms: Rooms) -> None:
        self._db, self._teller, self._people, self._rooms = db, teller, people, rooms

    async def hear(self, fact: Event) -> None:
        if fact.topic != "chat.mentioned":
            return
        room_id = str(fact.payload["room"])
        for person_id in fact.payload["people"]:
            if not self._rooms.present(room_id, person_id):
                await self._one(fact, room_id, person_id)

    async def _one(self, fact: Event, room_id: str, person_id: str) -> None:
        person = await self._db.write(lambda tx: self._people.addressee(tx, person_id))
        if person is None:
            return
        mention = await self._rooms.seen(person.principal, fact.subject, room_id)
        if mention is None:
            return
        key = f"{Kind.MENTION.value}:{room_id}:{fact.at // WINDOW}"
        news = News(mention.title, f"/watch/{room_id}", name=mention.by)

        def unit(tx: Transaction) -> None:
            self._teller.wake(tx, self._teller.tell(tx, To(person), Kind.MENTION, key, news))

        await self._db.write(unit)


def _of_programme(programme_id: str) -> str:
    return f"{Kind.ON_AIR.value}:{programme_id}"


def _key(kind: Kind, night: Night) -> str:
    return f"{kind.value}:{night.id}:{night.starts_at}"
