"""Shapes of webhooks over the API. A secret is in the answer that makes it, and in no other."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from novacast.clock import iso
from novacast.i18n import translated
from novacast.notifications.webhooks.deliveries.service import Replayed
from novacast.notifications.webhooks.exports import EXPORTS
from novacast.notifications.webhooks.models import (
    DESCRIPTION_LENGTH,
    KEEP_HOURS,
    MOST_KEEP_HOURS,
    URL_LENGTH,
    Attempt,
    Delivery,
    KnownSecret,
    Progress,
    State,
    Story,
)
from novacast.notifications.webhooks.service import Draft, Fresh, Listed
from novacast.notifications.webhooks.signing import Scheme
from novacast.web import Body, ListBody, ListQuery, PageBody

Url = Annotated[str, Field(max_length=URL_LENGTH, description="https://host/path; its host is on the wide internet.")]
TopicNames = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(max_length=len(EXPORTS), description="Types of messages, such as `order.paid.v1`."),
]
Description = Annotated[str, Field(max_length=DESCRIPTION_LENGTH, description="For whom it is, for people.")]
SchemeField = Annotated[Scheme, Field(description="v1: HMAC-SHA-256 with a shared secret. v1a: Ed25519.")]


class WebhookChangesBody(Body):
    """What is left out stays as it is."""

    url: Url | None = None
    topics: TopicNames | None = None
    description: Description | None = None
    enabled: Annotated[bool | None, Field(description="Whether anything is sent to it.")] = None

    def draft(self) -> Draft:
        return Draft(self.url, self.topics, self.description, self.enabled)


class NewWebhookBody(Body):
    url: Url
    topics: TopicNames
    description: Description = ""
    enabled: bool = True
    scheme: SchemeField = Scheme.V1

    def draft(self) -> Draft:
        return Draft(self.url, self.topics, self.description, self.enabled)


class RotationBody(Body):
    scheme: Annotated[Scheme | None, Field(description="null: as before.")] = None
    keep_hours: Annotated[
        int, Field(ge=0, le=MOST_KEEP_HOURS, description="How long messages are signed with the old secret as well.")
    ] = KEEP_HOURS


class WebhookSecretBody(Body):
    scheme: SchemeField
    public_key: Annotated[str | None, Field(description="`whpk_…` that v1a signatures are checked by; null for v1.")]
    created_at: str
    expires_at: Annotated[str | None, Field(description="Until then messages are signed with it; null: until rotated.")]

    @classmethod
    def of(cls, one: KnownSecret) -> "WebhookSecretBody":
        return cls(
            scheme=one.scheme,
            public_key=one.public or None,
            created_at=iso(one.created_at),
            expires_at=iso(one.expires_at),
        )


class WebhookBody(Body):
    id: str
    organization: str
    url: str
    topics: list[str]
    description: str
    state: Annotated[State, Field(description="gone: it answered 410. failing: it took nothing for three days.")]
    since: Annotated[str, Field(description="Since when it is in this state.")]
    failing_since: Annotated[str | None, Field(description="The first failure since the last success.")]
    secrets: Annotated[
        list[WebhookSecretBody], Field(description="All that messages are signed with, the newest first.")
    ]
    created_at: str

    @classmethod
    def of(cls, listed: Listed) -> "WebhookBody":
        one = listed.endpoint
        return cls(
            id=one.id,
            organization=one.org_id,
            url=one.url,
            topics=sorted(one.topics),
            description=one.description,
            state=one.state,
            since=iso(one.state_at),
            failing_since=iso(one.failing_since),
            secrets=[WebhookSecretBody.of(secret) for secret in listed.secrets],
            created_at=iso(one.created_at),
        )


class WebhooksBody(ListBody[WebhookBody]):
    pass


class FreshWebhookBody(WebhookBody):
    secret: Annotated[
        str, Field(description="`whsec_…`, never shown again; of v1a `whpk_…`, which is no secret.", min_length=1)
    ]

    @classmethod
    def fresh(cls, fresh: Fresh) -> "FreshWebhookBody":
        return cls(**dict(WebhookBody.of(fresh.listed)), secret=fresh.secret)


class WebhookTopicBody(Body):
    name: str
    more: Annotated[str, Field(description="Where the rest of it is read.")]
    fields: Annotated[list[str], Field(description="Of its data.")]


class WebhookTopicsBody(ListBody[WebhookTopicBody]):
    @classmethod
    def all(cls) -> "WebhookTopicsBody":
        return cls(
            items=[
                WebhookTopicBody(name=one.name, more=one.more, fields=["id", "organization", *one.fields])
                for one in sorted(EXPORTS.values(), key=lambda one: one.name)
            ]
        )


class DeliveriesQuery(ListQuery):
    state: Annotated[Progress | None, Field(description="Only those in this state.")] = None


class WebhookDeliveryBody(Body):
    id: str
    webhook: Annotated[str, Field(description="Id of the endpoint.")]
    message: Annotated[str, Field(description="The header `webhook-id`, the same at every attempt.")]
    type: str
    state: Progress
    attempts: Annotated[int, Field(description="Since it was sent first, or again.")]
    next_at: Annotated[str | None, Field(description="When it is tried next; null: it is over.")]
    status: Annotated[int | None, Field(description="Of the last answer; null: there was none.")]
    error: Annotated[str, Field(description="Why there was no answer; empty where there was one.")]
    created_at: str
    ended_at: str | None

    @classmethod
    def of(cls, one: Delivery) -> "WebhookDeliveryBody":
        return cls(
            id=one.id,
            webhook=one.endpoint_id,
            message=one.message_id,
            type=one.type,
            state=one.state,
            attempts=one.attempts,
            next_at=iso(one.next_at) if one.state is Progress.PENDING else None,
            status=one.status,
            error=translated(one.error),
            created_at=iso(one.created_at),
            ended_at=iso(one.ended_at),
        )


class WebhookDeliveriesBody(PageBody[WebhookDeliveryBody]):
    pass


class WebhookAttemptBody(Body):
    at: str
    milliseconds: int
    url: str
    signed_with: str
    status: int | None
    error: str
    answer: Annotated[str, Field(description="The beginning of what was answered.")]

    @classmethod
    def of(cls, one: Attempt) -> "WebhookAttemptBody":
        return cls(
            at=iso(one.at),
            milliseconds=one.took // 1000,
            url=one.url,
            signed_with=one.signature,
            status=one.status,
            error=translated(one.error),
            answer=one.answer,
        )


class WebhookStoryBody(WebhookDeliveryBody):
    body: Annotated[str, Field(description="What is sent, to the byte.")]
    log: Annotated[list[WebhookAttemptBody], Field(description="Newest first, fifty at most.")]

    @classmethod
    def told(cls, story: Story) -> "WebhookStoryBody":
        shown = dict(WebhookDeliveryBody.of(story.delivery))
        return cls(**shown, body=story.body, log=[WebhookAttemptBody.of(one) for one in story.attempts])


class ReplayBody(Body):
    since: Annotated[AwareDatetime, Field(description="Messages from then on.")]
    delivered: Annotated[bool, Field(description="Whether those that arrived are sent again as well.")] = False


class ReplayedBody(Body):
    deliveries: Annotated[int, Field(description="How many are sent again.")]
    more: Annotated[bool, Field(description="Whether there are others left, which another call would send.")]

    @classmethod
    def of(cls, one: Replayed) -> "ReplayedBody":
        return cls(deliveries=one.deliveries, more=one.more)
