"""The rows of live on a real database."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import ClientSession

from novacast import outbox
from novacast.accounts.people.service import Addressees
from novacast.clock import MINUTE
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.identity import Principal, Role, new_id
from novacast.jobs import JobQueue, connect
from novacast.limits import RateLimiter
from novacast.live.airing import Airing
from novacast.live.channels import store as channels
from novacast.live.ingest import Hello
from novacast.live.keys import store as keys
from novacast.live.models import Channel, FeedRole, PassThrough, Programme, ProgrammeState, StreamKey, Wanted
from novacast.live.programmes import store as programmes
from novacast.live.reminders.ports import Post
from novacast.live.services import LiveServices, live_services
from novacast.notifications.services import notification_services
from novacast.security.keys import digest
from novacast.settings import Live, Settings
from novacast.tables import MIGRATIONS
from novacast.visibility import Visibility
from novacast.vods.ports import Records
from novacast.vods.services import vod_services
from tests.databases import migrated
from tests.fakes.clock import FakeClock

ORG, OTHER_ORG = "org1", "org2"
Ask = Callable[..., Awaitable[tuple[int, Any]]]
EARLY = 30 * MINUTE


def person(name: str, role: Role | None = None, org: str = ORG) -> Principal:
    return Principal(person_id=name, session_id=f"s-{name}", name=name, roles={org: role} if role else {})


OWNER = person("owner", Role.OWNER)
MANAGER = person("manager", Role.MANAGER)
PRODUCER = person("producer", Role.PRODUCER)
MODERATOR = person("moderator", Role.MODERATOR)
DOOR = person("door", Role.DOOR)
OUTSIDER = person("outsider", Role.OWNER, OTHER_ORG)
GUEST = person("guest")
STRANGER = Principal()

CHANNEL = Channel(
    id="channel1",
    org_id=ORG,
    owner_id="owner",
    name="Main hall",
    description="",
    visibility=Visibility.PUBLIC,
    profile="low",
    heights=(360, 720),
    pass_through=PassThrough.AUTO,
    return_seconds=120,
    record=True,
    dvr=True,
    keep_source=False,
    slate=None,
    poster=None,
    created_at=0,
    updated_at=0,
)
PROGRAMME = Programme(
    id="programme1",
    channel_id="channel1",
    org_id=ORG,
    owner_id="producer",
    title="First night",
    description="",
    language="",
    visibility=Visibility.PUBLIC,
    state=ProgrammeState.PLANNED,
    planned_start=1_000 * MINUTE,
    planned_end=None,
    started_at=None,
    interrupted_at=None,
    ended_at=None,
    wanted=Wanted.AUTO,
    wanted_end=False,
    poster=None,
    peak_viewers=0,
    created_at=0,
    updated_at=0,
)


def hello(key: str, address: str = "192.0.2.1", protocol: str = "rtmp") -> Hello:
    return Hello(protocol, key, address, "OBS 31.0")


@dataclass
class House:
    """The rows, and what one does with them without asking anybody."""

    db: Database
    clock: FakeClock
    own: LiveServices
    recorded: dict[str, str] = field(default_factory=dict)
    """Titles of the videos that there are, by the programme they were."""

    @property
    def airing(self) -> Airing:
        return self.own.airing

    async def channel(self, **more: object) -> Channel:
        made = replace(CHANNEL, id=new_id(), created_at=self.clock.now(), **more)  # type: ignore[arg-type]  # a test's loose keywords
        await self.db.write(lambda tx: channels.add(tx, made))
        return made

    async def programme(self, channel: Channel, **more: object) -> Programme:
        made = replace(PROGRAMME, id=new_id(), channel_id=channel.id, org_id=channel.org_id, **more)  # type: ignore[arg-type]  # a test's loose keywords
        await self.db.write(lambda tx: programmes.add(tx, made))
        return made

    async def key(self, channel: Channel, secret: str, **more: object) -> StreamKey:
        values = {"person_id": "producer", "name": "", "role": FeedRole.MAIN, "expires_at": None} | more
        made = StreamKey(
            id=new_id(),
            channel_id=channel.id,
            org_id=channel.org_id,
            created_at=self.clock.now(),
            used_at=None,
            revoked_at=None,
            **values,  # type: ignore[arg-type]  # a test's loose keywords
        )
        await self.db.write(lambda tx: keys.add(tx, made, digest(secret)))
        return made

    async def on_air(self, channel: Channel, secret: str = "secret", **more: object) -> Programme:
        """A programme that an encoder put on air."""
        await self.key(channel, secret, **more)
        admitted = await self.airing.admit(hello(secret))
        return await self.airing.on_air(admitted.programme.id)

    async def facts(self, topic: str) -> Sequence[outbox.Event]:
        return [event for event in await self.db.all(outbox.after(0, 10_000)) if event.topic == topic]


@pytest.fixture
async def house(folder: DataFolder, clock: FakeClock) -> AsyncIterator[House]:
    migrated(folder.database, MIGRATIONS)
    db = await Database.open(folder.database, clock, readers=2)
    settings = Settings(data=folder.root, live=Live(early_minutes=EARLY // MINUTE))
    queue = JobQueue(connect(settings.jobs, folder.queue))
    records: list[Records] = []
    vods = vod_services(db, queue, clock, settings, folder, records)
    post = Post(notification_services(db, queue, clock, settings, folder).mailbox, Addressees())
    own = live_services(db, RateLimiter(clock), settings, folder, vods.recordings, vods.quotas, vods.films, post)
    records.append(own.recordings)
    yield House(db, clock, own)
    await db.close()
    await queue.close()


@pytest.fixture
async def address(house: House) -> AsyncIterator[str]:
    """Where the real web server serves `house`."""
    from tests.live.serving import serving

    async with serving(house) as found:
        yield found


@pytest.fixture
async def ask(address: str) -> AsyncIterator[Ask]:
    """`await ask("producer", "GET", "/api/v1/…", body)`: status and JSON; an empty name is a stranger's."""
    async with ClientSession(address) as session:

        async def asked(who: str, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
            given = {"Authorization": f"Bearer {who}"} if who else {}
            async with session.request(method, path, json=body, headers=given | headers) as response:
                text = await response.text()
                return response.status, json.loads(text) if text.startswith(("{", "[")) else text

        yield asked
