"""Shapes of what is held."""

from typing import Annotated

from pydantic import Field

from novacast.chat.bodies import MessageBody
from novacast.chat.moderation.holds.service import Decision
from novacast.chat.moderation.holds.store import Hold
from novacast.clock import iso
from novacast.web import Body, PageBody


class DecisionBody(Body):
    decision: Annotated[Decision, Field(strict=False)]


class HoldBody(Body):
    message: MessageBody
    reason: Annotated[str, Field(description="`word`, `link`, `automatic` or `moderator`.")]
    detail: Annotated[str, Field(description="What it was found by.")]
    held_at: str

    @classmethod
    def of(cls, one: Hold) -> "HoldBody":
        return cls(message=MessageBody.of(one.message), reason=one.reason, detail=one.detail, held_at=iso(one.held_at))


class HoldsBody(PageBody[HoldBody]):
    pass
