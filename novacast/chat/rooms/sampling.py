"""What viewers are spared in a room where more is said than anybody can read."""


class Sampler:
    """Lets `most` events a second through, that many at once; 0: all. `now` in seconds of the loop's clock."""

    __slots__ = ("_at", "_left", "_most")

    def __init__(self, most: float, now: float) -> None:
        self._most, self._left, self._at = most, most, now

    def passes(self, now: float) -> bool:
        if not self._most:
            return True
        self._left = min(self._left + (now - self._at) * self._most, self._most)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
