"""Shapes of an order's invoices."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.tickets.ports import Invoice
from novacast.web import Body, ListBody

Line = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]


class AskBody(Body):
    buyer: Annotated[
        Sequence[Line], Field(max_length=8, description="Name and address as they shall stand on it.")
    ] = ()


class OrderInvoiceBody(Body):
    id: str
    kind: Annotated[str, Field(description="`invoice` or `credit_note`.")]
    name: Annotated[str, Field(description="Its number, as it stands on it.")]
    total: int
    currency: str
    at: str

    @classmethod
    def of(cls, one: Invoice) -> "OrderInvoiceBody":
        return cls(id=one.id, kind=one.kind, name=one.name, total=one.total, currency=one.currency, at=iso(one.at))


class OrderInvoicesBody(ListBody[OrderInvoiceBody]):
    @classmethod
    def all(cls, found: Sequence[Invoice]) -> "OrderInvoicesBody":
        return cls(items=[OrderInvoiceBody.of(one) for one in found])
