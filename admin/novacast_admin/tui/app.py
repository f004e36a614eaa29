"""The console: it listens to the server, tells its screens, and goes from one to the other."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, Provider
from textual.screen import Screen

from novacast.errors import NovaCastError, Unavailable
from novacast.overview import Tonight
from novacast_admin.client import Back, Client, Lost
from novacast_admin.first_look import FirstLook
from novacast_admin.reading import read
from novacast_admin.tui.curves import Curves
from novacast_admin.tui.messages import Gone, Returned, Seen
from novacast_admin.tui.ports import Machine
from novacast_admin.tui.screens import ROOMS
from novacast_admin.tui.screens.book import Book
from novacast_admin.tui.screens.room import Room
from novacast_admin.tui.widgets.banner import Way
from novacast_admin.tui.widgets.keys import Keys, named


def _everywhere() -> type[Provider]:
    from novacast_admin.tui.finding import Everywhere

    return Everywhere


def _commands() -> type[Provider]:
    from novacast_admin.tui.commands import Commands

    return Commands


DARK, LIGHT = "textual-dark", "textual-light"


class Console(App[None]):
    """`machine`: what can be done here without a server; None where the server is elsewhere."""

    CSS_PATH = "novacast.tcss"
    TITLE = "NovaCast"
    MODES: ClassVar = {room.NAME: room for room in ROOMS}
    DEFAULT_MODE = ROOMS[0].NAME
    COMMANDS: ClassVar = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(room.KEY, f"go('{room.NAME}')", room.LABEL, show=False, tooltip=room.ABOUT) for room in ROOMS),
        Binding("question_mark", "help", "Help", show=False, key_display="?", tooltip="Show all keys of this screen."),
        Binding("ctrl+p", "command_palette", "Commands", show=False, tooltip="Find anything that can be done."),
        Binding("ctrl+f", "search_all", "Find", show=False, tooltip="Search orders, people and channels at once."),
        Binding("f2", "light", "Light/dark", show=False, tooltip="Change between dark and light."),
        Binding("f5", "again", "Look again", show=False, tooltip="Ask the server anew for what is shown."),
        Binding("q", "quit", "Leave", show=False, tooltip="Leave the console. Nothing on the server ends by that."),
    ]

    def __init__(
        self, client: Client, machine: Machine | None = None, *, light: bool = False, first: FirstLook | None = None
    ) -> None:
        super().__init__()
        self.client, self.machine = client, machine
        self._first = first
        self.tonight: Tonight | None = None
        self.curves = Curves()
        self.lost: Gone | None = None
        self.refused: NovaCastError | None = None
        """Why the server lets nobody watch; the console ends by it."""
        self.venue = "NovaCast"
        self.theme = LIGHT if light else DARK

    def ways(self) -> Sequence[Way]:
        return [Way(room.KEY, room.NAME, room.LABEL, room.SHORT or room.LABEL) for room in ROOMS]

    def on_mount(self) -> None:
        self.listen()

    @work(group="listen", exclusive=True)
    async def listen(self) -> None:
        try:
            if self._first is not None:
                await self._look_first(self._first)
            async for news in self.client.watch():
                match news:
                    case Tonight():
                        self._hear(news)
                    case Lost(why, seconds):
                        self.lost = Gone(why, seconds)
                        self._tell(Gone(why, seconds))
                    case Back():
                        self.lost = None
                        self._tell(Returned())
                        self.learn_name()
        except NovaCastError as error:  # what no waiting mends: the token is not good, the server too old
            self.refused = error
            self.exit()

    async def _look_first(self, first: FirstLook) -> None:
        told = await first.later()
        with suppress(ValueError, Unavailable):  # the stream, which comes next, says what is wrong
            if told is not None:
                self._hear(read(Tonight, json.loads(told)))

    def _hear(self, tonight: Tonight) -> None:
        self.tonight = tonight
        self.curves.take(tonight)
        self._tell(Seen(tonight))

    @work(group="name", exclusive=True)
    async def learn_name(self) -> None:
        try:
            found = await self.client.organizations(limit=2)
        except NovaCastError:
            return  # it is only a name
        if found.items:
            more = " and others" if len(found.items) > 1 else ""
            self.venue = f"{found.items[0].name}{more}"
            if self.tonight is not None:
                self._tell(Seen(self.tonight))

    def _tell(self, message: Seen | Gone | Returned) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Room):
                screen.post_message(message)

    def action_go(self, name: str) -> None:
        if isinstance(self.screen, Room):  # a question is answered first
            self.switch_mode(name)

    def action_search_all(self) -> None:
        if isinstance(self.screen, Room):
            told = "search orders, people and channels"
            self.push_screen(CommandPalette([_everywhere()], placeholder=told, id="--command-palette"))

    async def action_find(self, name: str, view: str, words: str) -> None:
        """To a screen, with that in its search."""
        await self.switch_mode(name)
        if isinstance(self.screen, Book):
            self.screen.seek(view, words)

    def action_light(self) -> None:
        self.theme = DARK if self.theme == LIGHT else LIGHT

    def action_again(self) -> None:
        if isinstance(self.screen, Room):
            self.screen.look()

    def action_help(self) -> None:
        if isinstance(self.screen, Room):
            self.push_screen(Keys(self.screen.LABEL, self.screen.key_lines(), named(self.BINDINGS)))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What can be done on this screen first, then where one can go and what can be done there."""
        if isinstance(screen, Room):
            for deed in screen.DEEDS:
                if screen.check_action("deed", (deed.name,)):
                    does = partial(screen.action_deed, deed.name)
                    yield SystemCommand(f"{screen.LABEL}: {deed.label} ({deed.key})", deed.about, does)
        for room in ROOMS:
            go = partial(self.action_go, room.NAME)
            yield SystemCommand(f"Go to {room.LABEL} ({room.KEY})", room.ABOUT, go)
            if not isinstance(screen, room):
                for deed in room.DEEDS:
                    yield SystemCommand(f"{room.LABEL}: {deed.label} … ({room.KEY} {deed.key})", deed.about, go)
        yield SystemCommand("Search everywhere (Ctrl+F)", "Orders, people and channels.", self.action_search_all)
        yield SystemCommand("Light or dark (F2)", "Change between dark and light.", self.action_light)
        yield SystemCommand("Look again (F5)", "Ask the server anew for what is shown.", self.action_again)
        yield SystemCommand("Keys (?)", "Show all keys of this screen.", self.action_help)
        yield SystemCommand("Leave (q)", "Leave the console.", self.exit)
