"""What is told of programmes and feeds, and to whom."""

from typing import Any

from novacast import outbox
from novacast.database import Transaction
from novacast.live.models import Feed, Programme
from novacast.visibility import Visibility


def tell(tx: Transaction, topic: str, programme: Programme, **payload: Any) -> None:
    """A fact of `programme` as it is now, to everyone who is shown it; of one that is not public, strangers do not even
    learn that there is one."""
    match programme.visibility:
        case Visibility.PUBLIC:
            audience = outbox.PUBLIC
        case Visibility.UNLISTED:
            audience = outbox.link(programme.org_id, programme.id)
        case _:
            audience = outbox.org(programme.org_id)
    outbox.emit(
        tx,
        topic,
        programme.id,
        audience,
        channel=programme.channel_id,
        state=programme.state.value,
        **payload,
    )


def tell_makers(tx: Transaction, topic: str, programme: Programme, **payload: Any) -> None:
    """What only concerns those who make it, and the engine."""
    outbox.emit(tx, topic, programme.id, outbox.org(programme.org_id), channel=programme.channel_id, **payload)


def tell_feed(tx: Transaction, topic: str, feed: Feed, org_id: str) -> None:
    """`feed.began` and `feed.ended`."""
    outbox.emit(
        tx,
        topic,
        feed.id,
        outbox.org(org_id),
        programme=feed.programme_id,
        channel=feed.channel_id,
        role=feed.role.value,
        protocol=feed.protocol,
    )
