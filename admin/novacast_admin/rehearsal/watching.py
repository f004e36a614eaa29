"""The audience: raised until parts come late, then looked for between."""

import asyncio
from collections.abc import Callable, Sequence

from novacast_admin.rehearsal.climbing import Climb
from novacast_admin.rehearsal.extras import Extras
from novacast_admin.rehearsal.machine import Meter
from novacast_admin.rehearsal.models import Rung, Step, Watching
from novacast_admin.rehearsal.stage import Monitor

FIRST = 25
WARM, COUNTED = 1.0, 2.5
"""Seconds of a step: until it counts, and counted."""
CATCHES_UP = 3.0
"""Seconds that an encoder gets after so many have come."""
ARRIVES = 0.004
"""Seconds that a viewer takes to arrive, about, for what is left of the time."""
MOST_WITHIN = 90.0
"""Seconds for one step, arrivals included."""
EVERYBODY_ON = 3
"""Rungs that are tried one by one, the best first."""

Told = Callable[[str], None]


class Audience:
    """`crowds`: processes that share the viewers alike."""

    def __init__(self, crowds: Sequence[Extras], meter: Meter, monitor: Monitor, part: float) -> None:
        self._crowds, self._meter, self._monitor, self._part = crowds, meter, monitor, part

    async def climb(self, rungs: Sequence[Rung], most: int, seconds: float, tell: Told) -> Watching:
        """For about so long; at least one step is made."""
        end = self._meter.look().at + seconds
        each = min(EVERYBODY_ON, len(rungs)) if len(rungs) > 1 else 0
        kept = each * (WARM + COUNTED)
        climb, steps = Climb(min(FIRST, most), most), list[Step]()
        while (wanted := climb.next()) is not None:
            took = WARM + COUNTED + wanted * ARRIVES
            if steps and self._meter.look().at + took > end - kept:
                break
            tell(f"{wanted} viewers")
            steps.append(await self.step(wanted))
            climb.note(wanted, max(steps[-1].server, steps[-1].crowd), good=steps[-1].good)
        alone, half = list[Step](), max(1, climb.best // 2)
        for rung in rungs[:each]:
            if climb.best and self._meter.look().at + WARM + COUNTED <= end + kept / 2:
                tell(f"{half} viewers of {rung.name}")
                alone.append(await self.step(half, rung.name))
        await self._gather(0)
        return Watching(self._part, steps, alone)

    async def step(self, viewers: int, rung: str = "") -> Step:
        """Raises Unavailable where a crowd can't go on."""
        await self._gather(viewers, rung)
        await asyncio.sleep(WARM)
        await self._monitor.calm(CATCHES_UP)
        before = self._meter.look()
        cues = (one.ask("count", MOST_WITHIN, part=self._part, seconds=COUNTED) for one in self._crowds)
        told = await asyncio.gather(*cues)
        taken = self._meter.since(before)
        found = await self._monitor.look()
        behind = 0.0 if found is None else found.behind_seconds or 0.0
        parts = sum(int(one["parts"]) for one in told)
        return Step(
            viewers=viewers,
            parts=parts,
            p50=max(float(one["p50"]) for one in told),
            p99=max(float(one["p99"]) for one in told),
            late=sum(int(one["late"]) for one in told) / max(1, parts),
            stalls=sum(int(one["stalls"]) for one in told) / max(1, parts),
            refused=sum(int(one["refused"]) for one in told),
            words=max(str(one["words"]) for one in told),
            server=taken.server,
            encoder=taken.encoder,
            crowd=sum(float(one["cpu"]) for one in told),
            machine=taken.machine,
            behind=behind,
            memory=taken.memory,
            bits=sum(float(one["bytes"]) for one in told) * 8 / viewers,
            rung=rung,
        )

    async def _gather(self, viewers: int, rung: str = "") -> None:
        count = len(self._crowds)
        shares = [viewers // count + (number < viewers % count) for number in range(count)]
        asked = zip(self._crowds, shares, strict=True)
        await asyncio.gather(*(one.ask("gather", MOST_WITHIN, viewers=share, rung=rung) for one, share in asked))
