"""What of this machine's processors nobody wants."""

import asyncio
import os
from pathlib import Path

from novacast.records import dataclass

LOOK_SECONDS, REST_SECONDS = 2.0, 8.0
"""How long is looked, and from one look to the next."""
STAT = Path("/proc/stat")
_IDLE = slice(3, 5)
"""Idle, and waiting for a disk: proc_stat(5)."""
_TIMES = 8
"""Those of guests stand behind, and are in the others already."""


@dataclass(frozen=True, slots=True)
class Look:
    """Ticks since the machine was started, of the processors that this process may run on."""

    idle: int
    all: int
    processors: int

    def spare(self, before: "Look") -> float:
        """Processors' worth that nobody took since; those of a virtual machine that others had are taken."""
        passed = self.all - before.all
        return self.processors * (self.idle - before.idle) / passed if passed > 0 else 0.0


async def has_room(processors: float) -> None:
    """Returns once so much of them was idle. At once where nothing tells."""
    while (before := look(STAT)) is not None:
        await asyncio.sleep(LOOK_SECONDS)
        after = look(STAT)
        if after is None or after.spare(before) >= processors:
            return
        await asyncio.sleep(REST_SECONDS)


def look(stat: Path) -> Look | None:
    own = {f"cpu{number}" for number in os.sched_getaffinity(0)}
    try:
        lines = [line.split() for line in stat.read_text().splitlines()]
    except OSError:
        return None
    times = [[int(one) for one in words[1 : 1 + _TIMES]] for words in lines if words and words[0] in own]
    return Look(sum(sum(one[_IDLE]) for one in times), sum(map(sum, times)), len(times)) if times else None
