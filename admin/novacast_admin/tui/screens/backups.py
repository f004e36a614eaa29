"""Copies of the whole venue. They lie on this machine, so this screen needs no server."""

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.binding import BindingType

from novacast.errors import Unavailable
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.ports import Backup, Machine
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import moment


class Backups(Book):
    KEY, NAME, LABEL = "9", "backups", "Backups"
    ABOUT = "Copies of the whole venue: list, make, prove. Works without a server."
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
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    @property
    def _machine(self) -> Machine:
        if self.console.machine is None:
            raise Unavailable("Backups lie on the server's own machine: run the console there, or novacast backup.")
        return self.console.machine

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
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


def _cells(one: Backup) -> tuple[str, ...]:
    return moment(one.at) or one.id, one.version, one.files, one.size, one.added, one.state or "whole"
