"""How playing goes for those who watch what is on air, as their players tell: the last minutes, in memory alone."""

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from novacast.clock import MINUTE, SECOND, Clock
from novacast.overview import Watching
from novacast.records import dataclass

KEPT = 2 * MINUTE
"""Players tell every half minute, and when their page goes."""
MOST_PROGRAMMES = 200
ENOUGH = 60 * SECOND
"""Of all viewers' time together; a share of less says nothing."""


@dataclass(slots=True)
class _Sum:
    """Of the reports that came in one second, however many viewers there are. Durations are microseconds."""

    at: int
    stalls: int = 0
    stalled: int = 0
    played: int = 0


@dataclass(slots=True)
class Playing:
    """Fits the port of videos, to whom players report whatever they play."""

    clock: Clock
    _told: OrderedDict[str, deque[_Sum]] = field(default_factory=OrderedDict)

    def reported(self, programme_id: str, stalls: int, stalled: int, played: int) -> None:
        """Since the last report of the same player."""
        now = self.clock.now()
        sums = self._told.setdefault(programme_id, deque())
        self._told.move_to_end(programme_id)
        if len(self._told) > MOST_PROGRAMMES:
            self._told.popitem(last=False)
        if not sums or sums[-1].at // SECOND != now // SECOND:
            sums.append(_Sum(now))
        sums[-1].stalls += stalls
        sums[-1].stalled += stalled
        sums[-1].played += played
        _forget(sums, now)

    def of(self, programme_id: str) -> Watching:
        sums = self._told.get(programme_id, deque())
        _forget(sums, self.clock.now())
        stalled, played = sum(one.stalled for one in sums), sum(one.played for one in sums)
        share = stalled / (stalled + played) if stalled + played >= ENOUGH else None
        return Watching(sum(one.stalls for one in sums), share)

    def look(self, programme_id: str) -> Mapping[str, Any]:
        """Numbers of the last minutes; none where nobody told anything."""
        found = self.of(programme_id)
        if not self._told.get(programme_id):
            return {}
        share = None if found.stall_share is None else round(100 * found.stall_share, 2)
        return {"stalls": found.stalls, "stalled_percent": share}


def _forget(sums: deque[_Sum], now: int) -> None:
    while sums and now - sums[0].at > KEPT:
        sums.popleft()
