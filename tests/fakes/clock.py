"""A clock that stands still until a test moves it."""

from novacast.clock import SECOND

START = 1_750_000_000 * SECOND


class FakeClock:
    def __init__(self, at: int = START) -> None:
        self._now, self._monotonic = at, 1000.0

    def now(self) -> int:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += round(seconds * SECOND)
        self._monotonic += seconds

    def set_now(self, at: int) -> None:
        """Set the wall clock alone, also backwards, as an administrator may."""
        self._now = at
