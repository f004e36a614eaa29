"""The API of webhooks."""

from novacast.clock import instant
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.limits import Rate
from novacast.notifications.webhooks.bodies import (
    DeliveriesQuery,
    FreshWebhookBody,
    NewWebhookBody,
    ReplayBody,
    ReplayedBody,
    RotationBody,
    WebhookBody,
    WebhookChangesBody,
    WebhookDeliveriesBody,
    WebhookDeliveryBody,
    WebhooksBody,
    WebhookStoryBody,
    WebhookTopicsBody,
)
from novacast.notifications.webhooks.deliveries.service import Deliveries
from novacast.notifications.webhooks.service import Webhooks
from novacast.web import Call, delete, get, patch, post

OF_ORG = "/api/v1/organizations/{org_id}/webhooks"
ONE = "/api/v1/webhooks/{webhook_id}"
DELIVERY = "/api/v1/webhook-deliveries/{delivery_id}"
REPLAYS = Rate("webhooks.replay", burst=60, period=600)

_KEPT = (NotFound, Forbidden)


class WebhookRoutes:
    """Addresses hold secrets of the receivers', and what is sent leaves the house: a token needs the scope admin."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    @get("/api/v1/webhook-topics", tag="webhooks", summary="What webhooks can tell")
    async def topics(self, call: Call) -> WebhookTopicsBody:
        return WebhookTopicsBody.all()

    @get(OF_ORG, tag="webhooks", scope="admin", summary="Webhooks of an organization", errors=_KEPT)
    async def listed(self, call: Call, org_id: str) -> WebhooksBody:
        return WebhooksBody.of(await self._webhooks.of_org(call.principal, org_id), WebhookBody.of)

    @post(
        OF_ORG,
        tag="webhooks",
        scope="admin",
        status=201,
        idempotent=False,
        summary="Make a webhook",
        errors=(*_KEPT, InvalidInput, Conflict),
    )
    async def create(self, call: Call, org_id: str, body: NewWebhookBody) -> FreshWebhookBody:
        """The secret is in this answer and nowhere else. An address that has one already is refused."""
        fresh = await self._webhooks.create(call.principal, org_id, body.draft(), body.scheme)
        return FreshWebhookBody.fresh(fresh)

    @get(ONE, tag="webhooks", scope="admin", summary="A webhook", errors=_KEPT)
    async def show(self, call: Call, webhook_id: str) -> WebhookBody:
        return WebhookBody.of(await self._webhooks.show(call.principal, webhook_id))

    @patch(
        ONE,
        tag="webhooks",
        scope="admin",
        summary="Change a webhook, pause or enable it",
        errors=(*_KEPT, InvalidInput, Conflict),
    )
    async def edit(self, call: Call, webhook_id: str, body: WebhookChangesBody) -> WebhookBody:
        return WebhookBody.of(await self._webhooks.edit(call.principal, webhook_id, body.draft()))

    @delete(ONE, tag="webhooks", scope="admin", status=204, summary="Remove a webhook", errors=_KEPT)
    async def remove(self, call: Call, webhook_id: str) -> None:
        await self._webhooks.remove(call.principal, webhook_id)

    @post(
        f"{ONE}/rotate",
        tag="webhooks",
        scope="admin",
        idempotent=False,
        summary="Give a webhook another secret",
        errors=(*_KEPT, InvalidInput),
    )
    async def rotate(self, call: Call, webhook_id: str, body: RotationBody) -> FreshWebhookBody:
        """For a while messages are signed with the old one as well."""
        fresh = await self._webhooks.rotate(call.principal, webhook_id, body.scheme, body.keep_hours)
        return FreshWebhookBody.fresh(fresh)


class DeliveryRoutes:
    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    @get(
        f"{ONE}/deliveries",
        tag="webhooks",
        scope="admin",
        summary="What was sent to a webhook, newest first",
        errors=(*_KEPT, InvalidInput),
    )
    async def listed(self, call: Call, webhook_id: str, query: DeliveriesQuery) -> WebhookDeliveriesBody:
        page = await self._deliveries.of_endpoint(call.principal, webhook_id, query.state, query.cursor, query.limit)
        return WebhookDeliveriesBody.of(page, WebhookDeliveryBody.of)

    @get(DELIVERY, tag="webhooks", scope="admin", summary="What became of a message", errors=_KEPT)
    async def story(self, call: Call, delivery_id: str) -> WebhookStoryBody:
        return WebhookStoryBody.told(await self._deliveries.story(call.principal, delivery_id))

    @post(
        f"{DELIVERY}/replay",
        tag="webhooks",
        scope="admin",
        summary="Send a message again",
        errors=(*_KEPT, Conflict, RateLimited),
    )
    async def replay(self, call: Call, delivery_id: str) -> WebhookDeliveryBody:
        """With the same id, by which the receiver knows it."""
        call.limit(REPLAYS)
        then = call.remember(WebhookDeliveryBody.of)
        return WebhookDeliveryBody.of(await self._deliveries.replay(call.principal, delivery_id, then))

    @post(
        f"{ONE}/replay",
        tag="webhooks",
        scope="admin",
        summary="Send again what did not arrive since",
        errors=(*_KEPT, Conflict, RateLimited),
    )
    async def replay_since(self, call: Call, webhook_id: str, body: ReplayBody) -> ReplayedBody:
        call.limit(REPLAYS)
        then, since = call.remember(ReplayedBody.of), instant(body.since)
        return ReplayedBody.of(
            await self._deliveries.replay_since(call.principal, webhook_id, since, delivered=body.delivered, then=then)
        )

    @post(
        f"{ONE}/test",
        tag="webhooks",
        scope="admin",
        status=201,
        summary="Send a test",
        errors=(*_KEPT, Conflict, RateLimited),
    )
    async def test(self, call: Call, webhook_id: str) -> WebhookDeliveryBody:
        """A message of type `webhook.test.v1`, whatever topics were chosen."""
        call.limit(REPLAYS)
        then = call.remember(WebhookDeliveryBody.of)
        return WebhookDeliveryBody.of(await self._deliveries.test(call.principal, webhook_id, then))
