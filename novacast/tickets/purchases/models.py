"""What is bought together, and the one payment for it. Pure. Amounts are minor units of the currency."""

from collections.abc import Sequence
from enum import StrEnum

from novacast.errors import Conflict
from novacast.money import Demand, Outcome
from novacast.records import dataclass
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method, Receipt

MOST_THINGS = 20
"""Baskets and videos in one purchase."""


class NotTogether(Conflict):
    """These things can't be paid by one payment: they are of several organizations or currencies."""

    code = "not_together"


@dataclass(frozen=True, slots=True)
class FilmWish:
    media_id: str
    offer_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to pay at once."""

    holds: Sequence[str] = ()
    """Tokens of baskets, each of one performance."""
    films: Sequence[FilmWish] = ()
    plan_id: str | None = None


class PurchaseState(StrEnum):
    """Of the orders: they go on by themselves once they are paid."""

    OPEN = "open"
    """Something waits to be paid."""
    PAID = "paid"
    """All was bought, whatever was given back since."""
    PARTLY = "partly"
    """Some was bought, some came to nothing: the money for that goes back, or is on its way."""
    OVER = "over"
    """Nothing was bought."""


@dataclass(frozen=True, slots=True)
class Purchase:
    id: str
    code: str
    """For people, also as the reference of a transfer. No order has the same."""
    org_id: str
    person_id: str | None
    email_key: str
    method: Method
    total: int
    """To be paid now: the orders, and of the membership what its beginning costs."""
    currency: str
    test: bool
    subscription_id: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Joint:
    """One payment at whoever moves the money, frozen before they hear of it."""

    key: str
    purchase_id: str
    number: int
    """From 1: how often it was tried before."""
    provider: str
    mode: str
    instance: str
    amount: int
    beside: int
    """What of the amount is the membership's."""
    currency: str
    what: str
    back: str
    until: int
    created_at: int

    def demand(self, reference: str | None = None) -> Demand:
        return Demand(
            key=self.key,
            amount=self.amount,
            currency=self.currency,
            mode=self.mode,
            instance=self.instance,
            what=self.what,
            reference=reference,
            back=self.back,
            until=self.until,
            again=self.number > 1,
        )

    def share(self, outcome: Outcome, demand: Demand) -> Outcome:
        """What has become of a part of it. An amount that is not the whole's is not the part's either."""
        wrong = outcome.amount - self.amount
        return Outcome(
            outcome.state, demand.amount + wrong, outcome.currency, outcome.mode, outcome.instance, outcome.reference
        )


@dataclass(frozen=True, slots=True)
class Member:
    """The membership of a purchase, as its page shows it."""

    subscription_id: str
    tier: str
    price: int
    """Of a period."""
    currency: str
    interval: str
    """month or year."""
    now: int
    """What of the purchase's total is for it: nothing where it is tried first."""
    state: str
    """As memberships name it: pending, active, past_due, paused, cancelled, expired."""
    path: str
    """Of its page in the account."""


@dataclass(frozen=True, slots=True)
class Purchased:
    """A purchase with all that belongs to it. A receipt for each order, in the order in which they were wanted."""

    purchase: Purchase
    receipts: Sequence[Receipt]
    membership: Member | None = None
    url: str | None = None
    """Where it is paid, once that has begun: at whoever moves the money, or on a page of ours."""
    due_at: int | None = None
    """Until when, while it waits to be paid."""
    awaited: bool = False
    """The buyer has done all, and a bank takes its time."""

    @property
    def state(self) -> PurchaseState:
        return state_of([one.order.state for one in self.receipts])


_BOUGHT = frozenset({OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.CANCELLED})


def state_of(orders: Sequence[OrderState]) -> PurchaseState:
    if any(one in (OrderState.AWAITING_PAYMENT, OrderState.DRAFT) for one in orders):
        return PurchaseState.OPEN
    bought = [one in _BOUGHT for one in orders]
    return PurchaseState.PAID if all(bought) else PurchaseState.PARTLY if any(bought) else PurchaseState.OVER
