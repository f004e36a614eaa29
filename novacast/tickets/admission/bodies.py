"""Shapes of tickets, lists of a door and scans."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AwareDatetime, Field

from novacast.clock import instant, iso
from novacast.texts import TITLE_LENGTH
from novacast.tickets.admission.models import Checkin, CheckinList, Scan, Ticket, Verdict
from novacast.tickets.models import TicketState
from novacast.web import Body, ListBody, PageBody

Name = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH, pattern=r"\S")]


class TicketBody(Body):
    id: str
    item: str
    name: str
    ordinal: int
    serial: int
    state: TicketState
    test: Annotated[bool, Field(description="Worth nothing at a door that takes real ones.")]
    code: Annotated[str | None, Field(description="What stands in its code; null: it is not valid.")]

    @classmethod
    def shown(cls, one: Ticket, codes: Mapping[str, str]) -> "TicketBody":
        return cls(
            id=one.id,
            item=one.item_id,
            name=one.name,
            ordinal=one.ordinal,
            serial=one.serial,
            state=one.state,
            test=one.test,
            code=codes.get(one.id),
        )

    @classmethod
    def of(cls, one: Ticket) -> "TicketBody":
        """Without its code, which its holder sees."""
        return cls.shown(one, {})


class TicketsBody(ListBody[TicketBody]):
    pass


class RenameBody(Body):
    name: Name


class PublicKeyBody(Body):
    id: int
    public: Annotated[str, Field(description="Ed25519, in hexadecimal.")]


class PublicKeysBody(ListBody[PublicKeyBody]):
    pass


class EntitlementBody(Body):
    entitled: bool


class NewListBody(Body):
    name: Name
    items: Annotated[
        Sequence[Annotated[str, Field(max_length=40)]], Field(max_length=100, description="Empty: all.")
    ] = ()
    reentry: Annotated[bool, Field(description="Whether whoever left may come in again.")] = False
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None

    def hours(self) -> tuple[int | None, int | None]:
        opens, closes = self.opens_at, self.closes_at
        return None if opens is None else instant(opens), None if closes is None else instant(closes)


class CheckinListBody(Body):
    id: str
    performance: str
    name: str
    items: list[str]
    reentry: bool
    opens_at: str | None
    closes_at: str | None

    @classmethod
    def of(cls, one: CheckinList) -> "CheckinListBody":
        return cls(
            id=one.id,
            performance=one.perf_id,
            name=one.name,
            items=list(one.items),
            reentry=one.reentry,
            opens_at=None if one.opens_at is None else iso(one.opens_at),
            closes_at=None if one.closes_at is None else iso(one.closes_at),
        )


class CheckinListsBody(ListBody[CheckinListBody]):
    pass


class NewScanBody(Body):
    code: Annotated[str, Field(min_length=1, max_length=200)]
    gate: Annotated[str, Field(max_length=60)] = ""
    leaving: bool = False
    force: Annotated[bool, Field(description="Let in although the answer is no; that is written down.")] = False


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
    name: str
    item: str
    seat: str
    before: Annotated[CheckinBody | None, Field(description="When and where somebody came in with it.")]
    written: CheckinBody | None

    @classmethod
    def of(cls, scan: Scan) -> "ScanBody":
        return cls(
            verdict=scan.verdict,
            name="" if scan.ticket is None else scan.ticket.name,
            item=scan.item,
            seat=scan.seat,
            before=None if scan.before is None else CheckinBody.of(scan.before),
            written=None if scan.checkin is None else CheckinBody.of(scan.checkin),
        )
