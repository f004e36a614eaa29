"""What channels, programmes, stream keys and feeds are, which moves a programme may make, and which programme a feed
is for. Pure rules, no input or output."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from novacast.clock import HOUR, MINUTE
from novacast.errors import Conflict
from novacast.i18n import Text, text
from novacast.identity import Action, Principal
from novacast.records import dataclass
from novacast.visibility import Visibility, shown

OVERDUE = 12 * HOUR
"""How long after its planned start a programme without a planned end is still waited for."""
REST = MINUTE
"""After the producer ended a programme no new one begins by itself for so long: encoders left running come back."""


class PassThrough(StrEnum):
    """Whether the source, as it comes, is the top rung."""

    AUTO = "auto"
    YES = "yes"
    NO = "no"


class ProgrammeState(StrEnum):
    PLANNED = "planned"
    STANDBY = "standby"
    ON_AIR = "on_air"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


AIRING = frozenset({ProgrammeState.ON_AIR, ProgrammeState.INTERRUPTED})
"""What can be watched."""

MOVES: Mapping[ProgrammeState, frozenset[ProgrammeState]] = MappingProxyType(
    {
        ProgrammeState.PLANNED: frozenset({ProgrammeState.STANDBY, ProgrammeState.ON_AIR}),
        ProgrammeState.STANDBY: frozenset({ProgrammeState.ON_AIR, ProgrammeState.ENDED}),
        ProgrammeState.ON_AIR: frozenset({ProgrammeState.INTERRUPTED, ProgrammeState.ENDED}),
        ProgrammeState.INTERRUPTED: frozenset({ProgrammeState.ON_AIR, ProgrammeState.ENDED}),
        ProgrammeState.ENDED: frozenset(),
    }
)


class Wanted(StrEnum):
    """What the producer wants viewers to see."""

    AUTO = "auto"
    """The main feed; without it the backup; without both the slate."""
    SLATE = "slate"
    MAIN = "main"
    BACKUP = "backup"


class Whep(StrEnum):
    """Who may watch a programme by WebRTC, where places are few."""

    STAFF = "staff"
    """Members of its organization."""
    VIEWERS = "viewers"
    """Everyone who may watch it."""


class FeedRole(StrEnum):
    MAIN = "main"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    org_id: str
    owner_id: str | None
    """Who made it; None once that person is erased."""
    name: str
    description: str
    visibility: Visibility
    """Of its page, and of programmes that nobody says otherwise of."""
    profile: str
    """A name in `packaging.models.PROFILES`."""
    heights: tuple[int, ...]
    """Rungs to encode, by the short side in pixels, rising; those above the source are left out."""
    pass_through: PassThrough
    return_seconds: int
    """How long an encoder that dropped may stay away before the programme ends."""
    record: bool
    """Whether a programme is a video once it has ended."""
    dvr: bool
    keep_source: bool
    """Whether viewers may go back while it is on air."""
    slate: str | None
    """Id of the picture that is shown while nothing comes; None: the house's own."""
    poster: str | None
    """Id of the picture that stands for the channel."""
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Programme:
    """Its id is that of its watch address, and of the video that it becomes."""

    id: str
    channel_id: str
    org_id: str
    owner_id: str | None
    """Who planned it, or whose key put it on air; None once that person is erased."""
    title: str
    description: str
    language: str
    """BCP 47, or empty: not said."""
    visibility: Visibility
    state: ProgrammeState
    planned_start: int | None
    planned_end: int | None
    started_at: int | None
    """When it first went on air: programme time 0."""
    interrupted_at: int | None
    """Since when nothing comes; None while something does."""
    ended_at: int | None
    wanted: Wanted
    wanted_end: bool
    """The producer wants it to end."""
    poster: str | None
    peak_viewers: int
    created_at: int
    updated_at: int
    test: bool = False
    """Only to see whether all works: for those who produce, kept by nobody, and gone once it has ended."""
    whep: Whep = Whep.STAFF

    @property
    def airing(self) -> bool:
        return self.state in AIRING


def on_standby(
    channel: Channel,
    id_: str,
    owner_id: str | None,
    title: str,
    now: int,
    *,
    visibility: Visibility,
    test: bool = False,
) -> Programme:
    """A programme without an hour, which the channel's next encoder puts on air."""
    return Programme(
        id=id_,
        channel_id=channel.id,
        org_id=channel.org_id,
        owner_id=owner_id,
        title=title,
        description="",
        language="",
        visibility=visibility,
        state=ProgrammeState.STANDBY,
        planned_start=None,
        planned_end=None,
        started_at=None,
        interrupted_at=None,
        ended_at=None,
        wanted=Wanted.AUTO,
        wanted_end=False,
        poster=None,
        peak_viewers=0,
        created_at=now,
        updated_at=now,
        test=test,
    )


@dataclass(frozen=True, slots=True)
class StreamKey:
    """What lets an encoder feed a channel, and whose it is. The secret itself is stored nowhere."""

    id: str
    channel_id: str
    org_id: str
    person_id: str | None
    """None once that person is erased; the key is revoked then."""
    name: str
    role: FeedRole
    created_at: int
    expires_at: int | None
    used_at: int | None
    """When an encoder last came with it."""
    revoked_at: int | None

    def good(self, now: int) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Feed:
    """One connection of an encoder, from when it was admitted until it was over."""

    id: str
    programme_id: str
    channel_id: str
    key_id: str | None
    """None: fed by the house itself."""
    role: FeedRole
    protocol: str
    address: str
    software: str
    began_at: int
    ended_at: int | None
    reason: Text | str | None
    """Why it ended, in words."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A place in a programme worth finding again; a chapter of the recording."""

    id: str
    programme_id: str
    at: int
    """Programme time in microseconds."""
    title: str
    person_id: str | None
    created_at: int


def moved(programme: Programme, to: ProgrammeState) -> bool:
    """Whether going to `to` changes anything; it may be asked again and again. Raises Conflict for an illegal move."""
    if programme.state is to:
        return False
    if to not in MOVES[programme.state]:
        raise Conflict(
            text(
                "The programme is {state}; it can't be {wanted} now.",
                state=state_name(programme.state),
                wanted=state_name(to),
            )
        )
    return True


def chosen(programmes: Iterable[Programme], now: int, early: int) -> Programme | None:
    """Of a channel's programmes the one that a feed which comes now is for; None: a new one.

    What is on air or interrupted; else what stands by; else of those planned to begin within `early` microseconds, or
    overdue, the one whose hour is nearest. What the producer wants to end takes no feed.
    """
    open_ = [one for one in programmes if not one.wanted_end]
    for states in (AIRING, {ProgrammeState.STANDBY}):
        if there := [one for one in open_ if one.state in states]:
            return max(there, key=lambda one: (one.created_at, one.id))
    due = [one for one in open_ if one.state is ProgrammeState.PLANNED and _due(one, now, early)]
    return min(due, key=lambda one: (abs((one.planned_start or 0) - now), one.id), default=None)


def _due(programme: Programme, now: int, early: int) -> bool:
    start = programme.planned_start
    if start is None:
        return False
    return start - early <= now < (programme.planned_end or start + OVERDUE)


def resting(programmes: Iterable[Programme], now: int) -> bool:
    """Whether the producer has just ended a programme, or wants one to end: an encoder that comes back begins none."""
    return any(
        one.wanted_end
        and one.state is not ProgrammeState.PLANNED
        and (one.ended_at is None or now < one.ended_at + REST)
        for one in programmes
    )


def state_name(state: ProgrammeState) -> Text:
    match state:
        case ProgrammeState.PLANNED:
            return text("planned")
        case ProgrammeState.STANDBY:
            return text("on standby")
        case ProgrammeState.ON_AIR:
            return text("on air")
        case ProgrammeState.INTERRUPTED:
            return text("interrupted")
        case ProgrammeState.ENDED:
            return text("ended")


def may_produce(principal: Principal, org_id: str) -> bool:
    return principal.allows(Action.LIVE_PRODUCE, org_id)


def may_monitor(principal: Principal, programme: Programme) -> bool:
    """Whether someone who may watch it may do so by WebRTC."""
    return programme.whep is Whep.VIEWERS or is_staff(principal, programme)


def is_staff(principal: Principal, programme: Programme) -> bool:
    return principal.system or programme.org_id in principal.roles


def may_see(principal: Principal, thing: Channel | Programme) -> bool:
    """Whether it exists for this principal: for its makers, and for those whom its visibility shows it to."""
    return may_produce(principal, thing.org_id) or shown(principal, thing)
