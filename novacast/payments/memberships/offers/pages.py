"""Pages of what memberships are offered. All of it works without scripts."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.errors import Conflict, FieldError, InvalidInput, NotFound, Unavailable
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.payments.memberships.models import TERMINAL, Plan, State, Subscription
from novacast.payments.memberships.pages import MINE, Id, Names, lead
from novacast.payments.memberships.routes import BEGINNING
from novacast.payments.memberships.services import MembershipServices
from novacast.payments.memberships.words import no_trial, price, state_name, told
from novacast.web import Body, Call, Html, Notice, Redirect, form, page


class BecomeForm(Body):
    plan: Id = ""
    way: Annotated[str, Field(max_length=20)] = "offline"


class OfferPages:
    def __init__(self, own: MembershipServices, organizations: Names) -> None:
        self._plans, self._memberships, self._houses = own.plans, own.memberships, own.houses
        self._organizations = organizations

    @page("/memberships", public=True)
    async def houses(self, call: Call) -> Html | Redirect:
        """Of one house there is nothing to choose: on to what it offers."""
        found = await self._houses.all()
        names = await self._organizations.names([one.org_id for one in found])
        if len(found) == 1:
            return Redirect(f"/memberships/{found[0].org_id}")
        shown = [
            {
                "id": one.org_id,
                "name": names[one.org_id],
                "tiers": [(name, _prices(plans)) for name, plans in one.tiers],
            }
            for one in found
            if one.org_id in names
        ]
        return Html("payments/houses.html", {"houses": sorted(shown, key=lambda one: str(one["name"]).casefold())})

    @page("/memberships/{org_id}", public=True)
    async def offered(self, call: Call, org_id: str) -> Html:
        return await self._offered(call, org_id)

    @form("/memberships/{org_id}")
    async def become(self, call: Call, org_id: str, form: BecomeForm) -> Html | Redirect:
        call.limit(BEGINNING)
        try:
            made = await self._memberships.subscribe(call.principal, form.plan, form.way)
        except (InvalidInput, Conflict, NotFound, Unavailable) as error:
            return await self._offered(call, org_id, told(error))
        if made.billed:
            return await lead(self._memberships, call, made.id)
        active = made.state is State.ACTIVE
        words = _("Welcome: you are a member.") if active else _("You are a member as soon as it is paid.")
        if made.no_trial is not None:
            words = f"{words} {no_trial(made.no_trial)}"
        return Redirect(MINE, notice=Notice("good", words))

    async def _offered(self, call: Call, org_id: str, errors: tuple[FieldError, ...] = ()) -> Html:
        names = await self._organizations.names([org_id])
        if org_id not in names:
            raise NotFound(_("There is nothing here."))
        ways = {
            "stripe": _("Card, Apple Pay, Google Pay"),
            "offline": _("At the counter, or by transfer"),
            "sandbox": _("Test payment, no money is moved"),
        }
        context = {
            "org": org_id,
            "house": names[org_id],
            "tiers": await self._plans.offered(org_id),
            "mine": await self._running(call.principal, org_id),
            "state_name": state_name,
            "ways": [(one, ways.get(one, one)) for one in self._memberships.ways],
            "price": price,
            "percent": lambda value: f"{value / 100:g}",
            "errors": errors,
        }
        return Html("payments/plans.html", context, 422 if errors else 200)

    async def _running(self, principal: Principal, org_id: str) -> dict[str, Subscription]:
        """What keeps somebody from beginning, by its circle: there is no second one of it. Who is on the page where it
        is paid may choose another yet."""
        found = await self._memberships.mine(principal) if principal.person_id is not None else ()
        own = [one.subscription for one in found if one.subscription.org_id == org_id]
        begun = [one for one in own if one.billed and one.state is State.PENDING]
        return {one.circle: one for one in own if one.state not in TERMINAL and one not in begun}


def _prices(plans: Sequence[Plan]) -> list[str]:
    return [price(each.price, each.currency, each.interval) for each in plans]
