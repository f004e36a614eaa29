"""What a rehearsal is asked for, and what it finds. Rates are a second, times seconds, sizes bytes, cores shares of one
core."""

from collections.abc import Sequence
from dataclasses import field
from enum import StrEnum

from novacast.records import dataclass


class Part(StrEnum):
    """What is tried, in this order."""

    STAGE = "stage"
    VIEWERS = "viewers"
    CHAT = "chat"
    SALE = "sale"
    WEBHOOKS = "webhooks"
    DISK = "disk"


class Resource(StrEnum):
    """What may run out first."""

    PROCESSOR = "processor"
    ENCODER = "encoder"
    DISK = "disk"
    NETWORK = "network"
    MEMORY = "memory"
    DESCRIPTORS = "file descriptors"
    SETTING = "a setting"
    CROWD = "the rehearsal's own crowd"
    """The machine that the crowd shares with the server could not make more of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    parts: frozenset[Part]
    seconds: float
    """Of the whole rehearsal, about."""
    heights: tuple[int, ...]
    """Of the rungs to encode."""
    profile: str
    pass_through: str
    most_viewers: int
    chatters: int
    """Connections to the room while its rate is raised."""
    uplink: int | None
    """Bits a second of the line to the audience; None: what the network interface says."""

    def share(self, part: Part) -> float:
        """Seconds for a part."""
        whole = sum(WEIGHTS[one] for one in self.parts)
        return self.seconds * WEIGHTS[part] / whole if part in self.parts else 0.0


WEIGHTS = {
    Part.STAGE: 10.0,
    Part.VIEWERS: 24.0,
    Part.CHAT: 9.0,
    Part.SALE: 10.0,
    Part.WEBHOOKS: 4.0,
    Part.DISK: 3.0,
}
"""Of the time that there is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is arranged in the scratch house."""

    heights: Sequence[int]
    profile: str
    pass_through: str
    record: bool
    mailbox: str
    """Where webhooks are sent to; empty: nowhere."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where everything in it is."""

    host: str
    port: int
    rtmp: str
    """With the stream key at its end."""
    programme: str
    performance: str
    seated: str
    standing: str
    tokens: Sequence[str]
    """Of people who write in the chat."""
    webhook: str
    """Id; empty: there is none."""


@dataclass(frozen=True, slots=True)
class Interface:
    name: str
    speed: int | None
    """Bits a second; None: it does not say, as virtual ones do."""


@dataclass(frozen=True, slots=True)
class Machine:
    cores: int
    memory: int
    memory_free: int
    descriptors: int
    """That the server may have open, at most."""
    connections: int
    """[server] max_connections."""
    interfaces: Sequence[Interface]
    others: float
    """Cores that were busy before the rehearsal began."""


@dataclass(frozen=True, slots=True)
class Rung:
    name: str
    bitrate: int
    """As it is announced."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is on air while the rest is tried."""

    source: str
    """Such as `1280x720, 30 a second`."""
    wanted: Sequence[str]
    """Rungs of the ladder."""
    made: Sequence[Rung]
    behind: float
    """Seconds of media that waited to be encoded, at most."""
    headroom: float
    """The least: 1 is all, at 0 a rung goes."""
    encoder: float
    """Cores that FFmpeg took."""
    server: float
    publisher: float
    """Cores of the sender, which is elsewhere on the day."""
    others: float
    """Cores that neither of these took."""
    written: float
    """Bytes a second that the recording took."""
    memory: int
    """Of the server, with nobody watching."""

    @property
    def missing(self) -> Sequence[str]:
        made = {one.name for one in self.made}
        return [one for one in self.wanted if one not in made]


@dataclass(frozen=True, slots=True)
class Step:
    """So many viewers for a few seconds. Delays are from when a part could be had first to its last byte."""

    viewers: int
    parts: int
    p50: float
    p99: float
    late: float
    """Share of parts that took longer than a part lasts."""
    stalls: float
    """Share that came later than a player's buffer holds."""
    refused: int
    words: str
    """Of the last refusal."""
    server: float
    encoder: float
    crowd: float
    machine: float
    """All that was busy."""
    behind: float
    """Seconds of media that waited for the encoder."""
    memory: int
    """Of the server."""
    bits: float
    """A second, that a viewer was sent."""
    rung: str = ""
    """That all watched; empty: a mixture."""

    @property
    def good(self) -> bool:
        return self.parts > 0 and self.refused == 0 and self.late <= LATE and self.stalls <= STALLS


LATE, STALLS = 0.02, 0.001
"""Shares of parts up to which a step is good."""


@dataclass(frozen=True, slots=True)
class Watching:
    part: float
    """Seconds that a part lasts."""
    steps: Sequence[Step]
    """In the order in which they were tried."""
    rungs: Sequence[Step]
    """With everybody on one rung."""

    @property
    def best(self) -> Step | None:
        return max((one for one in self.steps if one.good), key=lambda one: one.viewers, default=None)

    @property
    def worst(self) -> Step | None:
        """The smallest that was too many."""
        return min((one for one in self.steps if not one.good), key=lambda one: one.viewers, default=None)


@dataclass(frozen=True, slots=True)
class Talk:
    """So many messages a second to everybody in a room."""

    people: int
    rate: float
    """That were asked for."""
    heard: float
    """Share of deliveries that came."""
    p95: float
    """From a message's sending to its last reader."""
    server: float
    crowd: float
    machine: float

    @property
    def good(self) -> bool:
        return self.heard >= HEARD and self.p95 <= TALK_SECONDS


HEARD, TALK_SECONDS = 0.999, 0.5


@dataclass(frozen=True, slots=True)
class Chatting:
    talks: Sequence[Talk]
    shown: int
    """Messages a second that viewers of one room are shown at most, by the settings; 0: all."""

    @property
    def best(self) -> Talk | None:
        return max((one for one in self.talks if one.good), key=lambda one: one.rate, default=None)


@dataclass(frozen=True, slots=True)
class Selling:
    holds: float
    holds_p95: float
    sales: float
    """Orders: basket, order, paid."""
    sales_p95: float
    refused: int
    words: str
    """Of the last refusal."""
    server: float
    crowd: float
    machine: float


@dataclass(frozen=True, slots=True)
class Letters:
    """Webhooks of the orders that were paid."""

    expected: int
    arrived: int
    """While orders were paid, and for a while after."""
    rate: float
    """Of so many that were sent again at once."""
    again: int


@dataclass(frozen=True, slots=True)
class Disk:
    place: str
    write: float
    """Bytes a second, synchronized at the end."""
    sync: float
    """Seconds of one small durable write, median."""
    size: int
    free: int
    reserve: int
    same: bool
    """Whether it was tried on the disk that holds the data folder."""


@dataclass(frozen=True, slots=True)
class Report:
    plan: Plan
    machine: Machine
    seconds: float
    stage: Stage | None = None
    watching: Watching | None = None
    chatting: Chatting | None = None
    selling: Selling | None = None
    letters: Letters | None = None
    disk: Disk | None = None
    skipped: dict[str, str] = field(default_factory=dict)
    """Parts that were not tried, or failed, with the reason."""
