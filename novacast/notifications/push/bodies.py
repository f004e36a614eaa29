"""Shapes of browsers that are told something."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field

from novacast.clock import iso
from novacast.notifications.push.models import URL_LENGTH, Browser
from novacast.web import Body


class PushKeyBody(Body):
    key: Annotated[str, Field(description="`applicationServerKey` for `PushManager.subscribe`, base64url.")]


class PushKeysBody(Body):
    p256dh: Annotated[str, Field(max_length=100)]
    auth: Annotated[str, Field(max_length=40)]


class SubscriptionBody(Body):
    """As `PushSubscription.toJSON()` gives it."""

    endpoint: Annotated[str, Field(max_length=URL_LENGTH)]
    keys: PushKeysBody
    key: Annotated[str, Field(max_length=100, description="With which it is subscribed, as `/push/key` gave it.")] = ""
    expirationTime: float | None = None  # noqa: N815 - the browser's name


class BrowserBody(Body):
    id: str
    device: str
    endpoint: str
    created_at: str
    heard_at: str

    @classmethod
    def of(cls, one: Browser) -> Self:
        return cls(
            id=one.id,
            device=one.device,
            endpoint=one.endpoint,
            created_at=iso(one.created_at),
            heard_at=iso(one.heard_at),
        )


class BrowsersBody(Body):
    items: list[BrowserBody]

    @classmethod
    def of(cls, found: Sequence[Browser]) -> Self:
        return cls(items=[BrowserBody.of(one) for one in found])
