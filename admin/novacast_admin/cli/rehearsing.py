"""What `novacast bench` and `novacast doctor --event` share: they rehearse, with bars, and show what was found."""

import asyncio
import math
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from novacast.clock import SystemClock
from novacast.errors import Conflict
from novacast.folder import DataFolder
from novacast.settings import Settings
from novacast.tasks import TaskGroup
from novacast_admin.cli.output import err, out, print_table, say
from novacast_admin.cli.rehearsal_options import Asked
from novacast_admin.rehearsal import forecast
from novacast_admin.rehearsal.conductor import Rehearsal
from novacast_admin.rehearsal.models import Part, Plan, Report
from novacast_admin.rehearsal.scratch import place_beside
from novacast_admin.rehearsal.verdict import Answer, Verdict

TICK = 0.2
BUSY = 0.2
"""Share of the cores."""
NAMES = {
    None: "preparing",
    Part.STAGE: "encoder",
    Part.VIEWERS: "viewers",
    Part.CHAT: "chat",
    Part.SALE: "sale",
    Part.WEBHOOKS: "webhooks",
    Part.DISK: "disk",
}
MARKS = {
    Answer.GO: "[green]go     [/]",
    Answer.MAYBE: "[yellow]maybe  [/]",
    Answer.NO_GO: "[red]no-go  [/]",
    Answer.UNKNOWN: "[dim]unknown[/]",
}


def check_on_air(titles: Sequence[str], *, yes: bool) -> None:
    """Raises Conflict while somebody is on air, unless that was said to be wanted."""
    if not titles:
        return
    shown = ", ".join(titles)
    if not yes:
        raise Conflict(
            f"On air: {shown}. A rehearsal takes all that this machine has, and viewers would notice. "
            "Wait for the end, or say --yes."
        )
    say(f"On air: {shown}. What they take is missing from what is found here.")


def rehearse(settings: Settings, asked: Asked, plan: Plan, *, aloud: bool) -> Report:
    """Blocks for about as long as was asked for. TERM and Ctrl-C end it in order."""
    place = place_beside(settings, asked.scratch)
    with _bars(plan, aloud=aloud) as tell:
        return asyncio.run(_until_ended(Rehearsal(settings, plan, SystemClock(), tell.now, place), tell))


async def _until_ended(rehearsal: Rehearsal, bars: "Bars") -> Report:
    tasks, loop = TaskGroup("rehearsal"), asyncio.get_running_loop()
    playing = tasks.start(rehearsal.play(), "play")
    tasks.start(bars.run(), "bars")
    loop.add_signal_handler(signal.SIGTERM, playing.cancel)
    try:
        return await playing
    except asyncio.CancelledError:
        raise typer.Abort from None
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        with suppress(asyncio.CancelledError):
            await tasks.close()


class Bars:
    """One line a part, which fills with the time that the part has."""

    def __init__(self, plan: Plan, shown: Progress) -> None:
        self._plan, self._shown, self._clock = plan, shown, SystemClock()
        self._line: TaskID | None = None
        self._part: Part | None = None
        self._began = 0.0

    def now(self, part: Part | None, words: str) -> None:
        if self._line is None or part is not self._part:
            self._finish()
            self._part, self._began = part, self._clock.monotonic()
            seconds = self._plan.share(part) if part is not None else 10.0
            self._line = self._shown.add_task(NAMES[part], total=seconds, step="")
        self._shown.update(self._line, step=escape(words))

    async def run(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            if self._line is not None:
                self._shown.update(self._line, completed=self._clock.monotonic() - self._began)

    def _finish(self) -> None:
        if self._line is not None:
            total = next(one.total for one in self._shown.tasks if one.id == self._line)
            self._shown.update(self._line, completed=total or 0.0, step="")
            self._shown.stop_task(self._line)

    def close(self) -> None:
        self._finish()


@contextmanager
def _bars(plan: Plan, *, aloud: bool) -> Iterator[Bars]:
    columns = (TextColumn("{task.description:<9}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[step]}"))
    with Progress(*columns, console=err, disable=not aloud, transient=True) as shown:
        bars = Bars(plan, shown)
        yield bars
        bars.close()


def show(report: Report) -> None:
    """For people."""
    machine = report.machine
    free = f"{machine.memory_free / 1e9:.1f} of {machine.memory / 1e9:.1f} GB of memory free"
    out.print(
        f"{machine.cores} cores, {free}; others took {machine.others:.1f} cores before it began. "
        f"{report.seconds:.0f} s."
    )
    print_table(("part", "can take", "shown here", "what ends it", "how that is known"), list(_rows(report)))
    found = forecast.rungs(report)
    if found:
        out.print()
        print_table(
            ("all on", "Mbit/s", "viewers", "what ends it"),
            [(one.name, f"{one.bitrate / 1e6:.1f}", f"{one.viewers:,}", one.bound.resource) for one in found],
        )
    bound = bottleneck(report)
    out.print()
    if bound is not None:
        out.print(f"The bottleneck is the [bold]{bound.resource}[/]: {escape(bound.why)}.")
    if machine.others > machine.cores * BUSY:
        say("Other programs kept this machine busy: without them it takes more.")
    for part, why in report.skipped.items():
        say(f"{NAMES[Part(part)]} was not tried to its end: {why}")


def bottleneck(report: Report) -> forecast.Limit | None:
    """What ends the audience, which is what a house is for; where that was not tried, the sale."""
    able = forecast.viewers(report)
    if able is not None:
        return able.bound
    sale = forecast.sale(report)
    return None if sale is None else sale[0].bound


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    stage = report.stage
    if stage is not None:
        count = forecast.programmes(report)
        many = "" if count is None else f"{count:.1f} programmes like this"
        made = ", ".join(one.name for one in stage.made)
        lost = f", without {', '.join(stage.missing)}" if stage.missing else ""
        how = f"FFmpeg took {stage.encoder:.2f} cores, headroom {stage.headroom:.0%}"
        yield "encoder", many, f"{made}{lost}", "processor", how
    yield from _able("viewers", forecast.viewers(report), "")
    if report.watching is not None and forecast.viewers(report) is None:
        worst = report.watching.worst
        yield "viewers", "none", f"late with {worst.viewers if worst else 0}", "processor", "parts came late"
    chat = forecast.chat(report)
    if chat is not None and report.chatting is not None and report.chatting.best is not None:
        best = report.chatting.best
        audience = forecast.viewers(report)
        people = best.people if audience is None else max(1.0, audience.most)
        rate = forecast.messages(chat.most, people, report.chatting.shown)
        many = f"{report.chatting.shown} messages/s or more" if math.isinf(rate) else f"{rate:,.1f} messages/s"
        here = f"{best.rate:,.0f} messages/s to {best.people:,} people"
        yield "chat", f"{many} to {people:,.0f}", here, chat.bound.resource, chat.bound.why
    sale = forecast.sale(report)
    if sale is not None:
        yield from _able("holds", sale[0], "/s")
        yield from _able("orders", sale[1], "/s")
    letters = report.letters
    if letters is not None:
        here = f"{letters.arrived:,} of {letters.expected:,} arrived"
        yield "webhooks", f"{letters.rate:,.0f}/s", here, "processor", f"{letters.again:,} were sent again at once"
    yield from _disk(report)


def _able(name: str, able: forecast.Ability | None, unit: str) -> Iterator[tuple[str, ...]]:
    if able is not None:
        bound = able.bound
        yield name, f"{able.most:,.0f}{unit}", f"{able.proven:,.0f}{unit}", bound.resource, bound.why


def _disk(report: Report) -> Iterator[tuple[str, ...]]:
    disk, hours = report.disk, forecast.hours(report)
    if disk is None:
        return
    many = "" if hours is None else f"{hours:,.0f} hours of recording"
    rate = forecast.recorded(report) * 3600 / 1e9
    how = f"{disk.free / 1e9:,.0f} GB free, {rate:.1f} GB an hour" if rate else f"{disk.free / 1e9:,.0f} GB free"
    other = "" if disk.same else f", tried in {disk.place}, which is another disk"
    yield "disk", many, f"{disk.write / 1e6:,.0f} MB/s, {disk.sync * 1e3:.1f} ms a write", "disk", f"{how}{other}"


def judge(found: Sequence[Verdict], title: str) -> None:
    """For people."""
    out.print()
    out.print(f"[bold]{escape(title)}[/]")
    for one in found:
        out.print(f"{MARKS[one.answer]} [bold]{one.part:<9}[/] {escape(one.reason)}")
        if one.mend and one.answer is not Answer.GO:
            out.print(f"{'':<18}[cyan]mend:[/] {escape(one.mend)}")


def as_json(report: Report) -> Mapping[str, Any]:
    """The whole report, with what is made of it."""
    told = asdict(report)
    told["plan"]["parts"] = sorted(report.plan.parts)
    able: dict[str, forecast.Ability | None] = {"viewers": forecast.viewers(report), "chat": forecast.chat(report)}
    sale = forecast.sale(report)
    able |= {"holds": sale and sale[0], "orders": sale and sale[1]}
    told["can_take"] = {name: None if one is None else asdict(one) for name, one in able.items()}
    told["can_take"] |= {
        "hours_of_recording": forecast.hours(report),
        "programmes": forecast.programmes(report),
        "rungs": [asdict(one) for one in forecast.rungs(report)],
    }
    bound = bottleneck(report)
    return told | {"bottleneck": None if bound is None else asdict(bound)}


def there_is_a_venue(settings: Settings) -> bool:
    return DataFolder.at(settings.data).database.exists()
