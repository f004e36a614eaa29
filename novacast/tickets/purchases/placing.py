"""A purchase comes to be: an order of each thing, and one payment over them, in one transaction or not at all."""

import json
from collections.abc import Callable, Mapping, Sequence

from novacast.database import Transaction
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import text
from novacast.identity import Principal, new_id, person_of
from novacast.records import dataclass
from novacast.tickets.events import store as events
from novacast.tickets.holds.models import Basket, NotOnSale
from novacast.tickets.holds.service import Holds
from novacast.tickets.holds.taking import Taking
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import AT_ONCE, Buyer, Method, Order, Unpayable, new_code
from novacast.tickets.orders.placing import Among, Placing
from novacast.tickets.purchases import store
from novacast.tickets.purchases.joining import join
from novacast.tickets.purchases.models import MOST_THINGS, NotTogether, Purchase, Wanted
from novacast.tickets.purchases.ports import Plans
from novacast.tickets.questions.answering import answer
from novacast.tickets.questions.models import Given
from novacast.tickets.rentals.service import VideoSales

Back = Callable[[str], str]
"""Address where a buyer of a purchase comes back to, by its id."""
OTHERWISE = text("The basket is not as it was shown: look at it again, then order it.")
LOGIN = text("Log in first: what you buy belongs to your account.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants, with the ids that its tokens stand for."""

    hold_ids: Sequence[str]
    wanted: Wanted
    person_id: str | None
    answers: Mapping[str, Sequence[Given]]
    """By the hold's id."""

    @property
    def name(self) -> str:
        """The same for the same things, whoever's basket they lie in first."""
        films = sorted((one.media_id, one.offer_id) for one in self.wanted.films)
        whose = self.person_id if films or self.wanted.plan_id else None
        return json.dumps([sorted(self.hold_ids), films, self.wanted.plan_id, whose])


def check(wanted: Wanted, hold_ids: Sequence[str], principal: Principal) -> None:
    """`hold_ids`: of the baskets, for a token may be written in several ways. Raises InvalidInput, Unauthenticated."""
    things = len(wanted.holds) + len(wanted.films)
    if not things:
        raise InvalidInput.field("baskets", text("There is nothing in this basket."), "empty")
    if things > MOST_THINGS:
        raise InvalidInput.field("baskets", text("That is more than can be bought at once."), "too_many")
    if len(set(hold_ids)) < len(hold_ids) or len({one.media_id for one in wanted.films}) < len(wanted.films):
        raise InvalidInput.field("baskets", text("Something is in this basket twice."), "twice")
    if wanted.films or wanted.plan_id is not None:
        person_of(principal, LOGIN)


@dataclass(frozen=True, slots=True)
class _Plan:
    subscription_id: str
    org_id: str
    currency: str
    now: int


class PurchasePlacing:
    def __init__(
        self, holds: Holds, taking: Taking, placing: Placing, films: VideoSales, plans: Plans | None = None
    ) -> None:
        self._holds, self._taking, self._placing, self._films = holds, taking, placing, films
        self.plans = plans

    def place(
        self, tx: Transaction, wish: Wish, buyer: Buyer, method: Method, back: Back, shown: int | None = None
    ) -> Purchase:
        """Raises NotFound, HoldOver, NotTogether, NotOnSale, HadAlready, Unpayable, Conflict, InvalidInput."""
        if self._taking.shut:
            raise NotOnSale(self._taking.shut)
        baskets = self._baskets(tx, wish)
        plan = self._plan(tx, wish, method)
        org_id, currency = _alike(baskets, plan)
        beside = 0 if plan is None else plan.now
        total = beside + sum(one.total for one in baskets)
        if shown not in (None, total):
            raise Conflict(OTHERWISE)
        if plan is not None and method is Method.FREE:
            raise Unpayable(text("A membership needs a way to pay it, also where it begins with a trial."))
        purchase = Purchase(
            id=new_id(),
            code=_code(tx),
            org_id=org_id,
            person_id=wish.person_id,
            email_key=buyer.email_key,
            method=method,
            total=total,
            currency=currency,
            test=baskets[0].test,
            subscription_id=None if plan is None else plan.subscription_id,
            created_at=tx.now,
        )
        store.add(tx, purchase, wish.name)
        made = self._orders(tx, purchase, wish, baskets, buyer)
        if method not in AT_ONCE:
            self._join(tx, purchase, made, beside, back(purchase.id))
        return purchase

    def _baskets(self, tx: Transaction, wish: Wish) -> Sequence[Basket]:
        held = [self._holds.open(tx, hold_id) for hold_id in wish.hold_ids]
        films = [self._films.basket(tx, wish.person_id or "", one.media_id, one.offer_id) for one in wish.wanted.films]
        return [*held, *films]

    def _plan(self, tx: Transaction, wish: Wish, method: Method) -> _Plan | None:
        if wish.wanted.plan_id is None or wish.person_id is None:
            return None
        way = way_of(method)
        if self.plans is None or way not in self.plans.ways:
            raise Unpayable(text("A membership can't be paid in this way."))
        found, days = self.plans.begin(tx, wish.person_id, wish.wanted.plan_id, way)
        return _Plan(found.id, found.org_id, found.currency, 0 if days else found.price)

    def _orders(
        self, tx: Transaction, purchase: Purchase, wish: Wish, baskets: Sequence[Basket], buyer: Buyer
    ) -> Sequence[Order]:
        # What is tried first costs nothing now, and is paid all the same.
        total = purchase.total or int(purchase.subscription_id is not None)
        due = min(self._due(tx, one, purchase.method) for one in baskets)
        if purchase.subscription_id is not None and self.plans is not None:
            due = min(due, tx.now + self.plans.patience)
        among = Among(total, due)
        made = []
        for place, basket in enumerate(baskets):
            order = self._placing.place(
                tx, basket, buyer, purchase.method, person_id=wish.person_id, seller=None, among=among
            )
            given = wish.answers.get(basket.hold.id, ())
            answer(tx, order.id, order.perf_id, [one.claim for one in basket.lines], given)
            store.add_order(tx, purchase.id, order.id, place)
            made.append(order)
        return made

    def _join(self, tx: Transaction, purchase: Purchase, made: Sequence[Order], beside: int, back: str) -> None:
        parts = [tx.all(orders.attempts(one.id))[-1] for one in made]
        due = min(one.due_at or tx.now for one in made)
        billed = self.plans is not None and self.plans.billed(way_of(purchase.method))
        key = purchase.subscription_id if billed else None
        what = _what(tx, purchase, made)
        join(tx, purchase.id, parts, what=what, back=back, until=due, beside=beside, key=key)

    def _due(self, tx: Transaction, basket: Basket, method: Method) -> int:
        performance = tx.one(events.performance(basket.hold.perf_id))
        assert performance is not None, "a hold has a performance"
        return self._placing.due(method, performance, tx.now)


def way_of(method: Method) -> str:
    """As memberships name those who collect."""
    return {Method.CARD: "stripe", Method.TRANSFER: "offline"}.get(method, method.value)


def _alike(baskets: Sequence[Basket], plan: _Plan | None) -> tuple[str, str]:
    """Organization and currency of all. Raises NotTogether."""
    kinds = {(one.hold.org_id, one.currency) for one in baskets}
    if plan is not None:
        kinds.add((plan.org_id, plan.currency))
    if len(kinds) > 1:
        raise NotTogether(text("These things are of several houses or currencies. Buy them one after the other."))
    return kinds.pop()


def _code(tx: Transaction) -> str:
    while tx.one(store.code_taken(code := new_code())) is not None:
        continue
    return code


def _what(tx: Transaction, purchase: Purchase, made: Sequence[Order]) -> str:
    """For people: on the page where it is paid, and on statements."""
    event = tx.one(events.event_of(made[0].perf_id))
    others = len(made) - 1 + (purchase.subscription_id is not None)
    more = f" + {others}" if others else ""
    return purchase.code if event is None else f"{event.title}{more} · {purchase.code}"
