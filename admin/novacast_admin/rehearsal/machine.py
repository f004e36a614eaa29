"""The machine that the rehearsal plays on. What blocks is said so."""

import os
import resource
import shutil
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from novacast.clock import Clock
from novacast.limits import FILES_BESIDE
from novacast.operations.system import proc
from novacast.records import dataclass
from novacast.settings import Settings
from novacast_admin.rehearsal.models import Disk, Interface, Machine
from novacast_admin.rehearsal.scratch import existing

NETWORKS = Path("/sys/class/net")
CHUNK, MOST = 1024**2, 512 * 1024**2
"""Bytes that are written at a time, and at most."""
SYNCS = 15
SYNC_BYTES = 4096
RESERVED = 64 * 1024**2
"""Bytes beside [uploads] reserve_bytes that are left alone on a disk that is nearly full."""


def machine(settings: Settings, others: float) -> Machine:
    memory, free = proc.memory()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.server.max_connections + FILES_BESIDE
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        memory=memory,
        memory_free=free,
        descriptors=wanted if hard == resource.RLIM_INFINITY else min(hard, wanted),
        connections=settings.server.max_connections,
        interfaces=list(_interfaces()),
        others=others,
    )


def _interfaces() -> Iterator[Interface]:
    """Those of a device that are up: bridges and tunnels tell of speeds that nothing has."""
    folders = sorted(NETWORKS.iterdir()) if NETWORKS.is_dir() else []
    for folder in folders:
        if (folder / "device").exists() and _read(folder / "operstate") in ("up", "unknown"):
            told = _read(folder / "speed")
            yield Interface(folder.name, int(told) * 1_000_000 if told.isdecimal() and int(told) else None)


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:  # some interfaces refuse to tell
        return ""


def try_disk(place: Path, settings: Settings, clock: Clock, seconds: float) -> Disk:
    """Blocking, for about so long. What it wrote is gone afterwards."""
    data = existing(settings.data)
    usage, reserve = shutil.disk_usage(data), settings.uploads.reserve_bytes
    file = place / "speed"
    room = min(MOST, shutil.disk_usage(place).free - reserve - RESERVED)
    try:
        write = _write(file, room, clock, seconds * 0.6) if room >= CHUNK else 0.0
        sync = _sync(file, clock, seconds * 0.4)
    finally:
        file.unlink(missing_ok=True)
    same = place.stat().st_dev == data.stat().st_dev
    return Disk(str(place), write, sync, usage.total, usage.free, reserve, same)


def _write(file: Path, most: int, clock: Clock, seconds: float) -> float:
    """Bytes a second of one long file, synchronized at its end."""
    chunk, written, began = os.urandom(CHUNK), 0, clock.monotonic()
    with file.open("wb", buffering=0) as handle:
        while written < most and clock.monotonic() - began < seconds:
            handle.write(chunk)
            written += CHUNK
            if written % (32 * CHUNK) == 0:
                os.fsync(handle.fileno())
        os.fsync(handle.fileno())
    return written / (clock.monotonic() - began)


def _sync(file: Path, clock: Clock, seconds: float) -> float:
    """Seconds until a few bytes more are on the disk, median: what each basket waits for."""
    times: list[float] = []
    end = clock.monotonic() + seconds
    with file.open("wb", buffering=0) as handle:
        while not times or (len(times) < SYNCS and clock.monotonic() < end):
            began = clock.monotonic()
            handle.write(os.urandom(SYNC_BYTES))
            os.fsync(handle.fileno())
            times.append(clock.monotonic() - began)
    return statistics.median(times)


@dataclass(frozen=True, slots=True)
class Look:
    """Seconds of processor time until now, and bytes."""

    at: float
    server: float
    encoders: Mapping[int, float]
    """Of each process: one that ends takes its time along."""
    machine: float
    memory: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Cores, from one look to the next."""

    server: float
    encoder: float
    machine: float
    """All that was busy, whoever kept it so."""
    memory: int


class Meter:
    """What a server takes, and its encoders."""

    def __init__(self, clock: Clock, pid: int) -> None:
        self._clock, self._pid = clock, pid

    def look(self) -> Look:
        own, whole = proc.process(self._pid), proc.processors()
        children: Sequence[proc.Process] = tuple(proc.descendants(self._pid))
        encoders = {one.pid: one.cpu for one in children if one.name.startswith("ffmpeg")}
        busy = 0.0 if whole is None else whole.busy
        cpu, memory = (0.0, 0) if own is None else (own.cpu, own.memory)
        return Look(self._clock.monotonic(), cpu, encoders, busy, memory)

    def since(self, before: Look) -> Taken:
        now = self.look()
        passed = max(now.at - before.at, 1e-6)
        return Taken(
            server=max(0.0, now.server - before.server) / passed,
            encoder=sum(cpu - before.encoders.get(pid, 0.0) for pid, cpu in now.encoders.items()) / passed,
            machine=max(0.0, now.machine - before.machine) / passed,
            memory=now.memory,
        )


def taken_by(pid: int) -> float:
    """Seconds of processor time of a process until now."""
    found = proc.process(pid)
    return 0.0 if found is None else found.cpu
