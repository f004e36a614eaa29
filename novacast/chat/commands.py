"""What begins with a slash: the room's actions, typed. `//` says a slash.

Another source of commands adds its own to the list that `Commands` is made with.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from novacast.chat.messages import Messages
from novacast.chat.models import Draft, Guest, Kind, Message
from novacast.chat.steering import Steering
from novacast.database import Then, Transaction
from novacast.errors import InvalidInput
from novacast.i18n import Text, text
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """What `/name` is, for whoever may use it."""

    name: str
    usage: str
    """What is typed behind it, such as `SECONDS | off`."""
    help: Text
    moderates: bool = False
    """Only for moderators."""


class Source(Protocol):
    """Where commands are done."""

    commands: Sequence[Command]

    async def run(
        self, guest: Guest, name: str, rest: str, draft: Draft, then: Then[Message | None] | None
    ) -> Message | None:
        """Do one of `commands`. `rest`: what was typed behind it. The message that came of it, if one did."""
        ...


class Commands:
    def __init__(self, messages: Messages, sources: Sequence[Source]) -> None:
        """`sources` may be filled later."""
        self._messages, self._sources = messages, sources

    def of(self, guest: Guest) -> list[Command]:
        return [one for source in self._sources for one in source.commands if guest.moderates or not one.moderates]

    async def say(self, guest: Guest, draft: Draft, then: Then[Message | None] | None = None) -> Message | None:
        """Send it, or do what it says. Raises what either does; InvalidInput for a command that is none."""
        typed = draft.text
        if not typed.startswith("/"):
            return await self._messages.send(guest, draft, then)
        if typed.startswith("//"):
            return await self._messages.send(guest, replace(draft, text=typed[1:]), then)
        name, _, rest = typed[1:].partition(" ")
        for source in self._sources:
            for one in source.commands:
                if one.name == name.lower() and (guest.moderates or not one.moderates):
                    return await source.run(guest, one.name, rest.strip(), draft, then)
        known = ", ".join(f"/{one.name}" for one in self.of(guest))
        raise InvalidInput.field("text", text("There is no such command. There are: {known}.", known=known), "command")


class RoomCommands:
    commands: Sequence[Command] = (
        Command("me", "…", text("say what you do")),
        Command("announce", "…", text("say it so that nobody misses it"), moderates=True),
        Command("pin", text("MESSAGE"), text("keep a message on top; without one, none"), moderates=True),
        Command("slow", text("SECONDS or off"), text("one message a person in so many seconds"), moderates=True),
        Command("poll", text("QUESTION | ANSWER | ANSWER"), text("let people vote"), moderates=True),
        Command("close", "", text("end the poll"), moderates=True),
    )

    def __init__(self, messages: Messages, steering: Steering) -> None:
        self._messages, self._steering = messages, steering

    async def run(
        self, guest: Guest, name: str, rest: str, draft: Draft, then: Then[Message | None] | None
    ) -> Message | None:
        def nothing(tx: Transaction, _: object) -> None:
            if then is not None:
                then(tx, None)

        match name:
            case "me":
                return await self._messages.send(guest, replace(draft, text=rest, kind=Kind.ACTION), then)
            case "announce":
                return await self._steering.announce(guest, rest, then)
            case "poll":
                question, *options = (part.strip() for part in rest.split("|"))
                return await self._steering.ask(guest, question, options, None, then)
            case "pin":
                await self._steering.pin(guest, rest or None, nothing)
            case "slow":
                await self._steering.set_slow(guest, _seconds(rest), nothing)
            case _:
                await self._steering.close_poll(guest, nothing)
        return None


def _seconds(rest: str) -> int:
    if rest.lower() in ("off", "0", ""):
        return 0
    if not (rest.isascii() and rest.isdecimal() and len(rest) < 6):
        message = text("Say how many seconds, such as /slow 10, or /slow off.")
        raise InvalidInput.field("text", message, "command")
    return int(rest)
