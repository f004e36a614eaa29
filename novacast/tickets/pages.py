"""A buyer's way, in four screens at most: the event, what and how many, the basket with one's name, the order with its
tickets. All of it works without scripts: then seats are chosen by the house, else on the map of the hall.
"""

from typing import Annotated
from urllib.parse import quote

from pydantic import Field

from novacast.clock import Clock, iso
from novacast.errors import Conflict, FieldError, InvalidInput, NovaCastError, RateLimited
from novacast.i18n import text
from novacast.tickets import showcase
from novacast.tickets.billing.pages import InvoicePages
from novacast.tickets.cancelling.service import Cancelling
from novacast.tickets.carts.pages import Collecting
from novacast.tickets.door.pages import DoorPages
from novacast.tickets.door.studio.pages import DoorStudioPages
from novacast.tickets.editing.pages import OwnExchangePages
from novacast.tickets.events.pages import Announced, EventListPages, EventPage
from novacast.tickets.events.performances import Offer, Performances
from novacast.tickets.holders.pages import HolderPages
from novacast.tickets.holds.models import MOST_SEATS, Basket, HoldOver, Wish
from novacast.tickets.holds.service import Holds
from novacast.tickets.models import HoldState
from novacast.tickets.orders.leading.pages import lead
from novacast.tickets.orders.models import Method, buyer_of
from novacast.tickets.orders.pages import order_pages
from novacast.tickets.orders.service import Orders
from novacast.tickets.orders.ways import method_name
from novacast.tickets.questions.pages import AnswerPages, AnswersForm, fields, given
from novacast.tickets.questions.service import Questions
from novacast.tickets.seatmaps.editor.pages import SeatMapPages, SoldSeatPages
from novacast.tickets.services import TicketServices
from novacast.tickets.waiting.pages import WaitingPages
from novacast.tickets.words import hour_there, price
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import minor, money

Text = Annotated[str, Field(max_length=300)]
Count = Annotated[int, Field(ge=0, le=1000)]


class ChoiceForm(Body):
    """Lists of the same length: items and quantities. `seat`: chosen on the map, each an item's id and its own."""

    item: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    quantity: Annotated[tuple[Count, ...], Field(max_length=100)] = ()
    seat: Annotated[tuple[Text, ...], Field(max_length=MOST_SEATS)] = ()
    """Those chosen on the map: `item seat`."""
    open: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """Ids of items of which the buyer says what they are worth, each with its `amount`."""
    amount: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    code: Text = ""

    def wishes(self, currency: str) -> list[Wish]:
        """Raises InvalidInput."""
        seats: dict[str, list[str]] = {}
        for item_id, _space, seat_id in (one.partition(" ") for one in self.seat):
            seats.setdefault(item_id, []).append(seat_id)
        chosen = [Wish(id_, seats=tuple(ids), amount=self._amount(id_, currency)) for id_, ids in seats.items()]
        counted = [
            Wish(id_, count, amount=self._amount(id_, currency))
            for id_, count in zip(self.item, self.quantity, strict=False)
            if count
        ]
        return chosen + counted

    @property
    def amounts(self) -> dict[str, str]:
        return dict(zip(self.open, self.amount, strict=False))

    def _amount(self, item_id: str, currency: str) -> int | None:
        written = self.amounts.get(item_id, "")
        if not written:
            return None
        if (found := minor(written, currency)) is None:
            raise InvalidInput.field(f"amount-{item_id}", text("Write an amount, such as 20.00."))
        return found


class CodeQuery(Body):
    code: Text = ""


class CodeForm(Body):
    code: Text = ""


class DetailsForm(AnswersForm):
    name: Text = ""
    email: Text = ""
    method: Method = Method.FREE


class ChoicePages:
    def __init__(self, performances: Performances, holds: Holds, collecting: Collecting, *, test: bool) -> None:
        """`test`: nothing that is bought here is real, and every page says so."""
        self._performances, self._holds, self._test = performances, holds, test
        self._collecting = collecting

    @page("/performances/{performance_id}", public=True)
    async def choose(self, call: Call, performance_id: str, query: CodeQuery) -> Html:
        return await self._choice(call, performance_id, ChoiceForm(code=query.code))

    @form("/performances/{performance_id}", public=True)
    async def take(self, call: Call, performance_id: str, form: ChoiceForm) -> Html | Redirect:
        try:
            event, _performance = await self._performances.known(performance_id)
            if not (wishes := form.wishes(event.currency)):
                raise InvalidInput.field("quantity", text("Choose how many."), "required")
            basket = await self._holds.take(
                call.principal, performance_id, wishes, code=form.code, address=call.address
            )
        except (Conflict, InvalidInput, RateLimited) as error:
            return await self._choice(call, performance_id, form, error)
        return await self._collecting.held(call, basket)

    async def _choice(
        self, call: Call, performance_id: str, given: ChoiceForm, error: NovaCastError | None = None
    ) -> Html:
        """With what a code opens and saves, where one was brought that is good."""
        code = None
        if given.code and not isinstance(error, RateLimited):
            try:
                code = await self._holds.codes.there(call.principal, performance_id, given.code, call.address)
            except (InvalidInput, RateLimited) as refused:
                error = error or refused
        offer = await self._performances.show(call.principal, performance_id, code)
        if code is not None and error is None:
            try:
                code.check(offer.performance, offer.now)
            except Conflict as refused:
                error = refused
        return _offered(offer, given, error, test=self._test)


class BasketPages:
    def __init__(
        self,
        holds: Holds,
        orders: Orders,
        performances: Performances,
        questions: Questions,
        cancelling: Cancelling,
        collecting: Collecting,
    ) -> None:
        self._holds, self._orders, self._performances = holds, orders, performances
        self._collecting = collecting
        self._questions, self._cancelling = questions, cancelling

    @page("/basket/{token}", public=True)
    async def show(self, call: Call, token: str) -> Html | Redirect:
        basket = await self._holds.show(token)
        if (made := await self._orders.made_of(token)) is not None:
            return Redirect(f"/order/{quote(made)}")
        if basket.hold.next_id is not None:
            return Redirect(f"/basket/{quote(await self._holds.latest(basket))}")
        if (cart := await self._collecting.beside(call, basket.hold.id)) is not None:
            return Redirect(f"/basket?of={cart}")
        values = DetailsForm(name=call.principal.name if call.principal.signed_in else "")
        return await self._shown(token, basket, values)

    @form("/basket/{token}", public=True)
    async def order(self, call: Call, token: str, form: DetailsForm) -> Html | Redirect:
        try:
            buyer = buyer_of(form.name, form.email, call.language)
            asked = await self._questions.of_basket(token)
            answers = given(asked.questions, asked.lines, form.written)
            placed = await self._orders.place(call.principal, token, buyer, form.method, answers=answers)
        except (Conflict, InvalidInput) as error:
            return await self._shown(token, await self._holds.show(token), form, error)
        made = self._orders.token(placed.order.id)
        return await lead(self._orders, made) if form.method is Method.CARD else Redirect(f"/order/{quote(made)}")

    @form("/basket/{token}/collect", public=True)
    async def collect(self, call: Call, token: str) -> Redirect:
        return await self._collecting.kept(call, await self._holds.show(token))

    @form("/basket/{token}/code", public=True)
    async def recode(self, call: Call, token: str, form: CodeForm) -> Redirect:
        try:
            basket = await self._holds.recode(call.principal, token, form.code.strip(), address=call.address)
        except (Conflict, InvalidInput, RateLimited) as error:
            return Redirect(f"/basket/{quote(token)}", notice=Notice("bad", error.message))
        return Redirect(f"/basket/{quote(self._holds.token(basket.hold.id))}")

    @form("/basket/{token}/extend", public=True)
    async def extend(self, call: Call, token: str) -> Redirect:
        try:
            await self._holds.extend(token)
        except HoldOver as error:
            return Redirect(f"/basket/{quote(token)}", notice=Notice("bad", error.message))
        return Redirect(f"/basket/{quote(token)}")

    @form("/basket/{token}/release", public=True)
    async def release(self, call: Call, token: str) -> Redirect:
        basket = await self._holds.show(token)
        await self._holds.release(token)
        return Redirect(f"/performances/{basket.hold.perf_id}")

    async def _shown(self, token: str, basket: Basket, values: DetailsForm, error: NovaCastError | None = None) -> Html:
        event, performance = await self._performances.known(basket.hold.perf_id)
        asked = await self._questions.of_basket(token)
        account = await self._cancelling.account(event.org_id) is not None
        methods = [(one.value, method_name(one)) for one in self._orders.methods(basket.total, account=account)]
        context = {
            "event": event,
            "when": hour_there(performance.starts_at, event.timezone),
            "performance": performance.id,
            "basket": basket,
            "token": quote(token),
            "lines": showcase.lines(basket.lines, basket.currency),
            "fees": showcase.fees(basket.lines, basket.currency),
            "taxes": showcase.taxes(basket.lines, basket.currency),
            "saving": money(basket.saving, basket.currency) if basket.saving else "",
            "total": price(basket.total, basket.currency),
            "over": basket.hold.state is not HoldState.ACTIVE,
            "until": iso(basket.hold.expires_at),
            "longer": basket.hold.expires_at < basket.hold.limit_at,
            "methods": methods,
            "values": values,
            "groups": fields(asked.questions, asked.lines, values.written),
            "errors": _errors(error),
        }
        return Html("tickets/basket.html", context, 422 if error else 200)


def _offered(offer: Offer, given: ChoiceForm, error: NovaCastError | None = None, *, test: bool) -> Html:
    now, code = offer.performance, offer.code
    chosen = dict(zip(given.item, given.quantity, strict=False))
    zone = offer.event.timezone
    begins = now.sale_from if now.sale_from is not None and offer.now < now.sale_from else None
    items = showcase.items(offer, chosen, given.amounts)
    early = (code is not None and code.opens_early) or offer.standing.early(now.sale_from, offer.now)
    context = {
        "event": offer.event,
        "performance": now,
        "when": hour_there(now.starts_at, zone),
        "items": items,
        "seated": now.map_id is not None and any(one["seated"] and not one["begins"] for one in items),
        "seats": list(given.seat),
        "test": test,
        "sells": now.sells(offer.now, early=early),
        "members": showcase.members(offer),
        "left": offer.standing.left if offer.standing.tiers else None,
        "begins": "" if begins is None else hour_there(begins, zone),
        "ends": "" if now.sale_until is None else hour_there(now.sale_until, zone),
        "code": "" if code is None else code.code,
        "tried": given.code,
        "errors": _errors(error),
    }
    return Html("tickets/performance.html", context, 422 if error else 200)


def _errors(error: NovaCastError | None) -> tuple[FieldError, ...]:
    if error is None:
        return ()
    if isinstance(error, InvalidInput):
        return error.errors
    return (FieldError("", error.code, error.message),)


def ticket_pages(own: TicketServices, clock: Clock) -> list[object]:
    test = own.taking.test
    collecting = Collecting(own.carts, own.holds)
    return [
        EventListPages(Announced(own.listing, own.availability, own.posters), test=test),
        EventPage(own.events, own.listing, own.availability, own.posters, own.address, test=test),
        ChoicePages(own.performances, own.holds, collecting, test=test),
        SeatMapPages(own.seat_maps, own.map_editor),
        SoldSeatPages(own.performances, own.halls),
        BasketPages(own.holds, own.orders, own.performances, own.questions, own.cancelling, collecting),
        AnswerPages(own.questions),
        OwnExchangePages(own.editing, own.orders, own.performances, own.holders, own.holds),
        WaitingPages(own.waiting, own.performances, own.holds),
        *order_pages(own),
        InvoicePages(own.billing, own.orders),
        HolderPages(own.holders, own.papers, own.performances, own.clock),
        DoorPages(),
        DoorStudioPages(own.door.lists, own.door.devices, own.performances, clock),
    ]
