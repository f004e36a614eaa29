"""SQL of choices."""

from collections.abc import Collection

from novacast.database import Query, Transaction
from novacast.notifications.kinds import RULES, Kind, Way

Chosen = tuple[Kind, Way, bool]


def of_reader(reader: str) -> Query[Chosen]:
    return Query(
        "SELECT kind, way, wanted FROM notification_choices WHERE reader = ? ORDER BY kind, way",
        (reader,),
        lambda row: (Kind(row["kind"]), Way(row["way"]), bool(row["wanted"])),
    )


def wanted(tx: Transaction, reader: str, kind: Kind) -> frozenset[Way]:
    """The ways by which this reader is to be told."""
    return applied(kind, tx.all(of_reader(reader)))


def applied(kind: Kind, chosen: Collection[Chosen]) -> frozenset[Way]:
    """The rule of a kind with what somebody chose. What can't be switched off is on, whatever a row says."""
    rule = RULES[kind]
    said = {way: on for of, way, on in chosen if of is kind and rule.switchable(way)}
    return frozenset(way for way in rule.ways if said.get(way, way in rule.wanted))


def choose(tx: Transaction, reader: str, kind: Kind, way: Way, *, wanted: bool) -> None:
    tx.run(
        "INSERT INTO notification_choices VALUES (?, ?, ?, ?, ?) ON CONFLICT (reader, kind, way) "
        "DO UPDATE SET wanted = excluded.wanted, changed_at = excluded.changed_at",
        (reader, kind, way, int(wanted), tx.now),
    )


def forget(tx: Transaction, reader: str) -> None:
    tx.run("DELETE FROM notification_choices WHERE reader = ?", (reader,))
