"""Looks for what is wrong. What costs more than a moment is looked at less often."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence

from novacast.clock import HOUR, MINUTE, SECOND, Clock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.i18n import Text, text
from novacast.operations.alarms.models import Condition, Severity
from novacast.operations.alarms.ports import Behind, Broadcasts, FailingWebhooks, Money, Works
from novacast.operations.models import State
from novacast.operations.state import backups
from novacast.operations.tls import Https
from novacast.operations.tls_status import status
from novacast.overview import Programme, Work
from novacast.records import dataclass
from novacast.settings import Settings

COMFORT = 10 * 1024**3
"""Bytes beside the reserve: an evening of recordings."""
LEAP_SECONDS = 5.0
"""By which the machine's clock may be set without a word."""
LEAPT_FOR = HOUR
SLOW_SECONDS = 60.0
LOST_SECONDS, BEHIND_SECONDS, TARGET_SECONDS = 10.0, 10.0, 60.0
STUCK = {"mail": 15 * 60, "webhook": 15 * 60, "payment_event": 10 * 60, "transcode": 2 * 3600, "speech": 6 * 3600}
"""Seconds that the oldest of a kind may wait while nothing of it is in anybody's hands."""
TITLES = {
    "disk_low": text("The disk is nearly full"),
    "encoder_behind": text("An encoder is behind real time"),
    "ingest_lost": text("Nothing comes from a programme's encoder"),
    "target_failing": text("A programme can't be sent on"),
    "webhook_failing": text("A webhook is not taken"),
    "money_incident": text("Money waits for a person"),
    "certificate_old": text("The certificate needs attention"),
    "backup_old": text("The newest backup is old"),
    "clock_skew": text("The machine's clock leapt"),
    "queue_stuck": text("Work is stuck"),
    "facts_stuck": text("Facts are not delivered"),
}
"""What each kind is called."""


@dataclass(frozen=True, slots=True)
class Watched:
    broadcasts: Broadcasts
    money: Money
    works: Sequence[Works]
    failing_webhooks: FailingWebhooks
    behind: Behind


class Watch:
    def __init__(self, db: Database, settings: Settings, folder: DataFolder, watched: Watched) -> None:
        self._db, self._clock, self._settings, self._folder, self._of = db, db.clock, settings, folder, watched
        self._time = Leaps(db.clock)
        self._slow: tuple[float, list[Condition]] | None = None

    async def look(self) -> list[Condition]:
        """All that is wrong at this moment, whether or not it lasts."""
        found = [*await asyncio.to_thread(lambda: list(self._disk())), *self._time.look()]
        for programme in await self._of.broadcasts.now():
            found += _of_programme(programme)
        return found + await self._slowly()

    async def _slowly(self) -> list[Condition]:
        now = self._clock.monotonic()
        if self._slow is None or now - self._slow[0] >= SLOW_SECONDS:
            self._slow = now, [one async for one in self._deep()]
        return self._slow[1]

    async def _deep(self) -> AsyncIterator[Condition]:
        now = self._clock.now()
        for id_, address in await self._db.all(self._of.failing_webhooks(now - HOUR)):
            words = text("For an hour {address} has taken no webhook.", address=address)
            yield Condition("webhook_failing", id_, Severity.WARNING, words)
        for one in await self._of.money.money_waits():
            words = text("{what} {subject}: {detail}", what=one.what, subject=one.subject, detail=one.detail)
            yield Condition("money_incident", f"{one.what} {one.subject}", Severity.CRITICAL, words)
        for work in [each for works in self._of.works for query in works(now) for each in await self._db.all(query)]:
            if stuck := _stuck(work):
                yield stuck
        for name, at in await self._db.all(self._of.behind()):
            if now - at > MINUTE:
                words = text("{name}: facts wait for {seconds:.0f} s.", name=name, seconds=(now - at) / SECOND)
                yield Condition("facts_stuck", name, Severity.WARNING, words)
        for found in await asyncio.to_thread(lambda: [*self._certificate(), *self._backup()]):
            yield found

    def _disk(self) -> Iterator[Condition]:
        """Blocking."""
        usage, reserve = shutil.disk_usage(self._folder.root), self._settings.uploads.reserve_bytes
        if usage.free < reserve:
            words = text(
                "{free:.1f} GB are free, less than the reserve: nothing is recorded or uploaded.", free=usage.free / 1e9
            )
            yield Condition("disk_low", "", Severity.CRITICAL, words)
        elif usage.free < reserve + COMFORT:
            words = text("{free:.1f} GB are free: an evening's recordings may not fit.", free=usage.free / 1e9)
            yield Condition("disk_low", "", Severity.WARNING, words)

    def _certificate(self) -> Iterator[Condition]:
        """Blocking."""
        if not self._settings.tls.certificate:
            return
        found = status(self._settings, Https(self._settings, self._folder, self._clock), self._clock)
        if found.warnings:
            yield Condition("certificate_old", "", Severity.WARNING, " ".join(found.warnings))

    def _backup(self) -> Iterator[Condition]:
        """Blocking. As the doctor sees it, where any are to be made."""
        found = backups(self._settings, self._folder, self._clock)
        if found.state is not State.OK:
            yield Condition("backup_old", "", Severity.WARNING, found.message)


class Leaps:
    """The machine's clock against one that nobody can set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before: tuple[int, float] | None = None
        self._leapt: tuple[int, float] | None = None

    def look(self) -> Iterator[Condition]:
        now, monotonic = self._clock.now(), self._clock.monotonic()
        if self._before is not None:
            by = (now - self._before[0]) / SECOND - (monotonic - self._before[1])
            if abs(by) > LEAP_SECONDS:
                self._leapt = now, by
        self._before = now, monotonic
        if self._leapt is not None and now - self._leapt[0] < LEAPT_FOR:
            words = text("It was set by {seconds:.0f} s. Keep it right by NTP.", seconds=self._leapt[1])
            yield Condition("clock_skew", "", Severity.WARNING, words)


def _of_programme(one: Programme) -> Iterator[Condition]:
    if one.test:
        return
    if one.on == "slate" and one.wanted != "slate":
        words = text("Viewers of “{title}” see the slate: nothing comes from its encoder.", title=one.title)
        yield Condition("ingest_lost", one.id, Severity.CRITICAL, words, LOST_SECONDS)
    if {"encoder_slow", "encoder_behind"} & set(one.advice):
        words = text(
            "“{title}”: {seconds:.1f} s wait to be encoded. Take a rung off.",
            title=one.title,
            seconds=one.behind_seconds or 0.0,
        )
        yield Condition("encoder_behind", one.id, Severity.CRITICAL, words, BEHIND_SECONDS)
    for target in one.targets:
        if target.state == "failed":
            words = text(
                "“{title}” is not sent on to {name}: {why}", title=one.title, name=target.name, why=target.words
            )
            yield Condition("target_failing", target.id, Severity.WARNING, words, TARGET_SECONDS)


def _stuck(work: Work) -> Condition | None:
    most = STUCK.get(work.kind)
    if most is None or work.running or work.oldest_seconds is None or work.oldest_seconds < most:
        return None
    words: Text = text(
        "{waiting} of the kind {kind} wait, the oldest for {minutes:.0f} min. Does a worker run?",
        waiting=work.waiting,
        kind=work.kind,
        minutes=work.oldest_seconds / 60,
    )
    return Condition("queue_stuck", work.kind, Severity.WARNING, words)
