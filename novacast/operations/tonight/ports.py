"""What is asked of the slices that know."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from novacast.database import Query
from novacast.overview import Alarm, Machine, Night, Programme, Takings, Watching, Work


class Broadcasts(Protocol):
    async def now(self) -> Sequence[Programme]:
        """What is on air or interrupted."""
        ...


class Players(Protocol):
    def of(self, media_id: str) -> Watching:
        """What they told of a thing in the last minutes."""
        ...


class Rooms(Protocol):
    async def rate(self, room_id: str) -> float:
        """Messages a minute."""
        ...


class BoxOffice(Protocol):
    async def nights(self, since: int, until: int, limit: int) -> Sequence[Night]: ...
    async def takings(self) -> Sequence[Takings]: ...


class Meter(Protocol):
    def look(self) -> Machine:
        """Blocks for a moment."""
        ...


Works = Callable[[int], Sequence[Query[Work]]]
"""What of a slice waits at an instant."""
Alarms = Callable[[], Awaitable[Sequence[Alarm]]]
"""Those that are true now."""
