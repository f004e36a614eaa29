"""Shapes of channels as operators see them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.live.overview.models import Standing, Stream
from novacast.web import Body, ListQuery, PageBody


class StandingBody(Body):
    id: str
    title: str
    state: str
    test: bool
    wanted: str

    @classmethod
    def of(cls, one: Standing) -> "StandingBody":
        return cls(id=one.id, title=one.title, state=one.state, test=one.test, wanted=one.wanted)


class StreamBody(Body):
    """A channel with what is on it."""

    id: str
    org_id: str
    name: str
    profile: str
    heights: Sequence[int]
    record: bool
    created_at: str
    programmes: Annotated[
        Sequence[StandingBody], Field(description="On air, interrupted, on standby, and the next one planned.")
    ]
    next_at: Annotated[str | None, Field(description="When the next one is planned to begin.")]
    feeds: Annotated[int, Field(description="Encoders that are connected.")]
    targets: Annotated[int, Field(description="Places that it is to be sent on to.")]
    failing: Annotated[int, Field(description="Those of them that can't be reached.")]
    keys: Annotated[int, Field(description="Stream keys that are good.")]

    @classmethod
    def of(cls, one: Stream) -> "StreamBody":
        return cls(
            id=one.id,
            org_id=one.org_id,
            name=one.name,
            profile=one.profile,
            heights=list(one.heights),
            record=one.record,
            created_at=iso(one.created_at),
            programmes=[StandingBody.of(each) for each in one.programmes],
            next_at=iso(one.next_at),
            feeds=one.feeds,
            targets=one.targets,
            failing=one.failing,
            keys=one.keys,
        )


class StreamsBody(PageBody[StreamBody]):
    pass


class StreamsQuery(ListQuery):
    q: Annotated[str, Field(max_length=200, description="A part of the channel's name, or its id.")] = ""


class DroppedBody(Body):
    rung: Annotated[str, Field(description="That is no longer made.", examples=["1080p"])]
