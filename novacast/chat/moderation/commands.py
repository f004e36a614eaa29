"""What moderators type behind a slash."""

from collections.abc import Sequence

from novacast.chat.commands import Command
from novacast.chat.markup import folded
from novacast.chat.models import Draft, Guest, Links, Message, Who
from novacast.chat.moderation.authority import Chair
from novacast.chat.moderation.records import store as records
from novacast.chat.moderation.sanctions.models import SanctionKind, Wish, duration
from novacast.chat.moderation.services import ModerationServices
from novacast.chat.rooms.lobby import Lobby
from novacast.database import Database, Then, Transaction
from novacast.errors import InvalidInput, NotFound
from novacast.i18n import text

LATELY = 500
"""Messages whose authors are known by their names, beside those who are there."""
TIMEOUT = 600
"""Seconds where none are said."""


class ModeratorCommands:
    commands: Sequence[Command] = (
        Command("timeout", text("NAME 10m REASON"), text("let somebody only read for a while"), moderates=True),
        Command("ban", text("NAME REASON"), text("let somebody only read, until it is lifted"), moderates=True),
        Command("unban", text("NAME"), text("lift time-outs and bans"), moderates=True),
        Command("mode", "everyone | members | tickets | members_or_tickets", text("say who may write"), moderates=True),
        Command("links", "allowed | held | refused", text("say what becomes of links"), moderates=True),
        Command("undo", "", text("take back what you did last here"), moderates=True),
    )

    def __init__(self, moderation: ModerationServices, lobby: Lobby, db: Database) -> None:
        self._moderation, self._lobby, self._db = moderation, lobby, db

    async def run(
        self, guest: Guest, name: str, rest: str, draft: Draft, then: Then[Message | None] | None
    ) -> Message | None:
        def nothing(tx: Transaction, _: object) -> None:
            if then is not None:
                then(tx, None)

        own, chair = self._moderation, Chair.of(guest)
        match name:
            case "timeout" | "ban":
                person_id, wish = await self._wish(guest, name, rest)
                await own.sanctions.impose(chair, person_id, wish, nothing)
            case "unban":
                await self._lift(chair, await self._person(guest, rest), nothing)
            case "mode":
                await own.rules.change(chair, {"who": _choice(rest, [one.value for one in Who])}, nothing)
            case "links":
                await own.rules.change(chair, {"links": _choice(rest, [one.value for one in Links])}, nothing)
            case _:
                await own.undoing.undo_last(chair, nothing)
        return None

    async def _wish(self, guest: Guest, name: str, rest: str) -> tuple[str, Wish]:
        whom, _, more = rest.partition(" ")
        person_id = await self._person(guest, whom)
        first, _, others = more.strip().partition(" ")
        seconds = duration(first)
        reason = more.strip() if seconds is None else others
        if name == "timeout":
            return person_id, Wish(SanctionKind.TIMEOUT, TIMEOUT if seconds is None else seconds, reason=reason)
        return person_id, Wish(SanctionKind.BAN, seconds, reason=reason)

    async def _lift(self, chair: Chair, person_id: str, then: Then[object]) -> None:
        """All of them; the answer is kept with the last."""
        found = await self._moderation.sanctions.active_on(chair, person_id)
        if not found:
            raise NotFound(text("Nothing keeps this person from writing."))
        for one in found[:-1]:
            await self._moderation.sanctions.lift(chair, one.id)
        await self._moderation.sanctions.lift(chair, found[-1].id, then)

    async def _person(self, guest: Guest, whom: str) -> str:
        """Of a name as it is mentioned, without its spaces, or `<@id>`. Raises InvalidInput, NotFound."""
        room_id, name = guest.place.media_id, whom.strip()
        if not name:
            raise InvalidInput.field("text", text("Say whom: their name without spaces."), "command")
        if name.startswith("<@") and name.endswith(">"):
            return name[2:-1]
        wanted = folded(name.removeprefix("@"))
        known = self._lobby.names(room_id).get(wanted)
        if known is not None:
            return known
        for person_id, written in await self._db.all(records.by_name(room_id, LATELY)):
            if folded(written) == wanted:
                return person_id
        raise NotFound(text("Nobody of this name is here or wrote here lately."))


def _choice(rest: str, known: Sequence[str]) -> str:
    """Raises InvalidInput."""
    if rest.lower() not in known:
        message = text("Say one of these: {known}.", known=", ".join(known))
        raise InvalidInput.field("text", message, "command")
    return rest.lower()
