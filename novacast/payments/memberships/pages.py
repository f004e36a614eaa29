"""Pages of memberships: what is offered, one's own, and the organizer's. All of it works without scripts."""

from collections.abc import Mapping
from typing import Annotated, Any, Protocol

from pydantic import Field

from novacast.clock import DAY, Clock
from novacast.errors import Conflict, FieldError, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.identity import Action
from novacast.payments.memberships.models import (
    BADGE_LENGTH,
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    WHOLE,
    Interval,
    State,
)
from novacast.payments.memberships.plans import PlanDraft, Plans, TierDraft
from novacast.payments.memberships.routes import BEGINNING
from novacast.payments.memberships.service import Membership, Memberships
from novacast.payments.memberships.services import MembershipServices
from novacast.payments.memberships.words import minor, money, price, state_name
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import date_of

MINE = "/account/memberships"
STUDIO = "/studio/memberships"

Id = Annotated[str, Field(max_length=64)]
KINDS = {
    State.PENDING: "busy",
    State.ACTIVE: "good",
    State.PAST_DUE: "bad",
    State.PAUSED: "",
    State.CANCELLED: "",
    State.EXPIRED: "",
}


class Names(Protocol):
    async def names(self, ids: list[str], /) -> Mapping[str, str]: ...


class BecomeForm(Body):
    plan: Id = ""
    way: Annotated[str, Field(max_length=20)] = "offline"


class TierForm(Body):
    org: Id = ""
    name: Annotated[str, Field(max_length=NAME_LENGTH)] = ""
    circle: Annotated[str, Field(max_length=NAME_LENGTH)] = ""
    badge: Annotated[str, Field(max_length=BADGE_LENGTH)] = ""
    description: Annotated[str, Field(max_length=DESCRIPTION_LENGTH)] = ""
    media: Annotated[str, Field(max_length=50_000)] = ""

    def draft(self) -> TierDraft:
        return TierDraft(self.name, self.circle, self.description, self.badge, media=self.media.split())


class PriceForm(Body):
    interval: Interval = Interval.MONTH
    price: Annotated[str, Field(max_length=20)] = ""
    currency: Annotated[str, Field(max_length=3)] = "EUR"
    tax: Annotated[float, Field(ge=0, le=100)] = 0

    def draft(self) -> PlanDraft:
        """Raises InvalidInput."""
        currency = self.currency.strip().upper()
        amount = minor(self.price, currency) if len(currency) == 3 and currency.isalpha() else None
        if amount is None:
            raise InvalidInput.field("price", _("Write the price as 9.00."), "pattern")
        return PlanDraft(self.interval, amount, currency, round(self.tax * WHOLE / 100))


class OfferForm(Body):
    offered: bool = False


class ArchiveForm(Body):
    archived: bool = False


class GiftForm(Body):
    email: Annotated[str, Field(max_length=254)] = ""
    days: Annotated[int, Field(ge=1, le=3660)] = 365


class StudioQuery(Body):
    org: Id = ""


class MembershipPages:
    def __init__(self, own: MembershipServices, organizations: Names) -> None:
        self._plans, self._memberships, self._organizations = own.plans, own.memberships, organizations

    @page("/memberships/{org_id}", public=True)
    async def offered(self, call: Call, org_id: str) -> Html:
        return await self._offered(call, org_id)

    @form("/memberships/{org_id}")
    async def become(self, call: Call, org_id: str, form: BecomeForm) -> Html | Redirect:
        call.limit(BEGINNING)
        try:
            made = await self._memberships.subscribe(call.principal, form.plan, form.way)
        except (InvalidInput, Conflict, NotFound) as error:
            return await self._offered(call, org_id, _told(error))
        active = made.state is State.ACTIVE
        words = _("Welcome: you are a member.") if active else _("You are a member as soon as it is paid.")
        return Redirect(MINE, notice=Notice("good", words))

    @page(MINE)
    async def mine(self, call: Call) -> Html:
        found = await self._memberships.mine(call.principal)
        houses = await self._organizations.names([one.subscription.org_id for one in found])
        shown = [_shown(one, houses) for one in found]
        return Html("payments/memberships.html", {"memberships": shown, "kinds": KINDS})

    @form(f"{MINE}/{{subscription_id}}/cancel")
    async def cancel(self, call: Call, subscription_id: str) -> Redirect:
        done = await self._memberships.cancel(call.principal, subscription_id)
        ended = done.ends_at is None or done.state is not State.ACTIVE
        words = _("It has ended.") if ended else _("It ends with what is paid, and is not renewed.")
        return Redirect(MINE, notice=Notice("good", words))

    @form(f"{MINE}/{{subscription_id}}/keep")
    async def keep(self, call: Call, subscription_id: str) -> Redirect:
        return await self._done(self._memberships.keep(call.principal, subscription_id), _("It goes on."))

    @form(f"{MINE}/{{subscription_id}}/pause")
    async def pause(self, call: Call, subscription_id: str) -> Redirect:
        words = _("It is paused. What is left of its time waits for you.")
        return await self._done(self._memberships.pause(call.principal, subscription_id), words)

    @form(f"{MINE}/{{subscription_id}}/resume")
    async def go_on(self, call: Call, subscription_id: str) -> Redirect:
        return await self._done(self._memberships.go_on(call.principal, subscription_id), _("It goes on."))

    async def _done(self, act: Any, words: str) -> Redirect:
        try:
            await act
        except Conflict as error:
            return Redirect(MINE, notice=Notice("bad", translated(error.message)))
        return Redirect(MINE, notice=Notice("good", words))

    async def _offered(self, call: Call, org_id: str, errors: tuple[FieldError, ...] = ()) -> Html:
        names = await self._organizations.names([org_id])
        if org_id not in names:
            raise NotFound(_("There is nothing here."))
        tiers = await self._plans.offered(org_id)
        ways = {"offline": _("At the counter, or by transfer"), "sandbox": _("Test payment, no money is moved")}
        context = {
            "org": org_id,
            "house": names[org_id],
            "tiers": tiers,
            "ways": [(one, ways.get(one, one)) for one in self._memberships.ways],
            "price": price,
            "errors": errors,
        }
        return Html("payments/plans.html", context, 422 if errors else 200)


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
            return await self._shown(call, form, _told(error))
        return _back(form.org, _("The tier is made. Give it a price."))

    @form(f"{STUDIO}/{{tier_id}}")
    async def edit(self, call: Call, tier_id: str, form: TierForm) -> Redirect:
        return await self._tried(form.org, self._plans.edit(call.principal, tier_id, form.draft()), _("Saved."))

    @form(f"{STUDIO}/{{tier_id}}/archive")
    async def archive(self, call: Call, tier_id: str, form: ArchiveForm) -> Redirect:
        done = await self._plans.edit(call.principal, tier_id, TierDraft(archived=form.archived))
        return _back(done.tier.org_id, _("Saved."))

    @form(f"{STUDIO}/{{tier_id}}/prices")
    async def add_price(self, call: Call, tier_id: str, form: PriceForm) -> Redirect:
        try:
            made = await self._plans.price(call.principal, tier_id, form.draft())
        except (InvalidInput, Conflict) as error:
            return Redirect(STUDIO, notice=Notice("bad", translated(_told(error)[0].message)))
        return _back(made.org_id, _("It is offered."))

    @form(f"{STUDIO}/plans/{{plan_id}}/offer")
    async def offer(self, call: Call, plan_id: str, form: OfferForm) -> Redirect:
        done = await self._plans.offer(call.principal, plan_id, offered=form.offered)
        return _back(done.org_id, _("Saved."))

    @form(f"{STUDIO}/{{tier_id}}/gifts")
    async def give(self, call: Call, tier_id: str, form: GiftForm) -> Redirect:
        until = self._clock.now() + form.days * DAY
        try:
            made = await self._memberships.give(call.principal, tier_id, form.email, until)
        except (InvalidInput, Conflict) as error:
            return Redirect(STUDIO, notice=Notice("bad", translated(_told(error)[0].message)))
        return _back(made.org_id, _("It is given."))

    @form(f"{STUDIO}/charges/{{charge_id}}/paid")
    async def paid(self, call: Call, charge_id: str) -> Redirect:
        done = await self._memberships.paid(call.principal, charge_id)
        return _back(done.org_id, _("It is noted as paid."))

    async def _tried(self, org_id: str, act: Any, words: str) -> Redirect:
        try:
            await act
        except (InvalidInput, Conflict) as error:
            return _back(org_id, translated(_told(error)[0].message), good=False)
        return _back(org_id, words)

    async def _shown(self, call: Call, values: TierForm, errors: tuple[FieldError, ...] = ()) -> Html:
        me = call.principal
        kept = [one for one in sorted(me.roles) if me.allows(Action.EVENT_MANAGE, one)]
        names = await self._organizations.names(kept)
        org_id = values.org if values.org in names else min(names, default="", key=lambda one: names[one])
        context: dict[str, Any] = {
            "organizations": sorted(names.items(), key=lambda one: one[1].casefold()),
            "org": org_id,
            "values": values,
            "errors": errors,
            "price": price,
            "intervals": [(Interval.MONTH, _("a month")), (Interval.YEAR, _("a year"))],
        }
        if org_id:
            context["tiers"] = await self._plans.of_org(me, org_id)
            context["unpaid"] = await self._unpaid(call, org_id)
        return Html("payments/studio.html", context, 422 if errors else 200)

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


def _shown(one: Membership, houses: Mapping[str, str]) -> dict[str, Any]:
    own = one.subscription
    return {
        "id": own.id,
        "name": one.tier.name,
        "house": houses.get(own.org_id, ""),
        "state": own.state,
        "words": state_name(own.state),
        "price": "" if own.interval is None else price(own.price, own.currency, own.interval),
        "until": "" if own.ends_at is None or own.state is not State.ACTIVE else date_of(own.ends_at),
        "stops": own.stops,
        "given": own.interval is None,
        "charges": [(date_of(c.created_at), money(c.amount, c.currency), c.state) for c in one.charges],
    }


def _told(error: InvalidInput | Conflict | NotFound) -> tuple[FieldError, ...]:
    return error.errors or (FieldError("", error.code, error.message),)


def _back(org_id: str, words: str, *, good: bool = True) -> Redirect:
    return Redirect(f"{STUDIO}?org={org_id}", notice=Notice("good" if good else "bad", words))
