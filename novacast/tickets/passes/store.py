"""SQL of what kinds of tickets open, and of what is sold of a programme."""

from novacast.database import Query, Transaction


def devices(perf_id: str) -> Query[tuple[str, int]]:
    """On how many devices at once each kind of ticket is good that says so, by id."""
    return Query(
        "SELECT r.item_id, r.devices FROM pass_rules r JOIN items i ON i.id = r.item_id WHERE i.perf_id = ?",
        (perf_id,),
        lambda row: (str(row["item_id"]), int(row["devices"])),
    )


def set_devices(tx: Transaction, item_id: str, count: int | None) -> None:
    if count is None:
        tx.run("DELETE FROM pass_rules WHERE item_id = ?", (item_id,))
    else:
        tx.run("INSERT INTO pass_rules VALUES (?, ?) ON CONFLICT DO UPDATE SET devices = excluded.devices",
               (item_id, count))  # fmt: skip


def sold_of(media_id: str, org_id: str) -> Query[str]:
    """Ids of a house's performances, of published events, whose tickets may open this; the next to come first."""
    return Query(
        "SELECT p.id FROM performances p JOIN events e ON e.id = p.event_id WHERE p.programme_id = ? AND p.org_id = ? "
        "AND e.published = 1 AND p.state <> 'draft' AND EXISTS (SELECT 1 FROM items i WHERE i.perf_id = p.id "
        "AND (i.opens_live = 1 OR i.replay_until IS NOT NULL)) ORDER BY p.starts_at, p.id LIMIT 10",
        (media_id, org_id),
        lambda row: str(row["id"]),
    )
