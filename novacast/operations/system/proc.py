"""What Linux tells of the machine and its processes, by /proc (proc(5)). Blocking, some hundred microseconds.

Where there is no /proc the figures are 0 or None.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from novacast.media.process import CONTEXT
from novacast.records import dataclass

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
MOST_CHILDREN = 200
MARK = CONTEXT.encode()


@dataclass(frozen=True, slots=True)
class Processors:
    """Seconds since the machine began, of all cores together."""

    busy: float
    idle: float


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    parent: int
    name: str
    cpu: float
    """Seconds that it has taken."""
    memory: int
    began: float
    """Seconds after the machine began."""
    command: str
    context: str
    """What its variable of the log says."""


def processors() -> Processors | None:
    try:
        first = (PROC / "stat").read_text().split("\n", 1)[0].split()
    except OSError:
        return None
    ticks = [int(value) for value in first[1:9]]
    idle = ticks[3] + ticks[4]  # waiting for a disk is idle too
    return Processors((sum(ticks) - idle) / TICKS, idle / TICKS)


def memory() -> tuple[int, int]:
    """Bytes there are, and that could be had."""
    try:
        lines = (PROC / "meminfo").read_text().splitlines()
    except OSError:
        return 0, 0
    found = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines) if rest}
    return found.get("MemTotal", 0), found.get("MemAvailable", 0)


def network() -> tuple[int, int] | None:
    """Bytes received and sent since the machine began, by all interfaces but loopback."""
    try:
        lines = (PROC / "net" / "dev").read_text().splitlines()[2:]
    except OSError:
        return None
    fields = [line.partition(":") for line in lines]
    rows = [rest.split() for name, _, rest in fields if name.strip() != "lo"]
    return sum(int(row[0]) for row in rows), sum(int(row[8]) for row in rows)


def uptime() -> float:
    try:
        return float((PROC / "uptime").read_text().split()[0])
    except OSError:
        return 0.0


def read_and_written(pid: int) -> tuple[int, int] | None:
    """Bytes that a process had from disks and gave to them; None where that is not to be known."""
    try:
        lines = (PROC / str(pid) / "io").read_text().splitlines()
    except OSError:
        return None
    found = dict(line.split(": ") for line in lines)
    return int(found["read_bytes"]), int(found["write_bytes"])


def process(pid: int) -> Process | None:
    """None: it has gone."""
    folder = PROC / str(pid)
    try:
        stat = (folder / "stat").read_text()
        command = (folder / "cmdline").read_bytes()
        variables = (folder / "environ").read_bytes()
    except OSError:
        return None
    # The name stands in parentheses and may hold some itself.
    name, rest = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2 :].split()
    return Process(
        pid=pid,
        parent=int(rest[1]),
        name=name,
        cpu=(int(rest[11]) + int(rest[12])) / TICKS,
        memory=int(rest[21]) * PAGE,
        began=int(rest[19]) / TICKS,
        command=command.replace(b"\0", b" ").decode(errors="replace"),
        context=_context(variables),
    )


def _context(variables: bytes) -> str:
    for one in variables.split(b"\0"):
        name, _, value = one.partition(b"=")
        if name == MARK:
            return value.decode(errors="replace")[:200]
    return ""


def descendants(pid: int) -> Iterator[Process]:
    """Children, theirs, and so on."""
    waiting, seen = [pid], 0
    while waiting and seen < MOST_CHILDREN:
        for child in _children(waiting.pop()):
            found = process(child)
            if found is not None:
                seen += 1
                waiting.append(child)
                yield found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in (PROC / str(pid) / "task").glob("*/children"):
        try:
            found += [int(child) for child in file.read_text().split()]
        except OSError:
            continue
    return found
