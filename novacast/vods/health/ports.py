"""What reports are held against. Playback fits these shapes; wiring joins them."""

from typing import Protocol


class OnAir(Protocol):
    """What is on air has no hours to be kept in yet."""

    def reported(self, programme_id: str, stalls: int, stalled: int, played: int, /) -> None:
        """`stalled`, `played`: microseconds."""
        ...


class Watched(Protocol):
    @property
    def media_id(self) -> str: ...


class Viewings(Protocol):
    async def watched(self, session_id: str, /) -> Watched | None:
        """None for what is no session, or over."""
        ...
