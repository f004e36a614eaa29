"""How the number that a house can take is looked for: up in leaps until it is too much, then between. Pure."""

from math import sqrt

from novacast.records import dataclass

CLOSE = 1.2
"""Ratio of what was too much to what was not, from which on it is known well enough."""
LEAP, STEP = 4.0, 1.4
"""The most and the least that the next try is larger."""
FULL = 0.75
"""Share of a core that the next leap aims at."""


@dataclass(slots=True)
class Climb:
    """`next` says what to try, `note` how it went."""

    first: int
    most: int
    best: int = 0
    worst: int | None = None
    _leap: float = 0.0
    _doubted: int | None = None
    """What was too much first, and is tried once more: something else may have been in its way."""

    def next(self) -> int | None:
        """None: it is known."""
        if self._doubted is not None and self.worst is None and self.best < self._doubted:
            return self._doubted
        if self.worst is None:
            if self.best >= self.most:
                return None
            return min(self.most, max(self.best + 1, round(self._leap))) if self.best else self.first
        if self.worst <= max(1, self.best) * CLOSE or self.worst - self.best <= 1:
            return None
        if not self.best:
            return max(1, self.worst // 4)
        return round(sqrt(self.best * self.worst))

    def note(self, number: int, share: float, *, good: bool) -> None:
        """`share`: of a core that it took; the next leap goes by it."""
        if good:
            self.best = max(self.best, number)
            aimed = number * FULL / share if share > 0 else number * LEAP
            self._leap = min(number * LEAP, max(number * STEP, aimed))
        elif self._doubted is None:
            self._doubted = number
        else:
            self.worst = number if self.worst is None else min(self.worst, number)
