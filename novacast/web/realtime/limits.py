"""How much of everything: streams of one person, of one network, of all; what one stream may hold, and for how long."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from novacast import i18n
from novacast.errors import RateLimited
from novacast.limits import network
from novacast.metrics import Metrics
from novacast.records import dataclass
from novacast.web.call import Call


@dataclass(frozen=True, slots=True)
class RealtimeLimits:
    buffer: int = 256 * 1024
    """Bytes one reader may leave unread here before it is dropped; it comes back with Last-Event-ID."""
    per_person: int = 12
    per_network: int = 256
    """Of strangers: a school that watches has one address for all."""
    most: int = 10_000
    """Of all; at most half of the connections that the server takes."""
    replay: int = 5000
    """Facts one resume may read; who missed more is reset."""
    heartbeat: float = 15.0
    renew: float = 60.0
    """Seconds after which it is asked again who the reader is, whether or not a fact gives cause."""
    write: float = 20.0
    """Seconds one write of what was missed may wait for a reader that does not read."""
    gather: float = 0.25
    """Seconds for which mentions are gathered; of each subject the newest is told."""
    again: tuple[float, float] = (1.0, 5.0)
    """Between so many seconds a reader comes back after a break, each after others."""
    refused: tuple[float, float] = (5.0, 20.0)
    """The same for who found no place."""


class Places:
    """Who has how many streams open. A place is given back by the end of the block."""

    def __init__(self, limits: RealtimeLimits, metrics: Metrics) -> None:
        self._limits = limits
        self._taken, self._held = 0, Counter[str]()
        self._refused = metrics.counter("realtime_refused", "Event streams refused, by which bound.", "bound")
        metrics.gauge("realtime_clients", "Event streams open now.").set_function(lambda: self._taken)

    @contextmanager
    def take(self, call: Call) -> Iterator[None]:
        """Raises RateLimited, which says when to come back."""
        person = call.principal.person_id
        owner = person or network(call.address)
        if self._taken >= self._limits.most:
            self._refuse("all", i18n.text("All event streams of this server are taken. Come back in a moment."))
        if person is not None and self._held[owner] >= self._limits.per_person:
            self._refuse("person", i18n.text("Too many event streams are open. Close another page first."))
        if person is None and self._held[owner] >= self._limits.per_network:
            self._refuse("network", i18n.text("Too many event streams are open in your network. Log in, or come back."))
        self._taken += 1
        self._held[owner] += 1
        try:
            yield
        finally:
            self._taken -= 1
            self._held[owner] -= 1
            if not self._held[owner]:
                del self._held[owner]

    def _refuse(self, bound: str, words: i18n.Text) -> None:
        self._refused.labels(bound).inc()
        raise RateLimited(words, retry_after=random.uniform(*self._limits.refused))  # noqa: S311 - no secret
