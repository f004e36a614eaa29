"""The two lines on top: whose venue this is and how it stands, and where one can go."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from novacast.overview import Tonight

NARROW = 100
"""Columns below which names are written closer."""


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
        if fresh:
            alarms = f"! {fresh} alarm{'s' if fresh > 1 else ''}{f', {critical} critical' if critical else ''}"
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
                f"[b]$venue[/b]  $state  [{colour} bold]$alarms[/]  [dim]? help[/]",
                venue=self._venue,
                state=state,
                alarms=alarms,
            ),
            layout=False,
        )


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
        names = list(self._names)
        # Of a screen that is too narrow the last ones are known by the palette and the help.
        while sum(len(label) + 2 + len(gap) for _, _, label in names) > self.app.size.width + 1:
            names.pop(-2 if names[-1][1] == self._here else -1)
        parts = [self._way(key, name, label, gap) for key, name, label in names]
        self.update(Content(" ").join(parts), layout=False)

    def _way(self, key: str, name: str, label: str, gap: str) -> Content:
        style = "reverse bold" if name == self._here else "not bold"
        return Content.from_markup(f"[@click=app.go('{name}')][{style}][$accent]{key}[/]{gap}$label[/][/]", label=label)
