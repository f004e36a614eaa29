"""What players report, what is kept of it, and what can be read from that. Times are whole milliseconds here."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from novacast.clock import HOUR
from novacast.records import dataclass

STARTUP = (250, 500, 1000, 2000, 4000, 8000, 16_000)
STALL = (250, 500, 1000, 2000, 5000, 10_000, 30_000)
"""Upper bounds of the histograms' buckets; one more holds what is longer."""
HEIGHTS = (144, 240, 360, 480, 720, 1080, 1440, 2160)
"""What a rung's height is told as: the nearest, so that nobody can fill the table with inventions."""
ERRORS = frozenset(
    {
        "audioTrackLoadError", "audioTrackLoadTimeOut", "bufferAddCodecError", "bufferAppendError",
        "bufferAppendingError", "bufferFullError", "bufferIncompatibleCodecsError", "bufferNudgeOnStall",
        "bufferSeekOverHole", "bufferStalledError", "fragDecryptError", "fragGap", "fragLoadError", "fragLoadTimeOut",
        "fragParsingError", "internalException", "keyLoadError", "keyLoadTimeOut", "keySystemNoKeys",
        "levelEmptyError", "levelLoadError", "levelLoadTimeOut", "levelParsingError", "levelSwitchError",
        "manifestIncompatibleCodecsError", "manifestLoadError", "manifestLoadTimeOut", "manifestParsingError",
        "native", "remuxAllocError", "subtitleTrackLoadError", "subtitleTrackLoadTimeOut",
    }
)  # fmt: skip
"""hls.js's names (ErrorDetails), and `native` of a browser's own player. Any other is told as `other`."""


class Kind(StrEnum):
    """What an amount counts. `name` beside it says which."""

    START = "start"
    """Plays that began; the name is the bucket of the start-up time."""
    START_TIME = "start_time"
    """Sum of the start-up times."""
    STALL = "stall"
    """Stalls; the name is the bucket of their length."""
    STALL_TIME = "stall_time"
    RUNG = "rung"
    """Time played; the name is the height."""
    SWITCHES = "switches"
    FRAMES = "frames"
    """Shown or dropped."""
    DROPPED = "dropped"
    ERROR = "error"
    """The name is the error's."""
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Report:
    """What happened on one device since its last report."""

    startup: int | None = None
    stalls: Sequence[int] = ()
    played: Sequence[tuple[int, int]] = ()
    """Height in lines, time."""
    switches: int = 0
    frames: int = 0
    dropped: int = 0
    errors: Sequence[tuple[str, bool]] = ()
    """Name, and whether it ended playing."""

    def amounts(self) -> Mapping[tuple[Kind, str], int]:
        """What to add where. Nothing is added of nothing."""
        found: Counter[tuple[Kind, str]] = Counter()
        if self.startup is not None:
            found[Kind.START, bucket(STARTUP, self.startup)] += 1
            found[Kind.START_TIME, ""] += self.startup
        for stall in self.stalls:
            found[Kind.STALL, bucket(STALL, stall)] += 1
            found[Kind.STALL_TIME, ""] += stall
        for height, time in self.played:
            found[Kind.RUNG, str(nearest(height))] += time
        for name, fatal in self.errors:
            found[Kind.FATAL if fatal else Kind.ERROR, name if name in ERRORS else "other"] += 1
        found[Kind.SWITCHES, ""] += self.switches
        found[Kind.FRAMES, ""] += max(self.frames, self.dropped)
        found[Kind.DROPPED, ""] += self.dropped
        return {place: amount for place, amount in found.items() if amount}


@dataclass(frozen=True, slots=True)
class Amount:
    """`hour`: hours since 1970-01-01 UTC."""

    hour: int
    kind: Kind
    name: str
    amount: int


@dataclass(slots=True)
class Span:
    """A piece of time in a graph: an hour or a day."""

    start: int
    """Instant."""
    starts: int = 0
    played: int = 0
    stalled: int = 0

    @property
    def stall_share(self) -> float | None:
        """Of the time that viewers sat before it; None where nobody did."""
        whole = self.played + self.stalled
        return self.stalled / whole if whole else None


@dataclass(frozen=True, slots=True)
class Health:
    """All that was told of a video in a time."""

    spans: Sequence[Span]
    startup: Sequence[tuple[int | None, int]]
    """Upper bound of each bucket (None: no bound) and how many plays began so."""
    stalls: Sequence[tuple[int | None, int]]
    rungs: Sequence[tuple[int, int]]
    """Height and time played, lowest first."""
    errors: Sequence[tuple[str, int, int]]
    """Name, how often, and how often it ended playing; the most frequent first."""
    sums: Mapping[Kind, int] = field(default_factory=dict)

    @property
    def startup_median(self) -> int | None:
        """Upper bound of the bucket that holds the middle one; None without a play, or where it has no bound."""
        half, seen = self.sums.get(Kind.START, 0) / 2, 0
        for bound, number in self.startup:
            seen += number
            if number and seen >= half:
                return bound
        return None

    @property
    def stall_share(self) -> float | None:
        played, stalled = self.sums.get(Kind.RUNG, 0), self.sums.get(Kind.STALL_TIME, 0)
        return stalled / (played + stalled) if played + stalled else None

    @property
    def dropped_share(self) -> float | None:
        frames = self.sums.get(Kind.FRAMES, 0)
        return self.sums.get(Kind.DROPPED, 0) / frames if frames else None


def bucket(bounds: Sequence[int], value: int) -> str:
    """Name of the bucket: its upper bound, or `more`."""
    at = bisect_left(bounds, value)
    return str(bounds[at]) if at < len(bounds) else "more"


def nearest(height: int) -> int:
    return min(HEIGHTS, key=lambda one: abs(one - height))


def hour_of(at: int) -> int:
    return at // HOUR


def read(amounts: Iterable[Amount], first: int, last: int, step: int) -> Health:
    """`first` and `last`: hours, both included; `step`: hours of one span."""
    spans = {start: Span(start * HOUR) for start in range(first, last + 1, step)}
    named: defaultdict[Kind, Counter[str]] = defaultdict(Counter)
    for one in amounts:
        named[one.kind][one.name] += one.amount
        span = spans.get(first + (one.hour - first) // step * step)
        if span is not None:
            span.starts += one.amount if one.kind is Kind.START else 0
            span.played += one.amount if one.kind is Kind.RUNG else 0
            span.stalled += one.amount if one.kind is Kind.STALL_TIME else 0
    ended = named[Kind.FATAL]
    errors = [(name, named[Kind.ERROR][name] + ended[name], ended[name]) for name in {*named[Kind.ERROR], *ended}]
    return Health(
        spans=list(spans.values()),
        startup=_histogram(STARTUP, named[Kind.START]),
        stalls=_histogram(STALL, named[Kind.STALL]),
        rungs=sorted((int(name), time) for name, time in named[Kind.RUNG].items()),
        errors=sorted(errors, key=lambda row: (-row[1], row[0])),
        sums={kind: sum(names.values()) for kind, names in named.items() if names},
    )


def _histogram(bounds: Sequence[int], found: Counter[str]) -> Sequence[tuple[int | None, int]]:
    return [*((bound, found[str(bound)]) for bound in bounds), (None, found["more"])]
