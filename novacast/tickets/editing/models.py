"""What a ticket becomes, and what that is worth. Pure. Amounts are minor units of the order's currency."""

from novacast.errors import Conflict
from novacast.i18n import text
from novacast.records import dataclass
from novacast.tickets.events.models import Item
from novacast.tickets.holds.models import Claim, Wish
from novacast.tickets.orders.models import Method
from novacast.tickets.seatmaps.models import Seat

PAID_BY = (Method.CASH, Method.CARD_TERMINAL)
"""How a difference is paid to the house."""


class DearerHere(Conflict):
    """What is wanted costs more than the ticket did, and that can't be paid here."""

    code = "dearer_here"


class OtherTax(Conflict):
    """The two are taxed at different rates: the one has to be cancelled, the other sold."""

    code = "other_tax"


@dataclass(frozen=True, slots=True)
class Instead:
    """What takes a ticket's place: a kind, and a seat where it has one."""

    item_id: str
    seat_id: str | None = None

    @property
    def wish(self) -> Wish:
        return Wish(self.item_id, seats=(self.seat_id,)) if self.seat_id else Wish(self.item_id, 1)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A ticket, what could take its place, and what each is worth. `price` and `fee`: of what takes its place."""

    before: Claim
    """As it was paid."""
    price: int
    fee: int
    currency: str
    back: int
    """Of what the new one costs less: less what the event keeps of what is given back."""

    @property
    def difference(self) -> int:
        """What is to be paid; below zero: what it costs less."""
        return self.price + self.fee - self.before.cost


def exchange_of(before: Claim, item: Item, seat: Seat | None, currency: str, now: int) -> Exchange:
    """Raises OtherTax."""
    if item.tax_bp != before.tax_bp:
        raise OtherTax(text("These are taxed at different rates. Cancel the one, and sell the other."))
    price = item.price_in("" if seat is None else seat.category, now)
    less = max(0, before.cost - price - item.fee)
    return Exchange(before, price, item.fee, currency, less)
