"""The API of memberships."""

from aiohttp import web

from novacast.clock import instant
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited, Unavailable
from novacast.limits import Rate
from novacast.payments.invoices.bodies import InvoiceBody, OrderInvoicesBody
from novacast.payments.invoices.routes import PDF, PRINTED
from novacast.payments.memberships.bodies import (
    EndBody,
    GiftBody,
    MembershipBody,
    MembershipsBody,
    NewPlanBody,
    NewRefundBody,
    NewSubscriptionBody,
    NewTierBody,
    OtherPlanBody,
    PaidBody,
    PayingBody,
    PlanBody,
    PlanChangesBody,
    PlansQuery,
    PreviewBody,
    PreviewQuery,
    RefundBody,
    SubscriptionBody,
    SubscriptionsBody,
    TierBody,
    TierChangesBody,
    TiersBody,
)
from novacast.payments.memberships.papers import Papers
from novacast.payments.memberships.plans import Plans
from novacast.payments.memberships.refunds.service import Refunds
from novacast.payments.memberships.service import Memberships
from novacast.web import Call, ListQuery, get, patch, post

TIERS = "/api/v1/organizations/{org_id}/tiers"
TIER = "/api/v1/tiers/{tier_id}"
ONE = "/api/v1/subscriptions/{subscription_id}"
CHARGE = "/api/v1/subscription-charges/{charge_id}"
ASKING = Rate("memberships.asked", burst=30, period=600)
"""Looks at a provider that one person may cause."""
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

    @post(
        f"{ONE}/pay",
        tag="memberships",
        summary="Where a membership is paid",
        idempotent=False,
        errors=(NotFound, Conflict, Unavailable, RateLimited),
    )
    async def pay(self, call: Call, subscription_id: str) -> PayingBody:
        """Of one that is paid by card: a page of the provider's, the same one however often."""
        call.limit(BEGINNING)
        return PayingBody.told(await self._memberships.pay(call.principal, subscription_id))

    @post(
        f"{ONE}/refresh",
        tag="memberships",
        summary="Ask the provider what became of a membership",
        idempotent=False,
        errors=(NotFound, Unavailable, RateLimited),
    )
    async def refresh(self, call: Call, subscription_id: str) -> SubscriptionBody:
        call.limit(ASKING)
        return SubscriptionBody.of(await self._memberships.refresh(call.principal, subscription_id))

    @get(
        f"{ONE}/preview",
        tag="memberships",
        summary="What another plan costs",
        errors=(NotFound, Conflict, Unavailable, RateLimited),
    )
    async def preview(self, call: Call, subscription_id: str, query: PreviewQuery) -> PreviewBody:
        call.limit(ASKING)
        return PreviewBody.of(await self._memberships.preview(call.principal, subscription_id, query.plan))

    @patch(
        ONE,
        tag="memberships",
        summary="Change to another plan",
        errors=(NotFound, Conflict, Unavailable, RateLimited),
    )
    async def change(self, call: Call, subscription_id: str, body: OtherPlanBody) -> SubscriptionBody:
        """From now on, and what is left of the one is set off against the other. A card that is not taken changes
        nothing."""
        call.limit(ASKING)
        at = None if body.at is None else instant(body.at)
        return SubscriptionBody.of(await self._memberships.change(call.principal, subscription_id, body.plan, at))

    @post(
        f"{ONE}/cancel",
        tag="memberships",
        summary="End a membership",
        errors=(NotFound, Conflict, Unavailable, RateLimited),
    )
    async def cancel(self, call: Call, subscription_id: str, body: EndBody) -> SubscriptionBody:
        """At the end of what is paid, unless it is to be at once."""
        call.limit(ASKING)
        then = call.remember(SubscriptionBody.of)
        return SubscriptionBody.of(
            await self._memberships.cancel(call.principal, subscription_id, now=body.now, then=then)
        )

    @post(
        f"{ONE}/keep",
        tag="memberships",
        summary="Don't end it after all",
        errors=(NotFound, Conflict, Unavailable, RateLimited),
    )
    async def keep(self, call: Call, subscription_id: str) -> SubscriptionBody:
        call.limit(ASKING)
        then = call.remember(SubscriptionBody.of)
        return SubscriptionBody.of(await self._memberships.keep(call.principal, subscription_id, then))

    @post(
        f"{ONE}/pause",
        tag="memberships",
        summary="Pause a membership",
        errors=(NotFound, Conflict, Unavailable, RateLimited),
    )
    async def pause(self, call: Call, subscription_id: str) -> SubscriptionBody:
        """It opens and costs nothing; what was left of its period waits."""
        call.limit(ASKING)
        then = call.remember(SubscriptionBody.of)
        return SubscriptionBody.of(await self._memberships.pause(call.principal, subscription_id, then))

    @post(
        f"{ONE}/resume",
        tag="memberships",
        summary="Go on with a membership",
        errors=(NotFound, Conflict, Unavailable, RateLimited),
    )
    async def go_on(self, call: Call, subscription_id: str) -> SubscriptionBody:
        call.limit(ASKING)
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
        f"{CHARGE}/paid",
        tag="memberships",
        summary="A period was paid at the counter or by transfer",
        errors=(*_OFFICE, Conflict),
    )
    async def paid(self, call: Call, charge_id: str, body: PaidBody) -> SubscriptionBody:
        then = call.remember(SubscriptionBody.of)
        return SubscriptionBody.of(await self._memberships.paid(call.principal, charge_id, body.how, then))


class ChargeRoutes:
    def __init__(self, refunds: Refunds, papers: Papers) -> None:
        self._refunds, self._papers = refunds, papers

    @post(
        f"{CHARGE}/refunds",
        tag="memberships",
        status=201,
        summary="Give back what was paid for a period",
        errors=(*_OFFICE, InvalidInput, Conflict),
    )
    async def give_back(self, call: Call, charge_id: str, body: NewRefundBody) -> RefundBody:
        """The way it came; what was paid at the counter is given back there, and this notes it. The membership goes
        on."""
        then = call.remember(RefundBody.of)
        return RefundBody.of(await self._refunds.give_back(call.principal, charge_id, body.amount, then))

    @get(f"{CHARGE}/invoices", tag="memberships", summary="Invoices of a period", errors=(NotFound,))
    async def invoices(self, call: Call, charge_id: str) -> OrderInvoicesBody:
        """With credit notes of what was given back."""
        return OrderInvoicesBody.of(await self._papers.of_charge(call.principal, charge_id), InvoiceBody.of)

    @get(
        f"{CHARGE}/invoices/{{invoice_id}}/pdf",
        tag="memberships",
        summary="An invoice of a period as PDF",
        errors=(NotFound, RateLimited),
        operation=PDF,
    )
    async def pdf(self, call: Call, charge_id: str, invoice_id: str) -> web.Response:
        call.limit(PRINTED)
        name, body = await self._papers.file(call.principal, charge_id, invoice_id)
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.pdf"'}
        return web.Response(body=body, content_type="application/pdf", headers=headers)
