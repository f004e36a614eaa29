"""Pages by which events are made, changed, published and repeated. All of it works without scripts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from novacast.clock import Clock
from novacast.errors import Conflict, Forbidden, InvalidInput, NovaCastError
from novacast.i18n import gettext as _
from novacast.identity import Action, Principal
from novacast.tickets.arranging.bodies import FIELDS, CopyForm, EveningForm, EventForm, NewEventForm, fresh
from novacast.tickets.arranging.service import Arranging
from novacast.tickets.events.models import Event, currencies, timezones
from novacast.tickets.events.performances import Performances
from novacast.tickets.events.service import Events, Programme
from novacast.tickets.models import may_arrange
from novacast.tickets.office.pages import OfficeQuery, chosen
from novacast.tickets.office.words import STUDIO, by_name, hour, night_line, options, told
from novacast.tickets.ports import Organizations, Programmes
from novacast.tickets.posters.service import Posters
from novacast.tickets.reports.service import Reports
from novacast.tickets.seatmaps.service import SeatMaps
from novacast.tickets.typed import Typed, written_hour
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

EVENT = f"{STUDIO}/events/{{event_id}}"
NIGHT = f"{STUDIO}/performances/{{performance_id}}"
USUAL = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD", "JPY")
Refusal = InvalidInput | Conflict


class PublishForm(Body):
    published: bool = False


class Choices:
    """What forms of evenings let one choose of: halls and programmes of the organization."""

    def __init__(self, seat_maps: SeatMaps, programmes: Programmes) -> None:
        self._seat_maps, self._programmes = seat_maps, programmes

    async def of(self, principal: Principal, org_id: str) -> dict[str, Any]:
        maps = await self._seat_maps.of_org(principal, org_id, None, 100)
        programmes = await self._programmes.linkable(principal, org_id)
        halls = [
            (one.id, _("%(name)s, %(seats)s seats") % {"name": one.name, "seats": one.seats}) for one in maps.items
        ]
        return {
            "maps": options(halls, _("None: places without numbers")) if halls else [],
            "programmes": options(programmes, _("None")),
        }


class NewEventPages:
    def __init__(self, events: Events, arranging: Arranging, organizations: Organizations, choices: Choices) -> None:
        self._events, self._arranging = events, arranging
        self._organizations, self._choices = organizations, choices

    @page(f"{STUDIO}/new")
    async def begin(self, call: Call, query: OfficeQuery) -> Html:
        org_id = chosen(await self._possible(call.principal), query.org)
        last = await self._events.of_org(call.principal, org_id, None, 1)
        return await self._new(call.principal, fresh(org_id, next(iter(last.items), None)))

    @form(f"{STUDIO}/new")
    async def create(self, call: Call, form: NewEventForm) -> Html | Redirect:
        try:
            about, evening = form.whole()
            event, _night = await self._arranging.create(call.principal, form.org, about, evening, on_sale=form.on_sale)
        except (InvalidInput, Conflict) as error:
            return await self._new(call.principal, form, error)
        words = _("Everybody can buy now.") if form.on_sale else _("It is made, and nobody sees it yet.")
        return Redirect(f"{STUDIO}/events/{event.id}", notice=Notice("good", words))

    async def _possible(self, principal: Principal) -> dict[str, str]:
        possible = [one for one in principal.roles if principal.allows(Action.EVENT_MANAGE, one)]
        if not possible:
            raise Forbidden(_("You are in no organization that lets you arrange events."))
        return dict(await self._organizations.names(sorted(possible)))

    async def _new(self, principal: Principal, values: NewEventForm, error: Refusal | None = None) -> Html:
        names = await self._possible(principal)
        org_id = chosen(names, values.org)
        context = {
            "organizations": by_name(names),
            "org": org_id,
            "values": values,
            "errors": told(error, FIELDS),
            **places(),
            **await self._choices.of(principal, org_id),
        }
        return Html("tickets/event_new.html", context, 422 if error is not None else 200)


class EventStudioPages:
    """`EventPages` is what the public sees."""

    def __init__(
        self,
        events: Events,
        arranging: Arranging,
        performances: Performances,
        reports: Reports,
        posters: Posters,
        clock: Clock,
    ) -> None:
        self._events, self._arranging, self._performances = events, arranging, performances
        self._reports, self._posters, self._clock = reports, posters, clock

    @page(EVENT)
    async def show(self, call: Call, event_id: str) -> Html:
        return await self._shown(call.principal, event_id)

    @page(f"{EVENT}/edit")
    async def settings(self, call: Call, event_id: str) -> Html:
        found = await self._arranged(call.principal, event_id)
        return _edit(found, await self._posters.of([event_id]))

    @form(f"{EVENT}/edit")
    async def save(self, call: Call, event_id: str, form: EventForm) -> Html | Redirect:
        found = await self._arranged(call.principal, event_id)
        try:
            await self._events.edit(call.principal, event_id, form.changes())
        except (InvalidInput, Conflict) as error:
            return _edit(found, await self._posters.of([event_id]), form, error)
        return Redirect(f"{STUDIO}/events/{event_id}", notice=Notice("good", _("Saved.")))

    @form(f"{EVENT}/poster/remove")
    async def unposter(self, call: Call, event_id: str) -> Redirect:
        await self._posters.remove(call.principal, event_id)
        return Redirect(f"{STUDIO}/events/{event_id}/edit", notice=Notice("good", _("The picture is removed.")))

    @form(f"{EVENT}/publish")
    async def publish(self, call: Call, event_id: str, form: PublishForm) -> Redirect:
        await self._arranging.publish(call.principal, event_id, published=form.published)
        words = _("Everybody sees the event now.") if form.published else _("Only you and your people see it now.")
        return Redirect(f"{STUDIO}/events/{event_id}", notice=Notice("good", words))

    @form(f"{NIGHT}/copy")
    async def copy(self, call: Call, performance_id: str, form: CopyForm) -> Html | Redirect:
        event, _old = await self._performances.known(performance_id)
        try:
            made = await self._arranging.copy(call.principal, performance_id, form.read(event.timezone))
        except (InvalidInput, Conflict) as error:
            return await self._shown(call.principal, event.id, error, form)
        notice = Notice("good", _("It is copied, as a draft. Look at it, then put it on sale."))
        return Redirect(f"{STUDIO}/performances/{made.id}", notice=notice)

    async def _shown(
        self, principal: Principal, event_id: str, error: Refusal | None = None, values: CopyForm | None = None
    ) -> Html:
        found = await self._events.worked_on(principal, event_id)
        event, now = found.event, self._clock.now()
        standings = await self._reports.standings(principal, event.org_id, [one.id for one in found.performances])
        nights = [night_line(event, one, standings.get(one.id), now) for one in found.performances]
        last = found.performances[-1] if found.performances else None
        context = {
            "event": event,
            "nights": nights,
            "arranges": may_arrange(principal, event.org_id),
            "copied": None if last is None else (last.id, hour(last.starts_at, event.timezone)),
            "values": values or CopyForm(starts="" if last is None else _week_later(last.starts_at, event.timezone)),
            "errors": told(error, FIELDS),
        }
        return Html("tickets/event_studio.html", context, 422 if error is not None else 200)

    async def _arranged(self, principal: Principal, event_id: str) -> Programme:
        found = await self._events.worked_on(principal, event_id)
        if not may_arrange(principal, found.event.org_id):
            raise Forbidden(_("You may see this event, but not arrange it."))
        return found


class NewNightPages:
    """Another performance of an event."""

    def __init__(self, events: Events, arranging: Arranging, choices: Choices) -> None:
        self._events, self._arranging, self._choices = events, arranging, choices

    @page(f"{EVENT}/new")
    async def begin(self, call: Call, event_id: str) -> Html:
        found = await self._events.worked_on(call.principal, event_id)
        return await self._new(call.principal, found.event, EveningForm())

    @form(f"{EVENT}/new")
    async def create(self, call: Call, event_id: str, form: EveningForm) -> Html | Redirect:
        event = (await self._events.worked_on(call.principal, event_id)).event
        try:
            typed = Typed()
            evening = form.evening(typed, event.timezone, event.currency)
            typed.check()
            made = await self._arranging.add(call.principal, event_id, evening, on_sale=form.on_sale)
        except (InvalidInput, Conflict) as error:
            return await self._new(call.principal, event, form, error)
        return Redirect(f"{STUDIO}/performances/{made.id}", notice=Notice("good", _("The performance is made.")))

    async def _new(
        self, principal: Principal, event: Event, values: EveningForm, error: NovaCastError | None = None
    ) -> Html:
        if not may_arrange(principal, event.org_id):
            raise Forbidden(_("You may see this event, but not arrange it."))
        choices = await self._choices.of(principal, event.org_id)
        context = {"event": event, "values": values, "errors": told(error, FIELDS), **choices}
        return Html("tickets/night_new.html", context, 422 if error is not None else 200)


def places() -> dict[str, Any]:
    """Time zones and currencies that fields propose; others can be typed."""
    return {"zones": sorted(one for one in timezones() if "/" in one), "currencies": sorted(currencies() & set(USUAL))}


def _edit(
    found: Programme, posters: Mapping[str, str], values: EventForm | None = None, error: Refusal | None = None
) -> Html:
    context = {
        "event": found.event,
        "values": values or EventForm.of(found.event),
        "fixed": bool(found.performances),
        "poster": posters.get(found.event.id, ""),
        "errors": told(error),
        **places(),
    }
    return Html("tickets/event_edit.html", context, 422 if error is not None else 200)


def _week_later(at: int, timezone: str) -> str:
    """The same weekday and hour by the clocks of the place, a week on."""
    day = written_hour(at, timezone)
    return (datetime.fromisoformat(day) + timedelta(days=7)).isoformat(timespec="minutes")
