"""What players told in the last minutes, in memory: of what is on air no video is there whose table could keep it."""

from collections import deque

from novacast.clock import MINUTE, Clock
from novacast.overview import Watching
from novacast.vods.health.models import Report

SPAN = 5 * MINUTE
MOST = 20_000
"""Reports that are kept, of all; the oldest make room."""


class Recent:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[tuple[int, str, int, int, int]] = deque(maxlen=MOST)

    def add(self, media_id: str, report: Report) -> None:
        played = sum(time for _, time in report.played)
        if report.stalls or played:
            self._kept.append((self._clock.now(), media_id, len(report.stalls), sum(report.stalls), played))

    def of(self, media_id: str) -> Watching:
        since = self._clock.now() - SPAN
        while self._kept and self._kept[0][0] < since:
            self._kept.popleft()
        mine = [one for one in self._kept if one[1] == media_id]
        stalled, played = sum(one[3] for one in mine), sum(one[4] for one in mine)
        whole = stalled + played
        return Watching(sum(one[2] for one in mine), stalled / whole if whole else None)
