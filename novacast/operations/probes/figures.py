"""Figures of all slices for Prometheus, read when it asks and not more often than every few seconds."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from novacast import __version__
from novacast.clock import SECOND
from novacast.database import Database
from novacast.metrics import Metrics, Sample
from novacast.operations.alarms.ports import Behind
from novacast.operations.tonight.service import Evening
from novacast.overview import Alarm, Programme, Tonight

LEAST_SECONDS = 3.0
Of = Callable[[Programme], float | None]

PROGRAMMES: tuple[tuple[str, str, Of], ...] = (
    ("live_viewers", "Who watches what is on air.", lambda one: one.viewers),
    ("live_on_slate", "1 while viewers see the slate.", lambda one: float(one.on == "slate")),
    (
        "live_ingest_bytes_per_second",
        "What comes from the encoder.",
        lambda one: None if one.bitrate is None else one.bitrate / 8,
    ),
    ("live_ingest_frames_per_second", "Pictures that come from the encoder.", lambda one: one.fps),
    ("live_keyframe_interval_seconds", "Length of its groups of pictures.", lambda one: one.keyframe_seconds),
    (
        "live_sound_ahead_seconds",
        "How far sound is ahead of the picture.",
        lambda one: None if one.skew_ms is None else one.skew_ms / 1000,
    ),
    ("live_encoder_behind_seconds", "Media that waits to be encoded here.", lambda one: one.behind_seconds),
    ("live_encoder_headroom_ratio", "What the encoder here has to spare.", lambda one: one.headroom),
)
"""By channel, of which there are few and which stay, where programmes come and go."""


class Figures:
    """`refresh` before the registry is read: it is read without waiting."""

    def __init__(self, db: Database, evening: Evening, behind: Behind) -> None:
        self._db, self._clock, self._evening, self._behind = db, db.clock, evening, behind
        self._look: Tonight | None = None
        self._lags: list[tuple[str, int]] = []
        self._read_at = -LEAST_SECONDS
        self._lock = asyncio.Lock()

    async def refresh(self) -> None:
        async with self._lock:
            now = self._clock.monotonic()
            if now - self._read_at < LEAST_SECONDS:
                return
            self._look, self._lags = await self._evening.now(), await self._db.all(self._behind())
            self._read_at = now

    def register(self, metrics: Metrics) -> None:
        metrics.process()
        metrics.read("build_info", "1, with the version of NovaCast.", ("version",), lambda: [((__version__,), 1.0)])
        for name, doc, of in PROGRAMMES:
            metrics.read(name, doc, ("channel",), partial(self._programmes, of))
        metrics.read("live_rung_viewers", "Who takes each rung.", ("channel", "rung"), self._rungs)
        metrics.read("live_stalls", "Stalls that players told of in five minutes.", ("channel",), self._stalls)
        metrics.read(
            "chat_messages_per_second", "What is said in the room of what is on air.", ("channel",), self._chat
        )
        metrics.read("takings_minor_units", "Paid since midnight UTC.", ("currency",), self._takings)
        metrics.read("orders_paid", "Orders that were paid since midnight UTC.", ("currency",), self._orders)
        for name, doc in (
            ("waiting", "Work that nobody has in hand."),
            ("running", "Work in somebody's hands."),
            ("failed", "Work that was given up in the last day."),
        ):
            metrics.read(f"work_{name}", doc, ("kind",), partial(self._work, name))
        metrics.read("work_oldest_seconds", "How long the oldest work waits.", ("kind",), self._oldest)
        for name, doc in (
            ("disk_size_bytes", "Of the disk that holds the data folder."),
            ("disk_free_bytes", "What is free of it."),
            ("disk_reserve_bytes", "What recordings and uploads leave alone."),
        ):
            metrics.read(name, doc, (), partial(self._disk, name))
        metrics.read("database_bytes", "Size of the database's files.", ("file",), self._files)
        metrics.read("database_writes_waiting", "Changes that wait for the disk.", (), self._waiting)
        metrics.read(
            "facts_behind_seconds",
            "Age of the oldest fact that a subscriber has not taken.",
            ("subscriber",),
            self._lag,
        )
        metrics.read("alarms", "Alarms that stand.", ("kind", "severity"), self._alarms)

    def _programmes(self, of: Of) -> Iterable[Sample]:
        for one in self._on_air():
            if (figure := of(one)) is not None:
                yield (one.channel_id,), figure

    def _rungs(self) -> Iterable[Sample]:
        return [((one.channel_id, rung.name), rung.viewers) for one in self._on_air() for rung in one.rungs]

    def _stalls(self) -> Iterable[Sample]:
        now = () if self._look is None else self._look.programmes
        return [((one.programme.channel_id,), one.watching.stalls) for one in now]

    def _chat(self) -> Iterable[Sample]:
        now = () if self._look is None else self._look.programmes
        return [((one.programme.channel_id,), (one.chat_rate or 0) / 60) for one in now]

    def _takings(self) -> Iterable[Sample]:
        return [] if self._look is None else [((one.currency,), one.amount) for one in self._look.takings]

    def _orders(self) -> Iterable[Sample]:
        return [] if self._look is None else [((one.currency,), one.orders) for one in self._look.takings]

    def _work(self, name: str) -> Iterable[Sample]:
        return [] if self._look is None else [((one.kind,), getattr(one, name)) for one in self._look.work]

    def _oldest(self) -> Iterable[Sample]:
        return [] if self._look is None else [((one.kind,), one.oldest_seconds or 0) for one in self._look.work]

    def _disk(self, name: str) -> Iterable[Sample]:
        if self._look is None:
            return []
        machine = self._look.machine
        of = {"disk_size_bytes": machine.disk, "disk_free_bytes": machine.disk_free}
        return [((), of.get(name, machine.reserve))]

    def _files(self) -> Iterable[Sample]:
        path = self._db.path
        for name, file in (("database", path), ("log", Path(f"{path}-wal"))):
            if file.exists():
                yield (name,), file.stat().st_size

    def _waiting(self) -> Iterable[Sample]:
        return [((), self._db.waiting)]

    def _lag(self) -> Iterable[Sample]:
        now = self._clock.now()
        return [((name,), max(0.0, (now - at) / SECOND)) for name, at in self._lags]

    def _alarms(self) -> Iterable[Sample]:
        found: dict[tuple[str, str], int] = {}
        for one in self._standing():
            found[one.kind, one.severity] = found.get((one.kind, one.severity), 0) + 1
        return list(found.items())

    def _standing(self) -> Iterable[Alarm]:
        return () if self._look is None else self._look.alarms

    def _on_air(self) -> Iterable[Programme]:
        return () if self._look is None else [one.programme for one in self._look.programmes]
