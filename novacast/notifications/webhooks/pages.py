"""The studio's pages of webhooks. All of it works without scripts."""

from collections.abc import Mapping
from typing import Annotated, Any, Protocol

from pydantic import Field

from novacast.clock import HOUR, Clock
from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import ngettext, translated
from novacast.identity import Action
from novacast.notifications.webhooks.deliveries.service import Deliveries
from novacast.notifications.webhooks.exports import EXPORTS
from novacast.notifications.webhooks.models import (
    DESCRIPTION_LENGTH,
    KEEP_HOURS,
    MOST_KEEP_HOURS,
    URL_LENGTH,
    Progress,
    State,
)
from novacast.notifications.webhooks.routes import REPLAYS
from novacast.notifications.webhooks.service import Draft, Fresh
from novacast.notifications.webhooks.services import WebhookServices
from novacast.notifications.webhooks.signing import Scheme
from novacast.notifications.webhooks.words import progress_name, state_name
from novacast.web import Body, Call, Html, ListQuery, Notice, Redirect, form, page
from novacast.words import hour_of

STUDIO = "/studio/webhooks"
ONE = f"{STUDIO}/{{webhook_id}}"
DELIVERY = "/studio/webhook-deliveries/{delivery_id}"

Id = Annotated[str, Field(max_length=64)]
Url = Annotated[str, Field(max_length=URL_LENGTH)]
Description = Annotated[str, Field(max_length=DESCRIPTION_LENGTH)]
TopicNames = list[Annotated[str, Field(max_length=100)]]


class Organizations(Protocol):
    async def names(self, ids: list[str], /) -> Mapping[str, str]: ...


class WebhooksQuery(Body):
    org: Id = ""


class WebhookForm(Body):
    url: Url = ""
    description: Description = ""
    topics: TopicNames = Field(default_factory=list, max_length=len(EXPORTS))

    def draft(self) -> Draft:
        return Draft(self.url, self.topics, self.description)


class NewWebhookForm(WebhookForm):
    org: Id = ""
    scheme: Scheme = Scheme.V1


class EnableForm(Body):
    enabled: bool = False


class RotateForm(Body):
    scheme: Scheme = Scheme.V1
    keep_hours: Annotated[int, Field(ge=0, le=MOST_KEEP_HOURS)] = KEEP_HOURS


class ReplayForm(Body):
    hours: Annotated[int, Field(ge=1, le=720)] = 24
    delivered: bool = False


class DeliveriesQuery(ListQuery):
    state: Progress | None = None


class WebhookPages:
    def __init__(self, own: WebhookServices, organizations: Organizations, clock: Clock) -> None:
        self._webhooks, self._deliveries = own.webhooks, own.deliveries
        self._organizations, self._clock = organizations, clock

    @page(STUDIO, scope="admin")
    async def index(self, call: Call, query: WebhooksQuery) -> Html:
        return await self._list(call, NewWebhookForm(org=query.org))

    @form(STUDIO, scope="admin")
    async def create(self, call: Call, form: NewWebhookForm) -> Html:
        """The secret is on the page that answers, and never again."""
        try:
            fresh = await self._webhooks.create(call.principal, form.org, form.draft(), form.scheme)
        except (InvalidInput, Conflict) as error:
            return await self._list(call, form, _told(error))
        return await self._one(call, fresh.listed.endpoint.id, fresh=fresh)

    @page(ONE, scope="admin")
    async def show(self, call: Call, webhook_id: str, query: DeliveriesQuery) -> Html:
        return await self._one(call, webhook_id, query)

    @form(ONE, scope="admin")
    async def edit(self, call: Call, webhook_id: str, form: WebhookForm) -> Html | Redirect:
        try:
            await self._webhooks.edit(call.principal, webhook_id, form.draft())
        except (InvalidInput, Conflict) as error:
            return await self._one(call, webhook_id, errors=_told(error), values=form)
        return _back(webhook_id, _("Saved."))

    @form(f"{ONE}/enable", scope="admin")
    async def enable(self, call: Call, webhook_id: str, form: EnableForm) -> Redirect:
        await self._webhooks.edit(call.principal, webhook_id, Draft(enabled=form.enabled))
        return _back(webhook_id, _("Enabled.") if form.enabled else _("Paused: nothing is sent to it."))

    @form(f"{ONE}/rotate", scope="admin")
    async def rotate(self, call: Call, webhook_id: str, form: RotateForm) -> Html:
        """As `create`."""
        fresh = await self._webhooks.rotate(call.principal, webhook_id, form.scheme, form.keep_hours)
        return await self._one(call, webhook_id, fresh=fresh)

    @form(f"{ONE}/test", scope="admin")
    async def test(self, call: Call, webhook_id: str) -> Redirect:
        call.limit(REPLAYS)
        try:
            made = await self._deliveries.test(call.principal, webhook_id)
        except Conflict as error:
            return _back(webhook_id, translated(error.message), good=False)
        return Redirect(DELIVERY.format(delivery_id=made.id), notice=Notice("good", _("The test is on its way.")))

    @form(f"{ONE}/replay", scope="admin")
    async def replay(self, call: Call, webhook_id: str, form: ReplayForm) -> Redirect:
        call.limit(REPLAYS)
        since = self._clock.now() - form.hours * HOUR
        try:
            done = await self._deliveries.replay_since(call.principal, webhook_id, since, delivered=form.delivered)
        except Conflict as error:
            return _back(webhook_id, translated(error.message), good=False)
        count = done.deliveries
        words = ngettext("%(num)d message is sent again.", "%(num)d messages are sent again.", count) % {"num": count}
        return _back(webhook_id, f"{words} {_('There are more: do it once more.')}" if done.more else words)

    @form(f"{ONE}/remove", scope="admin")
    async def remove(self, call: Call, webhook_id: str) -> Redirect:
        gone = await self._webhooks.remove(call.principal, webhook_id)
        return Redirect(f"{STUDIO}?org={gone.org_id}", notice=Notice("good", _("Nothing is sent there any more.")))

    async def _list(self, call: Call, values: NewWebhookForm, errors: tuple[FieldError, ...] = ()) -> Html:
        mine = [one for one in sorted(call.principal.roles) if call.principal.allows(Action.WEBHOOK_MANAGE, one)]
        names = await self._organizations.names(mine)
        org_id = values.org if values.org in names else min(names, default="", key=lambda one: names[one])
        context = {
            "organizations": sorted(names.items(), key=lambda one: one[1].casefold()),
            "org": org_id,
            "webhooks": await self._webhooks.of_org(call.principal, org_id) if org_id else (),
            "values": values,
            "errors": errors,
            **_shown(),
        }
        return Html("notifications/webhooks.html", context, 422 if errors else 200)

    async def _one(self, call: Call, webhook_id: str, query: DeliveriesQuery | None = None, **more: Any) -> Html:
        query = query or DeliveriesQuery()
        listed = await self._webhooks.show(call.principal, webhook_id)
        one = listed.endpoint
        fresh: Fresh | None = more.get("fresh")
        context = {
            "webhook": one,
            "secrets": listed.secrets,
            "deliveries": await self._deliveries.of_endpoint(
                call.principal, webhook_id, query.state, query.cursor, query.limit
            ),
            "state": query.state,
            "states": [(state, progress_name(state)) for state in Progress],
            "values": WebhookForm(url=one.url, description=one.description, topics=sorted(one.topics)),
            "errors": (),
            "keep_hours": KEEP_HOURS,
            "fresh": fresh,
            **_shown(),
            **{name: value for name, value in more.items() if name != "fresh"},
        }
        return Html("notifications/webhook.html", context, 422 if context["errors"] else 200)


class DeliveryPages:
    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    @page(DELIVERY, scope="admin")
    async def show(self, call: Call, delivery_id: str) -> Html:
        story = await self._deliveries.story(call.principal, delivery_id)
        return Html("notifications/webhook_delivery.html", {"story": story, "one": story.delivery, **_shown()})

    @form(f"{DELIVERY}/replay", scope="admin")
    async def replay(self, call: Call, delivery_id: str) -> Redirect:
        call.limit(REPLAYS)
        here = DELIVERY.format(delivery_id=delivery_id)
        try:
            await self._deliveries.replay(call.principal, delivery_id)
        except Conflict as error:
            return Redirect(here, notice=Notice("bad", translated(error.message)))
        return Redirect(here, notice=Notice("good", _("It is sent again.")))


def _shown() -> dict[str, Any]:
    """What every one of these pages says things with."""
    nouns: dict[str, list[str]] = {}
    for name in sorted(EXPORTS):
        nouns.setdefault(name.partition(".")[0], []).append(name)
    return {
        "nouns": nouns,
        "schemes": [
            (Scheme.V1, _("A shared secret (v1, HMAC-SHA-256)")),
            (Scheme.V1A, _("A public key (v1a, Ed25519)")),
        ],
        "state_name": state_name,
        "progress_name": progress_name,
        "kinds": {State.ENABLED: "good", State.PAUSED: "", State.GONE: "bad", State.FAILING: "bad"}
        | {Progress.PENDING: "busy", Progress.DELIVERED: "good", Progress.FAILED: "bad", Progress.SKIPPED: ""},
        "when": hour_of,
        "translated": translated,
    }


def _told(error: InvalidInput | Conflict) -> tuple[FieldError, ...]:
    return error.errors or (FieldError("", error.code, error.message),)


def _back(webhook_id: str, words: str, *, good: bool = True) -> Redirect:
    return Redirect(f"{STUDIO}/{webhook_id}", notice=Notice("good" if good else "bad", words))
