"""The queue of transcodes: what is made now, what waits, and why something failed; and how much of all other work."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from novacast.overview import Work
from novacast_admin.records import Job
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import bar, moment, number, percent, span

WORK = "work"
HEADS = ("video", "state", "progress", "step", "speed", "tries", "queued")


class Videos(Book):
    KEY, NAME, LABEL = "3", "videos", "Videos"
    ABOUT = "Videos in the works: progress, order, reasons of failures."
    VIEWS = (
        View("live", "Queue", HEADS, "Nothing waits and nothing is made."),
        View("failed", "Failed", HEADS, "Nothing has failed."),
        View("done", "Done", HEADS, "Nothing is done yet."),
        View("cancelled", "Cancelled", HEADS, "Nothing was cancelled."),
        View(WORK, "All work", ("work", "waits", "runs", "failed today", "oldest waits"), "Nothing is known yet."),
    )
    DEEDS = (
        Deed("r", "retry", "Try again", "Put it into the queue once more.", ("failed", "cancelled")),
        Deed("f", "first", "First", "Make it before all that waits.", ("live",)),
        Deed("l", "last", "Last", "Make it after all that waits.", ("live",)),
        Deed("c", "cancel", "Cancel", "Make it no longer. It can be tried again.", ("live",)),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        if view == WORK:
            tonight = self.console.tonight
            return {one.kind: Row(_work(one), one) for one in (tonight.work if tonight else ())}
        page = await self.client.jobs(view, limit=100)
        return {job.video: Row(_cells(job), job) for job in self.newest(page)}

    async def detail(self, record: Any) -> str:
        if not isinstance(record, Job):
            return ""
        job = record
        return "\n".join(part for part in (job.reason or "", _times(job)) if part)

    async def do_retry(self, job: Job) -> str:
        await self.client.retry(job.video)
        return f"{job.title} waits again."

    async def do_first(self, job: Job) -> str:
        await self.client.move(job.video, first=True)
        return f"{job.title} is made next."

    async def do_last(self, job: Job) -> str:
        await self.client.move(job.video, first=False)
        return f"{job.title} is made last."

    async def do_cancel(self, job: Job) -> str | None:
        if not await self.sure(f"Cancel {job.title}? What is made of it so far goes.", "Cancel it"):
            return None
        await self.client.cancel(job.video)
        return f"{job.title} is cancelled."


def _cells(job: Job) -> Sequence[str]:
    progress = "" if job.progress is None else f"{bar(job.progress, 10)} {percent(job.progress)}"
    speed = "" if job.speed is None else f"{number(job.speed, digits=1)}×"
    return job.title, job.state, progress, job.step, speed, str(job.attempts), moment(job.queued_at)


def _work(one: Work) -> Sequence[str]:
    kind, oldest = one.kind.replace("_", " "), "" if one.oldest_seconds is None else span(one.oldest_seconds)
    return kind, str(one.waiting), str(one.running), str(one.failed), oldest


def _times(job: Job) -> str:
    if job.ended_at is not None:
        return f"began {moment(job.started_at)}, ended {moment(job.ended_at)}"
    return f"began {moment(job.started_at)}" if job.started_at is not None else ""
