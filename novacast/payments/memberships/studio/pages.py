"""The organizer's page of memberships: what is offered, and what waits to be paid. All of it works without scripts."""

from collections.abc import Mapping
from typing import Annotated, Any, Protocol

from pydantic import Field

from novacast.clock import DAY, Clock
from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.identity import Action
from novacast.payments.memberships.models import (
    BADGE_LENGTH,
    DESCRIPTION_LENGTH,
    GRACE_DAYS,
    LONGEST_TRIAL,
    MOST_GRACE_DAYS,
    NAME_LENGTH,
    Interval,
)
from novacast.payments.memberships.plans import PlanDraft, Plans, TierDraft
from novacast.payments.memberships.service import Memberships
from novacast.payments.memberships.services import MembershipServices
from novacast.payments.memberships.words import hundredths, price, told
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import date_of, minor, money

STUDIO = "/studio/memberships"

Id = Annotated[str, Field(max_length=64)]
Percent = Annotated[str, Field(max_length=20)]
"""As people write it: with a point or a comma."""


class Names(Protocol):
    async def names(self, ids: list[str], /) -> Mapping[str, str]: ...


class TierForm(Body):
    org: Id = ""
    name: Annotated[str, Field(max_length=NAME_LENGTH)] = ""
    circle: Annotated[str, Field(max_length=NAME_LENGTH)] = ""
    badge: Annotated[str, Field(max_length=BADGE_LENGTH)] = ""
    description: Annotated[str, Field(max_length=DESCRIPTION_LENGTH)] = ""
    discount: Percent = "0"
    presale_hours: Annotated[int, Field(ge=0, le=8760)] = 0

    def draft(self) -> TierDraft:
        """Raises InvalidInput."""
        named = (self.name, self.circle, self.description, self.badge)
        return TierDraft(*named, _share("discount", self.discount), self.presale_hours)


class PriceForm(Body):
    interval: Interval = Interval.MONTH
    price: Annotated[str, Field(max_length=20)] = ""
    currency: Annotated[str, Field(max_length=3)] = "EUR"
    tax: Percent = "0"
    grace_days: Annotated[int, Field(ge=0, le=MOST_GRACE_DAYS)] = GRACE_DAYS
    trial_days: Annotated[int, Field(ge=0, le=LONGEST_TRIAL)] = 0

    def draft(self) -> PlanDraft:
        """Raises InvalidInput."""
        currency = self.currency.strip().upper()
        amount = minor(self.price, currency) if len(currency) == 3 and currency.isalpha() else None
        if amount is None:
            raise InvalidInput.field("price", _("Write the price as 9.00."), "pattern")
        return PlanDraft(self.interval, amount, currency, _share("tax", self.tax), self.grace_days, self.trial_days)


class OfferForm(Body):
    offered: bool = False


class ArchiveForm(Body):
    archived: bool = False


class GiftForm(Body):
    email: Annotated[str, Field(max_length=254)] = ""
    days: Annotated[int, Field(ge=1, le=3660)] = 365


class PaidForm(Body):
    how: Annotated[str, Field(pattern="^(cash|transfer|card_terminal)$")] = "cash"


class StudioQuery(Body):
    org: Id = ""


class MembershipStudioPages:
    def __init__(self, own: MembershipServices, organizations: Names, people: Names, clock: Clock) -> None:
        self._plans: Plans = own.plans
        self._memberships: Memberships = own.memberships
        self._organizations, self._people, self._clock = organizations, people, clock

    @page(STUDIO)
    async def show(self, call: Call, query: StudioQuery) -> Html:
        return await self._shown(call, TierForm(org=query.org))

    @form(STUDIO)
    async def create(self, call: Call, form: TierForm) -> Html | Redirect:
        try:
            await self._plans.create(call.principal, form.org, form.draft())
        except (InvalidInput, Conflict) as error:
            return await self._shown(call, form, told(error))
        return _back(form.org, _("The tier is made. Give it a price."))

    @form(f"{STUDIO}/{{tier_id}}")
    async def edit(self, call: Call, tier_id: str, form: TierForm) -> Redirect:
        try:
            draft = form.draft()
        except InvalidInput as error:
            return _back(form.org, translated(told(error)[0].message), good=False)
        return await self._tried(form.org, self._plans.edit(call.principal, tier_id, draft), _("Saved."))

    @form(f"{STUDIO}/{{tier_id}}/archive")
    async def archive(self, call: Call, tier_id: str, form: ArchiveForm) -> Redirect:
        done = await self._plans.edit(call.principal, tier_id, TierDraft(archived=form.archived))
        return _back(done.tier.org_id, _("Saved."))

    @form(f"{STUDIO}/{{tier_id}}/prices")
    async def add_price(self, call: Call, tier_id: str, form: PriceForm) -> Html | Redirect:
        house = (await self._plans.tier(call.principal, tier_id)).tier.org_id
        try:
            await self._plans.price(call.principal, tier_id, form.draft())
        except (InvalidInput, Conflict) as error:
            refused = {"tier_id": tier_id, "form": form, "errors": told(error)}
            return await self._shown(call, TierForm(org=house), refused=refused)
        return _back(house, _("It is offered."))

    @form(f"{STUDIO}/plans/{{plan_id}}/offer")
    async def offer(self, call: Call, plan_id: str, form: OfferForm) -> Redirect:
        done = await self._plans.offer(call.principal, plan_id, offered=form.offered)
        return _back(done.org_id, _("Saved."))

    @form(f"{STUDIO}/{{tier_id}}/gifts")
    async def give(self, call: Call, tier_id: str, form: GiftForm) -> Redirect:
        house = (await self._plans.tier(call.principal, tier_id)).tier.org_id
        until = self._clock.now() + form.days * DAY
        return await self._tried(
            house, self._memberships.give(call.principal, tier_id, form.email, until), _("It is given.")
        )

    @form(f"{STUDIO}/charges/{{charge_id}}/paid")
    async def paid(self, call: Call, charge_id: str, form: PaidForm) -> Redirect:
        done = await self._memberships.paid(call.principal, charge_id, form.how)
        return _back(done.org_id, _("It is noted as paid."))

    async def _tried(self, org_id: str, act: Any, words: str) -> Redirect:
        try:
            await act
        except (InvalidInput, Conflict) as error:
            return _back(org_id, translated(told(error)[0].message), good=False)
        return _back(org_id, words)

    async def _shown(
        self,
        call: Call,
        values: TierForm,
        errors: tuple[FieldError, ...] = (),
        refused: Mapping[str, Any] | None = None,
    ) -> Html:
        """`refused`: a price that was not taken, with what was typed and why."""
        me = call.principal
        # Who sells arranges nothing here, and notes what was paid at the counter.
        kept = [one for one in sorted(me.roles) if me.allows(Action.ORDER_MANAGE, one)]
        names = await self._organizations.names(kept)
        org_id = values.org if values.org in names else min(names, default="", key=lambda one: names[one])
        context: dict[str, Any] = {
            "organizations": sorted(names.items(), key=lambda one: one[1].casefold()),
            "org": org_id,
            "values": values,
            "errors": errors,
            "refused": refused,
            "price": price,
            "intervals": [(Interval.MONTH, _("a month")), (Interval.YEAR, _("a year"))],
        }
        if org_id:
            context["arranges"] = me.allows(Action.EVENT_MANAGE, org_id)
            context["tiers"] = await self._plans.of_org(me, org_id) if context["arranges"] else ()
            context["unpaid"] = await self._unpaid(call, org_id)
        return Html("payments/studio.html", context, 422 if errors or refused else 200)

    async def _unpaid(self, call: Call, org_id: str) -> list[dict[str, str]]:
        due = await self._memberships.unpaid(call.principal, org_id)
        whose = {one.id: (await self._memberships.show(call.principal, one.subscription_id)) for one in due}
        names = await self._people.names(sorted({one.subscription.person_id for one in whose.values()}))
        return [
            {
                "id": one.id,
                "name": names.get(whose[one.id].subscription.person_id, ""),
                "tier": whose[one.id].tier.name,
                "amount": money(one.amount, one.currency),
                "since": date_of(one.created_at),
            }
            for one in due
        ]


def _back(org_id: str, words: str, *, good: bool = True) -> Redirect:
    return Redirect(f"{STUDIO}?org={org_id}", notice=Notice("good" if good else "bad", words))


def _share(field: str, written: str) -> int:
    """Hundredths of a percent. Raises InvalidInput."""
    found = hundredths(written)
    if found is None:
        raise InvalidInput.field(field, _("Write a percentage from 0 to 100, such as 7.5."), "pattern")
    return found
