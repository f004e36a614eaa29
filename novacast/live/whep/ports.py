"""What watching by WebRTC needs of its neighbours."""

from typing import Protocol

from novacast.identity import Principal
from novacast.live.whep.monitor import Monitor


class WhepAudience(Protocol):
    """Viewing sessions of those who are sent to."""

    async def begin(
        self, principal: Principal, media_id: str, *, address: str, software: str, take_over: bool = False
    ) -> str:
        """A secret that stands for a new session. Raises NotFound, Unauthenticated, Conflict (too many devices),
        RateLimited."""
        ...

    async def hold(self, token: str, media_id: str, track: str, /) -> int:
        """A sign of life; the instant when the session's permission was asked last. Raises NotFound, or Gone once it
        is over."""
        ...

    async def principal(self, token: str, /) -> Principal | None:
        """Who holds it, with the roles of now."""
        ...

    async def leave(self, token: str, /) -> None:
        """Repeatable."""
        ...


class Monitors(Protocol):
    """The engine."""

    def monitor(self, programme_id: str, /) -> Monitor | None: ...
