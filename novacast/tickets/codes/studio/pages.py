"""Pages of an event's codes: made, looked through, changed, switched off. All of it works without scripts."""

from typing import Any

from novacast.clock import Clock
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.identity import Principal
from novacast.tickets.arranging.pages import EVENT
from novacast.tickets.codes.models import Code, CodeChanges
from novacast.tickets.codes.service import Codes
from novacast.tickets.codes.studio.bodies import FIELDS, CodeForm
from novacast.tickets.events.models import Event
from novacast.tickets.events.service import Events
from novacast.tickets.office.words import STUDIO, hour, options, told
from novacast.tickets.showcase import percent
from novacast.tickets.words import hour_there
from novacast.web import Body, Call, Html, ListQuery, Notice, Redirect, form, page
from novacast.words import count_of, money

CODES = f"{EVENT}/codes"
PAGE = 50
Refusal = InvalidInput | Conflict


class SwitchForm(Body):
    active: bool = False


class CodePages:
    def __init__(self, events: Events, codes: Codes, clock: Clock) -> None:
        self._events, self._codes, self._clock = events, codes, clock

    @page(CODES)
    async def listed(self, call: Call, event_id: str, query: ListQuery) -> Html:
        found = await self._events.arranged(call.principal, event_id)
        codes = await self._codes.of_event(call.principal, event_id, query.cursor, PAGE)
        hours = {one.id: hour(one.starts_at, found.event.timezone) for one in found.performances}
        now = self._clock.now()
        context = {
            "event": found.event,
            "lines": [{**_line(one, found.event, now), "night": hours.get(one.perf_id or "")} for one in codes.items],
            "exports": _exports(found.event),
            "next": f"?cursor={codes.next}" if codes.next else "",
            "first": f"{STUDIO}/events/{event_id}/codes" if query.cursor else "",
        }
        return Html("tickets/codes.html", context)

    @page(f"{CODES}/new")
    async def begin(self, call: Call, event_id: str) -> Html:
        return await self._shown(call.principal, event_id, CodeForm())

    @form(f"{CODES}/new")
    async def create(self, call: Call, event_id: str, form: CodeForm) -> Html | Redirect:
        event = (await self._events.arranged(call.principal, event_id)).event
        try:
            wanted = form.made(event, await self._events.kinds(event_id))
            if form.number > 1:
                made = await self._codes.create_many(call.principal, event_id, wanted, form.number)
            else:
                made = [await self._codes.create(call.principal, event_id, wanted)]
        except (InvalidInput, Conflict) as error:
            return await self._shown(call.principal, event_id, form, error=error)
        words = ngettext("The code %(code)s is made.", "%(num)s codes are made.", len(made))
        return _back(event_id, words % {"code": made[0].code, "num": count_of(len(made))})

    @page(f"{CODES}/{{code_id}}")
    async def show(self, call: Call, event_id: str, code_id: str) -> Html:
        event = (await self._events.arranged(call.principal, event_id)).event
        code, quota = await self._codes.known(call.principal, event_id, code_id)
        kinds = await self._events.kinds(event_id)
        return await self._shown(call.principal, event_id, CodeForm.of(code, quota, event, kinds), code)

    @form(f"{CODES}/{{code_id}}")
    async def save(self, call: Call, event_id: str, code_id: str, form: CodeForm) -> Html | Redirect:
        event = (await self._events.arranged(call.principal, event_id)).event
        code, _quota = await self._codes.known(call.principal, event_id, code_id)
        try:
            wanted = form.changed(event, await self._events.kinds(event_id), code)
            await self._codes.edit(call.principal, event_id, code_id, wanted)
        except (InvalidInput, Conflict) as error:
            return await self._shown(call.principal, event_id, form, code, error)
        return _back(event_id, _("Saved."))

    @form(f"{CODES}/{{code_id}}/switch")
    async def switch(self, call: Call, event_id: str, code_id: str, form: SwitchForm) -> Redirect:
        wanted = CodeChanges(frozenset({"active"}), active=form.active)
        code = await self._codes.edit(call.principal, event_id, code_id, wanted)
        words = _("The code %(code)s is good again.") if form.active else _("The code %(code)s is switched off.")
        return _back(event_id, words % {"code": code.code})

    async def _shown(
        self,
        principal: Principal,
        event_id: str,
        values: CodeForm,
        code: Code | None = None,
        error: Refusal | None = None,
    ) -> Html:
        found = await self._events.arranged(principal, event_id)
        zone = found.event.timezone
        nights = [(one.id, hour_there(one.starts_at, zone)) for one in found.performances]
        context = {
            "event": found.event,
            "code": code,
            "nights": options(nights, _("All performances")),
            "night": dict(nights).get("" if code is None else code.perf_id or "", ""),
            "kinds": (await self._events.kinds(event_id)).names,
            "values": values,
            "errors": told(error, FIELDS),
        }
        return Html("tickets/code.html", context, 422 if error is not None else 200)


def _line(one: Code, event: Event, now: int) -> dict[str, Any]:
    state = _state(one, now)
    return {
        "id": one.id,
        "code": one.code,
        "note": one.note,
        "does": ", ".join(_does(one, event)) or _("nothing yet"),
        "spent": count_of(one.spent)
        if one.capacity is None
        else _("%(taken)s of %(capacity)s") % {"taken": count_of(one.spent), "capacity": count_of(one.capacity)},
        "active": one.active,
        "state": state[0],
        "badge": state[1],
    }


def _does(one: Code, event: Event) -> list[str]:
    found = []
    if one.percent_bp:
        found.append(_("%(share)s off") % {"share": percent(one.percent_bp)})
    if one.amount_off:
        found.append(_("%(amount)s off each") % {"amount": money(one.amount_off, event.currency)})
    if one.opens_hidden:
        found.append(_("opens hidden kinds"))
    if one.opens_early:
        found.append(_("sells before the sale begins"))
    if one.quota_id is not None:
        found.append(_("has places of its own"))
    return found


def _state(one: Code, now: int) -> tuple[str, str]:
    if not one.active:
        return _("Switched off"), ""
    if one.until_at is not None and now >= one.until_at:
        return _("Over"), ""
    if one.capacity is not None and one.spent >= one.capacity:
        return _("Used up"), "bad"
    if one.from_at is not None and now < one.from_at:
        return _("Not yet good"), "busy"
    return _("Good"), "good"


def _exports(event: Event) -> list[tuple[str, list[tuple[str, str]]]]:
    place = f"/api/v1/events/{event.id}/exports/codes?format="
    return [(_("Codes"), [(form.upper(), f"{place}{form}") for form in ("csv", "xlsx", "json")])]


def _back(event_id: str, words: str) -> Redirect:
    return Redirect(f"{STUDIO}/events/{event_id}/codes", notice=Notice("good", words))
