"""The organizer's page of a performance's doors: lists, who passed where, devices and how to pair them, incidents."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import segno
from markupsafe import Markup
from pydantic import Field

from novacast.clock import Clock, instant, iso
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.tickets.door.devices.models import Device
from novacast.tickets.door.devices.service import Devices
from novacast.tickets.door.lists import NO_LIST, Lists
from novacast.tickets.door.models import HOUSE, CheckinList, Gate, Incident, Rules, in_the_house
from novacast.tickets.door.words import device_badge, said
from novacast.tickets.events.models import Event
from novacast.tickets.events.performances import Offer, Performances
from novacast.tickets.events.permission import arranges
from novacast.tickets.models import may_arrange
from novacast.tickets.office.words import told
from novacast.tickets.typed import written_hour
from novacast.tickets.words import hour_there
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

PLACE = "/studio/tickets/performances/{performance_id}/door"
Text = Annotated[str, Field(max_length=300)]


class ListForm(Body):
    name: Text = ""
    item: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    gates: Annotated[str, Field(max_length=2000)] = ""
    exits: bool = False
    reentry: bool = False
    opens_at: Text = ""
    closes_at: Text = ""

    def rules(self, timezone: str, categories: tuple[str, ...] = ()) -> Rules:
        """Hours as they are there. `categories` of seats are set over the API alone. Raises InvalidInput."""
        gates = tuple(one.strip()[:60] for one in self.gates.replace(",", "\n").split("\n") if one.strip())[:30]
        opens, closes = (_instant(getattr(self, name), timezone, name) for name in ("opens_at", "closes_at"))
        return Rules(self.name, self.item, categories, gates, self.exits, self.reentry, opens, closes)

    @classmethod
    def of(cls, rules: Rules, timezone: str) -> "ListForm":
        return cls(
            name=rules.name,
            item=rules.items,
            gates="\n".join(rules.gates),
            exits=rules.exits,
            reentry=rules.reentry,
            opens_at=written_hour(rules.opens_at, timezone),
            closes_at=written_hour(rules.closes_at, timezone),
        )


class DeviceForm(Body):
    """`device`: one that waits, and gets another code."""

    device: Text = ""
    list: Text = ""
    name: Text = ""
    gate: Annotated[str, Field(max_length=60)] = ""


class DoorStudioPages:
    def __init__(self, lists: Lists, devices: Devices, performances: Performances, clock: Clock) -> None:
        self._lists, self._devices, self._performances, self._clock = lists, devices, performances, clock

    @page(PLACE)
    @page(f"{PLACE}/devices")
    async def show(self, call: Call, performance_id: str) -> Html:
        return await self._shown(call, performance_id)

    @form(f"{PLACE}/lists")
    async def add(self, call: Call, performance_id: str, form: ListForm) -> Html | Redirect:
        event, _performance = await self._lists.known(call.principal, performance_id)
        try:
            await self._lists.create(call.principal, performance_id, form.rules(event.timezone))
        except (InvalidInput, Conflict) as error:
            return await self._shown(call, performance_id, error=error, values=form)
        return Redirect(_place(performance_id))

    @page(f"{PLACE}/lists/{{list_id}}")
    async def edit(self, call: Call, performance_id: str, list_id: str) -> Html:
        event, wanted, offer = await self._arranged(call.principal, performance_id, list_id)
        return _edited(event, wanted, offer, ListForm.of(wanted.rules, event.timezone))

    @form(f"{PLACE}/lists/{{list_id}}")
    async def change(self, call: Call, performance_id: str, list_id: str, form: ListForm) -> Html | Redirect:
        event, wanted, offer = await self._arranged(call.principal, performance_id, list_id)
        try:
            await self._lists.change(call.principal, list_id, form.rules(event.timezone, wanted.rules.categories))
        except InvalidInput as error:
            return _edited(event, wanted, offer, form, error)
        return Redirect(_place(performance_id), notice=Notice("good", _("Saved. It holds for the next scan.")))

    @form(f"{PLACE}/devices")
    async def invite(self, call: Call, performance_id: str, form: DeviceForm) -> Html:
        try:
            if form.device:
                device, code = await self._devices.renew(call.principal, form.device)
            else:
                name = form.name or form.gate or _("Device")
                device, code = await self._devices.invite(call.principal, form.list, name, form.gate)
        except (InvalidInput, Conflict) as error:
            return await self._shown(call, performance_id, error=error)
        return await self._shown(call, performance_id, fresh=_fresh(call, device, code))

    @form(f"{PLACE}/devices/{{device_id}}/revoke")
    async def revoke(self, call: Call, performance_id: str, device_id: str) -> Redirect:
        await self._devices.revoke(call.principal, device_id)
        return Redirect(_place(performance_id), notice=Notice("good", _("The device can do nothing more.")))

    @form(f"{PLACE}/incidents/{{incident_id}}/settle")
    async def settle(self, call: Call, performance_id: str, incident_id: str) -> Redirect:
        await self._lists.settle(call.principal, incident_id)
        return Redirect(_place(performance_id))

    async def _arranged(self, who: Principal, perf_id: str, list_id: str) -> tuple[Event, CheckinList, Offer]:
        """Raises NotFound, Forbidden."""
        event, _performance = await self._lists.known(who, perf_id)
        arranges(who, event.org_id)
        wanted = await self._lists.show(who, list_id)
        if wanted.perf_id != perf_id:
            raise NotFound(NO_LIST)
        return event, wanted, await self._performances.show(who, perf_id)

    async def _shown(
        self,
        call: Call,
        perf_id: str,
        *,
        fresh: dict[str, Any] | None = None,
        error: InvalidInput | Conflict | None = None,
        values: ListForm | None = None,
    ) -> Html:
        who, now = call.principal, self._clock.now()
        event, performance = await self._lists.known(who, perf_id)
        lists = await self._lists.of_performance(who, perf_id)
        devices = await self._devices.of_performance(who, perf_id)
        incidents = await self._lists.incidents(who, perf_id)
        names = {one.id: one.rules.name for one in lists}
        offer = await self._performances.show(who, perf_id) if may_arrange(who, event.org_id) else None
        errors = error.errors if isinstance(error, InvalidInput) else ()
        context = {
            "event": event,
            "when": hour_there(performance.starts_at, event.timezone),
            "place": _place(perf_id),
            "performance": perf_id,
            "arranges": offer is not None,
            "items": [] if offer is None else _items(offer),
            "untaken": [] if offer is None or not lists else _untaken(offer, lists),
            "lists": [await self._list(who, one, event, offer) for one in lists],
            "devices": [_device(one, names, now) for one in devices],
            "incidents": [_incident(one, names, event) for one in incidents],
            "fresh": fresh,
            "values": values or ListForm(exits=True, item=() if offer is None else in_the_house(offer.items)),
            "errors": errors,
            "trouble": "" if error is None or errors else error.message,
        }
        return Html("tickets/door_studio.html", context, 422 if error is not None else 200)

    async def _list(self, who: Principal, one: CheckinList, event: Event, offer: Offer | None) -> dict[str, Any]:
        gates, expected = await self._lists.gates(who, one.id)
        return {
            "id": one.id,
            "name": one.rules.name,
            "rules": _rules(one.rules, event.timezone, offer),
            "gates": one.rules.gates,
            "counts": _with_all(gates),
            "entries": sum(gate.entries for gate in gates),
            "expected": expected,
        }


def _fresh(call: Call, device: Device, code: str) -> dict[str, Any]:
    address = f"{'https' if call.secure else 'http'}://{call.request.host}/door/#pair={code}"
    return {"device": device, "code": f"{code[:5]}-{code[5:]}", "address": address, "picture": _picture(address)}


def _edited(
    event: Event, wanted: CheckinList, offer: Offer, values: ListForm, error: InvalidInput | None = None
) -> Html:
    context = {
        "event": event,
        "when": hour_there(offer.performance.starts_at, event.timezone),
        "place": _place(wanted.perf_id),
        "list": wanted,
        "items": _items(offer),
        "values": values,
        "errors": told(error, {"items": "item"}),
    }
    return Html("tickets/door_list.html", context, 422 if error is not None else 200)


def _items(offer: Offer) -> list[tuple[str, str, bool]]:
    """Id, name, and whether it lets somebody into the house."""
    return [(one.id, one.name, one.kind in HOUSE) for one in offer.items]


def _untaken(offer: Offer, lists: Sequence[CheckinList]) -> list[str]:
    """Kinds with places in the house that would be let in nowhere."""
    taken = {id_ for one in lists for id_ in one.rules.items}
    everything = any(not one.rules.items for one in lists)
    return [one.name for one in offer.items if one.kind in HOUSE and not everything and one.id not in taken]


def _rules(rules: Rules, timezone: str, offer: Offer | None) -> list[str]:
    found = [_("re-entry allowed") if rules.reentry else _("one entry each")]
    names = [one.name for one in offer.items if one.id in rules.items] if offer is not None else []
    if names:
        found.append(_("only {names}").format(names=", ".join([*names, *rules.categories])))
    elif rules.items or rules.categories:
        found.append(_("not for every ticket"))
    if rules.opens_at is not None:
        found.append(_("from {time}").format(time=hour_there(rules.opens_at, timezone)))
    if rules.closes_at is not None:
        found.append(_("until {time}").format(time=hour_there(rules.closes_at, timezone)))
    return found


def _with_all(gates: Sequence[Gate]) -> list[tuple[str, int, int, int, int]]:
    rows = [(one.name or _("Without a gate"), one.entries, one.exits, one.refused, one.inside) for one in gates]
    if len(rows) < 2:
        return rows
    sums = [sum(getattr(one, name) for one in gates) for name in ("entries", "exits", "refused", "inside")]
    return [*rows, (_("All gates"), sums[0], sums[1], sums[2], sums[3])]


def _device(one: Device, names: dict[str, str], now: int) -> dict[str, Any]:
    state = one.state(now)
    return {
        "id": one.id,
        "name": one.name,
        "list": names.get(one.list_id, ""),
        "gate": one.gate,
        "about": one.about,
        "badge": device_badge(state),
        "waits": state in ("waiting", "lapsed"),
        "alive": state in ("waiting", "lapsed", "paired"),
        "seen": iso(one.seen_at),
    }


def _incident(one: Incident, names: dict[str, str], event: Event) -> dict[str, Any]:
    def at(moment: int | None) -> str:
        return "" if moment is None else hour_there(moment, event.timezone)

    return {
        "id": one.id,
        "list": names.get(one.list_id, ""),
        "said": said(one.verdict),
        "gate": one.gate or _("A door without a name"),
        "at": at(one.at),
        "other": None if one.other_at is None else (one.other_gate or _("a door without a name"), at(one.other_at)),
        "settled": one.settled_at is not None,
    }


def _instant(written: str, timezone: str, field: str) -> int | None:
    if not written:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise InvalidInput.field(field, _("Write day and hour as they are there.")) from error
    return instant(found.replace(tzinfo=ZoneInfo(timezone)) if found.tzinfo is None else found)


def _place(perf_id: str) -> str:
    return PLACE.format(performance_id=perf_id)


def _picture(address: str) -> Markup:
    """A QR code as inline SVG, light on purpose: some readers take no inverted one."""
    drawn = BytesIO()
    made = segno.make(address, error="m", micro=False)
    made.save(drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, dark="#000", light="#fff", svgclass="qr")
    return Markup(drawn.getvalue().decode())  # noqa: S704 - segno draws numbers only; the address is in the picture
