"""Times of 32 bits, as messages have them, on a line that does not end."""

_WRAP, _HALF_WRAP = 1 << 32, 1 << 31
_NEAR = 10 * 60 * 1000
"""Milliseconds. What lies that near to the last time belongs there."""


class Timeline:
    """One for a publisher: its sound may begin after its picture has wrapped."""

    def __init__(self) -> None:
        self._last: int | None = None

    def at(self, time: int) -> int:
        """`time` modulo 2**32, wherever it is nearest to the time before: 49.7 days go by unnoticed.

        FFmpeg's FLV muxer has 31 bits, so where that alone brings a time near to the last one (24.8 days), it counts.
        Some begin with headers at 0 and go on with a clock that runs since long ago: that is ahead of 0, not before it.
        """
        if self._last is None:
            self._last = time
            return time
        found = self._nearest(time, _WRAP)
        if found < -_NEAR:
            found += _WRAP
        if abs(found - self._last) > _NEAR and time < _HALF_WRAP:
            shorter = self._nearest(time, _HALF_WRAP)
            if shorter >= 0 and abs(shorter - self._last) <= _NEAR:
                found = shorter
        self._last = found
        return found

    def _nearest(self, time: int, wrap: int) -> int:
        assert self._last is not None
        return self._last + (time - self._last + wrap // 2) % wrap - wrap // 2
