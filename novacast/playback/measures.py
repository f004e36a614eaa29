"""What an operator sees of playback."""

from collections.abc import Callable
from functools import partial

from novacast.metrics import Metrics, Sample
from novacast.playback.audience import Audience
from novacast.playback.delivery.cache import HotCache
from novacast.playback.delivery.on_air import Waits


def measure(metrics: Metrics, cache: HotCache, audience: Audience, waits: Waits) -> None:
    """Register figures that are read when somebody asks: counting for a registry would cost every segment."""
    stats = cache.stats
    counted: tuple[tuple[str, str, Callable[[], float]], ...] = (
        ("media_cache_hits", "Files answered from memory.", lambda: stats.hits),
        ("media_cache_misses", "Files that were not in memory, or had to be looked at again.", lambda: stats.misses),
        ("media_cache_joined", "Misses that waited for a read already under way.", lambda: stats.joined),
        ("media_cache_reads", "Files read into memory.", lambda: stats.reads),
        ("media_cache_evictions", "Files pushed out of memory.", lambda: stats.evictions),
        ("media_streamed", "Files sent from disk, for want of room or for their size.", lambda: stats.streamed),
    )
    shown: tuple[tuple[str, str, Callable[[], float]], ...] = (
        ("media_cache_bytes", "Memory taken by files.", lambda: cache.size),
        ("media_cache_capacity_bytes", "Memory that files may take.", lambda: cache.capacity),
        ("viewing_sessions_held", "Viewing sessions in memory.", lambda: len(audience)),
        ("media_waiting", "Requests that wait for what is not on air yet.", lambda: len(waits)),
    )
    for name, doc, read in counted:
        metrics.read(name, doc, (), partial(_alone, read), "counter")
    for name, doc, read in shown:
        metrics.read(name, doc, (), partial(_alone, read))


def _alone(read: Callable[[], float]) -> list[Sample]:
    return [((), read())]
