"""What is put into a cart, by forms and by what keeps seats; and whose cart it is."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from pydantic import Field

from novacast.clock import SECOND
from novacast.errors import NotFound
from novacast.i18n import gettext as _
from novacast.i18n import text
from novacast.identity import new_id
from novacast.limits import Rate
from novacast.tickets.carts.contents import found_film
from novacast.tickets.carts.models import KEPT, Article, Cart, CartFull, Kind, Owner
from novacast.tickets.carts.ports import PlanOffers
from novacast.tickets.carts.service import Carts
from novacast.tickets.holds.models import Basket, HoldOver
from novacast.tickets.holds.service import Holds
from novacast.tickets.rentals.service import VideoSales
from novacast.web import Body, Call, Notice, Redirect, form
from novacast.web.badge import COOKIE
from novacast.web.sessions import read

Id = Annotated[str, Field(max_length=64)]
COLLECTING = Rate("tickets.carts", burst=60, period=600)
"""Things without an end that one network address or person may put into baskets."""


class FilmForm(Body):
    media: Id = ""
    offer: Id = ""


class PlanForm(Body):
    plan: Id = ""


class Collecting:
    """A request's cart."""

    def __init__(self, carts: Carts, holds: Holds) -> None:
        self._carts, self._holds = carts, holds

    async def owner(self, call: Call) -> Owner:
        """Whoever has logged in has what the browser collected before."""
        browser = self._carts.browser(read(call.request, COOKIE, secure=call.secure))
        person_id = call.principal.person_id
        if browser is not None and person_id is not None:
            await self._carts.adopt(browser, person_id)
            call.set_cookie(COOKIE, "", 0)
            return Owner(person_id=person_id)
        return Owner(browser, person_id)

    async def carts(self, call: Call) -> Sequence[Cart]:
        return await self._carts.all(await self.owner(call))

    async def put(self, call: Call, one: Article) -> tuple[Owner, str]:
        """With the id of the cart. Raises CartFull."""
        owner = await self.owner(call)
        if owner.nobody:
            owner = Owner(new_id())
        if owner.browser is not None:
            call.set_cookie(COOKIE, self._carts.cookie(owner.browser), KEPT // SECOND)
        return owner, await self._carts.put(owner, one)

    async def held(self, call: Call, basket: Basket) -> Redirect:
        """What was taken, with whatever was collected before; on to where it is ordered."""
        hold, alone = basket.hold, f"/basket/{quote(self._holds.token(basket.hold.id))}"
        if not self._carts.lit:
            return Redirect(alone)
        article = Article(Kind.HOLD, hold.id, hold.org_id, basket.currency, basket.total)
        try:
            owner, cart_id = await self.put(call, article)
        except CartFull as error:
            return Redirect(alone, notice=Notice("note", error.message))
        # A browser that keeps no cookie still buys one thing at a time.
        if await self._carts.beside(owner, hold.id) is None:
            return Redirect(alone)
        return Redirect(f"/basket?of={cart_id}", notice=await self._second(owner, cart_id))

    async def kept(self, call: Call, basket: Basket) -> Redirect:
        """On to what else there is."""
        hold = basket.hold
        try:
            await self.put(call, Article(Kind.HOLD, hold.id, hold.org_id, basket.currency, basket.total))
        except CartFull as error:
            return Redirect("/basket", notice=Notice("bad", error.message))
        return Redirect("/events")

    async def put_in(self, call: Call, one: Article) -> Redirect:
        """What is not kept, and has no end."""
        try:
            owner, cart_id = await self.put(call, one)
        except CartFull as error:
            return Redirect("/basket", notice=Notice("bad", error.message))
        second = await self._second(owner, cart_id)
        return Redirect(f"/basket?of={cart_id}", notice=second or Notice("good", _("It is in the basket.")))

    async def beside(self, call: Call, hold_id: str) -> str | None:
        """The cart to look at instead of a hold alone."""
        if not self._carts.lit:
            return None
        return await self._carts.beside(await self.owner(call), hold_id)

    async def _second(self, owner: Owner, cart_id: str) -> Notice | None:
        """Where something of another house is first of its cart."""
        carts = await self._carts.all(owner)
        others = [one for one in carts if one.id != cart_id and one.lines]
        mine = next((one for one in carts if one.id == cart_id), None)
        if not others or mine is None or len(mine.lines) > 1:
            return None
        said = _(
            "This is of another house, or in another currency: it stands in a second basket, and is paid by itself. "
            "What you collected before is still there, below."
        )
        return Notice("note", said)


class CollectingPages:
    """Forms beside what has no seats to choose."""

    def __init__(
        self, collecting: Collecting, carts: Carts, holds: Holds, sales: VideoSales, plans: PlanOffers
    ) -> None:
        self._collecting, self._carts, self._holds = collecting, carts, holds
        self._sales, self._plans = sales, plans

    @form("/basket/things/films", public=True)
    async def film(self, call: Call, form: FilmForm) -> Redirect:
        call.limit(COLLECTING)
        sold, offer = await found_film(self._sales, form.media, form.offer)
        article = Article(Kind.FILM, offer.id, sold.film.org_id, offer.currency, offer.price, form.media)
        return await self._collecting.put_in(call, article)

    @form("/basket/things/plans", public=True)
    async def plan(self, call: Call, form: PlanForm) -> Redirect:
        call.limit(COLLECTING)
        plan = await self._plans.plan(call.principal, form.plan)
        if plan is None or not plan.offered:
            raise NotFound(text("This membership is not offered."))
        article = Article(Kind.PLAN, plan.id, plan.org_id, plan.currency, plan.price)
        return await self._collecting.put_in(call, article)

    @form("/basket/things/{line_id}/remove", public=True)
    async def remove(self, call: Call, line_id: str) -> Redirect:
        """What was kept is free for others."""
        line = await self._carts.line(await self._collecting.owner(call), line_id)
        if line is None:
            return Redirect("/basket")
        if line.kind is Kind.HOLD:
            try:
                await self._holds.release(self._holds.token(line.ref))
            except HoldOver as error:
                return Redirect("/basket", notice=Notice("bad", error.message))
        await self._carts.take_out(line)
        return Redirect(f"/basket?of={line.cart_id}", notice=Notice("good", _("It is not in the basket any more.")))
