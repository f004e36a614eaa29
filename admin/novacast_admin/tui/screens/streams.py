"""Channels and what is on them: how it is shown, how it ends, who may feed it and where it goes."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from novacast.errors import Forbidden, NotFound
from novacast.records import dataclass
from novacast_admin.records import Standing, Stream
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import clock, moment, words

TAIL, ALL = 8, 200
"""Lines of the log below the table, and where all of it is read."""
ACCESS = "novacast.access"
"""Requests for a programme's media would bury all else."""


@dataclass(frozen=True, slots=True)
class Line:
    """A programme of a channel, or a channel on which nothing is."""

    stream: Stream
    programme: Standing | None

    @property
    def title(self) -> str:
        return self.programme.title or self.stream.name if self.programme else self.stream.name


class Streams(Book):
    KEY, NAME, LABEL = "2", "streams", "Streams"
    SHORT = "Live"
    ABOUT = "Channels: standby, slate, end, keys, targets, log."
    VIEWS = (
        View(
            "streams", "Channels", ("channel", "programme", "state", "shows", "next", "feeds", "targets", "keys"),
            "There is no channel yet: novacast stream add, or the channels' page.", searched_by_server=True,
        ),
    )  # fmt: skip
    DEEDS = (
        Deed("b", "standby", "Standby",
             "Let the programme stand by, or a new one: the next encoder of its channel puts it on air."),
        Deed("s", "slate", "Slate", "Show the slate, whatever comes in."),
        Deed("m", "main", "Main", "Show the main feed, and nothing else."),
        Deed("k", "backup", "Backup", "Show the backup feed, and nothing else."),
        Deed("a", "auto", "Auto", "Show the main feed; where it is lost the backup, else the slate."),
        Deed("d", "drop", "Drop", "Make the largest rendition no longer: the encoder gets room."),
        Deed("e", "end", "End", "End the programme for good."),
        Deed("o", "rotate", "Key", "Put a new stream key in an old one's place. The old one lets nobody in."),
        Deed("t", "targets", "Targets", "Switch a target (another platform that gets the programme) on or off."),
        Deed("l", "log", "Log", "Read what was done on the channel, and what the server says of it."),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        page = await self.client.streams(q=words)
        lines = [Line(one, programme) for one in self.newest(page) for programme in (one.programmes or (None,))]
        return {_key(line): Row(_cells(line), line) for line in lines}

    async def detail(self, record: Any) -> str:
        line: Line = record
        keys, targets, told = await asyncio.gather(self._keys(line), self._targets(line), self._told(line, TAIL))
        parts = ["keys: " + ", ".join(f"{_named(key)} (last used {_used(key)})" for key in keys)] if keys else []
        if targets:
            parts.append("targets: " + ", ".join(map(_target, targets)))
        return "\n".join([*parts, *told])

    async def _keys(self, line: Line) -> Sequence[Mapping[str, Any]]:
        """Those that are good."""
        listed = await self.client.keys(line.stream.id) if line.stream.keys else ()
        return [key for key in listed if key["revoked_at"] is None]

    async def _targets(self, line: Line) -> Sequence[Mapping[str, Any]]:
        return await self.client.targets(line.stream.id)

    async def _told(self, line: Line, most: int) -> Sequence[str]:
        """What was done on the channel and what the server's log has of it, the latest last."""
        about = line.programme.id if line.programme else line.stream.id
        done, said = await asyncio.gather(
            self.client.channel_log(line.stream.id, limit=min(most, 100)), self.client.log("info", about, limit=ALL)
        )
        lines = [(one["at"], "done", _entry(one)) for one in done]
        lines += [(one.at, one.level, one.message) for one in said if one.logger != ACCESS]
        return [f"{clock(at)} {weight:<7} {what}" for at, weight, what in sorted(lines)[-most:]]

    async def do_standby(self, line: Line) -> str | None:
        if line.programme is None:
            title = await self.ask(f"What is the programme called that {line.stream.name} is to show?")
            if title is None:
                return None
            await self.client.begin(line.stream.id, title)
            return f"{title} stands by."
        await self.client.standby(line.programme.id)
        return f"{line.title} stands by."

    async def do_slate(self, line: Line) -> str:
        return await self._cut(line, "slate", "shows the slate")

    async def do_main(self, line: Line) -> str:
        return await self._cut(line, "main", "shows the main feed")

    async def do_backup(self, line: Line) -> str:
        return await self._cut(line, "backup", "shows the backup feed")

    async def do_auto(self, line: Line) -> str:
        return await self._cut(line, "auto", "shows what there is, the main feed first")

    async def _cut(self, line: Line, to: str, said: str) -> str:
        await self.client.cut(_programme(line).id, to)
        return f"{line.title} {said}."

    async def do_drop(self, line: Line) -> str | None:
        programme = _programme(line)
        if not await self.sure(f"Make the largest rung of {line.title} no longer, until it ends?", "Drop it"):
            return None
        return f"{await self.client.drop_rung(programme.id)} is made no longer."

    async def do_rotate(self, line: Line) -> str | None:
        keys = await self._keys(line)
        if not keys:
            raise NotFound(f"{line.stream.name} has no key. Whoever feeds it makes one on the channel's page.")
        chosen = await self.choose("Which key gets another in its place?", [(key["id"], _named(key)) for key in keys])
        warning = "The encoder that has it is thrown out at once, and needs the new one. Go on?"
        if chosen is None or not await self.sure(warning, "Rotate"):
            return None
        fresh = await self.client.rotate_key(chosen)
        await self.read(
            "The new key", f"{fresh['secret']}\n\nIt is shown this once. Give it to nobody but the encoder."
        )
        return "The old key lets nobody in any more."

    async def do_targets(self, line: Line) -> str | None:
        targets = {str(one["id"]): one for one in await self._targets(line)}
        if not targets:
            raise NotFound(f"{line.stream.name} goes to no other platform. Targets are added on the channel's page.")
        choices = [(key, f"{'on ' if one['enabled'] else 'off'}  {_target(one)}") for key, one in targets.items()]
        chosen = await self.choose("Switch which target?", choices)
        if chosen is None:
            return None
        on = not targets[chosen]["enabled"]
        await self.client.switch_target(chosen, on=on)
        return f"{targets[chosen]['name']} is {'on' if on else 'off'}."

    async def do_log(self, line: Line) -> None:
        lines = await self._told(line, ALL)
        await self.read(f"Log of {line.title}", "\n".join(lines) or "Nothing was done on it yet.")

    async def do_end(self, line: Line) -> str | None:
        programme = _programme(line)
        if not await self.sure(f"End {line.title}? Viewers see the end, and it can't be taken up again.", "End it"):
            return None
        await self.client.end(programme.id)
        return f"{line.title} has ended."


def _programme(line: Line) -> Standing:
    if line.programme is None:
        raise Forbidden(f"Nothing is on {line.stream.name}, and nothing is announced.")
    return line.programme


def _key(line: Line) -> str:
    return f"{line.stream.id}/{line.programme.id if line.programme else ''}"


def _cells(line: Line) -> Sequence[str]:
    one, on = line.stream, line.programme
    targets = f"{one.targets} ({one.failing} failing)" if one.failing else str(one.targets)
    state = (on.state.replace("_", " ") + (" TEST" if on.test else "")) if on else "–"
    shows = on.wanted if on and on.state != "planned" else ""
    shown = (one.name, on.title if on else "–", state, shows, moment(one.next_at))
    return (*shown, str(one.feeds), targets, str(one.keys))


def _named(key: Mapping[str, Any]) -> str:
    return f"{key['name'] or key['id'][:8]} [{key['role']}]"


def _used(key: Mapping[str, Any]) -> str:
    return moment(key["used_at"]) or "never"


def _target(one: Mapping[str, Any]) -> str:
    return f"{one['name']}: {one['state']}" + (f" ({one['words']})" if one["words"] else "")


def _entry(one: Mapping[str, Any]) -> str:
    return words((one["action"], one["detail"], one["address"]), " ")
