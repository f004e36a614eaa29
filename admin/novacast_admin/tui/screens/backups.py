"""Copies of the whole venue. They lie on this machine, so this screen needs no server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import BindingType

from novacast.errors import Unavailable
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.ports import Backup, Machine, Rhythm
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import MARKS, moment


class Backups(Book):
    KEY, NAME, LABEL = "9", "backups", "Backups"
    ABOUT = "Copies of the whole venue: list, make, prove, restore drill, schedule. Works without a server."
    WORKS_OFFLINE = True
    VIEWS = (
        View(
            "backups", "Backups", ("made", "version", "files", "size", "added", "state"),
            "There is no backup yet. Set them up first: novacast backup init", pace=10,
        ),
    )  # fmt: skip
    DEEDS = (
        Deed("n", "create", "Back up now", "Make a backup now, beside the running server.", on_row=False, offline=True),
        Deed("p", "prove", "Prove", "Read every backup and prove that nothing of it is damaged.", on_row=False,
             offline=True),
        Deed("d", "drill", "Restore drill",
             "Bring the newest backup back beside the running venue, prove it, and remove it again.", on_row=False,
             offline=True),
        Deed("e", "schedule", "Schedule", "Say how often backups are made by themselves.", on_row=False, offline=True),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    def __init__(self) -> None:
        super().__init__()
        self._rhythm: Rhythm | None = None

    @property
    def _machine(self) -> Machine:
        if self.console.machine is None:
            raise Unavailable("Backups lie on the server's own machine: run the console there, or novacast backup.")
        return self.console.machine

    def about(self) -> str:
        one = self._rhythm
        if one is None:
            return ""
        if not one.folder:
            return "none are made: [backups] folder is not set"
        return f"made {one.every}, last {moment(one.last) or 'never'}, next {moment(one.next) or 'never'}"

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        self._rhythm = await self._machine.rhythm()
        return {one.id: Row(_cells(one), one) for one in await self._machine.backups()}

    async def detail(self, record: Any) -> str:
        one: Backup = record
        return f"backup {one.id}. Bring it back: novacast restore --help"

    async def do_create(self, _: Any) -> str:
        self.notify("The backup is made. You may go on with something else.")
        return await self._machine.back_up()

    async def do_prove(self, _: Any) -> str:
        self.notify("All backups are read. That takes a while.")
        faults = await self._machine.verify()
        if not faults:
            return "Every backup is whole."
        await self.read("What is wrong with backups", "\n".join(faults))
        return f"{len(faults)} things are wrong with backups."

    async def do_drill(self, _: Any) -> str | None:
        if await self._machine.opened_by_passphrase():
            opener: dict[str, Any] = {"passphrase": await self.ask("The passphrase of the backups:", secret=True)}
        else:
            path = await self.ask("Where is the key file of the backups?")
            opener = {"key": None if path is None else Path(path)}
        if None in opener.values():
            return None
        self.notify("The newest backup is brought back and proved. That takes minutes; go on with something else.")
        findings = await self._machine.drill(**opener)
        wrong = [one for one in findings if one.state == "failed"]
        lines = [f"{MARKS[one.state]:<9} {one.check:<12} {one.message}" for one in findings]
        await self.read("Restore drill", "\n".join(lines))
        return f"{len(wrong)} things are wrong with what came back." if wrong else "The venue comes back whole."

    async def do_schedule(self, _: Any) -> str | None:
        rhythm = await self._machine.rhythm()
        choices = [(one, f"{one}{' (now)' * (one == rhythm.every)}") for one in rhythm.choices]
        every = await self.choose("How often are backups made by themselves?", choices)
        if every is None:
            return None
        await self._machine.set_rhythm(every)
        return f"Backups are made {every}, by novacast-backup.timer or a line of cron: novacast backup schedule"


def _cells(one: Backup) -> tuple[str, ...]:
    return moment(one.at) or one.id, one.version, one.files, one.size, one.added, one.state or "whole"
