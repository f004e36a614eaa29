"""Shapes of what the server says in a room, by WebSocket and as server-sent events. They describe; `shapes`, `events`
and `room` write, and a test holds every frame of a conversation against them. What is empty is left out."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from novacast.chat.bodies import MessageBody, PollBody, StateBody, YouBody
from novacast.chat.moderation.frames.bodies import CaseShown, EntryShown, ModerationEvent
from novacast.chat.moderation.sanctions.bodies import SanctionBody
from novacast.web import Body

Seq = Annotated[int, Field(ge=0, description="A number in the room's sequence.")]


class MessageEvent(Body):
    """A message that is new, or other than it was: the same id."""

    type: Literal["message"]
    message: MessageBody


class DeletedEvent(Body):
    """A message is gone, or not for viewers any more."""

    type: Literal["deleted"]
    id: str
    changed: Seq


class ReactionsEvent(Body):
    """All reactions below a message, anew."""

    type: Literal["reactions"]
    id: str
    changed: Seq
    reactions: dict[str, int]


class PollEvent(Body):
    """How a poll stands."""

    type: Literal["poll"]
    id: str
    changed: Seq
    poll: PollBody


class RoomEvent(Body):
    """What holds for the whole room, anew."""

    type: Literal["room"]
    room: StateBody


Event = Annotated[
    MessageEvent | DeletedEvent | ReactionsEvent | PollEvent | RoomEvent | ModerationEvent, Field(discriminator="type")
]


class Frame(Body):
    v: Literal[1]


class KindOfRoom(StateBody):
    kind: Annotated[str, Field(description="`live` or `video`.")]


class Welcome(Frame):
    """First of all. Frames up to `seq` follow at once."""

    type: Literal["welcome"]
    seq: Seq
    reset: Annotated[bool, Field(description="Forget what is shown: too much was missed, or this is the beginning.")]
    room: KindOfRoom
    you: YouBody


class Events(Frame):
    """All that happened at `after` < … <= `seq`. Come back with the last `seq`, and nothing is missed or told twice."""

    type: Literal["events"]
    after: Seq
    seq: Seq
    people: Annotated[int, Field(ge=0, description="Connections in the room.")]
    skipped: Annotated[int | None, Field(ge=1, description="Messages left out, since too much is said to read it.")] = (
        None
    )
    events: list[Event]


class Personal(Frame):
    """An event for this one alone: held, or left out for others and about this one."""

    type: Literal["personal"]
    event: Event


class YouChanged(Frame):
    """One is somebody else from now on, or may do other things."""

    type: Literal["you"]
    you: YouBody


class Done(Frame):
    """An action was done."""

    type: Literal["done"]
    ref: str | None = None
    message: Annotated[MessageBody | None, Field(description="That came of it.")] = None
    seq: Annotated[int | None, Field(description="Of the room, where it was set.")] = None
    sanction: Annotated[SanctionBody | None, Field(description="A time-out or ban that was made or lifted.")] = None
    case: Annotated[CaseShown | None, Field(description="Of reports, that was settled.")] = None
    entry: Annotated[EntryShown | None, Field(description="The line of the log that taking back made.")] = None


class FieldRefused(Body):
    field: str
    code: str
    message: str


class Refused(Frame):
    """An action was not done. Its text is still its author's."""

    type: Literal["refused"]
    ref: str | None = None
    code: Annotated[str, Field(description="Stable; the same as of HTTP's problem documents.")]
    message: Annotated[str, Field(description="For people, in their language.")]
    retry_after: Annotated[float | None, Field(gt=0, description="Seconds to wait.")] = None
    errors: list[FieldRefused] | None = None


TOLD: dict[str, type[BaseModel]] = {
    "welcome": Welcome,
    "events": Events,
    "personal": Personal,
    "you": YouChanged,
    "done": Done,
    "refused": Refused,
}
