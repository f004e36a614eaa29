"""Pages of what is sold of a performance: kinds of tickets with their prices, and quotas. All of it works without
scripts."""

from typing import Any

from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.i18n import ngettext, text
from novacast.identity import Principal
from novacast.tickets.arranging.models import Kind
from novacast.tickets.arranging.pages import NIGHT
from novacast.tickets.arranging.service import Arranging
from novacast.tickets.events.models import Item
from novacast.tickets.events.performances import Offer, Performances
from novacast.tickets.events.permission import arranges
from novacast.tickets.members.ports import Tier
from novacast.tickets.members.service import Members
from novacast.tickets.office.stock.bodies import KindForm, MemberPricesForm, QuotaForm
from novacast.tickets.office.words import STUDIO, hour, kind_choices, kind_name, told
from novacast.tickets.typed import written_share
from novacast.tickets.words import price
from novacast.web import Call, Html, Notice, Redirect, form, page
from novacast.words import money

Refusal = InvalidInput | Conflict
SPARE_ROWS = 3
FIELDS = {"name": "quota_name", "items": "item"}
KIND_FIELDS = {"quotas": "quota"}


class StockPages:
    def __init__(self, performances: Performances, arranging: Arranging, members: Members) -> None:
        self._performances, self._arranging, self._members = performances, arranging, members

    @page(f"{NIGHT}/stock")
    async def show(self, call: Call, performance_id: str) -> Html:
        return await self._shown(call.principal, performance_id)

    @page(f"{NIGHT}/kinds/new")
    async def begin(self, call: Call, performance_id: str) -> Html:
        offer = await self._arranged(call.principal, performance_id)
        return _kind(offer, KindForm.empty())

    @form(f"{NIGHT}/kinds/new")
    async def add(self, call: Call, performance_id: str, form: KindForm) -> Html | Redirect:
        offer = await self._arranged(call.principal, performance_id)
        try:
            kind = Kind(*form.item(offer.event))
            await self._arranging.add_kind(call.principal, performance_id, kind, form.quota)
        except (InvalidInput, Conflict) as error:
            return _kind(offer, form, error=error)
        return _back(performance_id, _("It is there."))

    @page(f"{NIGHT}/kinds/{{item_id}}")
    async def kind(self, call: Call, performance_id: str, item_id: str) -> Html:
        offer = await self._arranged(call.principal, performance_id)
        item = _item(offer, item_id)
        return _kind(offer, KindForm.of(item, offer.event), item)

    @form(f"{NIGHT}/kinds/{{item_id}}")
    async def edit(self, call: Call, performance_id: str, item_id: str, form: KindForm) -> Html | Redirect:
        offer = await self._arranged(call.principal, performance_id)
        item = _item(offer, item_id)
        try:
            changes = form.model_copy(update={"kind": item.kind.value, "seated": item.seated}).changes(
                offer.event, item
            )
            await self._performances.edit_item(call.principal, performance_id, item_id, changes)
        except (InvalidInput, Conflict) as error:
            return _kind(offer, form, item, error)
        return _back(performance_id, _("Saved."))

    @form(f"{NIGHT}/quotas/new")
    async def add_quota(self, call: Call, performance_id: str, form: QuotaForm) -> Html | Redirect:
        try:
            await self._performances.add_quota(call.principal, performance_id, form.quota_name, form.size(), form.item)
        except (InvalidInput, Conflict) as error:
            return await self._shown(call.principal, performance_id, error, form)
        return _back(performance_id, _("The quota is made."))

    @form(f"{NIGHT}/quotas/{{quota_id}}")
    async def edit_quota(self, call: Call, performance_id: str, quota_id: str, form: QuotaForm) -> Html | Redirect:
        try:
            await self._performances.edit_quota(
                call.principal, performance_id, quota_id, form.quota_name, form.size(), form.item
            )
        except (InvalidInput, Conflict) as error:
            return await self._shown(call.principal, performance_id, error, form, quota_id)
        return _back(performance_id, _("Saved."))

    @form(f"{NIGHT}/member-prices")
    async def limit_members(self, call: Call, performance_id: str, form: MemberPricesForm) -> Html | Redirect:
        try:
            await self._members.set_limit(call.principal, performance_id, form.read())
        except InvalidInput as error:
            return await self._shown(call.principal, performance_id, error, members=form)
        return _back(performance_id, _("Saved."))

    async def _arranged(self, principal: Principal, perf_id: str) -> Offer:
        offer = await self._performances.show(principal, perf_id)
        arranges(principal, offer.performance.org_id)
        return offer

    async def _shown(
        self,
        principal: Principal,
        perf_id: str,
        error: Refusal | None = None,
        values: QuotaForm | None = None,
        at: str = "",
        *,
        members: MemberPricesForm | None = None,
    ) -> Html:
        """`at`: the quota that is at fault; empty: the one that was to be made."""
        offer = await self._arranged(principal, perf_id)
        forms = {one.id: QuotaForm.of(one) for one in offer.quotas}
        if values is not None and at in forms:
            forms[at] = values
        context = {
            **_head(offer),
            "kinds": [_line(one, offer) for one in offer.items],
            "quotas": [(one, forms[one.id], told(error, FIELDS) if one.id == at else ()) for one in offer.quotas],
            "items": [(one.id, one.name) for one in offer.items],
            "values": values if values is not None and not at else QuotaForm(),
            "errors": told(error, FIELDS) if not at and members is None else (),
            "uncounted": _uncounted(offer),
            "tiers": [(one.name, _worth(one)) for one in await self._members.worth(offer.event.org_id)],
            "member_form": members or MemberPricesForm(most=str(await self._members.limit(perf_id))),
            "member_errors": told(error) if members is not None else (),
        }
        return Html("tickets/stock.html", context, 422 if error is not None else 200)


def _head(offer: Offer) -> dict[str, Any]:
    performance = offer.performance
    return {
        "event": offer.event,
        "performance": performance,
        "when": hour(performance.starts_at, offer.event.timezone),
    }


def _line(item: Item, offer: Offer) -> dict[str, Any]:
    currency = offer.event.currency
    return {
        "id": item.id,
        "name": item.name,
        "kind": kind_name(item.kind),
        "price": price(item.price, currency),
        "prices": [(one.category, price(one.amount, currency)) for one in item.prices],
        "open_price": item.open_price,
        "fee": money(item.fee, currency) if item.fee else "",
        "on_sale": item.on_sale,
        "hidden": item.hidden,
        "left": offer.left.get(item.id, 0),
    }


def _worth(tier: Tier) -> str:
    """What members of it have, in words."""
    off = _("%(percent)s %% off tickets") % {"percent": written_share(tier.discount)} if tier.discount else ""
    hours = tier.presale_hours
    early = ngettext("Tickets %(num)d hour before everybody else", "Tickets %(num)d hours before everybody else", hours)
    return " · ".join(filter(None, (off, early % {"num": hours} if hours else "")))


def _uncounted(offer: Offer) -> list[str]:
    """Names of kinds of which nobody can buy any, because nobody has said how many there are."""
    counted = {item_id for quota in offer.quotas for item_id in quota.items}
    return [one.name for one in offer.items if not one.seated and one.id not in counted]


def _kind(offer: Offer, values: KindForm, item: Item | None = None, error: Refusal | None = None) -> Html:
    rows = [*values.rows, *[("", "", "", "")] * SPARE_ROWS]
    context = {
        **_head(offer),
        "item": item,
        "kind": "" if item is None else kind_name(item.kind),
        "choices": kind_choices() if offer.performance.map_id is not None else _without_seats(),
        "quotas": [(one.id, one.name, one.capacity) for one in offer.quotas],
        "rows": rows,
        "values": values,
        "errors": told(error, KIND_FIELDS),
    }
    return Html("tickets/kind.html", context, 422 if error is not None else 200)


def _without_seats() -> list[tuple[str, str, str]]:
    return [one for one in kind_choices() if one[0] != "seated"]


def _item(offer: Offer, item_id: str) -> Item:
    found = next((one for one in offer.items if one.id == item_id), None)
    if found is None:
        raise NotFound(text("There is no such kind of ticket."))
    return found


def _back(perf_id: str, words: str) -> Redirect:
    return Redirect(f"{STUDIO}/performances/{perf_id}/stock", notice=Notice("good", words))
