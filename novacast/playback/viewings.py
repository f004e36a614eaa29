"""What others may ask about viewing sessions. Fits the ports of those who count views and measure playing."""

from novacast.clock import Clock
from novacast.database import Database
from novacast.errors import Gone
from novacast.playback import store
from novacast.playback.audience import Audience
from novacast.playback.models import Watching
from novacast.playback.tokens import ViewingTokens
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Watched:
    media_id: str
    started_at: int
    segments: int
    """How many were asked for since this process knows the session; of what is on air, seconds with a request."""


class Viewings:
    def __init__(self, db: Database, clock: Clock, tokens: ViewingTokens, audience: Audience) -> None:
        self._db, self._clock, self._tokens, self._audience = db, clock, tokens, audience

    async def watched(self, session_id: str) -> Watched | None:
        """None for what is no session, or over."""
        viewing = await self._db.one(store.viewing(session_id))
        if viewing is None:
            return None
        try:
            viewing.check(self._clock.now())
        except Gone:
            return None
        segments = self._audience.segments(self._tokens.token(session_id))
        return Watched(viewing.media_id, viewing.started_at, segments)

    async def watching(self, media_id: str) -> Watching:
        """Who watches a thing now; a restart of the server makes nobody a new viewer, and loses none."""
        return await self._audience.watching(media_id)
