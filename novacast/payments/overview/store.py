"""SQL over events of payments."""

from collections.abc import Sequence

from novacast.clock import DAY, SECOND
from novacast.database import Query, Row
from novacast.overview import Work


def work(now: int) -> Sequence[Query[Work]]:
    return (
        Query(
            "SELECT count(*), 0, (SELECT count(*) FROM payment_events WHERE state = 'failed' AND received_at >= ?), "
            "min(received_at) FROM payment_events WHERE state = 'new'",
            (now - DAY,),
            lambda row: _work(row, now),
        ),
    )


def _work(row: Row, now: int) -> Work:
    oldest = None if row[3] is None else max(0.0, (now - row[3]) / SECOND)
    return Work("payment_event", row[0] or 0, row[1] or 0, row[2] or 0, oldest)
