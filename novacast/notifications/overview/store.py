"""SQL over mails and deliveries."""

from collections.abc import Sequence

from novacast.clock import DAY, SECOND
from novacast.database import Query, Row
from novacast.overview import Work


def work(now: int) -> Sequence[Query[Work]]:
    return (
        Query(
            "SELECT sum(state = 'queued'), sum(state = 'sending'), (SELECT count(*) FROM mail WHERE state = 'failed' "
            "AND ended_at >= ?), min(CASE WHEN state = 'queued' THEN next_at END) FROM mail "
            "WHERE state IN ('queued', 'sending')",
            (now - DAY,),
            lambda row: _work("mail", row, now),
        ),
        Query(
            "SELECT sum(begun_at IS NULL), sum(begun_at IS NOT NULL), (SELECT count(*) FROM webhook_deliveries "
            "WHERE state = 'failed' AND ended_at >= ?), min(CASE WHEN begun_at IS NULL THEN next_at END) "
            "FROM webhook_deliveries WHERE state = 'pending'",
            (now - DAY,),
            lambda row: _work("webhook", row, now),
        ),
    )


def failing(since: int) -> Query[tuple[str, str]]:
    """Id and address of webhooks that are still sent to and have taken nothing since then."""
    return Query(
        "SELECT id, url FROM webhook_endpoints WHERE state = 'enabled' AND failing_since <= ? LIMIT 50",
        (since,),
        lambda row: (row["id"], row["url"].partition("?")[0]),
    )


def _work(kind: str, row: Row, now: int) -> Work:
    oldest = None if row[3] is None else max(0.0, (now - row[3]) / SECOND)
    return Work(kind, row[0] or 0, row[1] or 0, row[2] or 0, oldest)
