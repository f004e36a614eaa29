"""What clients send over the WebSocket, one action in a text message: `{"v": 1, "type": …, "ref": …, …}`.

`ref` comes back with the answer, `done` or `refused`.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.chat.models import (
    LONGEST_KEY,
    LONGEST_OPTION,
    LONGEST_POLL,
    LONGEST_REACTION,
    LONGEST_SLOW,
    LONGEST_TEXT,
    MOST_OPTIONS,
    Draft,
)
from novacast.clock import SECOND
from novacast.errors import Malformed
from novacast.i18n import text
from novacast.web import Body
from novacast.web.parsing import parse_chosen

Id = Annotated[str, Field(min_length=1, max_length=40, pattern="^[a-z0-9]+$")]
Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT * 4, description="A safe part of Markdown.")]
Seconds = Annotated[
    float | None,
    Field(ge=0, le=3_600_000, allow_inf_nan=False, description="Where the player is; null: at no moment."),
]
Ref = Annotated[
    str | None, Field(min_length=1, max_length=LONGEST_KEY, description="Comes back with the answer to this.")
]


class Action(Body):
    v: Literal[1] = 1
    ref: Ref = None


class Send(Action):
    """Say something, or do what a command says. With a `key` it is said once, however often it is sent."""

    type: Literal["send"]
    text: Words
    reply_to: Id | None = None
    at: Seconds = None
    key: Annotated[
        str | None, Field(min_length=8, max_length=LONGEST_KEY, description="Random, of the client's making.")
    ] = None

    def draft(self) -> Draft:
        at = None if self.at is None else round(self.at * SECOND)
        return Draft(self.text, self.reply_to, at, self.key)


class Edit(Action):
    """Change what one said."""

    type: Literal["edit"]
    message: Id
    text: Words


class Delete(Action):
    """Take back what one said; moderators, what anybody said."""

    type: Literal["delete"]
    message: Id


class React(Action):
    """Set or take back a reaction of one's own."""

    type: Literal["react"]
    message: Id
    reaction: Annotated[str, Field(min_length=1, max_length=LONGEST_REACTION, description="One emoji.")]
    on: bool = True


class Vote(Action):
    """Vote in a poll, or otherwise than before."""

    type: Literal["vote"]
    message: Annotated[Id, Field(description="The poll.")]
    choice: Annotated[int, Field(ge=0, lt=MOST_OPTIONS, description="Which answer, from 0.")]


class Announce(Action):
    """Say it so that nobody misses it. Moderators."""

    type: Literal["announce"]
    text: Words


class Pin(Action):
    """Keep a message on top. Moderators."""

    type: Literal["pin"]
    message: Annotated[Id | None, Field(description="null: none.")]


class Slow(Action):
    """One message a person in so many seconds. Moderators."""

    type: Literal["slow"]
    seconds: Annotated[int, Field(ge=0, le=LONGEST_SLOW, description="0: as they like.")]


class Ask(Action):
    """Open a poll; the one before is closed by it. Moderators."""

    type: Literal["ask"]
    question: Words
    options: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=LONGEST_OPTION * 4)]],
        Field(min_length=2, max_length=MOST_OPTIONS),
    ]
    seconds: Annotated[int | None, Field(ge=5, le=LONGEST_POLL, description="null: until it is closed.")] = None


class ClosePoll(Action):
    """No more votes. Moderators."""

    type: Literal["close_poll"]


class Ping(Action):
    """Asks for an answer, for clients that can't send the protocol's own ping."""

    type: Literal["ping"]


ACTIONS: Mapping[str, type[Action]] = {
    "send": Send,
    "edit": Edit,
    "delete": Delete,
    "react": React,
    "vote": Vote,
    "announce": Announce,
    "pin": Pin,
    "slow": Slow,
    "ask": Ask,
    "close_poll": ClosePoll,
    "ping": Ping,
}


def read(received: str, actions: Mapping[str, type[Action]] = ACTIONS) -> Action:
    """One of those that there are. Raises InvalidInput."""
    return parse_chosen(received, lambda value: _model(value, actions))


def ref_of(received: str) -> str | None:
    """Of whatever was received, so that even a refusal finds what it is of."""
    try:
        found = json.loads(received)
    except (ValueError, RecursionError):
        return None
    ref = found.get("ref") if isinstance(found, dict) else None
    return ref if isinstance(ref, str) and len(ref) <= LONGEST_KEY else None


def _model(value: Any, actions: Mapping[str, type[Action]]) -> type[Action]:
    if not isinstance(value, dict):
        raise Malformed(text("Send one JSON object in each message."))
    named = value.get("type")
    model = actions.get(named) if isinstance(named, str) else None
    if model is None:
        raise Malformed(text("There is no such action. There are: {known}.", known=", ".join(actions)))
    return model
