"""Shapes of tickets that are offered and handed on."""

from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.texts import TITLE_LENGTH
from novacast.tickets.holders.models import Transfer, TransferState
from novacast.tickets.holders.service import Held
from novacast.tickets.orders.models import Buyer, buyer_of
from novacast.web import Body

Name = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH, pattern=r"\S")]


class HolderNameBody(Body):
    name: Name


class OfferBody(Body):
    name: Name
    email: Annotated[str, Field(min_length=3, max_length=254, examples=["ben@example.org"])]

    def to(self, language: str) -> Buyer:
        return buyer_of(self.name, self.email, language)


class TransferBody(Body):
    """Whoever it is offered to gets its link by mail, and nobody else."""

    id: str
    ticket: Annotated[str, Field(description="Id of the ticket that was offered.")]
    name: str
    state: TransferState
    expires_at: str

    @classmethod
    def of(cls, one: Transfer) -> "TransferBody":
        return cls(id=one.id, ticket=one.ticket_id, name=one.name, state=one.state, expires_at=iso(one.expires_at))


class HeldBody(Body):
    performance: str
    name: str
    open: Annotated[bool, Field(description="Whether it may be taken now.")]
    ticket: Annotated[str | None, Field(description="Id of the ticket, once it is the receiver's and good.")]

    @classmethod
    def of(cls, held: Held) -> "HeldBody":
        ticket = None if held.ticket is None else held.ticket.id
        return cls(performance=held.transfer.perf_id, name=held.transfer.name, open=held.open, ticket=ticket)
