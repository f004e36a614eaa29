"""Lists of a door, scans against them, and what a door says. Pure; the door's page has the same rules in JavaScript."""

from collections.abc import Sequence
from enum import IntEnum, StrEnum

from novacast.clock import DAY, MINUTE, SECOND
from novacast.records import dataclass
from novacast.tickets.admission.models import Ticket
from novacast.tickets.admission.tokens import Token
from novacast.tickets.events.models import Item
from novacast.tickets.models import ItemKind, TicketState

LONGEST_GATE = 60
MOST_GATES = 30
MOST_LISTS = 50
"""Of one performance."""
MOST_DEVICES = 200
"""Of one performance, paired or waiting for it."""
MOST_SCANS = 200
"""In one delivery of a device that was without a network."""
MOST_FOUND = 20
PAIRING_LASTS = 10 * MINUTE
DEVICE_LASTS = DAY
"""After the end of its performance a device's token is good for nothing."""
SEEN_EVERY = MINUTE


class Verdict(StrEnum):
    """What a door says of a ticket."""

    OK = "ok"
    EXIT = "exit"
    """They are out, and that is written down."""
    USED = "used"
    """Somebody came in with it already."""
    NOT_INSIDE = "not_inside"
    """Nobody is in there with it who could leave."""
    WRONG_LIST = "wrong_list"
    """It is good, but not here."""
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    VOID = "void"
    """Cancelled, or another was issued in its place."""
    FORGED = "forged"
    """Nobody here made it, or it was altered."""

    @property
    def good(self) -> bool:
        return self in (Verdict.OK, Verdict.EXIT)


class Standing(IntEnum):
    """Of a ticket at one list, in the two bits that devices keep of it."""

    NONE = 0
    """Not issued, or void."""
    EXPECTED = 1
    INSIDE = 2
    LEFT = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """What an organizer sets of a list. Where `items`, `categories` or `gates` are empty, all are meant."""

    name: str
    items: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """Of seats; a ticket without a seat is in none."""
    gates: tuple[str, ...] = ()
    exits: bool = True
    """Whether those who leave are scanned."""
    reentry: bool = False
    """Whether those who have left may come in again."""
    opens_at: int | None = None
    closes_at: int | None = None


HOUSE = (ItemKind.SEATED, ItemKind.GENERAL, ItemKind.BUNDLE)
"""Kinds with a place in the house."""


def in_the_house(items: Sequence[Item]) -> tuple[str, ...]:
    """What a new list takes: nobody comes in with a pass for the stream, or an add-on. Empty, all, where there is
    nothing else."""
    inside = tuple(one.id for one in items if one.kind in HOUSE)
    return inside if len(inside) < len(items) else ()


@dataclass(frozen=True, slots=True)
class CheckinList:
    """A way in: who may pass it."""

    id: str
    org_id: str
    perf_id: str
    rules: Rules
    created_at: int

    def takes(self, item_id: str, category: str) -> bool:
        rules = self.rules
        return (not rules.items or item_id in rules.items) and (not rules.categories or category in rules.categories)


@dataclass(frozen=True, slots=True)
class Checkin:
    id: str
    ticket_id: str
    list_id: str
    kind: str
    """entry or exit."""
    open: bool
    """Of an entry: they are in there."""
    forced: bool
    gate: str
    person_id: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A ticket with what people at a door are told of it."""

    ticket: Ticket
    item: str
    seat: str
    category: str
    note: str


@dataclass(frozen=True, slots=True)
class Scan:
    """A verdict and what it rests on. `before`: the last entry with this ticket, or one that stood in its place."""

    verdict: Verdict
    shown: Shown | None
    before: Checkin | None
    checkin: Checkin | None
    """What was written down."""

    @property
    def ticket(self) -> Ticket | None:
        return None if self.shown is None else self.shown.ticket


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody at a gate asks for. With a code, or with a ticket that was found by its name or number."""

    id: str
    """The asker's own: what comes twice under it is done once."""
    code: str = ""
    ticket_id: str = ""
    gate: str = ""
    leaving: bool = False
    force: bool = False
    """Let in although the answer is no; never with what nobody here made."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a device decided by itself, without a network."""

    wish: Wish
    passed: bool
    """Whether it let them through."""
    at: int
    """By its own clock."""
    offset: int | None
    """What it had found to be missing from its clock when it last heard the server; None: it never had."""


@dataclass(frozen=True, slots=True)
class Gate:
    """How many passed one gate of a list. `inside`: of those who came in here, who has not left by any."""

    name: str
    entries: int
    exits: int
    refused: int
    inside: int


@dataclass(frozen=True, slots=True)
class Incident:
    """Somebody whom a device let through by itself, and whom the house would have refused."""

    id: str
    org_id: str
    list_id: str
    ticket_id: str | None
    scan_id: str
    verdict: Verdict
    gate: str
    at: int
    other_gate: str | None
    """Of the entry that was there already, if that is why."""
    other_at: int | None
    device_id: str | None
    created_at: int
    settled_at: int | None
    settled_by: str | None


def judged(
    wanted: CheckinList,
    shown: Shown,
    token: Token | None,
    before: Checkin | None,
    at: int,
    *,
    leaving: bool,
    live: bool,
) -> Verdict:
    """`at`: when it was scanned; `token`: what was scanned, None where the ticket was looked up; `live`: tickets of the
    sandbox are worth nothing."""
    ticket, rules = shown.ticket, wanted.rules
    stale = token is not None and token.until < at // SECOND
    if ticket.state is not TicketState.VALID or stale or (live and ticket.test):
        return Verdict.VOID
    if ticket.perf_id != wanted.perf_id or not wanted.takes(ticket.item_id, shown.category):
        return Verdict.WRONG_LIST
    inside = before is not None and before.open
    if leaving:
        return Verdict.EXIT if inside else Verdict.NOT_INSIDE
    if inside or (before is not None and not rules.reentry):
        return Verdict.USED
    if rules.opens_at is not None and at < rules.opens_at:
        return Verdict.TOO_EARLY
    if rules.closes_at is not None and at >= rules.closes_at:
        return Verdict.TOO_LATE
    return Verdict.OK


def instant_of(decided: Decided, sent_at: int, now: int, earliest: int) -> int:
    """When a device scanned, by the house's clock. The device was set to whatever its owner liked: what it had found to
    be missing counts, else what is missing as it delivers; and it is neither before `earliest` nor in the future."""
    offset = now - sent_at if decided.offset is None else decided.offset
    return max(earliest, min(decided.at + offset, now))


def packed(standings: Sequence[Standing]) -> bytes:
    """Two bits each, the first in the lowest bits of the first byte."""
    out = bytearray((len(standings) + 3) // 4)
    for place, standing in enumerate(standings):
        out[place // 4] |= standing << (place % 4 * 2)
    return bytes(out)
