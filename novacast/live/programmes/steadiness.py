"""How steadily a feed arrives: what one second's bitrate can't tell. Pure."""

from collections import deque
from collections.abc import Mapping
from itertools import pairwise

SECONDS = 10


class Steadiness:
    """Of one programme. Seconds are taken by twos: one with a keyframe has more bits than its neighbour."""

    def __init__(self) -> None:
        self._last: deque[int] = deque(maxlen=SECONDS)
        self._most = 0

    def seen(self, bitrate: object) -> Mapping[str, int]:
        """`bitrate` of the last second, in bits; anything else: nothing came. What is known by now: `bitrate_mean` and
        `bitrate_low` of the last ten seconds, and `upload`, the most that came all of ten seconds.
        """
        if not isinstance(bitrate, int) or bitrate <= 0:
            self._last.clear()
            return {"upload": self._most} if self._most else {}
        self._last.append(bitrate)
        if len(self._last) < SECONDS:
            return {"upload": self._most} if self._most else {}
        low = min(a + b for a, b in pairwise(self._last)) // 2
        self._most = max(self._most, low)
        return {"bitrate_mean": sum(self._last) // SECONDS, "bitrate_low": low, "upload": self._most}
