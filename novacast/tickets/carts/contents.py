"""What stands in a cart, as it is at this moment: what it costs now, and what of it is not to be had any more."""

from collections.abc import Sequence

from novacast.errors import NotFound
from novacast.i18n import Text, text
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.security.keys import digest
from novacast.tickets.carts.models import Cart, Kind, Line
from novacast.tickets.carts.ports import PlanOffer, PlanOffers
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.events.performances import Performances
from novacast.tickets.holds.models import Basket
from novacast.tickets.holds.service import Holds
from novacast.tickets.models import HoldState, PerformanceState
from novacast.tickets.questions.service import Asked, Questions
from novacast.tickets.rentals.models import OfferKind, VideoOffer
from novacast.tickets.rentals.rights import Rights
from novacast.tickets.rentals.service import OnSale, VideoSales

OVER = text("Its time is over: what was kept is free for others.")
OFF = text("It does not take place.")
GONE = text("It is not offered any more.")
YOURS = text("You can watch this already.")
MEMBER = text("You have such a membership already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A line as it is now. What has a `problem` is not ordered with the rest, and costs nothing."""

    line: Line
    problem: Text | None = None
    cost: int = 0

    @property
    def changed(self) -> bool:
        """Whether it costs something else than when it was put in. What is held keeps its price."""
        return self.problem is None and self.line.kind is not Kind.HOLD and self.cost != self.line.price


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Thing):
    basket: Basket
    token: str
    event: Event
    performance: Performance
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Film(Thing):
    """`offer`: None where it is not offered any more."""

    sold: OnSale | None
    offer: VideoOffer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Thing):
    """`cost`: of a period. `now`: to be paid at once."""

    plan: PlanOffer | None
    now: int = 0


@dataclass(frozen=True, slots=True)
class Full:
    cart: Cart
    things: Sequence[Thing]

    @property
    def good(self) -> Sequence[Thing]:
        return [one for one in self.things if one.problem is None]

    @property
    def held(self) -> Sequence[Held]:
        return [one for one in self.good if isinstance(one, Held)]

    @property
    def films(self) -> Sequence[Film]:
        return [one for one in self.good if isinstance(one, Film)]

    @property
    def plan(self) -> Membership | None:
        return next((one for one in self.good if isinstance(one, Membership)), None)

    @property
    def needs_login(self) -> bool:
        """What is watched belongs to an account."""
        return bool(self.films) or self.plan is not None

    @property
    def total(self) -> int:
        return sum(one.now if isinstance(one, Membership) else one.cost for one in self.good)

    @property
    def seen(self) -> str:
        """By which it is known whether what is ordered is what was shown."""
        parts = [f"{one.line.id} {one.line.ref} {one.problem is None} {one.cost}" for one in self.things]
        return digest("\n".join([*parts, str(self.total)])).hex()[:32]


class Contents:
    def __init__(
        self,
        holds: Holds,
        performances: Performances,
        questions: Questions,
        sales: VideoSales,
        rights: Rights,
        plans: PlanOffers,
    ) -> None:
        self._holds, self._performances, self._questions = holds, performances, questions
        self._sales, self._rights, self._plans = sales, rights, plans

    async def of(self, principal: Principal, cart: Cart) -> Full:
        return Full(cart, [await self._thing(principal, cart, one) for one in cart.lines])

    async def _thing(self, principal: Principal, cart: Cart, line: Line) -> Thing:
        match line.kind:
            case Kind.HOLD:
                return await self._held(line)
            case Kind.FILM:
                return await self._film(principal, cart, line)
            case Kind.PLAN:
                return await self._membership(principal, line)

    async def _held(self, line: Line) -> Held:
        token = self._holds.token(line.ref)
        basket = await self._holds.show(token)
        event, performance = await self._performances.known(basket.hold.perf_id)
        problem = None
        if performance.state is PerformanceState.CANCELLED:
            problem = OFF
        elif basket.hold.state is not HoldState.ACTIVE:
            problem = OVER
        return Held(
            line=line,
            problem=problem,
            cost=basket.total,
            basket=basket,
            token=token,
            event=event,
            performance=performance,
            asked=await self._questions.of_basket(token),
        )

    async def _film(self, principal: Principal, cart: Cart, line: Line) -> Film:
        sold = await self._sales.sold(line.media_id or "")
        offer = None if sold is None else next((one for one in sold.offers if one.id == line.ref), None)
        if offer is None or offer.currency != cart.currency:
            return Film(line=line, problem=GONE, sold=sold, offer=None)
        rights = await self._rights.opening(principal, line.media_id or "")
        has = any(one.kind is OfferKind.BUY for one in rights) or (rights and offer.kind is OfferKind.RENT)
        return Film(line=line, problem=YOURS if has else None, cost=offer.price, sold=sold, offer=offer)

    async def _membership(self, principal: Principal, line: Line) -> Membership:
        plan = await self._plans.plan(principal, line.ref)
        if plan is None:
            return Membership(line=line, problem=GONE, plan=None)
        problem = MEMBER if plan.had else None if plan.offered else GONE
        now = 0 if plan.trial_days else plan.price
        return Membership(line=line, problem=problem, cost=plan.price, plan=plan, now=now)


async def found_film(sales: VideoSales, media_id: str, offer_id: str) -> tuple[OnSale, VideoOffer]:
    """Raises NotFound."""
    sold = await sales.sold(media_id)
    offer = None if sold is None else next((one for one in sold.offers if one.id == offer_id), None)
    if sold is None or offer is None:
        raise NotFound(text("This is not offered any more. Look at the video's page again."))
    return sold, offer
