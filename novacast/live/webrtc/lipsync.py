"""RTP's time stamps, which begin anywhere, on one line of milliseconds for picture and sound: RFC 3550, 6.4.1."""

from novacast.records import dataclass

WRAP = 1 << 32
STEP = 10.0
"""Milliseconds by which the sound must be off before it is moved."""


class Unwrapper:
    """32 bits without wrapping: the nearest to the last."""

    def __init__(self) -> None:
        self._last: int | None = None

    def map(self, stamp: int) -> int:
        if self._last is None:
            self._last = stamp
        self._last += (stamp - self._last + WRAP // 2) % WRAP - WRAP // 2
        return self._last


@dataclass(slots=True)
class Line:
    """One track. `rate`: of its stamps, a second."""

    rate: int
    shift: float | None = None
    """From its stamps' milliseconds to those of the publisher."""
    reported: float | None = None
    """From its stamps' milliseconds to those of its sender's clock, as the last report has it."""

    def place(self, stamp: int) -> float:
        return stamp * 1000 / self.rate


class Lipsync:
    """`picture` and `sound` go by when they arrive, until their sender has reported how their stamps belong together.
    Then the sound moves, as an ear forgives more easily than an eye that sees the picture halt.
    """

    def __init__(self, picture_rate: int = 90_000, sound_rate: int = 48_000) -> None:
        self.picture, self.sound = Line(picture_rate), Line(sound_rate)
        self._origin: float | None = None

    def report(self, line: Line, stamp: int, ntp: int) -> None:
        """A sender report. `ntp`: seconds in the upper 32 bits."""
        line.reported = ntp * 1000 / WRAP - line.place(stamp)
        if self.picture.reported is None or self.sound.reported is None or self.picture.shift is None:
            return
        due = self.picture.shift + self.sound.reported - self.picture.reported
        if self.sound.shift is None or abs(due - self.sound.shift) > STEP:
            self.sound.shift = due

    def time(self, line: Line, stamp: int, now: float) -> int:
        """Milliseconds since the first frame of either. `now`: milliseconds of any clock."""
        if self._origin is None:
            self._origin = now
        if line.shift is None:
            line.shift = now - self._origin - line.place(stamp)
        return max(0, round(line.place(stamp) + line.shift))
