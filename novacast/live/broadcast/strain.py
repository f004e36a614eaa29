"""Whether this machine keeps up with a programme: judged over seconds, not by one hiccup."""

BEHIND_SECONDS = 4.0
"""What an encoder may be behind before it counts as strained."""
LATE_SECONDS = 1.5
"""The same where viewers are to be close to the stage: such a lag would stay theirs to the end of the programme."""
SUSTAINED = 5.0
"""Seconds of strain, less those without, after which a rung has to go."""
LATE_WEIGHT = 0.25
"""Of a second that is only late: four times as many, in which an encoder with strength to spare has caught up."""
RESTED = 120.0
"""Seconds without any strain after which it may come back; four times as many before the second time."""
MOST_RESTORES = 2


def weighed(behind: float, *, waiting: bool, close: bool) -> float:
    """How much an encoder is strained, from 0 to 1. `behind`: seconds; `waiting`: it takes nothing; `close`: viewers
    are to be close to the stage."""
    if waiting or behind >= BEHIND_SECONDS:
        return 1.0
    return LATE_WEIGHT if close and behind >= LATE_SECONDS else 0.0


class Strain:
    """`note` is called about twice a part."""

    def __init__(self, now: float) -> None:
        self._score = 0.0
        self._last = self._strained_at = now
        self.restores = 0

    def note(self, weight: float, now: float) -> None:
        """`weight` as `weighed` gives it."""
        passed = min(max(0.0, now - self._last), 1.0)
        self._last = now
        self._score = max(0.0, self._score + passed * (weight or -1.0))
        if weight:
            self._strained_at = now

    @property
    def too_much(self) -> bool:
        return self._score >= SUSTAINED

    def relieved(self, now: float) -> None:
        """A rung went."""
        self._score, self._strained_at = 0.0, now

    def may_restore(self, now: float) -> bool:
        return self.restores < MOST_RESTORES and now - self._strained_at >= RESTED * 4**self.restores
