"""Shapes of what moderators alone are told in a room. They describe; `journal` and its callers write. What is empty is
left out."""

from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.chat.moderation.reports.models import CaseState
from novacast.web import Body


class HoldShown(Body):
    """Why a message is held."""

    id: Annotated[str, Field(description="Of the message.")]
    reason: Annotated[str, Field(description="`word`, `link`, `automatic` or `moderator`.")]
    detail: Annotated[str, Field(description="By what it was found.")]


class CaseShown(Body):
    """What was reported of a message."""

    id: Annotated[str, Field(description="Of the message.")]
    state: CaseState
    count: int
    reasons: Annotated[dict[str, int], Field(description="How many gave each.")]
    notes: list[str]
    opened_at: str
    resolved_at: str | None = None
    resolved_by: Annotated[str | None, Field(description="Id of a person.")] = None


class EntryShown(Body):
    """A line of the log, with ids and no names."""

    id: Annotated[int, Field(description="To be undone by.")]
    at: str
    actor: Annotated[str | None, Field(description="Id of who did it; left out: nobody, such as a machine.")] = None
    action: Annotated[str, Field(description="A noun and a past verb, such as `message.deleted`.")]
    message: Annotated[str | None, Field(description="Id.")] = None
    person: Annotated[str | None, Field(description="Id of whom it was done to.")] = None
    detail: dict[str, Any]


class ModerationEvent(Body):
    """Something for moderators to see to, or that one of them did. Not told again to those who come back: they read the
    lists."""

    type: Literal["moderation"]
    held: Annotated[int, Field(ge=0, description="Messages that wait, counted up to 1000.")]
    reports: Annotated[int, Field(ge=0, description="Reported messages that wait, counted up to 1000.")]
    hold: HoldShown | None = None
    case: CaseShown | None = None
    entry: EntryShown | None = None
