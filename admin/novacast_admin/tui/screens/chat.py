"""A programme's room: what is said there, what waits for a moderator, and who has to be quiet."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from novacast.errors import NotFound
from novacast.records import dataclass
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import clock

SAID, HELD, REPORTS, QUIET, PRESENT = "messages", "held", "reports", "sanctions", "people"
PERIODS = [("300", "5 minutes"), ("3600", "1 hour"), ("86400", "1 day")]
PACES = [("0", "Off"), ("5", "5 seconds"), ("30", "30 seconds"), ("120", "2 minutes")]


@dataclass(frozen=True, slots=True)
class Said:
    """A message, a report of one, or a sanction: its id, whose it is, and in which room."""

    room: str
    id: str
    person: str
    name: str
    text: str


class Chat(Book):
    KEY, NAME, LABEL = "5", "chat", "Chat"
    ABOUT = "Watch a room, and keep it fit to be in."
    VIEWS = (
        View(SAID, "Said", ("at", "who", "what", "state"), "Nothing was said in this room yet."),
        View(HELD, "Held", ("at", "who", "what", "why"), "Nothing waits to be looked at."),
        View(REPORTS, "Reported", ("at", "who", "what", "how often"), "Nobody has complained."),
        View(QUIET, "Quiet", ("until", "who", "kind", "why"), "Everybody may write."),
        View(PRESENT, "Present", ("who", "badges", "windows", "quiet"), "Nobody who is logged in is here."),
    )
    _TO_PEOPLE = (SAID, HELD, REPORTS, PRESENT)
    DEEDS = (
        Deed("o", "room", "Room", "Watch another programme's room.", on_row=False),
        Deed("d", "delete", "Delete", "Take the message away from everybody.", (SAID, REPORTS)),
        Deed("a", "approve", "Approve", "Show the message that is held.", (HELD,)),
        Deed("x", "reject", "Reject", "Never show the message that is held.", (HELD,)),
        Deed("r", "resolve", "Settle", "Say that the report is dealt with.", (REPORTS,)),
        Deed("t", "time_out", "Time out", "Let them write nothing for a while.", _TO_PEOPLE),
        Deed("b", "ban", "Ban", "Let them write nothing in this room any more.", _TO_PEOPLE),
        Deed("l", "lift", "Lift", "Let them write again.", (QUIET,)),
        Deed("s", "slow", "Slow mode", "Say how long one waits between two messages.", on_row=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    def __init__(self) -> None:
        super().__init__()
        self._room = ""

    def _rooms(self) -> Mapping[str, str]:
        tonight = self.console.tonight
        programmes = [one.programme for one in tonight.programmes] if tonight else []
        return {one.id: one.title or one.channel for one in programmes}

    def _path(self, rest: str = "") -> str:
        """Raises NotFound while there is no room to watch."""
        if not self._room:
            self._room = next(iter(self._rooms()), "")
        if not self._room:
            raise NotFound("Nothing is on air, so there is no room to watch. With o a room is named by its id.")
        return f"/api/v1/rooms/{self._room}{rest}"

    def about(self) -> str:
        return f"of: {self._rooms().get(self._room, self._room)}" if self._room else "of no room: o chooses one"

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        try:
            path = self._path(f"/{view}")
        except NotFound:
            return {}
        query: dict[str, Any] = {"limit": 100}
        if view == REPORTS:
            query["state"] = "open"
        if view == QUIET:
            query["active"] = True
        found = (await self.client.get(path, **query))["items"]
        make = {SAID: _said, HELD: _held, REPORTS: _reported, QUIET: _quiet, PRESENT: _present}[view]
        rows = [make(self._room, one) for one in found]
        return {row.record.id: row for row in rows}

    async def detail(self, record: Any) -> str:
        one: Said = record
        return f"{self._rooms().get(one.room, one.room)}: {one.name}\n{one.text}"

    async def do_room(self, _: Any) -> str | None:
        rooms = dict(self._rooms())
        chosen = await self.choose(
            "Which room?", [*rooms.items(), ("", "another, by the id of its programme or video")]
        )
        if chosen == "":
            chosen = await self.ask("The id (the end of its address, /rooms/ID):")
        if chosen is None:
            return None
        await self.client.get(f"/api/v1/rooms/{chosen}")
        self._room = chosen
        return f"This is the room of {rooms.get(chosen, chosen)}."

    async def do_delete(self, one: Said) -> str | None:
        if not await self.sure(f"Delete what {one.name} said?\n\n{one.text}", "Delete"):
            return None
        await self.client.send("DELETE", self._path(f"/messages/{one.id}"))
        return f"What {one.name} said is gone."

    async def do_approve(self, one: Said) -> str:
        await self.client.send("PUT", self._path(f"/messages/{one.id}/decision"), {"decision": "approve"})
        return f"What {one.name} said is shown."

    async def do_reject(self, one: Said) -> str | None:
        if not await self.sure(f"Never show this of {one.name}?\n\n{one.text}", "Reject"):
            return None
        await self.client.send("PUT", self._path(f"/messages/{one.id}/decision"), {"decision": "reject"})
        return f"What {one.name} said is not shown."

    async def do_resolve(self, one: Said) -> str:
        await self.client.send("PUT", self._path(f"/reports/{one.id}"), {"state": "resolved"})
        return f"The report of {one.name} is dealt with."

    async def do_time_out(self, one: Said) -> str | None:
        seconds = await self.choose(f"For how long may {one.name} write nothing?", PERIODS)
        if seconds is None:
            return None
        wish = {"person": one.person, "kind": "timeout", "seconds": int(seconds)}
        await self.client.send("POST", self._path("/sanctions"), wish)
        return f"{one.name} may write nothing for {dict(PERIODS)[seconds]}."

    async def do_ban(self, one: Said) -> str | None:
        reason = await self.ask(f"Why is {one.name} banned from this room?")
        if reason is None or not await self.sure(f"Ban {one.name} from this room, until it is lifted?", "Ban"):
            return None
        await self.client.send(
            "POST", self._path("/sanctions"), {"person": one.person, "kind": "ban", "reason": reason}
        )
        return f"{one.name} may write nothing here any more."

    async def do_lift(self, one: Said) -> str:
        await self.client.send("DELETE", self._path(f"/sanctions/{one.id}"))
        return f"{one.name} may write again."

    async def do_slow(self, _: Any) -> str | None:
        path = self._path()
        seconds = await self.choose("How long does one wait between two messages?", PACES)
        if seconds is None:
            return None
        await self.client.send("PATCH", path, {"slow_seconds": int(seconds)})
        return f"Slow mode: {dict(PACES)[seconds].lower()}."


def _message(room: str, one: Mapping[str, Any]) -> Said:
    author = one["author"]
    return Said(room, one["id"], author.get("id") or "", author["name"], one.get("text") or "")


def _said(room: str, one: Mapping[str, Any]) -> Row:
    said = _message(room, one)
    return Row((clock(one["sent_at"]), said.name, said.text, one.get("state") or ""), said)


def _held(room: str, one: Mapping[str, Any]) -> Row:
    said = _message(room, one["message"])
    why = f"{one['reason']}: {one['detail']}" if one["detail"] else one["reason"]
    return Row((clock(one["held_at"]), said.name, said.text, why), said)


def _reported(room: str, one: Mapping[str, Any]) -> Row:
    said = _message(room, one["message"])
    why = ", ".join(f"{count} {reason}" for reason, count in one["reasons"].items())
    return Row((clock(one["opened_at"]), said.name, said.text, why), said)


def _quiet(room: str, one: Mapping[str, Any]) -> Row:
    person = one["person"] or {"id": "", "name": "whoever has the marks"}
    said = Said(room, one["id"], person["id"], person["name"], one["reason"])
    return Row((clock(one["ends_at"]) or "for good", said.name, one["kind"], one["reason"]), said)


def _present(room: str, one: Mapping[str, Any]) -> Row:
    badges: Sequence[str] = [badge["label"] or badge["kind"] for badge in one["badges"]]
    said = Said(room, one["id"], one["id"], one["name"], "")
    return Row((one["name"], ", ".join(badges), str(one["connections"]), "quiet" if one["silenced"] else ""), said)
