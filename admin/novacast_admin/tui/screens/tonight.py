"""What goes on tonight, at a glance."""

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from novacast.overview import Alarm, Tonight
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.screens.book import whole
from novacast_admin.tui.screens.room import Room
from novacast_admin.tui.widgets.dialogs import Show
from novacast_admin.tui.widgets.figures import bits, moment, number
from novacast_admin.tui.widgets.listing import Listing
from novacast_admin.tui.widgets.on_air import OnAir
from novacast_admin.tui.widgets.panels import MachinePanel, Nights, Purse
from novacast_admin.tui.widgets.plot import Plot

HEADS = ("weight", "since", "what", "known to")


class TonightRoom(Room):
    KEY, NAME, LABEL = "1", "tonight", "Tonight"
    SHORT = "Now"
    ABOUT = "What is on air, what is sold, how the machine is, and what is wrong."
    DEEDS = (Deed("k", "acknowledge", "Acknowledge", "Say that you know of this alarm: nobody is told of it again."),)
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(DEEDS),
        Binding(
            "slash", "search", "Search", show=False, key_display="/",
            tooltip="Show only alarms that hold what you type.",
        ),
        Binding("enter", "tell", "More", show=False, tooltip="Show all that is known of the alarm."),
        Binding("pagedown", "air(True)", "Down", show=False, priority=True, tooltip="Show what is below on air."),
        Binding("pageup", "air(False)", "Up", show=False, priority=True, tooltip="Show what is above on air."),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._alarms: dict[str, Alarm] = {}

    def body(self) -> Iterable[Widget]:
        yield OnAir()
        with Horizontal(id="panels"):
            yield Nights("Next", id="nights")
            yield Purse("Today", id="purse")
            yield MachinePanel("Machine", id="machine")
        with Horizontal(id="curves"):
            yield Plot("Watching", number, id="watching")
            yield Plot("Coming in", bits, id="coming")
        listing = Listing(id="listing")
        listing.border_title, listing.border_subtitle = "Alarms", "/ search"
        yield listing

    def on_mount(self) -> None:
        self.query_one(Listing).table.focus()

    def show(self, tonight: Tonight) -> None:
        curves = self.console.curves
        self.query_one(OnAir).show(tonight, curves)
        self.query_one(Nights).show(tonight)
        self.query_one(Purse).show(tonight)
        self.query_one(MachinePanel).show(tonight, curves)
        self.query_one("#watching", Plot).show(curves.of("viewers"))
        self.query_one("#coming", Plot).show(curves.of("bitrate"))
        self._show_alarms(tonight)

    def _show_alarms(self, tonight: Tonight) -> None:
        listing = self.query_one(Listing)
        wanted = listing.words.casefold()
        self._alarms = {one.id: one for one in tonight.alarms if wanted in one.message.casefold()}
        rows = {one.id: _cells(one) for one in self._alarms.values()}
        listing.fill(HEADS, rows, "Nothing is wrong.")

    @on(Listing.Sought)
    def _sought(self) -> None:
        if self.console.tonight is not None:
            self._show_alarms(self.console.tonight)

    def record(self) -> Any:
        key = self.query_one(Listing).key
        return self._alarms.get(key) if key is not None else None

    def action_search(self) -> None:
        self.query_one(Listing).search()

    def action_tell(self) -> None:
        if (alarm := self.record()) is not None:
            self.app.push_screen(Show("Alarm", whole(HEADS, _cells(alarm))))

    def action_air(self, down: bool) -> None:
        air = self.query_one(OnAir)
        if down:
            air.scroll_page_down(animate=False)
        else:
            air.scroll_page_up(animate=False)

    async def do_acknowledge(self, alarm: Alarm) -> str:
        await self.client.acknowledge(alarm.id)
        return f"Known to you now: {alarm.message}"


def _cells(alarm: Alarm) -> tuple[str, ...]:
    weight = "!! critical" if alarm.severity == "critical" else "! warning"
    return weight, moment(alarm.raised_at), alarm.message, alarm.acknowledged_by or ""
