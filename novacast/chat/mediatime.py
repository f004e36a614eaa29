"""To which moment of the picture a message belongs, so that a recording replays its chat."""

from novacast.chat.ports import Place
from novacast.clock import HOUR, SECOND, Clock

LONGEST = 1_000 * HOUR


class MediaTime:
    """A programme's own time goes on whatever is done to the machine's clock while it is on air."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = clock.now() - round(clock.monotonic() * SECOND)

    def of(self, place: Place, position: int | None) -> int | None:
        """Microseconds: of a programme that is on air its own clock says it, of anything else the player's position."""
        if place.kind == "live":
            if place.began_at is None:
                return None
            return max(0, round(self._clock.monotonic() * SECOND) + self._ahead - place.began_at)
        return None if position is None else min(max(0, position), LONGEST)
