"""What somebody wants, what they have in the basket, and why they don't get it. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import text
from novacast.records import dataclass
from novacast.tickets.events.models import Item
from novacast.tickets.models import ClaimState, HoldState
from novacast.tickets.seatmaps.models import Seat

MOST_LINES = 20
MOST_SEATS = 100
"""In one request."""


class SoldOut(Conflict):
    """There is not so much left of what was asked for."""

    code = "sold_out"


class SeatsTaken(Conflict):
    """Somebody else has some of these seats; `errors` names them."""

    code = "seats_taken"


class LonelySeat(Conflict):
    """The choice would leave a seat alone that nobody will take; the message says how to choose."""

    code = "lonely_seat"


class NotOnSale(Conflict):
    """The performance is not on sale at this moment, or the thing is not."""

    code = "not_on_sale"


class HoldOver(Conflict):
    """The basket's time is over, or what was in it is bought or given back already."""

    code = "hold_over"


@dataclass(frozen=True, slots=True)
class Wish:
    """A line of what somebody wants: so many of an item, or these seats."""

    item_id: str
    quantity: int = 0
    seats: tuple[str, ...] = ()
    category: str | None = None
    """Of seats that are chosen for them; None: any."""
    amount: int | None = None
    """What they give for each, where they may say."""

    @property
    def count(self) -> int:
        return len(self.seats) or self.quantity


@dataclass(frozen=True, slots=True)
class Hold:
    id: str
    perf_id: str
    org_id: str
    person_id: str | None
    buyer: str
    """Whose share it counts to: `person:ID`, or the hold's own id for a guest."""
    state: HoldState
    expires_at: int
    limit_at: int
    """However often it is extended."""
    created_at: int
    changed_at: int
    next_id: str | None = None
    """The basket that what was in this one went over into."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One unit that somebody has. Never deleted."""

    id: str
    perf_id: str
    item_id: str
    seat_id: str | None
    hold_id: str
    order_id: str | None
    buyer: str
    price: int
    fee: int
    tax_bp: int
    state: ClaimState
    expires_at: int | None
    code_id: str | None = None
    discount: int = 0
    """What the code took off the price."""
    member_off: int = 0
    """What a membership took off; only one of the two does."""
    tier: str = ""
    """Name of that membership."""

    @property
    def cost(self) -> int:
        return self.price + self.fee


@dataclass(frozen=True, slots=True)
class Line:
    """A claim as people read it."""

    claim: Claim
    item: str
    seat: Seat | None


@dataclass(frozen=True, slots=True)
class Basket:
    """A hold and what is in it. `explanation`: how seats were chosen, where the house chose them."""

    hold: Hold
    lines: Sequence[Line]
    currency: str
    test: bool
    explanation: str = ""
    code: str = ""
    """With which something in it was taken."""

    @property
    def saving(self) -> int:
        return sum(one.claim.discount + one.claim.member_off for one in self.lines)

    @property
    def total(self) -> int:
        return sum(one.claim.cost for one in self.lines)


def counted(wishes: Sequence[Wish]) -> dict[str, int]:
    """Units of each item."""
    counts: dict[str, int] = {}
    for wish in wishes:
        counts[wish.item_id] = counts.get(wish.item_id, 0) + wish.count
    return counts


def check_wishes(wishes: Sequence[Wish], items: Mapping[str, Item]) -> None:
    """Raises InvalidInput for what can't be meant."""
    wrong: list[FieldError] = []
    chosen: set[str] = set()
    for number, wish in enumerate(wishes):
        item = items.get(wish.item_id)
        if item is None:
            said = text("There is no such kind of ticket here.")
            wrong.append(FieldError(f"lines.{number}.item", "unknown", said))
            continue
        wrong += [FieldError(f"lines.{number}.{one.field}", one.code, one.message) for one in _mistakes(wish, item)]
        if len(set(wish.seats)) < len(wish.seats) or chosen & set(wish.seats):
            wrong.append(FieldError(f"lines.{number}.seats", "twice", text("A seat is named twice.")))
        chosen |= set(wish.seats)
    if wrong:
        raise InvalidInput(wrong[0].message, errors=wrong)


def _mistakes(wish: Wish, item: Item) -> Iterator[FieldError]:
    if wish.seats and not item.seated:
        yield FieldError("seats", "invalid", text("{item} has no seats to choose.", item=item.name))
    if not wish.count or (wish.seats and wish.quantity not in (0, len(wish.seats))):
        yield FieldError("quantity", "invalid", text("Say how many, or which seats."))
    if item.open_price and wish.amount is not None and wish.amount < item.price:
        yield FieldError("amount", "too_small", text("{item} costs more than that at least.", item=item.name))
    if not item.open_price and wish.amount is not None:
        yield FieldError("amount", "invalid", text("{item} has its price.", item=item.name))
