"""The slice put together: what wiring hands to routes, the server's media handler and other slices."""

from collections.abc import Sequence

from novacast.clock import Clock
from novacast.database import Database
from novacast.i18n import Languages
from novacast.limits import RateLimiter
from novacast.outbox import Outbox
from novacast.playback.audience import Audience
from novacast.playback.delivery.cache import HotCache
from novacast.playback.delivery.heads import Heads
from novacast.playback.delivery.routes import MediaDelivery
from novacast.playback.peers import Peers
from novacast.playback.permission import Permission
from novacast.playback.personal import PlaybackData
from novacast.playback.ports import MediaSource, Passes, Viewers
from novacast.playback.service import Playback
from novacast.playback.tokens import ViewingTokens
from novacast.playback.viewings import Viewings
from novacast.records import dataclass
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class PlaybackServices:
    """`start` once facts are delivered, `close` when no viewer is served any more."""

    playback: Playback
    audience: Audience
    cache: HotCache
    delivery: MediaDelivery
    personal: PlaybackData
    viewings: Viewings
    peers: Peers

    def subscribe(self, outbox: Outbox) -> None:
        """Revocations arrive as facts; what was before a start is asked about at each session's first request."""
        outbox.subscribe("playback", self.audience.hear)

    def start(self) -> None:
        self.audience.start()

    async def close(self) -> None:
        await self.audience.close()
        await self.cache.close()


def playback_services(
    db: Database,
    clock: Clock,
    settings: Settings,
    limiter: RateLimiter,
    sources: Sequence[MediaSource],
    passes: Passes,
    viewers: Viewers,
    key: bytes,
) -> PlaybackServices:
    """`key`: 32 secret bytes of this installation."""
    own, permission, tokens = settings.playback, Permission(sources, passes, viewers), ViewingTokens(key)
    audience = Audience(db, clock, permission, tokens, session_hours=own.session_hours)
    heads = Heads(clock, settings.server.allowed_origins)
    cache = HotCache(own.cache_bytes, clock, heads.shared)
    playback = Playback(db, clock, own, permission, tokens, audience, limiter)
    delivery = MediaDelivery(playback, audience, cache, heads, Languages(settings.language))
    viewings, peers = Viewings(db, clock, tokens, audience), Peers(playback, audience, permission)
    return PlaybackServices(playback, audience, cache, delivery, PlaybackData(db, audience), viewings, peers)
