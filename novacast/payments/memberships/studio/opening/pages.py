"""The page where an organizer chooses what a tier opens. All of it works without scripts."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field

from novacast.errors import InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.identity import Principal
from novacast.payments.memberships.plans import Plans
from novacast.payments.memberships.studio.pages import STUDIO
from novacast.payments.memberships.studio.ports import Shelf
from novacast.payments.memberships.words import told
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

PLACE = f"{STUDIO}/{{tier_id}}/opens"
MOST = 20
"""Of each kind, of what is found."""


class OpensQuery(Body):
    q: Annotated[str, Field(max_length=200)] = ""


class ThingForm(Body):
    media: Annotated[str, Field(min_length=1, max_length=64)]
    q: Annotated[str, Field(max_length=200)] = ""


class OpeningPages:
    def __init__(self, plans: Plans, shelves: Sequence[Shelf]) -> None:
        self._plans, self._shelves = plans, shelves

    @page(PLACE)
    async def show(self, call: Call, tier_id: str, query: OpensQuery) -> Html:
        one = await self._plans.tier(call.principal, tier_id)
        titles = await titles_of(self._shelves, one.tier.org_id, one.media)
        found = await self._found(call.principal, one.tier.org_id, query.q)
        context = {
            "tier": one.tier,
            "held": sorted(titles.items(), key=lambda thing: thing[1].casefold()),
            "gone": [media_id for media_id in one.media if media_id not in titles],
            "found": [(media_id, title, media_id in titles) for media_id, title in found.items()],
            "q": query.q,
        }
        return Html("payments/opens.html", context)

    @form(f"{PLACE}/add")
    async def add(self, call: Call, tier_id: str, form: ThingForm) -> Redirect:
        return await self._changed(call.principal, tier_id, form, opens=True)

    @form(f"{PLACE}/remove")
    async def remove(self, call: Call, tier_id: str, form: ThingForm) -> Redirect:
        return await self._changed(call.principal, tier_id, form, opens=False)

    async def _changed(self, principal: Principal, tier_id: str, form: ThingForm, *, opens: bool) -> Redirect:
        asked = f"?{urlencode({'q': form.q})}#add" if form.q else ""
        try:
            await self._plans.open(principal, tier_id, form.media, opens=opens)
        except InvalidInput as error:
            notice = Notice("bad", translated(told(error)[0].message))
        else:
            notice = Notice("good", _("It is opened to members.") if opens else _("It is not opened by this any more."))
        return Redirect(f"{STUDIO}/{tier_id}/opens{asked}", notice=notice)

    async def _found(self, principal: Principal, org_id: str, text: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for shelf in self._shelves:
            for media_id, title in await shelf.find(principal, org_id, text, MOST):
                found.setdefault(media_id, title)
        return found


async def titles_of(shelves: Sequence[Shelf], org_id: str, ids: Sequence[str]) -> dict[str, str]:
    """By id, of what there is. What is on two shelves has its title from the first."""
    known: dict[str, str] = {}
    for shelf in reversed(shelves):
        known |= await shelf.titles(org_id, ids)
    return known
