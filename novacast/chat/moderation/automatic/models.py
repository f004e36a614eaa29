"""When a machine's judgement holds a message, and when a machine that fails is left alone. Pure."""

from collections.abc import Mapping, Sequence

from novacast.errors import BadSettings
from novacast.records import dataclass

EVERY = "*"
FAILURES = 3
"""In a row, after which it rests."""
FIRST_REST, LONGEST_REST = 5.0, 300.0
"""Seconds; twice as long each time."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which on a message is held. A category that is not named counts by EVERY, and not without it."""

    by_category: Mapping[str, float]

    @classmethod
    def read(cls, written: Sequence[str]) -> "Thresholds":
        """Of `category=0.8`. Raises BadSettings."""
        found: dict[str, float] = {}
        for one in written:
            name, _, number = one.rpartition("=")
            try:
                found[name.strip()] = float(number)
            except ValueError:
                found[name.strip()] = -1.0
            if not name.strip() or not 0 < found[name.strip()] <= 1:
                raise BadSettings(
                    f"[moderation] thresholds: {one!r} is none. Write category=0.8, or *=0.8 for all others; above 0."
                )
        return cls(found)

    def exceeded(self, scores: Mapping[str, float]) -> str | None:
        """The category that is the furthest above its threshold, in words for moderators; None: none is."""
        other = self.by_category.get(EVERY)
        over = {
            name: score - least
            for name, score in scores.items()
            if (least := self.by_category.get(name, other)) is not None and score >= least
        }
        if not over:
            return None
        worst = max(over, key=lambda name: over[name])
        return f"{worst} {scores[worst]:.2f}"


class Breaker:
    """Keeps from asking one who fails again and again. Times in seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._failures = 0
        self._rest = FIRST_REST
        self.until = 0.0

    def is_open(self, now: float) -> bool:
        """Whether nobody is to be asked."""
        return now < self.until

    def succeeded(self) -> None:
        self._failures, self._rest, self.until = 0, FIRST_REST, 0.0

    def failed(self, now: float) -> None:
        """After a rest the first failure begins the next one."""
        self._failures += 1
        if self._failures >= FAILURES:
            self.until = now + self._rest
            self._rest = min(self._rest * 2, LONGEST_REST)
