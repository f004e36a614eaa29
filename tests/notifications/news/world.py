"""A house whose box office sells, whose channel goes on air, and whose people are told of it: all of it on one real
database, with a push service that decrypts what it is sent."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from typing import Any

from novacast import outbox
from novacast.accounts.operators.service import runs
from novacast.accounts.organizations.owners import Houses, Owners
from novacast.accounts.people.service import Addressees
from novacast.database import Query, Transaction
from novacast.folder import DataFolder
from novacast.identity import Principal
from novacast.jobs import JobQueue, connect
from novacast.live.announcing import AnnouncedProgrammes, FollowedChannels
from novacast.live.channels import store as channels
from novacast.live.facts import tell
from novacast.live.models import Channel, PassThrough, Programme, ProgrammeState, on_standby
from novacast.live.programmes import store as programmes
from novacast.live.recording.store import clipped
from novacast.notifications import store as mails
from novacast.notifications.follows.models import Followed
from novacast.notifications.news import store
from novacast.notifications.news.services import Around, NewsServices, news_services
from novacast.notifications.services import NotificationServices, notification_services
from novacast.outbox import Event
from novacast.settings import Jobs, Notifications, Server, Settings
from novacast.tickets.audience.service import TicketAudience
from novacast.visibility import Visibility
from novacast.vods.announcing import AnnouncedVideos
from novacast.web.courier import Courier
from tests.notifications.news.pushing import PushService
from tests.tickets.box import ORG, OTHER_ORG, Box

CHANNEL = Channel(
    id="channel1", org_id=ORG, owner_id=None, name="Main hall", description="", visibility=Visibility.PUBLIC,
    profile="low", heights=(360,), pass_through=PassThrough.AUTO, return_seconds=60, record=False, dvr=True,
    keep_source=False, slate=None, poster=None, created_at=0, updated_at=0,
)  # fmt: skip
VIDEO = """INSERT INTO videos (id, org_id, title, description, language, visibility, state, created_at, updated_at,
    published_at, edition, source_name, source_bytes, has_poster, has_storyboard)
    VALUES (?1, ?2, 'A film', '', '', ?3, 'ready', ?4, ?4, ?4, 'e', 'a.mp4', 1, 0, 0)"""
"""Its id, whose it is, who is shown it, and since when."""
SENT = Query("SELECT to_address, template FROM mail ORDER BY to_address, rowid", (), lambda row: (row[0], row[1]))


@dataclass(frozen=True)
class Named:
    by: str
    title: str


@dataclass
class Rooms:
    """Who is in which room, and what may be read there."""

    there: set[tuple[str, str]] = field(default_factory=set)
    shown: bool = True

    def present(self, room_id: str, person_id: str) -> bool:
        return (room_id, person_id) in self.there

    async def seen(self, principal: Principal, message_id: str, room_id: str) -> Named | None:
        return Named("Olga", "First night") if self.shown else None


@dataclass
class World:
    box: Box
    own: NewsServices
    mail: NotificationServices
    folder: DataFolder
    rooms: Rooms
    service: PushService
    again: Any
    """The same on the same database, as after a crash."""

    async def write(self, unit: Any) -> Any:
        return await self.box.db.write(unit)

    async def follow(self, *people: str, thing: str = ORG, kind: Followed = Followed.ORGANIZATION) -> None:
        for one in people:
            await self.own.follows.follow(Principal(person_id=one), kind, thing)

    async def on_air(self, id_: str = "programme1", visibility: Visibility = Visibility.PUBLIC, **more: Any) -> Event:
        """It goes on air: the fact, heard."""
        made = on_standby(CHANNEL, id_, None, "First night", self.box.clock.now(), visibility=visibility)
        made = replace(made, state=ProgrammeState.ON_AIR, started_at=self.box.clock.now(), **more)

        def unit(tx: Transaction) -> None:
            if tx.one(programmes.by_id(id_)) is None:
                programmes.add(tx, made)
            tell(tx, "programme.on_air", made)

        await self.write(unit)
        return await self.heard()

    async def moves(self, state: ProgrammeState, id_: str = "programme1") -> Programme:
        now = self.box.clock.now()
        at = {
            "interrupted_at": now if state is ProgrammeState.INTERRUPTED else None,
            "ended_at": now if state is ProgrammeState.ENDED else None,
        }
        await self.write(lambda tx: programmes.change(tx, id_, {"state": state, **at}))
        found = await self.box.db.one(programmes.by_id(id_))
        assert found is not None
        return found

    async def heard(self) -> Event:
        """Everything that was ever told, once more; the last of it."""
        facts = await self.box.db.all(outbox.after(0, 100_000))
        for fact in facts:
            for one in (self.own.hearing, self.own.mentions, self.own.browsers):
                await one.hear(fact)
        return facts[-1]

    async def spread(self) -> None:
        while some := await self.box.db.all(store.unfinished(10)):
            for occasion in some:
                await self.own.spreading.run(occasion)

    async def queued(self) -> Sequence[tuple[str, str]]:
        return await self.box.db.all(SENT)

    async def mailed(self) -> list[EmailMessage]:
        """All that are to be mailed, mailed: in the order of their files."""
        while await self.box.db.all(mails.waiting(self.box.clock.now() + 60_000_000, 1)):
            await self.mail.post.run()
            self.box.clock.advance(5)
        files = sorted(self.folder.mail.glob("*.eml"))
        return [message_from_bytes(one.read_bytes(), _class=EmailMessage, policy=default) for one in files]

    async def allow(self, person_id: str, **more: Any) -> Any:
        """A browser of theirs, subscribed at the push service."""
        browser = self.service.subscribe(**more)
        who = Principal(person_id=person_id, session_id=f"s-{person_id}")
        await self.own.browsers.allow(who, browser.endpoint, browser.p256dh, browser.auth, "Firefox")
        return browser


@asynccontextmanager
async def open_world(box: Box, folder: DataFolder, **own: Any) -> AsyncIterator[World]:
    queue = JobQueue(connect(Jobs(), folder.queue))
    settings = Settings(
        data=folder.root,
        server=Server(port=0, public_url="https://venue.example"),
        notifications=Notifications(**{"mails_per_minute": 60_000, "push_allowed": ("127.0.0.1",), **own}),
    )
    mail, rooms, db = notification_services(box.db, queue, box.clock, settings, folder), Rooms(), box.db
    around = Around(
        people=Addressees(),
        houses=Owners(),
        box_office=TicketAudience(db, box.own.papers),
        programmes=AnnouncedProgrammes(),
        videos=AnnouncedVideos(clipped),
        rooms=rooms,
        channels=FollowedChannels(db),
        organizations=Houses(db),
        operates=partial(runs, db),
        sender=Courier,
    )
    await db.write(_house)
    async with PushService.running() as service:
        made = partial(news_services, db, settings, folder, mail, queue, around)
        try:
            yield World(box, made(), mail, folder, rooms, service, made)
        finally:
            await queue.close()


def _house(tx: Any) -> None:
    for org in (ORG, OTHER_ORG):
        tx.insert("organizations", id=org, slug=org, name=f"House {org}", description="", created_at=0, updated_at=0)
    for name in ("ada", "ben", "cleo", "owner"):
        add_person(tx, name)
    tx.insert("memberships", org_id=ORG, person_id="owner", role="owner", created_at=0)
    channels.add(tx, CHANNEL)


def add_person(tx: Any, name: str, language: str = "en") -> None:
    address = f"{name}@example.org"
    own = {"language": language, "password": "", "created_at": 0, "updated_at": 0}
    tx.insert("people", id=name, email=address, email_key=address, name=name.title(), **own)
