"""Screens that are tables: one or several views, a search, and a pane that tells more of the row under the cursor."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from novacast.errors import NovaCastError
from novacast.records import dataclass
from novacast_admin.records import Page
from novacast_admin.tui.deeds import Deed
from novacast_admin.tui.screens.room import Room
from novacast_admin.tui.widgets.dialogs import Show
from novacast_admin.tui.widgets.listing import Listing

T = TypeVar("T")
PACE = 2.0
"""Seconds between two looks at what is open."""
PAUSE = 0.25
"""Seconds without another letter after which the server is asked what somebody typed."""


@dataclass(frozen=True, slots=True)
class View:
    name: str
    label: str
    heads: Sequence[str]
    empty: str
    """What is said where there is nothing."""
    searched_by_server: bool = False
    """Else its rows are looked through here."""
    pace: float = PACE


@dataclass(frozen=True, slots=True)
class Row:
    cells: Sequence[str]
    record: Any


class Book(Room):
    VIEWS: ClassVar[tuple[View, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "search", "Search", show=False, key_display="/",
            tooltip="Show only the rows that hold what you type.",
        ),
        Binding("v", "turn", "Next view", show=False, tooltip="Show the next table of this screen."),
        Binding("V", "turn_back", "View before", show=False, tooltip="Show the table before."),
        Binding("enter", "tell", "More", show=False, tooltip="Show all that is known of the row."),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._view = 0
        self._found: Mapping[str, Row] | None = None
        """What the view's last look found; None: it has not looked yet."""
        self._rows: Mapping[str, Row] = {}
        """Those of them that hold what is searched for."""
        self._timer: Timer | None = None
        self._asked: tuple[str, str] | None = None
        self._laid_out = False
        self._newest = 0
        """Of how many it shows the newest; 0: of all that there are."""
        self._sought_before: tuple[str, str] | None = None
        """What to show as soon as there is something to show it in."""

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        """By a key that stays. `words`: what is looked for, where the server looks."""
        raise NotImplementedError

    def newest(self, page: Page[T]) -> Sequence[T]:
        """What a page has; that there is more of it is said beside the tables' names."""
        self._newest = 0 if page.next is None else len(page.items)
        return page.items

    async def detail(self, record: Any) -> str:
        """More of a row, for the pane below; empty: no pane."""
        return ""

    def about(self) -> str:
        """What its tables are about, where that can be chosen."""
        return ""

    def body(self) -> Iterable[Widget]:
        yield Static("", id="views")
        yield Listing(id="listing")
        pane = Static("", id="detail", markup=False)
        pane.display = False
        yield pane

    def on_mount(self) -> None:
        self._laid_out = True
        self._title()
        self.query_one(Listing).table.focus()
        if self._sought_before is not None:
            self.seek(*self._sought_before)

    def on_resize(self) -> None:
        if self._laid_out:
            self._title()

    def on_screen_suspend(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def on_screen_resume(self) -> None:
        self._wind()

    def _wind(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_interval(self._now.pace, self.look)

    @property
    def _now(self) -> View:
        return self.VIEWS[self._view]

    @property
    def view(self) -> str:
        return self._now.name

    def record(self) -> Any:
        key = self.query_one(Listing).key
        return self._rows[key].record if key in self._rows and key is not None else None

    def where(self, deed: Deed) -> str:
        labels = [view.label for view in self.VIEWS if view.name in deed.views]
        return f"({', '.join(labels)})" if labels else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("turn", "turn_back"):
            return len(self.VIEWS) > 1
        return super().check_action(action, parameters)

    def look(self) -> None:
        if self.console.lost is None or self.WORKS_OFFLINE:
            self._look()

    @work(group="look", exclusive=True)
    async def _look(self, after: float = 0.0) -> None:
        listing, view = self.query_one(Listing), self._now
        await asyncio.sleep(after)
        words = listing.words
        self._newest = 0
        try:
            found = await self.rows(view.name, words if view.searched_by_server else "")
        except NovaCastError as error:
            if self._asked != (view.name, error.message):  # once, not every two seconds
                self._asked = (view.name, error.message)
                self.trouble(error)
            return
        self._asked, self._found = None, found
        self._show(found)

    def _show(self, found: Mapping[str, Row]) -> None:
        listing, view = self.query_one(Listing), self._now
        if listing.words and not view.searched_by_server:
            found = {key: row for key, row in found.items() if _holds(row.cells, listing.words)}
        self._rows = found
        self._title()
        listing.fill(view.heads, {key: row.cells for key, row in found.items()}, self.nothing(listing.words))
        self._show_detail()

    def nothing(self, words: str) -> str:
        """What is said where there is nothing: older rows are not looked through here."""
        if not words:
            return self._now.empty
        among = f" among the newest {self._newest}" if self._newest and not self._now.searched_by_server else ""
        return f"Nothing is found for “{words}”{among}."

    @on(Listing.Sought)
    def _sought(self) -> None:
        if self._found is None or self._now.searched_by_server:
            self._look(PAUSE)
        else:
            self._show(self._found)

    @on(Listing.Chosen)
    def _chosen(self) -> None:
        self._show_detail()

    @work(group="detail", exclusive=True)
    async def _show_detail(self) -> None:
        pane, record = self.query_one("#detail", Static), self.record()
        try:
            told = "" if record is None else await self.detail(record)
        except NovaCastError:
            return  # it is gone or the server is; the next look says which
        pane.display = bool(told)
        if told and told != str(pane.content):
            pane.update(told)

    def action_search(self) -> None:
        self.query_one(Listing).search()

    def action_turn(self) -> None:
        self._to((self._view + 1) % len(self.VIEWS))

    def action_turn_back(self) -> None:
        self._to((self._view - 1) % len(self.VIEWS))

    def turn_to(self, name: str) -> None:
        self._to([view.name for view in self.VIEWS].index(name))

    def seek(self, view: str, words: str) -> None:
        """Show that table with that in its search."""
        if self._laid_out:
            self.turn_to(view)
            self.query_one(Listing).search(words)
        else:
            self._sought_before = view, words

    def _to(self, number: int) -> None:
        self._view, self._found, self._rows = number, None, {}
        self._title()
        self.query_one(Listing).fill(self._now.heads, {}, "…")
        self.refresh_bindings()
        self._wind()
        self.look()

    def _title(self) -> None:
        parts = [Content.styled(f" {one.label} ", "reverse" if one is self._now else "") for one in self.VIEWS]
        keys = "/ search  v next table" if len(self.VIEWS) > 1 else "/ search"
        rest = f"the newest {self._newest}" if self._newest else ""
        line = Content(" ").join([*parts, Content(self.about()), Content.styled(rest, "dim")])
        room = self.size.width - line.cell_length - 2
        if room > len(keys):
            line = Content.assemble(line, " " * (room - len(keys)), (keys, "dim"))
        self.query_one("#views", Static).update(line)

    async def action_tell(self) -> None:
        key = self.query_one(Listing).key
        if key is None or key not in self._rows:
            return
        row, title = self._rows[key], self._now.label
        told = whole(self._now.heads, row.cells)
        try:
            detail = await self.detail(row.record)
        except NovaCastError:
            detail = ""  # the row is told without it
        if more := "\n".join(line for line in detail.split("\n") if line not in row.cells):
            told += f"\n\n{more}"
        self.app.push_screen(Show(title, told))


def whole(heads: Sequence[str], cells: Sequence[str]) -> str:
    """A row of a table with all of its letters, a line for each cell that says something."""
    width = max(map(len, heads))
    return "\n".join(f"{head:<{width}}  {cell}" for head, cell in zip(heads, cells, strict=True) if head and cell)


def _holds(cells: Iterable[str], words: str) -> bool:
    line = " ".join(cells).casefold()
    return all(word in line for word in words.casefold().split())
