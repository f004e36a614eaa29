"""A clock that tests set."""

from novacast.clock import SECOND


class FakeClock:
    def __init__(self, now: int = 1_750_000_000 * SECOND) -> None:
        self.at = now
        self.ticks = 1000.0

    def now(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def advance(self, seconds: float) -> None:
        self.at += round(seconds * SECOND)
        self.ticks += seconds
