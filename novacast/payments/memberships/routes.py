"""The API of memberships."""

from novacast.clock import instant
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.limits import Rate
from novacast.payments.memberships.bodies import (
    EndBody,
    GiftBody,
    MembershipBody,
    MembershipsBody,
    NewPlanBody,
    NewSubscriptionBody,
    NewTierBody,
    PlanBody,
    PlanChangesBody,
    PlansQuery,
    SubscriptionBody,
    SubscriptionsBody,
    TierBody,
    TierChangesBody,
    TiersBody,
)
from novacast.payments.memberships.plans import Plans
from novacast.payments.memberships.service import Memberships
from novacast.web import Call, ListQuery, get, patch, post

TIERS = "/api/v1/organizations/{org_id}/tiers"
TIER = "/api/v1/tiers/{tier_id}"
ONE = "/api/v1/subscriptions/{subscription_id}"
BEGINNING = Rate("memberships", burst=20, period=3600)

_OFFICE = (NotFound, Forbidden)


class PlanRoutes:
    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    @get("/api/v1/plans", tag="memberships", public=True, summary="Memberships that are offered")
    async def offered(self, call: Call, query: PlansQuery) -> TiersBody:
        return TiersBody.of(await self._plans.offered(query.organization), TierBody.of)

    @get(TIERS, tag="memberships", summary="Tiers of an organization, archived ones too", errors=_OFFICE)
    async def listed(self, call: Call, org_id: str) -> TiersBody:
        return TiersBody.of(await self._plans.of_org(call.principal, org_id), TierBody.of)

    @post(
        TIERS,
        tag="memberships",
        status=201,
        summary="Make a tier",
        errors=(*_OFFICE, InvalidInput, Conflict),
    )
    async def create(self, call: Call, org_id: str, body: NewTierBody) -> TierBody:
        """It is offered once it has a price."""
        then = call.remember(TierBody.of)
        return TierBody.of(await self._plans.create(call.principal, org_id, body.draft(), then))

    @patch(TIER, tag="memberships", summary="Change a tier", errors=(*_OFFICE, InvalidInput))
    async def edit(self, call: Call, tier_id: str, body: TierChangesBody) -> TierBody:
        return TierBody.of(await self._plans.edit(call.principal, tier_id, body.draft()))

    @post(
        f"{TIER}/plans",
        tag="memberships",
        status=201,
        summary="Give a tier a price",
        errors=(*_OFFICE, InvalidInput, Conflict),
    )
    async def price(self, call: Call, tier_id: str, body: NewPlanBody) -> PlanBody:
        """Who has a membership keeps the price that it began with."""
        then = call.remember(PlanBody.of)
        return PlanBody.of(await self._plans.price(call.principal, tier_id, body.draft(), then))

    @patch("/api/v1/plans/{plan_id}", tag="memberships", summary="Offer a price, or no more", errors=_OFFICE)
    async def offer(self, call: Call, plan_id: str, body: PlanChangesBody) -> PlanBody:
        return PlanBody.of(await self._plans.offer(call.principal, plan_id, offered=body.offered))


class SubscriptionRoutes:
    def __init__(self, memberships: Memberships) -> None:
        self._memberships = memberships

    @post(
        "/api/v1/subscriptions",
        tag="memberships",
        status=201,
        summary="Become a member",
        errors=(NotFound, InvalidInput, Conflict, RateLimited),
    )
    async def subscribe(self, call: Call, body: NewSubscriptionBody) -> SubscriptionBody:
        """It opens what it opens once its first period is paid."""
        call.limit(BEGINNING)
        then = call.remember(SubscriptionBody.of)
        return SubscriptionBody.of(await self._memberships.subscribe(call.principal, body.plan, body.way, then))

    @get("/api/v1/me/subscriptions", tag="memberships", summary="My memberships, newest first")
    async def mine(self, call: Call) -> MembershipsBody:
        return MembershipsBody.of(await self._memberships.mine(call.principal), MembershipBody.told)

    @get(
        "/api/v1/organizations/{org_id}/subscriptions",
        tag="memberships",
        summary="Memberships of an organization, newest first",
        errors=(*_OFFICE, InvalidInput),
    )
    async def of_org(self, call: Call, org_id: str, query: ListQuery) -> SubscriptionsBody:
        page = await self._memberships.of_org(call.principal, org_id, query.cursor, query.limit)
        return SubscriptionsBody.of(page, SubscriptionBody.of)

    @get(ONE, tag="memberships", summary="A membership", errors=(NotFound,))
    async def show(self, call: Call, subscription_id: str) -> MembershipBody:
        return MembershipBody.told(await self._memberships.show(call.principal, subscription_id))

    @post(f"{ONE}/cancel", tag="memberships", summary="End a membership", errors=(NotFound,))
    async def cancel(self, call: Call, subscription_id: str, body: EndBody) -> SubscriptionBody:
        """At the end of what is paid, unless it is to be at once."""
        then = call.remember(SubscriptionBody.of)
        return SubscriptionBody.of(
            await self._memberships.cancel(call.principal, subscription_id, now=body.now, then=then)
        )

    @post(f"{ONE}/keep", tag="memberships", summary="Don't end it after all", errors=(NotFound, Conflict))
    async def keep(self, call: Call, subscription_id: str) -> SubscriptionBody:
        then = call.remember(SubscriptionBody.of)
        return SubscriptionBody.of(await self._memberships.keep(call.principal, subscription_id, then))

    @post(f"{ONE}/pause", tag="memberships", summary="Pause a membership", errors=(NotFound, Conflict))
    async def pause(self, call: Call, subscription_id: str) -> SubscriptionBody:
        """It opens and costs nothing; what was left of its period waits."""
        then = call.remember(SubscriptionBody.of)
        return SubscriptionBody.of(await self._memberships.pause(call.principal, subscription_id, then))

    @post(f"{ONE}/resume", tag="memberships", summary="Go on with a membership", errors=(NotFound, Conflict))
    async def go_on(self, call: Call, subscription_id: str) -> SubscriptionBody:
        then = call.remember(SubscriptionBody.of)
        return SubscriptionBody.of(await self._memberships.go_on(call.principal, subscription_id, then))

    @post(
        f"{TIER}/gifts",
        tag="memberships",
        status=201,
        summary="Give somebody a membership",
        errors=(*_OFFICE, InvalidInput, Conflict),
    )
    async def give(self, call: Call, tier_id: str, body: GiftBody) -> SubscriptionBody:
        then, until = call.remember(SubscriptionBody.of), instant(body.until)
        return SubscriptionBody.of(await self._memberships.give(call.principal, tier_id, body.email, until, then))

    @post(
        "/api/v1/subscription-charges/{charge_id}/paid",
        tag="memberships",
        summary="A period was paid at the counter or by transfer",
        errors=(*_OFFICE, Conflict),
    )
    async def paid(self, call: Call, charge_id: str) -> SubscriptionBody:
        then = call.remember(SubscriptionBody.of)
        return SubscriptionBody.of(await self._memberships.paid(call.principal, charge_id, then))
