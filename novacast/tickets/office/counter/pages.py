"""The counter: what is sold to whoever stands there, in one form whose buttons are the ways to pay."""

from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.clock import Clock
from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Principal, new_id
from novacast.records import dataclass
from novacast.tickets.arranging.bodies import Short
from novacast.tickets.arranging.pages import NIGHT
from novacast.tickets.events.models import Item
from novacast.tickets.events.performances import Offer, Performances
from novacast.tickets.events.permission import sells
from novacast.tickets.holds.models import MOST_SEATS, Wish
from novacast.tickets.models import PerformanceState, TicketState
from novacast.tickets.office.words import STUDIO, hour, kind_name, method_name, told
from novacast.tickets.orders.models import AT_ONCE, Buyer, Method, Receipt, buyer_of
from novacast.tickets.orders.service import Orders
from novacast.tickets.sales.service import Sales
from novacast.tickets.typed import Typed
from novacast.tickets.words import plain, price
from novacast.web import Body, Call, Html, Redirect, form, page
from novacast.words import money

Refusal = InvalidInput | Conflict
MOST = 1000
Texts = Annotated[tuple[Short, ...], Field(max_length=100)]


class CounterQuery(Body):
    sold: Annotated[str | None, Field(max_length=40)] = None
    """Id of the order that was just sold."""


class SaleForm(Body):
    """Lists of the same length: each kind with its number, the category of its seats, and what is given for it. They
    have no defaults, for empty texts of what has one are left out."""

    once: Short = ""
    item: Texts
    quantity: Texts
    category: Texts
    amount: Texts
    seat: Annotated[tuple[Short, ...], Field(max_length=MOST_SEATS)] = ()
    """Those chosen on the map, each its item's id and its own."""
    method: Literal["cash", "card_terminal", "complimentary", "transfer"] = "cash"
    name: Short = ""
    email: Short = ""

    def wishes(self, offer: Offer) -> list[Wish]:
        """Raises InvalidInput."""
        typed, found = Typed(), []
        for id_, number, category, amount in self.rows:
            count = typed.count(f"quantity-{id_}", number, 0, MOST, 0)
            given = typed.amount(f"amount-{id_}", amount, offer.event.currency) if amount.strip() else None
            chosen = tuple(seat for item_id, seat in self.chosen if item_id == id_)
            if chosen:
                found.append(Wish(id_, seats=chosen, amount=given))
            if count:
                found.append(Wish(id_, count, category=category or None, amount=given))
        if not found and not typed.errors:
            typed.add([FieldError("", "required", _("Choose how many."))])
        typed.check()
        return found

    def buyer(self, language: str) -> Buyer:
        return buyer_of(self.name, self.email, language, needed=Method(self.method) not in AT_ONCE)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        return [(item_id, seat) for item_id, _space, seat in (one.partition(" ") for one in self.seat)]

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        return list(zip(self.item, self.quantity, self.category, self.amount, strict=False))


NOTHING = SaleForm(item=(), quantity=(), category=(), amount=())


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of ticket as the counter sells it. `price` in minor units, for the sum: the least, where it `varies` with
    the seats that the house chooses."""

    id: str
    name: str
    kind: str
    price: int
    shown: str
    varies: bool
    left: int
    categories: list[tuple[str, str, int]]
    open_price: bool
    quantity: str
    category: str
    amount: str


class CounterPages:
    def __init__(self, performances: Performances, sales: Sales, orders: Orders, clock: Clock) -> None:
        self._performances, self._sales, self._orders, self._clock = performances, sales, orders, clock

    @page(f"{NIGHT}/sell")
    async def show(self, call: Call, performance_id: str, query: CounterQuery) -> Html:
        return await self._shown(call.principal, performance_id, NOTHING, sold=query.sold)

    @form(f"{NIGHT}/sell")
    async def sell(self, call: Call, performance_id: str, form: SaleForm) -> Html | Redirect:
        offer = await self._offered(call.principal, performance_id)
        try:
            wishes, buyer = form.wishes(offer), form.buyer(call.language)
            once = form.once or new_id()
            method = Method(form.method)
            sold = await self._sales.sell(call.principal, performance_id, wishes, buyer, method, once)
        except (InvalidInput, Conflict) as error:
            return await self._shown(call.principal, performance_id, form, error)
        return Redirect(f"{STUDIO}/performances/{performance_id}/sell?sold={sold.order.id}")

    async def _offered(self, principal: Principal, perf_id: str) -> Offer:
        offer = await self._performances.show(principal, perf_id)
        sells(principal, offer.performance.org_id)
        return offer

    async def _shown(
        self,
        principal: Principal,
        perf_id: str,
        values: SaleForm,
        error: Refusal | None = None,
        sold: str | None = None,
    ) -> Html:
        offer = await self._offered(principal, perf_id)
        performance, event = offer.performance, offer.event
        receipt = None if sold is None else await self._orders.known(principal, performance.org_id, sold)
        chosen, now = {row[0]: row[1:] for row in values.rows}, self._clock.now()
        context = {
            "event": event,
            "performance": performance,
            "when": hour(performance.starts_at, event.timezone),
            "rows": [_row(offer, one, chosen.get(one.id, ("", "", "")), now) for one in offer.items if one.on_sale],
            "methods": [(one.value, method_name(one)) for one in (Method.CASH, Method.CARD_TERMINAL)],
            "seated": performance.map_id is not None and any(one.seated and one.on_sale for one in offer.items),
            "cancelled": performance.state is PerformanceState.CANCELLED,
            "once": new_id(),
            "values": values,
            "sold": None if receipt is None else self._sold(receipt),
            "errors": told(error),
        }
        return Html("tickets/counter.html", context, 422 if error is not None else 200)

    def _sold(self, receipt: Receipt) -> dict[str, Any]:
        """What was just sold, large enough to read it aloud."""
        order = receipt.order
        numbers: dict[str, int] = {}
        for line in receipt.lines:
            numbers[line.item] = numbers.get(line.item, 0) + 1
        return {
            "id": order.id,
            "code": order.code,
            "total": money(order.total, order.currency),
            "method": method_name(order.method),
            "lines": [f"{number} × {name}" for name, number in numbers.items()],
            "seats": [line.seat.label for line in receipt.lines if line.seat is not None],
            "tickets": sum(one.state == TicketState.VALID for one in receipt.tickets),
            "href": f"/order/{self._orders.token(order.id)}",
        }


def _row(offer: Offer, item: Item, chosen: tuple[str, str, str], now: int) -> Row:
    currency = offer.event.currency
    names = sorted({one.category for one in item.prices if one.category})
    categories = [
        (name, f"{name} · {price(item.price_in(name, now) + item.fee, currency)}", item.price_in(name, now) + item.fee)
        for name in names
    ]
    least = min((one[2] for one in categories), default=item.price_in("", now) + item.fee)
    varies = item.seated and len({one[2] for one in categories}) > 1
    return Row(
        id=item.id,
        name=item.name,
        kind=kind_name(item.kind),
        price=least,
        shown=_("from %(price)s on") % {"price": money(least, currency)} if varies else price(least, currency),
        varies=varies,
        left=offer.left.get(item.id, 0),
        categories=categories if item.seated else [],
        open_price=item.open_price,
        quantity=chosen[0] or "0",
        category=chosen[1],
        amount=chosen[2] or (plain(item.price, currency) if item.open_price else ""),
    )
