"""The programmes that are on, with where their numbers came from and go."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from novacast.overview import FeedNow, Programme, ProgrammeNow, Tonight
from novacast_admin.tui.curves import Curves
from novacast_admin.tui.widgets.figures import bar, bits, money, number, percent, span, spark, words

QUIET = "Nothing is on air."
STATES: Mapping[str, tuple[str, str]] = {
    "on_air": ("● ON AIR", "bold green"),
    "interrupted": ("▲ INTERRUPTED", "bold red"),
    "standby": ("◌ STANDBY", "bold yellow"),
}


class OnAir(VerticalScroll, can_focus=False):
    """What came last is changed in place: nothing is laid out anew while the same programmes go on."""

    def __init__(self) -> None:
        super().__init__(id="air")
        self.border_title = "On air"
        self._shown: dict[str, Static] = {}
        self._quiet = Static("…", classes="empty")

    def compose(self) -> ComposeResult:
        yield self._quiet

    def show(self, tonight: Tonight, curves: Curves) -> None:
        self.border_subtitle = _takings(tonight)
        current = {one.programme.id: one for one in tonight.programmes}
        for gone in self._shown.keys() - current.keys():
            self._shown.pop(gone).remove()
        self._quiet.display = not current
        if str(self._quiet.content) != QUIET:
            self._quiet.update(QUIET)
        for id_, one in current.items():
            if id_ not in self._shown:
                self._shown[id_] = Static(classes="programme")
                self.mount(self._shown[id_])
            text = self._text(one, tonight.at, curves)
            if text != self._shown[id_].content:
                lines = str(self._shown[id_].content).count("\n")
                self._shown[id_].update(text, layout=text.plain.count("\n") != lines or not lines)

    def _text(self, now: ProgrammeNow, at: str, curves: Curves) -> Text:
        one, width = now.programme, 20 if self.size.width > 110 else 10
        mark, style = STATES.get(one.state, (one.state, ""))
        kept = {name: spark(curves.of(name, one.id), width) for name in ("viewers", "bitrate")}
        title = _within(one.title or one.channel, max(20, self.size.width - 48))
        text = Text.assemble((mark, style), " ", (title, "bold"), f" — {one.channel}" if title != one.channel else "")
        text.append(f"  {span(_seconds(one.started_at, at))}" + ("  TEST" if one.test else ""))
        shown = f"  shows {one.on}" + (f" (wanted: {one.wanted})" if one.wanted != "auto" else "")
        text.append(shown, "yellow" if one.on == "slate" else "")
        text.append(f"\n  watching {one.viewers:>5} {kept['viewers']}  ")
        text.append(words([f"{rung.name} {rung.viewers}" for rung in one.rungs], " · "))
        text.append(f"\n  in {bits(one.bitrate):>9} {kept['bitrate']}  ")
        text.append(words([_figures(one), _feeds(one.feeds)]))
        text.append("\n  headroom ")
        text.append(_headroom(one), "bold red" if one.headroom is not None and one.headroom < 0.25 else "")
        text.append("  " + words([_stalls(now), f"chat {number(now.chat_rate)}/min", _targets(one)]))
        for alarm in one.alarms[-3:]:
            text.append(f"\n  ! {alarm}", "yellow")
        return text


def _within(title: str, width: int) -> str:
    return title if cell_len(title) <= width else f"{set_cell_size(title, width - 1).rstrip()}…"


def _takings(tonight: Tonight) -> str:
    paid = [f"{money(one.amount, one.currency)} in {one.orders} orders" for one in tonight.takings]
    return f"today {', '.join(paid)}" if paid else "no money since midnight"


def _figures(one: Programme) -> str:
    skew = "A/V –" if one.skew_ms is None else f"A/V {one.skew_ms:+.0f} ms"
    lost = "" if one.lost is None else f"lost {one.lost}"
    return words([number(one.fps, "fps", 1), f"GOP {number(one.keyframe_seconds, 's', 1)}", skew, lost])


def _headroom(one: Programme) -> str:
    speed = "" if one.speed is None else f" {one.speed:.1f}×"
    return f"{bar(one.headroom, 8)} {percent(one.headroom)}{speed}"


def _stalls(now: ProgrammeNow) -> str:
    share = now.watching.stall_share
    return f"stalls {now.watching.stalls}" + (f" ({percent(share)})" if share is not None else "")


def _targets(one: Programme) -> str:
    if not one.targets:
        return ""
    sending = sum(1 for target in one.targets if target.state == "live")
    return f"targets {sending}/{len(one.targets)}"


def _feeds(feeds: Sequence[FeedNow]) -> str:
    return " ".join(f"{one.role}:{one.protocol}{'' if one.connected else ' LOST'}" for one in feeds)


def _seconds(begin: str | None, end: str) -> float | None:
    if begin is None:
        return None
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds())
