"""SQL of member prices."""

from novacast.database import Query, Transaction
from novacast.tickets.members.models import MOST


def limit(perf_id: str) -> Query[int]:
    """Units of a performance that each member has at their price."""
    return Query(
        "SELECT coalesce((SELECT most FROM member_limits WHERE perf_id = ?), ?)",
        (perf_id, MOST),
        lambda row: int(row[0]),
    )


def set_limit(tx: Transaction, perf_id: str, most: int) -> None:
    tx.run(
        "INSERT INTO member_limits VALUES (?, ?) ON CONFLICT DO UPDATE SET most = excluded.most",
        (perf_id, most),
    )


def follow(tx: Transaction, old_id: str, made_id: str) -> None:
    """A performance that is made like another has the limit of that."""
    tx.run(
        "INSERT INTO member_limits SELECT ?, most FROM member_limits WHERE perf_id = ?",
        (made_id, old_id),
    )


def had(perf_id: str, buyer: str) -> Query[int]:
    """Units that a buyer has at a member's price."""
    return Query(
        "SELECT count(*) FROM claims c JOIN member_prices m ON m.claim_id = c.id "
        "WHERE c.perf_id = ? AND c.buyer = ? AND c.state <> 'released'",
        (perf_id, buyer),
        lambda row: int(row[0]),
    )


def add(tx: Transaction, claim_id: str, off: int, tier: str) -> None:
    tx.insert("member_prices", claim_id=claim_id, off=off, tier=tier)
