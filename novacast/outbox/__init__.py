"""Facts, written in the transaction that makes them true, delivered after its commit, in order, to whoever asked.

`seq` is handed out under SQLite's write lock, so its order is the order of commits over all processes. A subscriber is
told at least once and in order; a durable one goes on after a restart where it stopped. The outbox only tells: what
must not be lost is done inside the transaction, by a port.

What is true for a moment only (how far a job is, how many watch) is *mentioned*: told in the same order, to both
processes, but kept for a minute, and told again to nobody who comes later.
"""

from novacast.outbox.delivery import BACK_OFF, POLL_SECONDS, Handler, Outbox, Subscription
from novacast.outbox.store import (
    BATCH,
    INTERNAL,
    PUBLIC,
    Event,
    after,
    behind,
    emit,
    facts,
    horizon,
    kept_after,
    last_seq,
    mention,
    migrations,
    org,
    person,
    prune,
    prune_mentions,
)

__all__ = [
    "BACK_OFF",
    "BATCH",
    "INTERNAL",
    "POLL_SECONDS",
    "PUBLIC",
    "Event",
    "Handler",
    "Outbox",
    "Subscription",
    "after",
    "behind",
    "emit",
    "facts",
    "horizon",
    "kept_after",
    "last_seq",
    "mention",
    "migrations",
    "org",
    "person",
    "prune",
    "prune_mentions",
]
