"""The machine and the server on it: what they take, what they say, how they are set, who did what."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from novacast.errors import Unavailable
from novacast.overview import Child, Tonight
from novacast_admin.records import Deed as Line
from novacast_admin.records import Finding, LogLine, Setting
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import MARKS, clock, moment, number, percent, size, span
from novacast_admin.tui.widgets.panels import MachinePanel
from novacast_admin.tui.widgets.plot import Plot

LOG, WARNINGS, CHILDREN, SETTINGS, DOCTOR, AUDIT = "log", "warnings", "children", "settings", "doctor", "audit"
LOG_HEADS = ("at", "weight", "what", "by")


class System(Book):
    KEY, NAME, LABEL = "0", "system", "System"
    SHORT = "Sys"
    ABOUT = "The machine, the log, settings, the doctor, who did what."
    WORKS_OFFLINE = True
    VIEWS = (
        View(LOG, "Log", LOG_HEADS, "The log is empty.", searched_by_server=True),
        View(WARNINGS, "Warnings", LOG_HEADS, "Nothing was warned of.", searched_by_server=True),
        View(CHILDREN, "Processes", ("pid", "process", "cores", "memory", "since", "for"), "No child runs."),
        View(DOCTOR, "Doctor", ("state", "check", "finding", "mend"), "Nothing was looked at.", pace=60),
        View(SETTINGS, "Settings", ("setting", "value", "changed", "about"), "There are none.", pace=60),
        View(AUDIT, "Who did what", ("at", "who", "what", "to", "came of it"), "Nobody did anything yet.", pace=5),
    )
    DEEDS = (
        Deed("x", "examine", "Doctor", "Look for what is wrong; works without a server.", on_row=False, offline=True),
        Deed("l", "log", "Log", "Show the log.", on_row=False),
        Deed("w", "warnings", "Warnings", "Show warnings and errors only.", on_row=False),
        Deed("s", "settings", "Settings", "Show how the server is set.", on_row=False),
        Deed("a", "audit", "Audit", "Show what operators did.", on_row=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    def body(self) -> Iterable[Widget]:
        yield MachinePanel("Machine", id="machine", long=True)
        with Horizontal(id="curves"):
            yield Plot("Processors", percent, id="cpu")
            yield Plot("Sent", _rate, id="sent")
        yield from super().body()

    def show(self, tonight: Tonight) -> None:
        curves = self.console.curves
        self.query_one(MachinePanel).show(tonight, curves)
        self.query_one("#cpu", Plot).show(curves.of("cpu"))
        self.query_one("#sent", Plot).show(curves.of("sent"))

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        if view in (LOG, WARNINGS):
            lines = await self.client.log("info" if view == LOG else "warning", words)
            return {str(one.n): Row(_line(one), one) for one in reversed(lines)}
        if view == CHILDREN:
            tonight = self.console.tonight
            children = tonight.machine.children if tonight else ()
            return {str(one.pid): Row(_child(one), one) for one in children}
        if view == DOCTOR:
            return {one.check: Row(_finding(one), one) for one in await self._findings()}
        if view == SETTINGS:
            return {one.key: Row(_setting(one), one) for one in await self.client.settings()}
        return {str(one.n): Row(_done(one), one) for one in self.newest(await self.client.audit(limit=100))}

    async def _findings(self) -> Sequence[Finding]:
        if self.console.lost is None:
            return await self.client.doctor()
        if self.console.machine is None:
            raise Unavailable("The server is down, and it is on another machine: run novacast doctor there.")
        return await self.console.machine.examine()

    async def detail(self, record: Any) -> str:
        match record:
            case LogLine():
                return f"{record.logger}  {record.context}\n{record.message}"
            case Finding():
                return record.message + (f"\nmend: {record.mend}" if record.mend else "")
            case Setting():
                return f"{record.key} = {record.value}\n{record.about}"
            case Line():
                return f"{record.address or 'at the machine'}, request {record.request_id}, {dict(record.details)}"
        return ""

    async def do_examine(self, _: Any) -> None:
        self.turn_to(DOCTOR)

    async def do_log(self, _: Any) -> None:
        self.turn_to(LOG)

    async def do_warnings(self, _: Any) -> None:
        self.turn_to(WARNINGS)

    async def do_settings(self, _: Any) -> None:
        self.turn_to(SETTINGS)

    async def do_audit(self, _: Any) -> None:
        self.turn_to(AUDIT)


def _rate(bytes_: float) -> str:
    return f"{size(bytes_)}/s"


def _line(one: LogLine) -> Sequence[str]:
    return clock(one.at), one.level, one.message.partition("\n")[0], one.logger.removeprefix("novacast.")


def _child(one: Child) -> Sequence[str]:
    return str(one.pid), one.name, number(one.cpu, digits=2), size(one.memory), span(one.seconds), one.context


def _finding(one: Finding) -> Sequence[str]:
    return MARKS.get(one.state, one.state), one.check, one.message, one.mend


def _setting(one: Setting) -> Sequence[str]:
    return one.key, str(one.value), "changed" if one.changed else "", one.about


def _done(one: Line) -> Sequence[str]:
    outcome = "?" if one.status is None else "done" if one.status < 400 else f"refused ({one.status})"
    return moment(one.at), one.name or one.actor, one.action, " ".join(one.subject.values()), outcome
