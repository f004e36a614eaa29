"""What an office looks for among orders. Pure."""

import re
import unicodedata

from novacast.records import dataclass
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method, Order

MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders; None and empty: all."""

    text: str = ""
    """Words of name, mail address, order number or note; or the id of a ticket."""
    state: OrderState | None = None
    perf_id: str | None = None
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An order in a list."""

    n: int
    """By which a page of them goes on."""
    order: Order
    units: int
    """That it has, or had before it came to nothing."""
    title: str
    """Of the event."""
    starts_at: int
    timezone: str


@dataclass(frozen=True, slots=True)
class SoldTicket:
    """A ticket in an export, with what it is for."""

    n: int
    id: str
    code: str
    title: str
    starts_at: int
    timezone: str
    item: str
    section: str
    row: str
    number: str
    category: str
    price: int
    fee: int
    tax_bp: int
    currency: str
    name: str
    state: str
    serial: int
    came_in_at: int | None
    test: bool


def expression(org_id: str, text: str) -> str | None:
    """An FTS5 query for orders of an organization with all words of `text`, each as the beginning of one. Only letters
    and digits survive, each word quoted: nothing that is typed is read as query syntax. None when no word is left.
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text[:200]).replace("_", " "))[:MOST_WORDS]
    if not words:
        return None
    typed = " ".join(f'"{word}"*' for word in words)
    return f'(org_id : "{org_id}") AND ({{code name email holders note}} : ({typed}))'


def ticket_id(text: str) -> str | None:
    """`text` as the id of a ticket, if it can be one."""
    return text.strip() if re.fullmatch(r"[a-z2-7]{20}", text.strip()) else None
