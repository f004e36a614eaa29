"""Shapes of invoices."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.payments.invoices.models import LONGEST_LINE, MOST_LINES, Document, Kind, Seller
from novacast.web import Body, ListBody, PageBody

Line = Annotated[str, Field(min_length=1, max_length=LONGEST_LINE, pattern=r"\S")]


class SellerBody(Body):
    name: Line
    address: Annotated[Sequence[Line], Field(min_length=1, max_length=MOST_LINES)]
    number: Annotated[str, Field(min_length=1, max_length=40, description="Of its tax, or for VAT.")]
    prefix: Annotated[str, Field(max_length=10, description="In front of the documents' numbers.")] = ""
    note: Annotated[str, Field(max_length=500, description="At their foot.")] = ""

    def seller(self) -> Seller:
        return Seller(self.name, tuple(self.address), self.number, self.prefix, self.note)

    @classmethod
    def of(cls, one: Seller) -> "SellerBody":
        return cls(name=one.name, address=list(one.address), number=one.number, prefix=one.prefix, note=one.note)


class SellersBody(Body):
    seller: SellerBody | None

    @classmethod
    def of(cls, one: Seller | None) -> "SellersBody":
        return cls(seller=None if one is None else SellerBody.of(one))


class TaxedBody(Body):
    tax_basis_points: int
    gross: int
    net: int
    tax: int


class InvoiceBody(Body):
    id: str
    kind: Kind
    name: Annotated[str, Field(description="Its number, as it stands on it.")]
    order: str
    total: int
    currency: str
    test: bool
    at: str
    corrects: Annotated[str | None, Field(description="Id of the invoice that a credit note takes back.")]
    taxes: list[TaxedBody]

    @classmethod
    def of(cls, one: Document) -> "InvoiceBody":
        return cls(
            id=one.id,
            kind=one.kind,
            name=one.name,
            order=one.order_id,
            total=one.total,
            currency=one.currency,
            test=one.test,
            at=iso(one.at),
            corrects=one.corrects,
            taxes=[
                TaxedBody(tax_basis_points=tax.tax_bp, gross=tax.gross, net=tax.net, tax=tax.tax) for tax in one.taxes
            ],
        )


class InvoicesBody(PageBody[InvoiceBody]):
    pass


class OrderInvoicesBody(ListBody[InvoiceBody]):
    pass
