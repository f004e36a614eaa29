"""When a packet is due: TSBPD, draft-sharabayko-srt-01 section 4.5. Instants and durations are microseconds."""

WRAP = 1 << 32
"""71.6 minutes."""
SAMPLES = 1000
"""Of the drift between two clocks, averaged before it is believed: 10 s at the usual rate of acknowledgements."""


class Playout:
    """Sender's clock to ours. `sent`, `now`: the sender's time and ours when the connection was made."""

    def __init__(self, sent: int, now: int, latency: int) -> None:
        self._base, self._last, self.latency = now - sent, sent, latency
        self._first_trip: int | None = None
        self._drifts: list[int] = []

    def due(self, stamp: int) -> int:
        """`stamp`: as it stands in a packet, 32 bits."""
        return self._base + self._unwrapped(stamp) + self.latency

    def hear(self, stamp: int, now: int, round_trip: int) -> None:
        """Of a packet that was stamped when it was sent. With clocks that drift everything would come too late one day,
        or later and later. A way that became longer is no drift."""
        if self._first_trip is None:
            self._first_trip = round_trip
        longer = (round_trip - self._first_trip) // 2
        self._drifts.append(now - longer - self._base - self._unwrapped(stamp))
        if len(self._drifts) >= SAMPLES:
            self._base += sum(self._drifts) // len(self._drifts)
            self._drifts.clear()

    def _unwrapped(self, stamp: int) -> int:
        found = self._last + (stamp - self._last + WRAP // 2) % WRAP - WRAP // 2
        self._last = max(self._last, found)
        return found
