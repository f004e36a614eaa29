"""SQL of proofs."""

from novacast.accounts.proofs.models import Proven
from novacast.accounts.sessions.models import Kind
from novacast.database import Query, Transaction


def proven(session_id: str) -> Query[Proven]:
    return Query(
        "SELECT s.kind, max(s.created_at, ifnull(p.at, 0)) AS at FROM sessions s "
        "LEFT JOIN session_proofs p ON p.session_id = s.id WHERE s.id = ? AND s.revoked_at IS NULL",
        (session_id,),
        lambda row: Proven(Kind(row["kind"]), row["at"]),
    )


def put(tx: Transaction, session_id: str) -> None:
    tx.run(
        "INSERT INTO session_proofs (session_id, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
        (session_id, tx.now),
    )
