"""Shapes of rooms over HTTP. Those of messages, polls and rooms are the frames' of the WebSocket as well; there what is
empty is left out, here it is null."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from novacast.chat import shapes
from novacast.chat.commands import Command
from novacast.chat.models import (
    LONGEST_OPTION,
    LONGEST_POLL,
    LONGEST_REACTION,
    LONGEST_SLOW,
    MOST_OPTIONS,
    Draft,
    Entry,
    Guest,
    Kind,
    Links,
    Message,
    Notice,
    Room,
    State,
    Who,
)
from novacast.chat.rooms.lobby import Standing
from novacast.chat.socket.bodies import Id, Seconds, Words
from novacast.clock import SECOND, iso
from novacast.i18n import translated
from novacast.web import Body, ListBody, ListQuery, PageBody

Names = Mapping[str, str]
"""Of people, by their ids."""


class PersonRef(Body):
    id: str
    name: Annotated[str, Field(description="Empty for whoever is gone.")]

    @classmethod
    def of(cls, id_: str | None, names: Names) -> "PersonRef | None":
        return None if id_ is None else cls(id=id_, name=names.get(id_, ""))


class BadgeBody(Body):
    kind: Annotated[str, Field(description="`staff`, `organizer`, `member`, `ticket`, …")]
    label: Annotated[str | None, Field(description="In words where the kind does not say all.")] = None


class AuthorBody(Body):
    name: str
    id: Annotated[str | None, Field(description="Left out of those who are gone.")] = None
    badges: list[BadgeBody] | None = None


class OptionBody(Body):
    text: str
    votes: int


class PollBody(Body):
    options: list[OptionBody]
    closes_at: str | None = None
    closed_at: str | None = None


class MessageBody(Body):
    id: str
    seq: Annotated[int, Field(description="Its place in the room.")]
    kind: Kind
    sent_at: str
    author: AuthorBody
    notice: Annotated[
        Notice | None,
        Field(description="What became of the programme, of a line that nobody wrote: its author has no name."),
    ] = None
    changed: Annotated[int | None, Field(description="`seq` of its last change.")] = None
    state: Annotated[State | None, Field(description="Left out where it is shown.")] = None
    text: Annotated[str | None, Field(description="As it was typed; left out where it was deleted.")] = None
    body: Annotated[
        list[Any] | None,
        Field(
            description="What the text says, where marks are in it: texts, and lists that begin with a tag. "
            '["b", parts] bold, ["i", parts] italic, ["s", parts] struck, ["x", parts] hidden until touched, '
            '["c", text] code, ["a", address] a link, ["m", id, name] a person, ["e", name] an emote. Never HTML.'
        ),
    ] = None
    reply_to: str | None = None
    edited_at: str | None = None
    reactions: Annotated[dict[str, int] | None, Field(description="How many gave each.")] = None
    poll: PollBody | None = None
    at: Annotated[float | None, Field(description="Seconds of the media; the moment at which a replay shows it.")] = (
        None
    )

    @classmethod
    def of(cls, one: Message, *, reveal: bool = False) -> "MessageBody":
        return cls.model_validate(shapes.message(one, reveal=reveal), strict=False)

    @classmethod
    def if_any(cls, one: Message | None) -> "MessageBody | None":
        return None if one is None else cls.of(one)

    @classmethod
    def for_guest(cls, guest: Guest, one: Message) -> "MessageBody":
        return cls.of(one, reveal=guest.moderates)


class MessagesBody(PageBody[MessageBody]):
    pass


class SilencedBody(Body):
    """Why one may read and not write."""

    kind: Annotated[str, Field(description="`timeout` or `ban`.")]
    until: Annotated[str | None, Field(description="Left out: until it is lifted.")] = None
    reason: str | None = None


class YouBody(Body):
    """Who one is in the room."""

    name: str
    writes: bool
    moderates: bool
    id: str | None = None
    badges: list[BadgeBody] | None = None
    silenced: SilencedBody | None = None


class StateBody(Body):
    """What holds for the whole room."""

    id: str
    seq: Annotated[int, Field(description="Of the room's last change.")]
    slow_seconds: int
    who: Annotated[Who, Field(description="Who may write, staff aside.")] = Who.EVERYONE
    links: Annotated[Links, Field(description="What becomes of messages with links.")] = Links.ALLOWED
    pinned: MessageBody | None = None
    poll: Annotated[MessageBody | None, Field(description="What is being voted on.")] = None


class CommandBody(Body):
    name: str
    usage: str
    help: str

    @classmethod
    def of(cls, one: Command) -> "CommandBody":
        return cls(name=one.name, usage=translated(one.usage), help=translated(one.help))


class RoomBody(Body):
    kind: Annotated[str, Field(description="`live` or `video`.")]
    title: str
    open: Annotated[bool, Field(description="Whether anything new may be said.")]
    people: Annotated[int, Field(description="Connections in it.")]
    room: StateBody
    you: YouBody

    @classmethod
    def of(cls, guest: Guest, standing: Standing, people: int) -> "RoomBody":
        room = shapes.room(standing.room, standing.pinned, standing.asked)
        return cls(
            kind=guest.place.kind,
            title=guest.place.title,
            open=guest.place.open,
            people=people,
            room=StateBody.model_validate(room, strict=False),
            you=YouBody.model_validate(shapes.guest(guest), strict=False),
        )


class SetRoomBody(Body):
    """The room as it was set."""

    seq: int
    slow_seconds: int
    pinned: Annotated[str | None, Field(description="Id of the message.")]
    poll: Annotated[str | None, Field(description="Id of the message.")]

    @classmethod
    def of(cls, one: Room) -> "SetRoomBody":
        return cls(seq=one.seq, slow_seconds=one.slow_seconds, pinned=one.pinned, poll=one.poll)


class CommandsBody(ListBody[CommandBody]):
    pass


class NewMessageBody(Body):
    """Something to say, or a command."""

    text: Words
    reply_to: Id | None = None
    at: Seconds = None

    def draft(self) -> Draft:
        return Draft(self.text, self.reply_to, None if self.at is None else round(self.at * SECOND))


class WordsBody(Body):
    text: Words


class ReactionBody(Body):
    reaction: Annotated[str, Field(min_length=1, max_length=LONGEST_REACTION, description="One emoji.")]
    on: bool = True


class PinnedBody(Body):
    message: Annotated[Id | None, Field(description="null: none.")]


class RoomChangesBody(Body):
    slow_seconds: Annotated[int, Field(ge=0, le=LONGEST_SLOW, description="0: as they like.")]


class NewPollBody(Body):
    question: Words
    options: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=LONGEST_OPTION * 4)]],
        Field(min_length=2, max_length=MOST_OPTIONS),
    ]
    seconds: Annotated[int | None, Field(ge=5, le=LONGEST_POLL, description="null: until it is closed.")] = None


class VoteBody(Body):
    choice: Annotated[int, Field(ge=0, lt=MOST_OPTIONS, description="Which answer, from 0.")]


class ReplayQuery(ListQuery):
    begin: Annotated[float, Field(ge=0, le=3_600_000, description="Seconds of the media.")] = 0.0
    end: Annotated[float, Field(ge=0, le=3_600_000, description="Seconds of the media; up to here.")] = 3_600_000.0


class EntryBody(Body):
    id: int
    at: str
    actor: Annotated[str | None, Field(description="Id of who did it.")]
    action: str
    message: Annotated[str | None, Field(description="Id.")]
    person: Annotated[str | None, Field(description="Id of whom it was done to.")]
    detail: dict[str, Any]
    actor_name: Annotated[str | None, Field(description="Empty for whoever is gone.")] = None
    person_name: str | None = None
    undone_by: Annotated[int | None, Field(description="Id of the line that took it back.")] = None
    can_undo: Annotated[bool, Field(description="Whether it has an opposite that was not done yet.")] = False

    @classmethod
    def of(cls, one: Entry, names: Names | None = None, *, can_undo: bool = False) -> "EntryBody":
        known = names or {}
        return cls(
            id=one.id,
            at=iso(one.at),
            actor=one.actor_id,
            action=one.action,
            message=one.message_id,
            person=one.person_id,
            detail=dict(one.detail),
            actor_name=None if one.actor_id is None else known.get(one.actor_id, ""),
            person_name=None if one.person_id is None else known.get(one.person_id, ""),
            undone_by=one.undone_by,
            can_undo=can_undo,
        )


class LogBody(PageBody[EntryBody]):
    pass
