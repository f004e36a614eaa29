"""Shapes of following."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field

from novacast.clock import iso
from novacast.notifications.follows.models import Followed, Named
from novacast.web import Body


class FollowBody(Body):
    following: bool


class FollowedBody(Body):
    kind: Followed
    id: str
    name: str
    path: Annotated[str, Field(description="Of its page; empty: it has none.")]
    since: str

    @classmethod
    def of(cls, one: Named) -> Self:
        follow = one.follow
        return cls(kind=follow.kind, id=follow.thing_id, name=one.name, path=one.path, since=iso(follow.since))


class FollowsBody(Body):
    items: list[FollowedBody]

    @classmethod
    def of(cls, found: Sequence[Named]) -> Self:
        return cls(items=[FollowedBody.of(one) for one in found])


class FollowForm(Body):
    wanted: bool = False
    next: Annotated[str, Field(max_length=500)] = ""


class FollowQuery(Body):
    next: Annotated[str, Field(max_length=500)] = ""
