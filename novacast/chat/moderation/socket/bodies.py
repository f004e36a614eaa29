"""What moderators, and viewers who report, send over the WebSocket."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from novacast.chat.models import Links, Who
from novacast.chat.moderation.reports.models import LONGEST_NOTE, ReportReason
from novacast.chat.moderation.sanctions.bodies import DeleteMinutes, Reason, Scope, Span
from novacast.chat.moderation.sanctions.models import LONGEST_TIMEOUT, Effect
from novacast.chat.socket.bodies import Action, Id


class TimeOut(Action):
    """Let somebody only read for a while. Moderators."""

    type: Literal["timeout"]
    person: Id
    seconds: Annotated[int, Field(ge=1, le=LONGEST_TIMEOUT)]
    reason: Reason = ""
    scope: Scope = "room"
    delete_minutes: DeleteMinutes = 0


class Ban(Action):
    """Let somebody only read, or not be there at all, until it is lifted. Moderators."""

    type: Literal["ban"]
    person: Id
    seconds: Span = None
    reason: Reason = ""
    scope: Scope = "room"
    effect: Annotated[Effect, Field(strict=False)] = Effect.SILENCE
    delete_minutes: DeleteMinutes = 0


class Lift(Action):
    """End a time-out or ban. Moderators."""

    type: Literal["lift"]
    sanction: Id


class Approve(Action):
    """Show a message that is held. Moderators."""

    type: Literal["approve"]
    message: Id


class Reject(Action):
    """Delete a message that is held. Moderators."""

    type: Literal["reject"]
    message: Id


class Hold(Action):
    """Hold a message that is shown. Moderators."""

    type: Literal["hold"]
    message: Id


class Report(Action):
    """Tell moderators that something is wrong with a message. Once per person and message."""

    type: Literal["report"]
    message: Id
    reason: Annotated[ReportReason, Field(strict=False)]
    note: Annotated[str, Field(max_length=LONGEST_NOTE * 4)] = ""


class Resolve(Action):
    """What was reported of this message is dealt with. Moderators."""

    type: Literal["resolve"]
    message: Id


class Undo(Action):
    """Take back what a line of the log tells of. Moderators."""

    type: Literal["undo"]
    entry: Annotated[int, Field(ge=1, lt=2**53)]


class Mode(Action):
    """Say who may write. Moderators."""

    type: Literal["mode"]
    who: Annotated[Who | None, Field(strict=False, description="null: as the organization has it.")]


class SetLinks(Action):
    """Say what becomes of messages with links. Moderators."""

    type: Literal["links"]
    links: Annotated[Links | None, Field(strict=False, description="null: as the organization has it.")]


ACTIONS: Mapping[str, type[Action]] = {
    "timeout": TimeOut,
    "ban": Ban,
    "lift": Lift,
    "approve": Approve,
    "reject": Reject,
    "hold": Hold,
    "report": Report,
    "resolve": Resolve,
    "undo": Undo,
    "mode": Mode,
    "links": SetLinks,
}
