"""What all screens have: the lines on top, the keys below, and the way in which something is done."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer

from novacast.errors import NovaCastError
from novacast_admin.client import Client, ServerDown
from novacast_admin.tui.deeds import Deed
from novacast_admin.tui.messages import Gone, Returned, Seen
from novacast_admin.tui.widgets.banner import Banner, Ways
from novacast_admin.tui.widgets.dialogs import Ask, Choose, Confirm, Show
from novacast_admin.tui.widgets.figures import words
from novacast_admin.tui.widgets.keys import Line, named
from novacast_admin.tui.widgets.offline import Offline

if TYPE_CHECKING:
    from novacast_admin.tui.app import Console

Work = Callable[[Any], Awaitable[str | None]]
"""Does something to a record and says what was done; None: nothing was."""


class Room(Screen[None]):
    """A screen of the console."""

    KEY: ClassVar[str] = ""
    NAME: ClassVar[str] = ""
    LABEL: ClassVar[str] = ""
    SHORT: ClassVar[str] = ""
    """Its label where there is little room; empty: the same."""
    ABOUT: ClassVar[str] = ""
    DEEDS: ClassVar[tuple[Deed, ...]] = ()
    WORKS_OFFLINE: ClassVar[bool] = False
    AUTO_FOCUS = ""
    """Nothing by itself: it would be the search field, hidden as it is, and keys would be typed into it."""

    def __init__(self) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-tiny"), (16, "-low"), (40, "-tall")]

    def body(self) -> Iterable[Widget]:
        """Its widgets below the two lines on top."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield Banner(self.console.venue)
        yield Ways(self.console.ways(), self.NAME)
        yield Offline(local=self.console.machine is not None)
        with Vertical(id="body"):
            yield from self.body()
        yield Footer(compact=True, show_command_palette=False)

    @property
    def console(self) -> "Console":
        return cast("Console", self.app)

    @property
    def client(self) -> Client:
        return self.console.client

    @property
    def view(self) -> str:
        """Which of its tables is shown, where it has several."""
        return ""

    def record(self) -> Any:
        """What is under the cursor; None: nothing."""
        return None

    def on_mount(self) -> None:
        self.query_one(Offline).display = False
        self._stand()

    def on_screen_resume(self) -> None:
        self._stand()
        self.look()

    def _stand(self) -> None:
        """As the connection is now."""
        if self.console.lost is not None:
            self._down(self.console.lost)
        elif self.console.tonight is not None:
            self._up()
            self.query_one(Banner).connected(self.console.tonight, self.console.venue)
            self.show(self.console.tonight)
        else:
            self.query_one(Banner).waiting()

    @on(Seen)
    def _seen(self, message: Seen) -> None:
        self.query_one(Banner).connected(message.tonight, self.console.venue)
        self.show(message.tonight)

    @on(Gone)
    def _gone(self, message: Gone) -> None:
        self._down(message)

    @on(Returned)
    def _returned(self) -> None:
        self._up()
        self.look()

    def _down(self, lost: Gone) -> None:
        self.query_one(Banner).lost(lost.seconds)
        offline = self.query_one(Offline)
        offline.lost(lost.why)
        offline.display = True
        self.query_one("#body").display = self.WORKS_OFFLINE
        self.set_class(self.WORKS_OFFLINE, "offline")

    def _up(self) -> None:
        self.query_one(Offline).display = False
        self.query_one("#body").display = True
        self.set_class(False, "offline")

    def show(self, tonight: Any) -> None:
        """What goes on, once a second while this screen is open."""

    def look(self) -> None:
        """Ask for what this screen shows beside it."""

    def deed(self, name: str) -> Deed:
        return next(one for one in self.DEEDS if one.name == name)

    def key_lines(self) -> Iterable[Line]:
        """Of all that can be done here, in whatever view."""
        yield from ((one.key, one.label, words((one.about, self.where(one)), " ")) for one in self.DEEDS)
        for kind in type(self).__mro__:
            if issubclass(kind, Room):
                others = [one for one in vars(kind).get("BINDINGS", ()) if not one.action.startswith("deed(")]
                yield from named(one for one in others if self.check_action(one.action, ()))

    def where(self, deed: Deed) -> str:
        """In which of its views, where it can't be done in all."""
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "deed":
            return True
        deed = self.deed(str(parameters[0]))
        return not deed.views or self.view in deed.views

    def action_deed(self, name: str) -> None:
        deed, record = self.deed(name), self.record()
        if self.console.lost is not None and not deed.offline:
            self.notify("The server is down: nothing can be done to it now.", severity="error")
        elif deed.on_row and record is None:
            self.notify("There is nothing under the cursor.", severity="warning")
        else:
            self._do(getattr(self, f"do_{name}"), record)

    @work(group="deed")
    async def _do(self, doing: Work, record: Any) -> None:
        try:
            said = await doing(record)
        except NovaCastError as error:
            self.notify(error.message, severity="error", timeout=10, markup=False)
        else:
            if said:
                self.notify(said, markup=False)
        self.look()

    async def sure(self, question: str, verb: str) -> bool:
        dialog = Confirm(question, verb)
        return await self.app.push_screen_wait(dialog)

    async def ask(self, question: str, value: str = "", *, secret: bool = False) -> str | None:
        return await self.app.push_screen_wait(Ask(question, value, secret=secret))

    async def choose(self, question: str, choices: list[tuple[str, str]]) -> str | None:
        """The key of one of them."""
        return await self.app.push_screen_wait(Choose(question, choices))

    async def read(self, title: str, lines: str) -> None:
        await self.app.push_screen_wait(Show(title, lines))

    def trouble(self, error: NovaCastError) -> None:
        """That a look failed. Of a server that is down the whole screen tells."""
        if not isinstance(error, ServerDown):
            self.notify(error.message, severity="warning", markup=False)
