"""A publisher's times, made to go on where they jump."""

from novacast.live.ingest import Kind

JUMP = 3_000
"""Milliseconds from one tag to the next that are no pause any more but another clock."""
BACK = 1_000
STEP = 20
"""Milliseconds that a jump is taken for."""
NEARER = 500
"""Milliseconds by which the other track's clock must fit better to be this one's too."""


class SteadyClock:
    """Some encoders begin anew at zero, or leave out an hour; some have a clock for the sound and another for the
    picture, which begins when that does. Where both jump together they keep the distance that they had.
    """

    def __init__(self) -> None:
        self._shifts: dict[Kind, int] = {}
        """Track -> what is added to its times."""
        self._last: int | None = None
        self.jumps = 0

    def __call__(self, time: int, kind: Kind = Kind.VIDEO) -> int:
        last = time if self._last is None else self._last
        others = [shift for other, shift in self._shifts.items() if other is not kind]
        own = self._shifts.get(kind, others[0] if others else 0)
        fitting = [shift for shift in (own, *others) if last - BACK <= time + shift <= last + JUMP]
        if fitting:
            shift = min(fitting, key=lambda one: abs(time + one - last) + NEARER * (one != own))
        else:
            shift = last + STEP - time
            self.jumps += 1
        self._shifts[kind] = shift
        self._last = max(last, time + shift)
        return time + shift
