"""Whether a house is ready for an event: what is expected beside what the rehearsal found, part by part. Pure."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from novacast.records import dataclass
from novacast_admin.rehearsal import forecast
from novacast_admin.rehearsal.forecast import Ability
from novacast_admin.rehearsal.models import Part, Report, Resource

RUSH_SECONDS = 300.0
"""In which half of what is on sale is asked for, on the first morning of a sale."""
RUSH_SHARE = 0.5
UNITS = 2.0
"""Tickets in an order, about."""
TALKATIVE = 1 / 60
"""Messages a second of one viewer, when something happens."""
LITTLE = 0.2
"""Headroom of an encoder that a hiccup may use up."""
ROOM = 1.3
"""Times what an event takes that the disk should hold."""


class Answer(StrEnum):
    GO = "go"
    MAYBE = "maybe"
    """It is reckoned to go, but was not shown here, or there is little to spare."""
    NO_GO = "no-go"
    UNKNOWN = "unknown"
    """It was not tried."""


@dataclass(frozen=True, slots=True)
class Expected:
    """`places`: tickets that will be on sale at once; `rungs`: that viewers are to have, such as `720p`."""

    title: str
    viewers: int
    hours: float
    places: int
    rungs: Sequence[str] = ()
    recorded: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    part: str
    answer: Answer
    reason: str
    mend: str = ""
    """What to do; empty where nothing needs doing."""


MENDS = {
    Resource.PROCESSOR: "Take a machine with more cores, a channel with fewer rungs, or put nginx or a CDN in front.",
    Resource.ENCODER: "Give the channel fewer rungs, let the encoder's own picture be the best one, or use a GPU.",
    Resource.NETWORK: "Rent a faster line, leave out the largest rung, or put a CDN in front.",
    Resource.MEMORY: "Add memory, or lower [playback] cache_bytes.",
    Resource.DESCRIPTORS: "Raise the limit of open files: LimitNOFILE=65536 in the service.",
    Resource.SETTING: "Raise [server] max_connections.",
    Resource.DISK: "Move the data folder to a faster disk.",
    Resource.CROWD: "Rehearse with the machine free of other work.",
}


def verdicts(report: Report, expected: Expected) -> Sequence[Verdict]:
    return [*_stage(report, expected), *_audience(report, expected), *_beside(report, expected)]


def ready(found: Sequence[Verdict]) -> bool:
    """Nothing stands against it."""
    return all(one.answer is not Answer.NO_GO for one in found)


def _stage(report: Report, expected: Expected) -> Iterator[Verdict]:
    stage = report.stage
    if stage is None:
        yield _unknown(report, Part.STAGE)
        return
    lacking = [one for one in expected.rungs if one in stage.missing] if expected.rungs else list(stage.missing)
    taken = f"FFmpeg takes {stage.encoder:.1f} of {report.machine.cores} cores for {_names(stage.made)}"
    if stage.behind >= forecast.STARVED:
        yield Verdict(
            Part.STAGE, Answer.NO_GO, f"The encoder falls {stage.behind:.1f} s behind; {taken}.",
            MENDS[Resource.ENCODER],
        )  # fmt: skip
    elif lacking:
        words = f"This machine leaves out {', '.join(lacking)}; {taken}."
        yield Verdict(Part.STAGE, Answer.NO_GO, words, MENDS[Resource.ENCODER])
    elif stage.headroom < LITTLE or stage.encoder + stage.server > report.machine.cores * forecast.SPARE:
        yield Verdict(Part.STAGE, Answer.MAYBE, f"There is little to spare: {taken}.", MENDS[Resource.ENCODER])
    else:
        yield Verdict(Part.STAGE, Answer.GO, f"All rungs keep up; {taken}.")


def _audience(report: Report, expected: Expected) -> Iterator[Verdict]:
    able = forecast.viewers(report)
    if report.watching is not None and able is None and Part.VIEWERS not in report.skipped:
        few = min((one.viewers for one in report.watching.steps), default=0)
        yield Verdict(
            Part.VIEWERS, Answer.NO_GO, f"Parts came late with {few} viewers already.", MENDS[Resource.PROCESSOR]
        )
        return
    if able is None:
        yield _unknown(report, Part.VIEWERS)
        return
    yield _judged(Part.VIEWERS, able, expected.viewers, "viewers")
    if forecast.uplink(report) is None:
        need = expected.viewers * _bits(report) / forecast.LINE
        yield Verdict(
            "line", Answer.UNKNOWN, f"{expected.viewers:,} viewers need a line of {need / 1e6:,.0f} Mbit/s; "
            "how fast this one is, its interface does not say.", "Say it: --uplink MBIT.",
        )  # fmt: skip


def _bits(report: Report) -> float:
    best = None if report.watching is None else report.watching.best
    return 0.0 if best is None else best.bits


def _beside(report: Report, expected: Expected) -> Iterator[Verdict]:
    yield _chat(report, expected)
    yield _sale(report, expected)
    yield _webhooks(report)
    yield _disk(report, expected)


def _chat(report: Report, expected: Expected) -> Verdict:
    able = forecast.chat(report)
    if report.chatting is None or able is None:
        return _failed(report, Part.CHAT, report.chatting is not None, "Messages came late however few there were.")
    rate = expected.viewers * TALKATIVE
    shown = min(rate, report.chatting.shown) if report.chatting.shown else rate
    found = _judged(Part.CHAT, able, shown * expected.viewers, "deliveries a second")
    words = f"{expected.viewers:,} people who write {rate:,.1f} messages a second"
    sampled = f", {shown:g} of which each is shown," if shown < rate else ""
    return Verdict(found.part, found.answer, f"{words}{sampled} are {found.reason}", found.mend)


def _sale(report: Report, expected: Expected) -> Verdict:
    able = forecast.sale(report)
    if able is None or report.selling is None:
        return _failed(report, Part.SALE, report.selling is not None, "Not one basket was given.")
    rush = expected.places * RUSH_SHARE / RUSH_SECONDS
    baskets = _judged(Part.SALE, able[0], rush / UNITS, "baskets a second")
    orders = _judged(Part.SALE, able[1], rush / UNITS, "orders a second")
    worse = max((baskets, orders), key=lambda one: _ORDER.index(one.answer))
    words = f"Half of {expected.places:,} tickets in {RUSH_SECONDS / 60:.0f} minutes are {worse.reason}"
    return Verdict(Part.SALE, worse.answer, words, worse.mend)


def _webhooks(report: Report) -> Verdict:
    letters = report.letters
    if letters is None:
        return _unknown(report, Part.WEBHOOKS)
    if letters.arrived < letters.expected:
        words = f"{letters.arrived:,} of {letters.expected:,} letters had arrived when the time was over."
        return Verdict(Part.WEBHOOKS, Answer.MAYBE, f"{words} They are kept, and come later.")
    return Verdict(Part.WEBHOOKS, Answer.GO, f"All {letters.arrived:,} letters about orders arrived.")


def _disk(report: Report, expected: Expected) -> Verdict:
    hours = forecast.hours(report)
    if report.disk is None or hours is None:
        return _unknown(report, Part.DISK)
    rate = forecast.recorded(report)
    if report.disk.write and report.disk.write < rate * 2:
        words = f"It writes {report.disk.write / 1e6:.0f} MB/s, and the recording takes {rate / 1e6:.1f}."
        return Verdict(Part.DISK, Answer.NO_GO, words, MENDS[Resource.DISK])
    words = (
        f"Room for {hours:,.0f} hours of recording at {rate * 3600 / 1e9:.1f} GB an hour; {expected.hours:g} wanted."
    )
    if not expected.recorded or hours >= expected.hours * ROOM:
        return Verdict(Part.DISK, Answer.GO, words)
    mend = "Free some room: `novacast storage` shows what takes it."
    return Verdict(Part.DISK, Answer.NO_GO if hours < expected.hours else Answer.MAYBE, words, mend)


def _judged(part: str, able: Ability, need: float, unit: str) -> Verdict:
    bound = able.bound
    known = f"{need:,.0f} {unit} wanted; {able.proven:,.0f} shown here, {able.most:,.0f} reckoned ({bound.why})."
    if need <= min(able.proven, able.most):
        return Verdict(part, Answer.GO, known)
    if need <= able.most:
        return Verdict(part, Answer.MAYBE, known, MENDS[Resource.CROWD])
    return Verdict(part, Answer.NO_GO, f"{known} What is missing: {bound.resource}.", MENDS[bound.resource])


_ORDER = (Answer.GO, Answer.UNKNOWN, Answer.MAYBE, Answer.NO_GO)


def _failed(report: Report, part: Part, tried: bool, words: str) -> Verdict:
    if not tried or part in report.skipped:
        return _unknown(report, part)
    return Verdict(part, Answer.NO_GO, words, MENDS[Resource.PROCESSOR])


def _unknown(report: Report, part: Part) -> Verdict:
    return Verdict(part, Answer.UNKNOWN, report.skipped.get(part, "Not tried."))


def _names(rungs: Sequence[object]) -> str:
    return ", ".join(str(getattr(one, "name", one)) for one in rungs)
