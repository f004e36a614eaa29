"""The whole rehearsal, part after part, with the test picture on air all the while."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import field, replace
from pathlib import Path

from novacast.clock import Clock
from novacast.errors import NovaCastError, Unavailable
from novacast.folder import DataFolder
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.media.process import Child
from novacast.operations.system import proc
from novacast.records import dataclass
from novacast.settings import Settings, as_environment
from novacast_admin.rehearsal import evening, scratch, stage
from novacast_admin.rehearsal.extras import Extras
from novacast_admin.rehearsal.machine import Meter, machine, try_disk
from novacast_admin.rehearsal.models import Address, Part, Plan, Report
from novacast_admin.rehearsal.stage import Monitor, OnAir
from novacast_admin.rehearsal.watching import Audience

Tell = Callable[[Part | None, str], None]
"""Told of the part that is tried now (None: what comes before and after all), and of what happens in it."""
QUIET_SECONDS = 1.0
"""In which is looked at what others do on this machine."""
CROWDS = 4
"""Processes of viewers, at most; one for two cores."""
EACH = 4096
"""Numbers of viewers that a process has, for addresses of their own."""


@dataclass
class Rehearsal:
    """`play` may be cancelled at any time: processes end, and the folder goes."""

    settings: Settings
    plan: Plan
    clock: Clock
    tell: Tell
    place: Path
    """Where the scratch folder is made."""
    _skipped: dict[str, str] = field(default_factory=dict)

    async def play(self) -> Report:
        """Raises what keeps the whole from beginning; what keeps a part from it is in the report."""
        began = self.clock.monotonic()
        self.tell(None, "looking at the machine")
        others = await self._others()
        report = Report(self.plan, machine(self.settings, others), 0.0, skipped=self._skipped)
        with scratch.folder(self.place, self.settings.data) as folder:
            if self.plan.parts - {Part.DISK}:
                report = await self._served(folder, report)
            if Part.DISK in self.plan.parts:
                report = await self._disk(folder, report)
        return replace(report, seconds=self.clock.monotonic() - began)

    async def _disk(self, folder: DataFolder, report: Report) -> Report:
        self.tell(Part.DISK, "writing")
        seconds = self.plan.share(Part.DISK)
        try:
            found = await asyncio.to_thread(try_disk, folder.root, self.settings, self.clock, seconds)
        except OSError as error:
            report.skipped[Part.DISK] = f"{folder.root} can't be written to: {error.strerror}."
            return report
        return replace(report, disk=found)

    async def _others(self) -> float:
        """Cores that are busy before anything of ours is."""
        before = proc.processors()
        await asyncio.sleep(QUIET_SECONDS)
        now = proc.processors()
        return 0.0 if before is None or now is None else max(0.0, now.busy - before.busy) / QUIET_SECONDS

    async def _served(self, folder: DataFolder, report: Report) -> Report:
        self.tell(None, "starting a server of its own")
        environment = as_environment(self.settings)
        async with AsyncExitStack() as stack:
            mailbox, address = None, ""
            if Part.WEBHOOKS in self.plan.parts and Part.SALE in self.plan.parts:
                mailbox = await stack.enter_async_context(await Extras.start("mailbox", environment))
                address = f"http://127.0.0.1:{(await mailbox.answer(20.0))['port']}/hook"
            serving = scratch.serving(self.settings, folder, self.plan, address)
            where, server = await stack.enter_async_context(serving)
            played = _Played(self, folder, where, Meter(self.clock, server.pid), environment, mailbox)
            return await played.parts(report)


@dataclass
class _Played:
    """The parts that need the server."""

    of: Rehearsal
    folder: DataFolder
    where: Address
    meter: Meter
    environment: dict[str, str]
    mailbox: Extras | None

    async def parts(self, report: Report) -> Report:
        plan = self.of.plan
        if plan.parts & {Part.STAGE, Part.VIEWERS}:
            try:
                async with self._crowd("viewers", 0) as first, self._on_air(first) as (air, sender, source):
                    report = await self._watched(report, first, air, sender, source)
                    return await self._beside(report)
            except _NothingOnAir as error:
                for part in plan.parts & {Part.STAGE, Part.VIEWERS}:
                    report.skipped[part] = str(error)
        return await self._beside(report)

    async def _watched(self, report: Report, first: Extras, air: OnAir, sender: Child, source: stage.Source) -> Report:
        plan, tell = self.of.plan, self.of.tell
        tell(Part.STAGE, f"{', '.join(one.name for one in air.rungs)} on air")
        judged = await stage.judged(
            plan, source, air, self.folder, self.meter, sender, max(4.0, plan.share(Part.STAGE) / 2)
        )
        report = replace(report, stage=judged)
        if Part.VIEWERS not in plan.parts:
            return report
        async with AsyncExitStack() as stack:
            crowds = [first]
            while len(crowds) < min(CROWDS, report.machine.cores // 2):
                crowds.append(await stack.enter_async_context(self._crowd("viewers", len(crowds) * EACH)))
            audience = Audience(crowds, self.meter, Monitor(self.folder), stage.part_of(plan.profile))
            try:
                watching = await audience.climb(
                    air.rungs, plan.most_viewers, plan.share(Part.VIEWERS), lambda words: tell(Part.VIEWERS, words)
                )
                return replace(report, watching=watching)
            except NovaCastError as error:
                report.skipped[Part.VIEWERS] = str(error)
        return report

    async def _beside(self, report: Report) -> Report:
        """Chat, sale and webhooks, with whatever is on air."""
        for part, work in ((Part.CHAT, self._talked), (Part.SALE, self._sold)):
            if part in self.of.plan.parts:
                try:
                    report = await work(report)
                except NovaCastError as error:
                    report.skipped[part] = str(error)
        return report

    async def _talked(self, report: Report) -> Report:
        plan, where = self.of.plan, self.where
        async with await self._start("talkers", where.programme) as crowd:
            chatting = await evening.talked(
                crowd, self.meter, where.tokens, plan.chatters, self.of.settings.chat.sample_above,
                plan.share(Part.CHAT), lambda words: self.of.tell(Part.CHAT, words),
            )  # fmt: skip
        return replace(report, chatting=chatting)

    async def _sold(self, report: Report) -> Report:
        plan, where = self.of.plan, self.where
        async with await self._start("buyers", where.performance, where.seated, where.standing) as crowd:
            selling, orders = await evening.sold(
                crowd, self.meter, plan.share(Part.SALE), lambda words: self.of.tell(Part.SALE, words)
            )
        report = replace(report, selling=selling)
        if self.mailbox is not None:
            self.of.tell(Part.WEBHOOKS, f"{orders} letters")
            seconds = max(2.0, plan.share(Part.WEBHOOKS))
            letters = await evening.delivered(self.mailbox, self.folder, where.webhook, orders, seconds)
            report = replace(report, letters=letters)
        return report

    async def _start(self, name: str, *arguments: str) -> Extras:
        where = self.where
        return await Extras.start(name, self.environment, where.host, str(where.port), *arguments)

    @asynccontextmanager
    async def _crowd(self, name: str, first: int) -> AsyncIterator[Extras]:
        async with await self._start(name, self.where.programme, str(first)) as crowd:
            yield crowd

    @asynccontextmanager
    async def _on_air(self, viewers: Extras) -> AsyncIterator[tuple[OnAir, Child, stage.Source]]:
        """Raises _NothingOnAir."""
        self.of.tell(Part.STAGE, "making a test picture")
        try:
            ffmpeg = await self._ffmpeg()
            source = await stage.film(ffmpeg, self.folder, self.of.plan.heights)
        except NovaCastError as error:
            raise _NothingOnAir(str(error)) from error
        async with stage.sent(ffmpeg, source, self.where.rtmp) as sender:
            self.of.tell(Part.STAGE, f"{source.told}, going on air")
            try:
                air = await stage.on_air(viewers, sender, self.of.clock)
            except NovaCastError as error:
                raise _NothingOnAir(str(error)) from error
            yield air, sender, source

    async def _ffmpeg(self) -> FFmpeg:
        return await find_ffmpeg(self.folder.cache, explicit=self.of.settings.transcode.ffmpeg)


class _NothingOnAir(Unavailable):
    """There is no picture: what needs one is left out."""


__all__ = ["Rehearsal", "Tell"]
