"""The machine and what this server takes of it, measured from one look to the next."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from novacast.clock import Clock
from novacast.operations.system import proc
from novacast.overview import Child, Machine
from novacast.records import dataclass

LEAST = 0.2
"""Seconds between two looks below which the rates of the last one are told again."""


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    processors: proc.Processors | None
    network: tuple[int, int] | None
    disk: tuple[int, int] | None
    own: proc.Process | None
    children: Sequence[proc.Process]


class Gauge:
    """`look` blocks for about a millisecond. Rates are those since the look before."""

    def __init__(self, clock: Clock, folder: Path, reserve: int) -> None:
        self._clock, self._folder, self._reserve = clock, folder, reserve
        self._began = clock.monotonic()
        self._before: _Look | None = None
        self._told: Machine | None = None

    def look(self) -> Machine:
        before, now = self._before, self._clock.monotonic()
        if before is not None and self._told is not None and now - before.at < LEAST:
            return self._told
        look = _look(now)
        self._before = look
        self._told = self._machine(before, look)
        return self._told

    def _machine(self, before: _Look | None, look: _Look) -> Machine:
        whole, free = proc.memory()
        usage = shutil.disk_usage(self._folder)
        seconds = None if before is None else look.at - before.at
        read, written = _rates(None if before is None else before.disk, look.disk, seconds)
        received, sent = _rates(None if before is None else before.network, look.network, seconds)
        known = {} if before is None else {one.pid: one for one in before.children}
        return Machine(
            cores=os.cpu_count() or 1,
            cpu=_busy(None if before is None else before.processors, look.processors),
            load=round(os.getloadavg()[0], 2),
            memory=whole,
            memory_free=free,
            server_cpu=_cores(None if before is None else before.own, look.own, seconds),
            server_memory=0 if look.own is None else look.own.memory,
            disk=usage.total,
            disk_free=usage.free,
            reserve=self._reserve,
            disk_read=read,
            disk_written=written,
            received=received,
            sent=sent,
            uptime=round(look.at - self._began, 1),
            children=[_child(known.get(one.pid), one, seconds) for one in look.children],
        )


def _look(now: float) -> _Look:
    own = os.getpid()
    children = tuple(proc.descendants(own))
    moved = [found for pid in (own, *(one.pid for one in children)) if (found := proc.read_and_written(pid))]
    disk = (sum(one[0] for one in moved), sum(one[1] for one in moved)) if moved else None
    return _Look(now, proc.processors(), proc.network(), disk, proc.process(own), children)


def _rates(
    before: tuple[int, int] | None, now: tuple[int, int] | None, seconds: float | None
) -> tuple[float | None, float | None]:
    """A second. A child that ended takes its count along: that second tells nothing, rather than less than none."""
    if before is None or now is None or not seconds:
        return None, None
    first, second = (now[0] - before[0]) / seconds, (now[1] - before[1]) / seconds
    return round(max(0.0, first)), round(max(0.0, second))


def _busy(before: proc.Processors | None, now: proc.Processors | None) -> float | None:
    if before is None or now is None:
        return None
    busy, idle = now.busy - before.busy, now.idle - before.idle
    return round(busy / (busy + idle), 3) if busy + idle > 0 else None


def _cores(before: proc.Process | None, now: proc.Process | None, seconds: float | None) -> float | None:
    if before is None or now is None or not seconds:
        return None
    return round(max(0.0, now.cpu - before.cpu) / seconds, 3)


def _child(before: proc.Process | None, now: proc.Process, seconds: float | None) -> Child:
    return Child(
        pid=now.pid,
        name=_name(now),
        cpu=_cores(before, now, seconds),
        memory=now.memory,
        seconds=round(max(0.0, proc.uptime() - now.began), 1),
        context=now.context,
    )


def _name(one: proc.Process) -> str:
    """Python processes of ours by what they do: their command says it, never more than that is told."""
    for part, name in (("novacast.worker", "worker"), ("webrtc", "whip"), ("whep", "whep"), ("pusher", "simulcast")):
        if part in one.command and one.name.startswith("python"):
            return name
    return one.name
