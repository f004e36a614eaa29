"""SQL of recovery codes."""

from collections.abc import Iterable

from novacast.database import Query, Transaction


def replace(tx: Transaction, person_id: str, digests: Iterable[bytes]) -> None:
    drop(tx, person_id)
    for digest in digests:
        tx.insert("recovery_codes", person_id=person_id, digest=digest)


def drop(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM recovery_codes WHERE person_id = ?", (person_id,))


def use(tx: Transaction, person_id: str, digest: bytes) -> int:
    """1 if it is one of the person's and was never used, else 0."""
    return tx.run(
        "UPDATE recovery_codes SET used_at = ? WHERE person_id = ? AND digest = ? AND used_at IS NULL",
        (tx.now, person_id, digest),
    )


def left(person_id: str) -> Query[int]:
    return Query(
        "SELECT count(*) FROM recovery_codes WHERE person_id = ? AND used_at IS NULL",
        (person_id,),
        lambda row: int(row[0]),
    )
