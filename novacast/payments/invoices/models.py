"""What stands on an invoice. Pure. Amounts are minor units, and include their tax."""

import json
from collections.abc import Sequence
from enum import StrEnum

from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass
from novacast.taxes import Taxed, breakdown

MOST_LINES = 8
LONGEST_LINE = 100


class Kind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    """Takes back an invoice, or a part of it."""


@dataclass(frozen=True, slots=True)
class Seller:
    """Who an organization is on its invoices. `number`: of its tax, or its VAT identification number."""

    name: str
    address: tuple[str, ...]
    number: str
    prefix: str = ""
    """Of its documents' numbers."""
    note: str = ""
    """At their foot: a bank account, a register, why no tax is due."""

    def checked(self) -> "Seller":
        """Raises InvalidInput."""
        if not self.name.strip() or not self.address or not self.number.strip():
            raise InvalidInput.field(
                "name", text("An invoice needs a name, an address and a tax number of the house."), "required"
            )
        if len(self.prefix) > 10 or not all(sign.isalnum() or sign in "-/" for sign in self.prefix):
            raise InvalidInput.field("prefix", text("At most ten letters, digits and hyphens."))
        return self


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    units: int
    gross: int
    tax_bp: int


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    org_id: str
    test: bool
    kind: Kind
    year: int
    number: int
    source: str
    """Id of what it is of: an order, a cancellation."""
    corrects: str | None
    """Id of the invoice that a credit note takes back."""
    corrected: str
    """That one's name."""
    order_id: str
    currency: str
    total: int
    at: int
    seller: Seller
    buyer: tuple[str, ...]
    subject: str
    """What it is about: the order's code, the performance and when it is."""
    rows: Sequence[Row]

    @property
    def name(self) -> str:
        """As people call it: `2026-00001`, or `C2026-00001` of a credit note, behind the house's prefix."""
        mark = "C" if self.kind is Kind.CREDIT_NOTE else ""
        return f"{self.seller.prefix}{mark}{self.year}-{self.number:05}"

    @property
    def taxes(self) -> Sequence[Taxed]:
        return breakdown([(one.gross, one.tax_bp) for one in self.rows])

    def body(self) -> str:
        """What is kept of it as JSON."""
        seller = self.seller
        return json.dumps(
            {
                "seller": [seller.name, list(seller.address), seller.number, seller.prefix, seller.note],
                "buyer": list(self.buyer),
                "subject": self.subject,
                "corrected": self.corrected,
                "rows": [[one.text, one.units, one.gross, one.tax_bp] for one in self.rows],
            },
            ensure_ascii=False,
        )


def address_lines(typed: str) -> tuple[str, ...]:
    """Lines of an address. Raises InvalidInput."""
    found = tuple(line.strip() for line in typed.splitlines() if line.strip())
    if len(found) > MOST_LINES or any(len(one) > LONGEST_LINE for one in found):
        raise InvalidInput.field("address", text("At most {most} lines, none longer than {long} signs.",
                                                 most=MOST_LINES, long=LONGEST_LINE))  # fmt: skip
    return found
