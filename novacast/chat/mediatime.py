"""To which moment of the picture a message belongs, so that a recording replays its chat."""

from novacast.chat.ports import Place
from novacast.clock import HOUR, SECOND, Clock

LONGEST = 1_000 * HOUR
MOST_PROGRAMMES = 1000


class MediaTime:
    """A programme's own time goes on whatever is done to the machine's clock once somebody has spoken in it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begins: dict[tuple[str, int], int] = {}
        """Microseconds of the clock that nobody can set, by programme and its beginning on the one that is on disk."""

    def of(self, place: Place, position: int | None) -> int | None:
        """Microseconds: of a programme that is on air its own clock says it, of anything else the player's position."""
        if place.kind == "live":
            if place.began_at is None:
                return None
            passed = round(self._clock.monotonic() * SECOND)
            return max(0, passed - self._begin(place.media_id, place.began_at, passed))
        return None if position is None else min(max(0, position), LONGEST)

    def _begin(self, media_id: str, began_at: int, passed: int) -> int:
        known = self._begins.get((media_id, began_at))
        if known is None:
            if len(self._begins) >= MOST_PROGRAMMES:
                del self._begins[next(iter(self._begins))]
            known = self._begins[media_id, began_at] = passed - (self._clock.now() - began_at)
        return known
