"""What a house can take, of what a rehearsal found: of each thing the most, what ends it, how that is known. Pure."""

from collections.abc import Iterator, Sequence

from novacast.limits import FILES_BESIDE
from novacast.records import dataclass
from novacast_admin.rehearsal.models import Report, Resource, Step

SPARE = 0.85
"""Share of a core, or of all, that is planned with."""
LINE = 0.8
"""Share of a line's bits that is planned with."""
CONNECTIONS = 5
"""That one viewer has open: two for the picture, two for the sound, one for the chat."""
CALM = 256 * 1024**2
"""Bytes of memory that are left alone."""
SATURATED = 0.9
"""Share of all cores from which on they are what is missing."""
ITS_OWN = 0.7
"""Share of a core at which the server, which has one for itself, is what is missing."""
SLOW_SYNC = 0.002
"""Seconds of a small durable write from which on a sale waits for the disk rather than for the server."""
STARVED = 1.5
"""Seconds of media that wait for an encoder that can't keep up."""
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """How much there may be of something before `resource` runs out."""

    resource: Resource
    most: float
    why: str


@dataclass(frozen=True, slots=True)
class Ability:
    """`proven`: what was there and went well; `most`: what is reckoned without the crowd's own cost."""

    proven: float
    most: float
    limits: Sequence[Limit]
    """All that are known, the narrowest first."""

    @property
    def bound(self) -> Limit:
        return self.limits[0]


@dataclass(frozen=True, slots=True)
class OfRung:
    name: str
    bitrate: int
    viewers: int
    bound: Limit


def viewers(report: Report) -> Ability | None:
    """None: it was not tried, or not one step went well."""
    watching, stage = report.watching, report.stage
    best = None if watching is None else watching.best
    if watching is None or stage is None or best is None:
        return None
    limits = sorted(_of_viewers(report, best), key=lambda one: one.most)
    return Ability(best.viewers, max(0.0, limits[0].most), limits)


def _of_viewers(report: Report, step: Step) -> Iterator[Limit]:
    """What a viewer costs is taken from `step`."""
    assert report.stage is not None
    machine, stage = report.machine, report.stage
    each = max(step.server - stage.server, 1e-4) / step.viewers
    own = (SPARE - stage.server) / each
    whole = (machine.cores * SPARE - stage.others - stage.encoder - stage.server) / each
    per = f"{each * 1e6:,.0f} µs of a core for each viewer"
    known = f"{per}; the server has one core for itself"
    if whole < own:
        known = f"{per}; FFmpeg takes {stage.encoder:.1f} of {machine.cores} cores"
    reckoned = max(step.viewers, min(own, whole))
    yield Limit(Resource.PROCESSOR, reckoned, known)
    yield from _of_stage(report)
    rate = uplink(report)
    if rate is not None:
        yield Limit(
            Resource.NETWORK,
            rate * LINE / step.bits,
            f"{step.bits / 1e6:.1f} Mbit/s for each viewer, by a line of {rate / 1e6:,.0f} Mbit/s",
        )
    files = (machine.descriptors - FILES_BESIDE) / CONNECTIONS
    yield Limit(Resource.DESCRIPTORS, files, f"{machine.descriptors:,} may be open, {CONNECTIONS} for each viewer")
    set_ = machine.connections / CONNECTIONS
    yield Limit(Resource.SETTING, set_, f"[server] max_connections is {machine.connections:,}")
    memory = max(step.memory - stage.memory, 0) / step.viewers
    if memory:
        most = max(0, machine.memory_free - CALM) / memory
        yield Limit(Resource.MEMORY, most, f"{memory / 1024:,.0f} KiB for each viewer")


def _of_stage(report: Report) -> Iterator[Limit]:
    """An encoder that is starved with viewers there is none's who come after them."""
    watching = report.watching
    worst = None if watching is None else watching.worst
    if worst is not None and worst.behind >= STARVED and watching is not None and watching.best is not None:
        why = f"with {worst.viewers} viewers {worst.behind:.1f} s of the picture waited to be encoded"
        yield Limit(Resource.ENCODER, watching.best.viewers, why)


def uplink(report: Report) -> int | None:
    """Bits a second; None: nobody knows."""
    if report.plan.uplink is not None:
        return report.plan.uplink
    return max((one.speed for one in report.machine.interfaces if one.speed), default=None)


def rungs(report: Report) -> Sequence[OfRung]:
    """With everybody on one rung; empty where that was not tried."""
    watching, stage = report.watching, report.stage
    if watching is None or stage is None:
        return ()
    rates = {one.name: one.bitrate for one in stage.made}
    found = []
    for step in watching.rungs:
        if step.good:
            bound = min(_of_viewers(report, step), key=lambda one: one.most)
            found.append(OfRung(step.rung, rates.get(step.rung, 0), int(bound.most), bound))
    return found


def missing(server: float, crowd: float, machine: float, cores: int, sync: float = 0.0) -> Resource:
    """What was used up when something was too slow. `server`, `crowd`: cores that each took, `machine`: all; `sync`:
    seconds of a small durable write."""
    if server >= ITS_OWN:
        return Resource.PROCESSOR
    if crowd >= ITS_OWN or machine >= cores * SATURATED:
        return Resource.CROWD if crowd > server else Resource.PROCESSOR
    return Resource.DISK if sync >= SLOW_SYNC else Resource.PROCESSOR


def chat(report: Report) -> Ability | None:
    """Deliveries a second: messages times the people who are shown them."""
    chatting = report.chatting
    best = None if chatting is None else chatting.best
    if chatting is None or best is None:
        return None
    proven, stage = best.rate * best.people, report.stage
    base = 0.0 if stage is None else stage.server
    each = max(best.server - base, 1e-4) / proven
    most = max(proven, (SPARE - base) / each)
    worst = next((one for one in chatting.talks if not one.good), None)
    why = f"{each * 1e6:,.1f} µs of a core for each message to each person"
    resource = Resource.PROCESSOR
    if worst is not None and missing(worst.server, worst.crowd, worst.machine, report.machine.cores) is Resource.CROWD:
        why += "; the crowd gave in first"
    return Ability(proven, most, [Limit(resource, most, why)])


def messages(deliveries: float, people: float, shown: int) -> float:
    """Messages a second in a room of so many. What is beyond what viewers are `shown` costs little."""
    rate = deliveries / max(1.0, people)
    return float("inf") if shown and rate >= shown else rate


def sale(report: Report) -> tuple[Ability, Ability] | None:
    """Baskets, and whole orders, a second."""
    found = report.selling
    if found is None or not found.holds:
        return None
    sync = 0.0 if report.disk is None else report.disk.sync
    resource = missing(found.server, found.crowd, found.machine, report.machine.cores, sync)
    words = {
        Resource.PROCESSOR: f"the server took {found.server:.0%} of its core",
        Resource.CROWD: f"the buyers took {found.crowd:.0%} of a core, the server {found.server:.0%}",
        Resource.DISK: "each basket waits until it is on the disk",
    }
    share = max(found.server, 0.05)
    most = found.holds * max(1.0, SPARE / share) if resource is Resource.CROWD else found.holds
    sales = found.sales * most / found.holds
    limit = Limit(resource, most, words[resource])
    return Ability(found.holds, most, [limit]), Ability(found.sales, sales, [Limit(resource, sales, words[resource])])


def hours(report: Report, programmes: int = 1) -> float | None:
    """Until the disk is full to its reserve, with so many programmes recorded at once. None: not known."""
    rate = recorded(report) * programmes
    if report.disk is None or rate <= 0:
        return None
    return max(0, report.disk.free - report.disk.reserve) / rate / HOUR


def recorded(report: Report) -> float:
    """Bytes a second of one programme: what was written, or what its rungs may take, whichever is more."""
    if report.stage is None:
        return 0.0
    return max(report.stage.written, sum(one.bitrate for one in report.stage.made) / 8)


def programmes(report: Report) -> float | None:
    """Of this ladder at once, by what its encoder takes of the cores."""
    stage = report.stage
    if stage is None or not stage.encoder:
        return None
    return max(0.0, report.machine.cores * SPARE - stage.others) / (stage.encoder + stage.server)
