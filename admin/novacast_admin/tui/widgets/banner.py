"""The two lines on top: whose venue this is and how it stands, and where one can go."""

from collections.abc import Mapping, Sequence

from textual.content import Content
from textual.widgets import Static

from novacast.overview import Tonight
from novacast.records import dataclass

NARROW = 100
"""Columns below which names are written closer."""
SMALL = 76
"""Columns below which only what changes is written."""
LEAST = 2
"""Letters that each keeps."""


class Banner(Static):
    """Venue, connection, alarms."""

    def __init__(self, venue: str) -> None:
        super().__init__(id="banner")
        self._venue = venue
        self._shown: tuple[str, str, str] | None = None

    def connected(self, tonight: Tonight, venue: str) -> None:
        self._venue = venue
        critical = sum(1 for alarm in tonight.alarms if alarm.severity == "critical" and not alarm.acknowledged_by)
        fresh = sum(1 for alarm in tonight.alarms if not alarm.acknowledged_by)
        if critical:
            alarms = f"!! {critical} critical" + (f", {fresh - critical} more" if fresh > critical else "")
        elif fresh:
            alarms = f"! {fresh} alarm{'s' if fresh > 1 else ''}"
        else:
            alarms = f"no new alarms ({len(tonight.alarms)} known)" if tonight.alarms else "no alarms"
        on_air = sum(1 for one in tonight.programmes if one.programme.state == "on_air")
        state = f"{'● connected ' if self.app.size.width >= SMALL else '●'} {on_air} on air, {tonight.viewers} watching"
        self._show(state, alarms, "$error" if critical else "$warning" if fresh else "$success")

    def lost(self, seconds: float) -> None:
        self._show("○ SERVER DOWN", f"tried again in {seconds:g} s", "$error")

    def waiting(self) -> None:
        self._show("○ connecting", "", "$text-muted")

    def _show(self, state: str, alarms: str, colour: str) -> None:
        if (shown := (state + self._venue, alarms, colour)) == self._shown:
            return
        self._shown = shown
        self.update(
            Content.from_markup(
                f"[b]$venue[/b]  $state  [{colour} bold]$alarms[/]  [dim]$hint[/]",
                hint="? help  q leave" if self.app.size.width >= NARROW else "? help",
                venue=self._venue,
                state=state,
                alarms=alarms,
            ),
            layout=False,
        )


@dataclass(frozen=True, slots=True)
class Way:
    """To a screen, by its key."""

    key: str
    name: str
    label: str
    short: str


def shortened(ways: Sequence[Way], here: str, room: int) -> Mapping[str, str]:
    """So that they fit into so many columns: as many as need be by their short names, the last first, then letter by
    letter down to two, the longest first. `here` stays whole."""
    shown = {way.name: way.label for way in ways}
    others = [way for way in ways if way.name != here]
    for way in reversed(others):
        if _length(shown) > room:
            shown[way.name] = way.short
    while _length(shown) > room and others:
        longest = max(others, key=lambda way: len(shown[way.name]))
        if len(shown[longest.name]) <= LEAST:
            break
        shown[longest.name] = shown[longest.name][:-1]
    return shown


def _length(shown: Mapping[str, str]) -> int:
    return sum(map(len, shown.values()))


class Ways(Static):
    """The screens with their keys; the one that is open stands out. They can be clicked."""

    def __init__(self, ways: Sequence[Way], here: str) -> None:
        super().__init__(id="ways")
        self._ways, self._here = ways, here

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        gap = " " if self.app.size.width >= NARROW else ""
        around = sum(len(way.key) + len(gap) + 1 for way in self._ways) - 1
        shown = shortened(self._ways, self._here, self.app.size.width - around)
        self.update(Content(" ").join([self._way(way, shown[way.name], gap) for way in self._ways]), layout=False)

    def _way(self, way: Way, label: str, gap: str) -> Content:
        style = "reverse bold" if way.name == self._here else "not bold"
        return Content.from_markup(
            f"[@click=app.go('{way.name}')][{style}][$accent]{way.key}[/]{gap}$label[/][/]", label=label
        )
