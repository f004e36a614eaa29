"""SQL of accounts' journals."""

from novacast.accounts.journal.models import Happened, Kind
from novacast.accounts.sessions.models import Origin, device
from novacast.database import Query, Row, Transaction
from novacast.keeping import number

NOBODY = Origin("", "")
"""Where it was not the person who did it."""


def record(tx: Transaction, person_id: str, kind: Kind, detail: str, origin: Origin = NOBODY) -> None:
    tx.insert(
        "account_events",
        person_id=person_id,
        at=tx.now,
        kind=kind,
        detail=detail,
        device=device(origin.user_agent) if origin.user_agent else "",
        address=origin.address,
    )


def newest(person_id: str, limit: int) -> Query[Happened]:
    return Query("SELECT * FROM account_events WHERE person_id = ? ORDER BY n DESC LIMIT ?", (person_id, limit), _line)


def forget(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM account_events WHERE person_id = ?", (person_id,))


def older(before: int) -> Query[int]:
    return number("SELECT count(*) FROM account_events WHERE at < ?", before)


def prune(tx: Transaction, before: int, limit: int) -> int:
    return tx.run(
        "DELETE FROM account_events WHERE n IN (SELECT n FROM account_events WHERE at < ? LIMIT ?)", (before, limit)
    )


def _line(row: Row) -> Happened:
    return Happened(row["at"], Kind(row["kind"]), row["detail"], row["device"], row["address"])
