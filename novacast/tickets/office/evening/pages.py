"""The page of a performance for its evening: how it stands, live; its sale opened and closed."""

from typing import Any

from novacast.clock import Clock
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.tickets.arranging.bodies import FIELDS, HoursForm, hours_of
from novacast.tickets.arranging.pages import NIGHT, Choices
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.events.performances import Offer, Performances
from novacast.tickets.models import PERFORMANCE, ItemKind, PerformanceState, may_arrange
from novacast.tickets.office.words import STUDIO, group_shown, hour, sale_badge, told
from novacast.tickets.reports.models import KindStanding, Standing
from novacast.tickets.reports.service import Reports
from novacast.tickets.words import price
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import count_of, money

PASSES = (ItemKind.ONLINE, ItemKind.REPLAY, ItemKind.BUNDLE)


class StateForm(Body):
    state: PerformanceState


class EveningPages:
    def __init__(self, performances: Performances, reports: Reports, choices: Choices, clock: Clock) -> None:
        self._performances, self._reports = performances, reports
        self._choices, self._clock = choices, clock

    @page(NIGHT)
    async def show(self, call: Call, performance_id: str) -> Html:
        await self._performances.worked_on(call.principal, performance_id)
        offer = await self._performances.show(call.principal, performance_id)
        standing = await self._reports.standing(call.principal, performance_id)
        return Html("tickets/night.html", night(call.principal, offer, standing, self._clock.now()))

    @form(f"{NIGHT}/state")
    async def move(self, call: Call, performance_id: str, form: StateForm) -> Redirect:
        place = f"{STUDIO}/performances/{performance_id}"
        try:
            await self._performances.move(call.principal, performance_id, form.state)
        except Conflict as error:
            return Redirect(place, notice=Notice("bad", error.message))
        words = {
            PerformanceState.ON_SALE: _("It is on sale."),
            PerformanceState.CLOSED: _("Nobody can buy any more; the counter still sells."),
            PerformanceState.CANCELLED: _("It is cancelled. What was sold stays until its orders are cancelled."),
        }
        return Redirect(place, notice=Notice("good", words.get(form.state, _("Saved."))))

    @page(f"{NIGHT}/hours")
    async def hours(self, call: Call, performance_id: str) -> Html:
        event, performance = await self._performances.worked_on(call.principal, performance_id)
        values = HoursForm.of_performance(performance, event.timezone)
        return await self._hours(call.principal, event, performance, values)

    @form(f"{NIGHT}/hours")
    async def save(self, call: Call, performance_id: str, form: HoursForm) -> Html | Redirect:
        event, performance = await self._performances.worked_on(call.principal, performance_id)
        try:
            await self._performances.edit(call.principal, performance_id, hours_of(form, event.timezone))
        except (InvalidInput, Conflict) as error:
            return await self._hours(call.principal, event, performance, form, error)
        return Redirect(f"{STUDIO}/performances/{performance_id}", notice=Notice("good", _("Saved.")))

    async def _hours(
        self,
        principal: Principal,
        event: Event,
        performance: Performance,
        values: HoursForm,
        error: InvalidInput | Conflict | None = None,
    ) -> Html:
        context = {
            "event": event,
            "performance": performance,
            "when": hour(performance.starts_at, event.timezone),
            "values": values,
            "errors": told(error, FIELDS),
            **await self._choices.of(principal, event.org_id),
        }
        return Html("tickets/night_hours.html", context, 422 if error is not None else 200)


def night(principal: Principal, offer: Offer, standing: Standing, now: int) -> dict[str, Any]:
    """A performance as its page shows it."""
    performance, event = offer.performance, offer.event
    state, kind = sale_badge(performance, now)
    return {
        "event": event,
        "performance": performance,
        "when": hour(performance.starts_at, event.timezone),
        "until": hour(performance.ends_at, event.timezone),
        "state": state,
        "kind": kind,
        "subjects": " ".join([performance.id, *standing.entrances]),
        "moves": PERFORMANCE.moves[performance.state],
        "arranges": may_arrange(principal, performance.org_id),
        "groups": [group_shown(one) for one in standing.groups],
        "counts": {name: count_of(getattr(standing.counts, name)) for name in ("held", "paying", "sold", "scanned")},
        "unopened": [one.name for one in offer.items if one.kind in PASSES and performance.programme_id is None],
        "kinds": [_kind(one, offer) for one in standing.kinds],
    }


def _kind(one: KindStanding, offer: Offer) -> dict[str, Any]:
    item = next(each for each in offer.items if each.id == one.item_id)
    prices = [each.amount for each in item.prices] or [item.price]
    currency, cheapest, dearest = offer.event.currency, min(prices) + item.fee, max(prices) + item.fee
    return {
        "id": one.item_id,
        "name": one.name,
        "price": price(cheapest, currency)
        if cheapest == dearest
        else _("%(low)s to %(high)s") % {"low": money(cheapest, currency), "high": money(dearest, currency)},
        "on_sale": item.on_sale,
        "capacity": count_of(one.capacity),
        "held": count_of(one.counts.held),
        "paying": count_of(one.counts.paying),
        "sold": count_of(one.counts.sold),
        "scanned": count_of(one.counts.scanned),
        "left": count_of(offer.left.get(one.item_id, 0)),
    }
