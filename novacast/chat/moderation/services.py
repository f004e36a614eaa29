"""The room put together."""

from novacast.chat.messages import Messages
from novacast.chat.moderation import store
from novacast.chat.moderation.authority import Authority, Chair, reader
from novacast.chat.moderation.automatic.models import Thresholds
from novacast.chat.moderation.automatic.service import Automatic, Shown
from novacast.chat.moderation.guard import ModerationGuard
from novacast.chat.moderation.holds.service import Holds
from novacast.chat.moderation.journal import Journal
from novacast.chat.moderation.people import RoomPeople
from novacast.chat.moderation.ports import Judge, Standings
from novacast.chat.moderation.reports.service import Reports
from novacast.chat.moderation.rules.service import RuleBook
from novacast.chat.moderation.sanctions.door import SanctionDoor
from novacast.chat.moderation.sanctions.marking import Marking
from novacast.chat.moderation.sanctions.marks import Marks
from novacast.chat.moderation.sanctions.service import Sanctions
from novacast.chat.moderation.states import States
from novacast.chat.moderation.undoing.service import Undoing
from novacast.chat.moderation.words.service import WordLists, Words
from novacast.chat.ports import People
from novacast.chat.rooms.doorkeeper import Doorkeeper
from novacast.chat.rooms.lobby import Lobby
from novacast.chat.steering import Steering
from novacast.clock import Clock
from novacast.database import Database
from novacast.limits import RateLimiter
from novacast.records import dataclass
from novacast.settings import Moderation as Settings


@dataclass(frozen=True, slots=True)
class Queues:
    """How much waits for moderators."""

    held: int
    reports: int
    automatic: Shown


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What moderation is joined to."""

    standings: Standings
    people: People
    judge: Judge | None
    """None where no machine judges."""


@dataclass(frozen=True, slots=True)
class ModerationServices:
    sanctions: Sanctions
    holds: Holds
    reports: Reports
    rules: RuleBook
    words: Words
    undoing: Undoing
    people: RoomPeople
    automatic: Automatic
    marks: Marks
    marking: Marking
    guard: ModerationGuard
    db: Database

    async def queues(self, chair: Chair) -> Queues:
        """Raises Unauthenticated, Forbidden."""
        reader(chair)
        async with self.db.snapshot() as view:
            held = await view.one(store.held(chair.room_id)) or 0
            reports = await view.one(store.open_cases(chair.room_id)) or 0
        return Queues(held, reports, self.automatic.shown())

    async def sweep(self) -> None:
        """What has run out is forgotten."""
        await self.db.write(self.marking.forget)

    async def close(self) -> None:
        await self.rules.close()
        await self.automatic.close()


def moderation_services(
    db: Database,
    clock: Clock,
    settings: Settings,
    limiter: RateLimiter,
    key: bytes,
    messages: Messages,
    steering: Steering,
    lobby: Lobby,
    doorkeeper: Doorkeeper,
    door: SanctionDoor,
    neighbours: Neighbours,
) -> ModerationServices:
    authority, journal, states = Authority(neighbours.standings), Journal(messages), States(messages)
    marks, lists = Marks(key), WordLists(db)
    marking = Marking(lobby, doorkeeper, marks)
    sanctions = Sanctions(db, clock, authority, journal, neighbours.standings, states, marking)
    holds = Holds(db, authority, journal, states)
    reports = Reports(db, limiter, authority, journal)
    rules = RuleBook(db, steering, lobby, authority, journal)
    words = Words(db, lists, authority, journal)
    thresholds = Thresholds.read(settings.thresholds)
    automatic = Automatic(
        db, clock, holds, neighbours.judge, thresholds, most=settings.queue, seconds=settings.timeout_seconds
    )
    return ModerationServices(
        sanctions=sanctions,
        holds=holds,
        reports=reports,
        rules=rules,
        words=words,
        undoing=Undoing(db, authority, journal, states, steering, sanctions, holds, reports, rules, words),
        people=RoomPeople(db, clock, lobby, neighbours.people, neighbours.standings),
        automatic=automatic,
        marks=marks,
        marking=marking,
        guard=ModerationGuard(door, lists, neighbours.standings, marking, authority, journal, automatic.hear),
        db=db,
    )
