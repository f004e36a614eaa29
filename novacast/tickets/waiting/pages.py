"""The waiting list as pages: stand in line, and the place that a mail's link leads to. Links change nothing by
themselves: programs follow them."""

from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field

from novacast.clock import iso
from novacast.errors import Conflict, FieldError, InvalidInput, NovaCastError, RateLimited
from novacast.i18n import gettext as _
from novacast.tickets.events.models import Item
from novacast.tickets.events.performances import Performances
from novacast.tickets.holds.service import Holds
from novacast.tickets.models import WaitingState
from novacast.tickets.waiting.service import WaitingList, Wanting
from novacast.tickets.words import hour_there
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

MOST_CHOICES = 20
Text = Annotated[str, Field(max_length=300)]


class ItemQuery(Body):
    item: Text = ""


class WantingForm(Body):
    item: Text = ""
    quantity: Annotated[int, Field(ge=1, le=1000)] = 1
    fewer: bool = False
    email: Text = ""


class WaitingPages:
    def __init__(self, waiting: WaitingList, performances: Performances, holds: Holds) -> None:
        self._waiting, self._performances, self._holds = waiting, performances, holds

    @page("/performances/{performance_id}/waiting", public=True)
    async def ask(self, call: Call, performance_id: str, query: ItemQuery) -> Html:
        return await self._asked(call, performance_id, WantingForm(item=query.item))

    @form("/performances/{performance_id}/waiting", public=True)
    async def join(self, call: Call, performance_id: str, form: WantingForm) -> Html | Redirect:
        wanted = Wanting(form.item, form.quantity, form.fewer, form.email)
        try:
            joined = await self._waiting.join(
                call.principal, performance_id, wanted, language=call.language, address=call.address
            )
        except (Conflict, InvalidInput, RateLimited) as error:
            return await self._asked(call, performance_id, form, error)
        if joined.person_id is not None:
            return Redirect(f"/waiting/{quote(self._waiting.token(joined.id))}")
        said = _("A mail is on its way: confirm your address by its link, and you stand in line.")
        return Redirect(f"/performances/{performance_id}", notice=Notice("good", said))

    @page("/waiting/{token}", public=True)
    async def show(self, call: Call, token: str) -> Html:
        place = await self._waiting.show(token)
        zone = place.event.timezone
        hold = place.waiter.hold_id
        context = {
            "token": quote(token),
            "place": place,
            "state": place.waiter.state.value,
            "when": hour_there(place.performance.starts_at, zone),
            "until": "" if place.until is None else hour_there(place.until, zone),
            "until_iso": "" if place.until is None else iso(place.until),
            "basket": "" if hold is None else quote(self._holds.token(hold)),
            "leaves": place.waiter.state in (WaitingState.UNCONFIRMED, WaitingState.WAITING, WaitingState.OFFERED),
        }
        return Html("tickets/waiting_place.html", context)

    @form("/waiting/{token}/confirm", public=True)
    async def confirm(self, call: Call, token: str) -> Redirect:
        try:
            await self._waiting.confirm(token)
        except Conflict as error:
            return Redirect(f"/waiting/{quote(token)}", notice=Notice("bad", error.message))
        return Redirect(f"/waiting/{quote(token)}")

    @form("/waiting/{token}/leave", public=True)
    async def leave(self, call: Call, token: str) -> Redirect:
        try:
            await self._waiting.leave(token)
        except Conflict as error:
            return Redirect(f"/waiting/{quote(token)}", notice=Notice("bad", error.message))
        return Redirect(f"/waiting/{quote(token)}", notice=Notice("good", _("You are not on the list any more.")))

    async def _asked(
        self, call: Call, performance_id: str, given: WantingForm, error: NovaCastError | None = None
    ) -> Html:
        offer = await self._performances.show(call.principal, performance_id)
        items = [one for one in offer.items if one.sells(offer.now) and not one.hidden]
        errors: tuple[FieldError, ...] = ()
        if error is not None:
            errors = error.errors or (FieldError("", error.code, error.message),)
        context: dict[str, Any] = {
            "event": offer.event,
            "performance": offer.performance,
            "when": hour_there(offer.performance.starts_at, offer.event.timezone),
            "items": [(one.id, one.name) for one in items],
            "counts": [(str(n), str(n)) for n in range(1, _most(items) + 1)],
            "values": given,
            "guest": not call.principal.signed_in,
            "errors": errors,
        }
        return Html("tickets/waiting.html", context, 422 if error else 200)


def _most(items: list[Item]) -> int:
    return min(max((one.most for one in items), default=1), MOST_CHOICES)
