"""What an operator sees at a glance: shapes that slices fill and `operations` shows. Instants as the API writes them.

They stand below the slices, so that a slice can fill one without knowing who shows it.
"""

from collections.abc import Sequence

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class RungNow:
    name: str
    viewers: int
    """That took media of it in the last seconds; one who changes rungs counts for both."""


@dataclass(frozen=True, slots=True)
class FeedNow:
    role: str
    protocol: str
    connected: bool
    bitrate: int
    fps: float
    silent_seconds: float


@dataclass(frozen=True, slots=True)
class TargetNow:
    id: str
    name: str
    state: str
    words: str
    """Why, for people; empty where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What is on air or interrupted. None: not measured, or there is nothing to measure."""

    id: str
    title: str
    channel_id: str
    channel: str
    org_id: str
    state: str
    test: bool
    started_at: str | None
    interrupted_at: str | None
    measured_at: str | None
    on: str
    """Feed that is shown: `main`, `backup`, or `slate`."""
    wanted: str
    """What its producer wants to be shown: `auto` or one of those."""
    viewers: int
    rungs: Sequence[RungNow]
    feeds: Sequence[FeedNow]
    targets: Sequence[TargetNow]
    bitrate: int | None
    """Bits a second that come in."""
    fps: float | None
    keyframe_seconds: float | None
    """Length of a group of pictures (GOP)."""
    skew_ms: float | None
    """How far sound is ahead of the picture."""
    video: str
    """Codec and size, such as `avc1.640028 1920x1080`; empty: not known."""
    audio: str
    lost: int | None
    """Packets of the last ten seconds; None where the protocol does not tell."""
    speed: float | None
    """Of the encoder here, times real time: less than 1 falls behind."""
    behind_seconds: float | None
    """Media that waits to be encoded here."""
    headroom: float | None
    """What the encoder here has to spare, from 0 (a rung is about to go) to 1 (nothing waits)."""
    alarms: Sequence[str]
    """For people, since it began."""
    advice: Sequence[str]
    """Codes, as `/programmes/{id}/health` explains them."""


@dataclass(frozen=True, slots=True)
class Watching:
    """Of one programme, by the players' own word."""

    stalls: int
    """In the last two minutes."""
    stall_share: float | None
    """Of the time that viewers sat before it in these; None: too little was told."""


@dataclass(frozen=True, slots=True)
class Night:
    """A performance."""

    id: str
    event_id: str
    org_id: str
    title: str
    starts_at: str
    timezone: str
    state: str
    capacity: int
    sold: int
    held: int
    paying: int
    free: int
    came: int
    """That somebody came in with."""
    inside: int
    """Of those who are in there now, by the counters of its doors."""
    lists: Sequence[str]
    """Ids of its doors' lists."""


@dataclass(frozen=True, slots=True)
class Takings:
    """Money of orders that were paid since midnight, of the venue's own time zone or UTC."""

    currency: str
    amount: int
    """In minor units, as it was paid; what was given back since is not taken off."""
    orders: int


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for a worker or is in its hands."""

    kind: str
    """`transcode`, `speech`, `download`, `mail`, `webhook`, `payment_event`."""
    waiting: int
    running: int
    failed: int
    """In the last day."""
    oldest_seconds: float | None
    """How long the oldest one waits that could be worked on."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process that this server or its worker started."""

    pid: int
    name: str
    """`ffmpeg`, `worker`, ..."""
    cpu: float | None
    """Cores, over the last second; None at the first look."""
    memory: int
    """Bytes that are resident."""
    seconds: float
    """Since it began."""
    context: str = ""
    """The request or job that it works for, as the log has it."""


@dataclass(frozen=True, slots=True)
class Machine:
    """None: this system does not tell, or it is the first look."""

    cores: int
    cpu: float | None
    """Share of all cores that is busy, 0 to 1."""
    load: float
    memory: int
    """Bytes of the machine."""
    memory_free: int
    server_cpu: float | None
    """Cores that the server process itself takes."""
    server_memory: int
    disk: int
    """Bytes of the disk that holds the data folder."""
    disk_free: int
    reserve: int
    """Bytes that recordings and uploads leave alone."""
    disk_read: float | None
    """Bytes a second, of all processes here."""
    disk_written: float | None
    received: float | None
    """Bytes a second, of all networks but loopback."""
    sent: float | None
    uptime: float
    """Seconds since the server began."""
    children: Sequence[Child] = ()
    hours_left: float | None = None
    """Until what is recorded now reaches the reserve; None: nothing is recorded."""


@dataclass(frozen=True, slots=True)
class ProgrammeNow:
    """All that is known of a programme at this moment."""

    programme: Programme
    watching: Watching
    chat_rate: float | None
    """Messages a minute, over the last five; None: it has no room, or nobody wrote."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a person should look at."""

    id: str
    kind: str
    """Such as `disk_low` or `ingest_lost`."""
    subject: str
    """What it is about: an id, or empty."""
    severity: str
    """`warning`, or `critical`: something is lost or will be soon."""
    message: str
    """For people, in the reader's language."""
    raised_at: str
    seen_at: str
    """When it was true last."""
    acknowledged_by: str | None
    """An operator who said that they know; nobody is told of it again."""
    cleared_at: str | None
    """None: it is still true."""


@dataclass(frozen=True, slots=True)
class Tonight:
    at: str
    programmes: Sequence[ProgrammeNow]
    viewers: int
    """Of all programmes."""
    takings: Sequence[Takings]
    nights: Sequence[Night]
    """The next performances, and those of the last hours."""
    work: Sequence[Work]
    machine: Machine
    alarms: Sequence[Alarm] = ()
