"""What else one looks at on the night: the next performances, the money, the machine."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.text import Text
from textual.widgets import Static

from novacast.overview import Machine, Night, Tonight
from novacast_admin.tui.curves import Curves
from novacast_admin.tui.widgets.figures import NONE, bar, money, number, percent, size, span, spark, words


class Panel(Static):
    """Text that is only drawn when it is another."""

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__("…", id=id, classes="panel")
        self.border_title = title

    def say(self, text: Text) -> None:
        if text != self.content:
            self.update(text, layout=False)


class Nights(Panel):
    def show(self, tonight: Tonight) -> None:
        room = max(self.size.height, 1)
        wide = self.size.width > 60
        lines = Text("Nothing is announced.", "dim") if not tonight.nights else Text()
        for number_, night in enumerate(tonight.nights[: max(1, room // 2)]):
            lines.append("\n" if number_ else "")
            lines.append_text(_night(night, wide=wide))
        self.say(lines)


def _night(night: Night, *, wide: bool) -> Text:
    begin = datetime.fromisoformat(night.starts_at).astimezone(ZoneInfo(night.timezone))
    taken = night.sold + night.held + night.paying
    share = taken / night.capacity if night.capacity else None
    text = Text(f"{begin:%a %d.%m. %H:%M} ")
    text.append(night.title, "bold")
    text.append("" if night.state == "on_sale" else f"  {night.state.replace('_', ' ')}", "yellow")
    text.append(f"\n  {bar(share, 20 if wide else 8)} {night.sold}/{night.capacity}")
    held = f"held {night.held + night.paying}" if wide else ""  # the bar has it
    text.append(f"  {words((held, f'free {night.free}', f'in {night.inside}'), '  ' if wide else ' ')}")
    return text


class Purse(Panel):
    def show(self, tonight: Tonight) -> None:
        money_ = [f"{money(one.amount, one.currency):>12}  {one.orders} orders" for one in tonight.takings]
        text = Text("\n".join(money_) if money_ else "No money since midnight.", "" if money_ else "dim")
        waits = [
            f"{work.kind.replace('_', ' ')} {work.running + work.waiting}"
            + (f" ({work.failed} failed)" * bool(work.failed))
            for work in tonight.work
            if work.running or work.waiting or work.failed
        ]
        text.append("\nwork: " + (words(waits, ", ") if waits else "nothing waits"))
        self.say(text)


class MachinePanel(Panel):
    """Short on the night, long on its own screen."""

    def __init__(self, title: str, *, id: str, long: bool = False) -> None:
        super().__init__(title, id=id)
        self._long = long

    def show(self, tonight: Tonight, curves: Curves) -> None:
        one = tonight.machine
        self.say(self._all(one, curves) if self._long else self._short(one, curves))

    def _short(self, one: Machine, curves: Curves) -> Text:
        used = 1 - one.memory_free / one.memory if one.memory else None
        text = Text(f"CPU    {bar(one.cpu, 8)} {percent(one.cpu):>4} {spark(curves.of('cpu'), 10)}")
        text.append(f"\nmemory {bar(used, 8)} {percent(used):>4} {size(one.memory_free)} free\n")
        text.append_text(_disk(one, 8))
        return text

    def _all(self, one: Machine, curves: Curves) -> Text:
        width = max(10, min(60, self.size.width - 44))
        used = one.memory - one.memory_free
        rows = (
            ("CPU", percent(one.cpu), "cpu", f"of {one.cores} cores, load {one.load:.1f}"),
            ("memory", size(used), "memory", f"of {size(one.memory)}"),
            ("server", number(one.server_cpu, "cores", 2), "server", f"{size(one.server_memory)} memory"),
            ("disk out", _rate(one.disk_written), "written", f"in {_rate(one.disk_read)}"),
            ("net out", _rate(one.sent), "sent", f"in {_rate(one.received)}"),
        )
        text = Text()
        for label, value, curve, more in rows:
            text.append(f"{label:<9}{value:>11} {spark(curves.of(curve), width)} {more}\n")
        text.append_text(_disk(one, 20))
        text.append(f"\nup {span(one.uptime)}, {len(one.children)} children")
        return text


def _rate(value: float | None) -> str:
    return NONE if value is None else f"{size(value)}/s"


def _disk(one: Machine, width: int) -> Text:
    left = one.disk_free - one.reserve
    text = Text(f"disk   {bar(1 - one.disk_free / one.disk if one.disk else None, width)} {size(max(left, 0))} left")
    if one.hours_left is not None:
        text.append(
            f", {number(one.hours_left, 'h', 1 if one.hours_left < 100 else 0)}",
            "bold red" if one.hours_left < 4 else "",
        )
    elif left <= 0:
        text.append(" FULL", "bold red")
    return text
