"""The two lines on top: whose venue this is and how it stands, and where one can go."""

from collections.abc import Mapping, Sequence

from textual.content import Content
from textual.widgets import Static

from novacast.overview import Tonight

NARROW = 100
"""Columns below which names are written closer."""
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
        state = f"● connected  {on_air} on air, {tonight.viewers} watching"
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


def shortened(labels: Mapping[str, str], here: str, room: int) -> Mapping[str, str]:
    """So that they fit into so many columns: the longest gives way first, down to two letters; `here` stays whole."""
    shown = dict(labels)
    others = [name for name in shown if name != here]
    while sum(map(len, shown.values())) > room and others:
        longest = max(others, key=lambda name: len(shown[name]))
        if len(shown[longest]) <= LEAST:
            break
        shown[longest] = shown[longest][:-1]
    return shown


class Ways(Static):
    """The screens with their keys; the one that is open stands out. They can be clicked."""

    def __init__(self, names: Sequence[tuple[str, str, str]], here: str) -> None:
        super().__init__(id="ways")
        self._names, self._here = names, here

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        gap = " " if self.app.size.width >= NARROW else ""
        around = sum(len(key) + len(gap) + 1 for key, _, _ in self._names) - 1
        shown = shortened({name: label for _, name, label in self._names}, self._here, self.app.size.width - around)
        parts = [self._way(key, name, shown[name], gap) for key, name, _ in self._names]
        self.update(Content(" ").join(parts), layout=False)

    def _way(self, key: str, name: str, label: str, gap: str) -> Content:
        style = "reverse bold" if name == self._here else "not bold"
        return Content.from_markup(f"[@click=app.go('{name}')][{style}][$accent]{key}[/]{gap}$label[/][/]", label=label)
