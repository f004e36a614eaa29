"""What is told of programmes and feeds, and to whom."""

from typing import Any

from novacast import outbox
from novacast.database import Transaction
from novacast.live.models import Feed, Programme
from novacast.visibility import Visibility


def tell(tx: Transaction, topic: str, programme: Programme, **payload: Any) -> None:
    """A fact of `programme` as it is now, to everyone where it is shown to everyone; of any other, strangers do not
    even learn that there is one."""
    outbox.emit(
        tx,
        topic,
        programme.id,
        _audience(programme),
        channel=programme.channel_id,
        state=programme.state.value,
        **payload,
    )


def tell_makers(tx: Transaction, topic: str, programme: Programme, **payload: Any) -> None:
    """What only concerns those who make it, and the engine."""
    outbox.emit(tx, topic, programme.id, outbox.org(programme.org_id), channel=programme.channel_id, **payload)


def mention(tx: Transaction, topic: str, programme: Programme, **payload: Any) -> None:
    """What is true of it at this moment, to the same as `tell`."""
    outbox.mention(tx, topic, programme.id, _audience(programme), **payload)


def mention_to_makers(tx: Transaction, topic: str, programme: Programme, **payload: Any) -> None:
    outbox.mention(tx, topic, programme.id, outbox.org(programme.org_id), channel=programme.channel_id, **payload)


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


def _audience(programme: Programme) -> str:
    return outbox.PUBLIC if programme.visibility is Visibility.PUBLIC else outbox.org(programme.org_id)
