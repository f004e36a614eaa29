"""Shapes of tickets and the keys that sign them."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from novacast.texts import TITLE_LENGTH
from novacast.tickets.admission.models import Ticket
from novacast.tickets.models import TicketState
from novacast.web import Body, ListBody

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
