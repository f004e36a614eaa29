"""Shapes of downloads' requests and answers."""

from typing import Annotated

from pydantic import Field

from novacast.i18n import translated
from novacast.vods.downloads.models import Allowed, Item, Offer, State
from novacast.web import Body


class DownloadBody(Body):
    name: Annotated[
        str, Field(description="`original`, `source-1` and so on for what encoders sent, or the rung's name.")
    ]
    width: int | None
    height: int | None
    state: Annotated[State, Field(description="`none`: it can be prepared.")]
    bytes: Annotated[int | None, Field(description="About, until it is ready.")]
    reason: Annotated[str | None, Field(description="Why it could not be prepared, in words.")]

    @classmethod
    def of(cls, item: Item) -> "DownloadBody":
        return cls(
            name=item.name,
            width=item.width,
            height=item.height,
            state=item.state,
            bytes=item.bytes,
            reason=None if item.reason is None else translated(item.reason),
        )


class DownloadsBody(Body):
    allowed: Allowed
    permitted: Annotated[bool, Field(description="Whether the caller may.")]
    items: Annotated[list[DownloadBody], Field(description="Empty for whom may not.")]
    taken: Annotated[int | None, Field(description="How often one was begun; for those who are permitted.")]

    @classmethod
    def of(cls, offer: Offer) -> "DownloadsBody":
        return cls(
            allowed=offer.allowed,
            permitted=offer.permitted,
            items=[DownloadBody.of(item) for item in offer.items],
            taken=offer.taken if offer.permitted else None,
        )


class PrepareRequest(Body):
    name: Annotated[str, Field(min_length=1, max_length=64, description="A rung's name.")]


class AllowedRequest(Body):
    allowed: Allowed


class AllowedForm(Body):
    allowed: Allowed = Allowed.NOBODY


class PrepareForm(Body):
    name: Annotated[str, Field(min_length=1, max_length=64)]
