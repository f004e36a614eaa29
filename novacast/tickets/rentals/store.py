"""All SQL about videos that are sold, and rights to them."""

from novacast.database import Query, Row, Transaction
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Order
from novacast.tickets.rentals.models import OfferKind, Right, VideoOffer

_OFFER = (
    "SELECT i.id, i.perf_id, i.price, i.tax_bp, i.on_sale, v.kind, v.hours, v.days, s.currency FROM shelves s "
    "JOIN items i ON i.perf_id = s.perf_id JOIN video_offers v ON v.item_id = i.id"
)
_RIGHT = (
    "SELECT t.id AS ticket_id, t.claim_id, t.order_id, t.org_id, s.media_id, e.title, v.kind, v.hours, v.days, "
    "(SELECT min(f.created_at) FROM tickets f WHERE f.claim_id = t.claim_id) AS bought_at, c.began_at, c.ends_at "
    "FROM shelves s JOIN tickets t ON t.perf_id = s.perf_id JOIN orders o ON o.id = t.order_id "
    "JOIN video_offers v ON v.item_id = t.item_id JOIN events e ON e.id = s.event_id "
    "LEFT JOIN rental_clocks c ON c.claim_id = t.claim_id "
    "WHERE s.kind = 'video' AND t.state = 'valid' AND o.disputed = 0"
)
"""Which tickets open nothing is decided here once: those that are void, and those of an order that is disputed."""


def offers(media_id: str) -> Query[VideoOffer]:
    """In the currency it is sold in now; also those that are no more to be had."""
    return Query(
        f"{_OFFER} WHERE s.media_id = ? AND s.kind = 'video' AND s.current = 1 ORDER BY v.kind, i.number",
        (media_id,),
        _offer,
    )


def offer(item_id: str) -> Query[VideoOffer]:
    return Query(f"{_OFFER} WHERE i.id = ?", (item_id,), _offer)


def add_offer(tx: Transaction, item_id: str, kind: OfferKind, hours: int | None, days: int | None) -> None:
    tx.insert("video_offers", item_id=item_id, kind=kind, hours=hours, days=days)


def trailer(media_id: str) -> Query[str]:
    return Query("SELECT trailer_id FROM video_trailers WHERE media_id = ?", (media_id,), lambda row: str(row[0]))


def set_trailer(tx: Transaction, media_id: str, trailer_id: str | None) -> None:
    if trailer_id is None:
        tx.run("DELETE FROM video_trailers WHERE media_id = ?", (media_id,))
    else:
        tx.run(
            "INSERT INTO video_trailers VALUES (?, ?) ON CONFLICT DO UPDATE SET trailer_id = excluded.trailer_id",
            (media_id, trailer_id),
        )


def is_sold(media_id: str) -> Query[bool]:
    """Whether it ever was: most things never are, and need no other look."""
    return Query("SELECT 1 FROM shelves WHERE media_id = ? AND kind = 'video' LIMIT 1", (media_id,), lambda row: True)


def rights(person_id: str, media_id: str) -> Query[Right]:
    return Query(f"{_RIGHT} AND t.person_id = ? AND s.media_id = ? ORDER BY bought_at", (person_id, media_id), _right)


def rights_of(person_id: str, limit: int) -> Query[Right]:
    """To all videos, what was bought last first. Begun with the person's tickets, of which there are few."""
    return Query(f"{_RIGHT} AND +s.kind = 'video' AND t.person_id = ? ORDER BY bought_at DESC LIMIT ?",
                 (person_id, limit), _right)  # fmt: skip


def holders(media_id: str) -> Query[tuple[str, Right]]:
    """Everybody who has a right to it: whose, or nobody's yet."""
    return Query(
        f"{_RIGHT.replace('SELECT ', 'SELECT t.person_id, ', 1)} AND s.media_id = ? ORDER BY t.id",
        (media_id,),
        lambda row: (row["person_id"] or "", _right(row)),
    )


def waiting(person_id: str, perf_id: str) -> Query[Order]:
    """What somebody ordered of a shelf and has not paid yet, the newest first."""
    return Query(
        "SELECT * FROM orders WHERE person_id = ? AND perf_id = ? AND state = 'awaiting_payment' "
        "ORDER BY created_at DESC, id DESC",
        (person_id, perf_id),
        orders.order_of,
    )


def paid_of(perf_id: str, after: str, limit: int) -> Query[Order]:
    return Query(
        "SELECT * FROM orders WHERE perf_id = ? AND state IN ('paid', 'partially_refunded') AND id > ? "
        "ORDER BY id LIMIT ?",
        (perf_id, after, limit),
        orders.order_of,
    )


def begin(tx: Transaction, claim_id: str, ends_at: int) -> bool:
    """Whether its clock did not run before."""
    sql = "INSERT INTO rental_clocks (claim_id, began_at, ends_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return bool(tx.run(sql, (claim_id, tx.now, ends_at)))


def over(now: int, limit: int) -> Query[tuple[str, str, str | None, str]]:
    """Clocks that have run out and nobody has told of it: claim, video, whose, and the house."""
    return Query(
        "SELECT c.claim_id, s.media_id, t.person_id, t.org_id FROM rental_clocks c "
        "JOIN tickets t ON t.claim_id = c.claim_id AND t.serial = (SELECT max(serial) FROM tickets "
        "WHERE claim_id = c.claim_id) JOIN shelves s ON s.perf_id = t.perf_id "
        "WHERE c.told = 0 AND c.ends_at <= ? ORDER BY c.ends_at LIMIT ?",
        (now, limit),
        lambda row: (row[0], row[1], row[2], row[3]),
    )


def tell(tx: Transaction, claim_id: str) -> None:
    tx.run("UPDATE rental_clocks SET told = 1 WHERE claim_id = ?", (claim_id,))


def _offer(row: Row) -> VideoOffer:
    return VideoOffer(
        id=row["id"],
        perf_id=row["perf_id"],
        kind=OfferKind(row["kind"]),
        price=row["price"],
        tax_bp=row["tax_bp"],
        currency=row["currency"],
        hours=row["hours"],
        days=row["days"],
        on_sale=bool(row["on_sale"]),
    )


_RIGHT_COLUMNS = (
    "ticket_id", "claim_id", "order_id", "org_id", "media_id", "title", "hours", "days", "bought_at", "began_at",
    "ends_at",
)  # fmt: skip


def _right(row: Row) -> Right:
    return Right(**{name: row[name] for name in _RIGHT_COLUMNS}, kind=OfferKind(row["kind"]))
