"""A ticket that is offered to somebody, or was handed on. Pure."""

from enum import StrEnum

from novacast.clock import DAY
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.records import dataclass
from novacast.tickets.admission.models import Ticket

OFFERED_FOR = 7 * DAY
"""How long an offer may be taken."""
MOST_OFFERS = 20
"""Of one unit, taken or not: nobody mails strangers with it."""


class TransferState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A ticket offered to a person by mail; once accepted, another with the next serial is theirs."""

    id: str
    claim_id: str
    """The unit that it is of, whatever tickets were made for it since."""
    ticket_id: str
    """As it was offered."""
    order_id: str
    org_id: str
    perf_id: str
    from_person: str | None
    person_id: str | None
    """Whose account took it; None: nobody's."""
    name: str
    email: str
    email_key: str
    language: str
    state: TransferState
    expires_at: int
    created_at: int
    changed_at: int


class NotYours(Conflict):
    """This ticket was handed on, or is good no more, so nothing can be done with it here."""

    code = "not_yours"


def check_open(one: Transfer, ticket: Ticket | None, now: int) -> None:
    """Whether it may be taken. Raises NotYours."""
    if one.state is TransferState.WITHDRAWN:
        raise NotYours(text("Whoever offered this ticket has taken the offer back."))
    if one.state is not TransferState.OFFERED:
        raise NotYours(text("This ticket was taken already."))
    if now >= one.expires_at:
        raise NotYours(text("This offer is over. Ask for a new one."))
    if ticket is None or ticket.id != one.ticket_id:
        raise NotYours(text("This ticket is good no more."))
