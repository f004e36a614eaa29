"""Shapes of lists, scans, what devices deliver, and what they need to decide by themselves."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AwareDatetime, Field

from novacast.clock import instant, iso
from novacast.identity import new_id
from novacast.texts import TITLE_LENGTH
from novacast.tickets.door.models import (
    LONGEST_GATE,
    MOST_GATES,
    MOST_SCANS,
    Checkin,
    CheckinList,
    Decided,
    Gate,
    Incident,
    Rules,
    Scan,
    Shown,
    Verdict,
    Wish,
)
from novacast.tickets.door.picture import Picture
from novacast.tickets.door.scanning import Found
from novacast.tickets.models import TicketState
from novacast.web import Body, ListBody, PageBody

MILLISECOND = 1000
"""In microseconds: clocks of browsers count milliseconds."""

Name = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH, pattern=r"\S")]
GateName = Annotated[str, Field(max_length=LONGEST_GATE)]
Id = Annotated[str, Field(min_length=1, max_length=40)]
ScanId = Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[\w-]+$")]
Milliseconds = Annotated[int, Field(ge=0, le=2**45, description="Since the Unix epoch.")]


class RulesBody(Body):
    """Where `items`, `categories` or `gates` are empty, all are meant."""

    name: Name
    items: Annotated[Sequence[Id], Field(max_length=100)] = ()
    categories: Annotated[Sequence[GateName], Field(max_length=100, description="Of seats.")] = ()
    gates: Annotated[Sequence[GateName], Field(max_length=MOST_GATES)] = ()
    exits: Annotated[bool, Field(description="Whether those who leave are scanned.")] = True
    reentry: Annotated[bool, Field(description="Whether whoever left may come in again.")] = False
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None

    def rules(self) -> Rules:
        opens, closes = self.opens_at, self.closes_at
        return Rules(
            self.name,
            tuple(self.items),
            tuple(self.categories),
            tuple(self.gates),
            self.exits,
            self.reentry,
            None if opens is None else instant(opens),
            None if closes is None else instant(closes),
        )


class NewRulesBody(RulesBody):
    """Without `items` a new list takes what has a place in the house: no pass for a stream, no add-on."""

    @property
    def takes_the_house(self) -> bool:
        return "items" not in self.model_fields_set


class CheckinListBody(Body):
    id: str
    performance: str
    name: str
    items: list[str]
    categories: list[str]
    gates: list[str]
    exits: bool
    reentry: bool
    opens_at: str | None
    closes_at: str | None

    @classmethod
    def of(cls, one: CheckinList) -> "CheckinListBody":
        rules = one.rules
        return cls(
            id=one.id,
            performance=one.perf_id,
            name=rules.name,
            items=list(rules.items),
            categories=list(rules.categories),
            gates=list(rules.gates),
            exits=rules.exits,
            reentry=rules.reentry,
            opens_at=iso(rules.opens_at),
            closes_at=iso(rules.closes_at),
        )


class CheckinListsBody(ListBody[CheckinListBody]):
    pass


class NewScanBody(Body):
    """With `code`, what was read, or `ticket`, the id of one that was found."""

    id: Annotated[ScanId | None, Field(description="Your own: what comes twice under it is done once.")] = None
    code: Annotated[str, Field(max_length=1000)] = ""
    ticket: Annotated[str, Field(max_length=40)] = ""
    gate: GateName = ""
    leaving: bool = False
    force: Annotated[bool, Field(description="Let in although the answer is no; that is written down.")] = False

    def wish(self) -> Wish:
        return Wish(self.id or new_id(), self.code, self.ticket, self.gate, self.leaving, self.force)


class DecidedBody(NewScanBody):
    id: ScanId
    passed: Annotated[bool, Field(description="Whether the device let them through.")]
    at: Annotated[Milliseconds, Field(description="By the device's clock.")]
    offset: Annotated[
        int | None,
        Field(ge=-(2**45), le=2**45, description="Milliseconds that the device knew to be missing from its clock."),
    ] = None

    def decided(self) -> Decided:
        offset = None if self.offset is None else self.offset * MILLISECOND
        return Decided(self.wish(), self.passed, self.at * MILLISECOND, offset)


class DeliveryBody(Body):
    sent_at: Annotated[Milliseconds, Field(description="By the device's clock.")]
    scans: Annotated[Sequence[DecidedBody], Field(min_length=1, max_length=MOST_SCANS)]


class CheckinBody(Body):
    ticket: str
    kind: str
    forced: bool
    gate: str
    at: str

    @classmethod
    def of(cls, one: Checkin) -> "CheckinBody":
        return cls(ticket=one.ticket_id, kind=one.kind, forced=one.forced, gate=one.gate, at=iso(one.at))


class CheckinsBody(PageBody[CheckinBody]):
    pass


class ScanBody(Body):
    verdict: Verdict
    ticket: str | None
    number: Annotated[int | None, Field(description="Of the ticket, in its performance.")]
    name: str
    item: str
    seat: str
    note: Annotated[str, Field(description="For those at the door.")]
    before: Annotated[CheckinBody | None, Field(description="When and where somebody came in with it last.")]
    written: CheckinBody | None

    @classmethod
    def of(cls, scan: Scan) -> "ScanBody":
        shown = scan.shown
        return cls(
            verdict=scan.verdict,
            ticket=None if shown is None else shown.ticket.id,
            number=None if shown is None else shown.ticket.ordinal,
            name="" if shown is None else shown.ticket.name,
            item="" if shown is None else shown.item,
            seat="" if shown is None else shown.seat,
            note="" if shown is None else shown.note,
            before=None if scan.before is None else CheckinBody.of(scan.before),
            written=None if scan.checkin is None else CheckinBody.of(scan.checkin),
        )


class DeliveredBody(Body):
    id: str
    incident: Annotated[bool, Field(description="Whether they were let through although the house says no.")]
    scan: ScanBody


class DeliveriesBody(ListBody[DeliveredBody]):
    pass


class FindQuery(Body):
    q: Annotated[str, Field(min_length=1, max_length=100, description="A part of a name, an order's code, a number.")]


class FoundBody(Body):
    ticket: str
    number: int
    name: str
    item: str
    seat: str
    note: str
    state: TicketState
    inside: bool
    before: CheckinBody | None

    @classmethod
    def of(cls, found: Found) -> "FoundBody":
        shown, before = found.shown, found.before
        return cls(
            ticket=shown.ticket.id,
            number=shown.ticket.ordinal,
            name=shown.ticket.name,
            item=shown.item,
            seat=shown.seat,
            note=shown.note,
            state=shown.ticket.state,
            inside=before is not None and before.open,
            before=None if before is None else CheckinBody.of(before),
        )


class FoundTicketsBody(ListBody[FoundBody]):
    pass


class NoteBody(Body):
    note: Annotated[str, Field(max_length=TITLE_LENGTH, description="Shown at the door; empty takes it away.")]

    @classmethod
    def of(cls, shown: Shown) -> "NoteBody":
        return cls(note=shown.note)


class GateBody(Body):
    gate: str
    entries: int
    exits: int
    refused: int
    inside: Annotated[int, Field(description="Of those who came in here, who has not left by any gate.")]

    @classmethod
    def of(cls, one: Gate) -> "GateBody":
        return cls(gate=one.name, entries=one.entries, exits=one.exits, refused=one.refused, inside=one.inside)


class GatesBody(Body):
    expected: Annotated[int, Field(description="Valid tickets that the list takes.")]
    gates: list[GateBody]


class IncidentBody(Body):
    """Somebody whom a device let through without a network, and whom the house would have refused."""

    id: str
    list: str
    ticket: str | None
    verdict: Annotated[Verdict, Field(description="What the house would have said.")]
    gate: str
    at: str
    other_gate: Annotated[str | None, Field(description="Where somebody came in with the same ticket.")]
    other_at: str | None
    settled_at: str | None

    @classmethod
    def of(cls, one: Incident) -> "IncidentBody":
        return cls(
            id=one.id,
            list=one.list_id,
            ticket=one.ticket_id,
            verdict=one.verdict,
            gate=one.gate,
            at=iso(one.at),
            other_gate=one.other_gate,
            other_at=iso(one.other_at),
            settled_at=iso(one.settled_at),
        )


class IncidentsBody(ListBody[IncidentBody]):
    pass


class DoorKeyBody(Body):
    id: int
    public: Annotated[str, Field(description="Ed25519, in hexadecimal.")]


class PictureBody(Body):
    """What a device decides by when it has no network. Follow the stream of facts from `seq` on to keep it true."""

    device: str
    gate: str
    seq: int
    now: Annotated[int, Field(description="Milliseconds since the Unix epoch, by the house's clock.")]
    event: str
    timezone: str
    starts_at: str
    performance: str
    number: Annotated[int, Field(description="Of the performance, as it stands in tickets.")]
    list: CheckinListBody
    items: Annotated[dict[str, str], Field(description="Names by the numbers in tickets.")]
    taken: Annotated[Sequence[int], Field(description="Numbers of the items that the list takes.")]
    keys: Sequence[DoorKeyBody]
    standings: Annotated[
        str,
        Field(
            description="Base64: two bits for each ticket by its number from 0 on, lowest bits first. "
            "0 is void or not issued, 1 expected, 2 inside, 3 has left."
        ),
    ]
    serials: Annotated[
        Sequence[tuple[int, int]], Field(description="Number and serial of tickets that were made anew.")
    ]
    elsewhere: Annotated[
        str, Field(description="Base64, a bit for each ticket: its seat is in no category of the list.")
    ]
    gates: Sequence[GateBody]
    expected: int
    live: Annotated[bool, Field(description="Whether tickets of the sandbox are worth nothing.")]
    foreign: Annotated[str, Field(description="Base64, 14 bytes each: codes of another system, by their digests.")]

    @classmethod
    def of(cls, one: Picture, device: str, gate: str) -> "PictureBody":
        return cls(
            device=device,
            gate=gate,
            seq=one.seq,
            now=one.now // MILLISECOND,
            event=one.event,
            timezone=one.timezone,
            starts_at=iso(one.performance.starts_at),
            performance=one.performance.id,
            number=one.performance.number,
            list=CheckinListBody.of(one.wanted),
            items={str(number): name for number, name in one.items.items()},
            taken=one.taken,
            keys=[DoorKeyBody(id=id_, public=key.hex()) for id_, key in one.keys.items()],
            standings=one.standings,
            serials=one.serials,
            elsewhere=one.elsewhere,
            gates=[GateBody.of(gate) for gate in one.gates],
            expected=one.expected,
            live=one.live,
            foreign=one.foreign,
        )
