"""What the count needs to know of those who watch. Playback fits these shapes; wiring joins them."""

from typing import Protocol


class Watched(Protocol):
    """A viewing session that goes on."""

    @property
    def media_id(self) -> str: ...
    @property
    def started_at(self) -> int: ...
    @property
    def segments(self) -> int:
        """How many were asked for, as far as is known."""
        ...


class Viewings(Protocol):
    async def watched(self, session_id: str, /) -> Watched | None:
        """None for what is no session, or over."""
        ...
