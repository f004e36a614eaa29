"""All SQL about imports."""

from novacast.database import Query, Transaction
from novacast.vods.imports.models import Begun, Candidate


def begin(tx: Transaction, org_id: str, path: str, video_id: str) -> str:
    """The id of the video that the file will be: `video_id`, or that of an earlier attempt at the same file."""
    tx.run(
        "INSERT INTO imports_begun (video_id, org_id, path, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (org_id, path) DO UPDATE SET at = excluded.at",
        (video_id, org_id, path, tx.now),
    )
    sql = "SELECT video_id FROM imports_begun WHERE org_id = ? AND path = ?"
    kept = tx.one(Query(sql, (org_id, path), lambda row: str(row["video_id"])))
    assert kept is not None
    return kept


def end(tx: Transaction, video_id: str) -> bool:
    """False if another has ended it."""
    return tx.run("DELETE FROM imports_begun WHERE video_id = ?", (video_id,)) == 1


def begun() -> Query[Begun]:
    sql = "SELECT * FROM imports_begun ORDER BY at, video_id"
    return Query(sql, (), lambda row: Begun(row["video_id"], row["org_id"], row["path"], row["at"]))


def keep(
    tx: Transaction, video_id: str, org_id: str, path: str, size: int, changed: int, hash_: str, *, settled: bool
) -> None:
    tx.run(
        """INSERT INTO imports (video_id, path, org_id, size, changed, hash, settled, at)
        SELECT :id, :path, :org, :size, :changed, :hash, :settled, :now
        WHERE EXISTS (SELECT 1 FROM videos WHERE id = :id)
        ON CONFLICT (video_id, path) DO UPDATE SET size = :size, changed = :changed, hash = :hash, at = :now""",
        {
            "id": video_id, "path": path, "org": org_id, "size": size, "changed": changed, "hash": hash_,
            "settled": settled, "now": tx.now,
        },
    )  # fmt: skip


def settle(tx: Transaction, video_id: str) -> None:
    tx.run("UPDATE imports SET settled = 1 WHERE video_id = ?", (video_id,))


def known(org_id: str, path: str, size: int, changed: int) -> Query[tuple[str, bool]]:
    """The video that a file became that has not been touched since, and whether all beside it was taken over."""
    return Query(
        "SELECT video_id, settled FROM imports WHERE org_id = ? AND path = ? AND size = ? AND changed = ? "
        "ORDER BY at DESC LIMIT 1",
        (org_id, path, size, changed),
        lambda row: (row["video_id"], bool(row["settled"])),
    )


def same_size(org_id: str, size: int) -> Query[Candidate]:
    return Query(
        """SELECT id, source_name,
            (SELECT hash FROM imports WHERE imports.video_id = videos.id AND imports.size = videos.source_bytes LIMIT 1)
                AS hash
        FROM videos WHERE org_id = ? AND source_bytes = ? ORDER BY created_at LIMIT 100""",
        (org_id, size),
        lambda row: Candidate(row["id"], row["source_name"], row["hash"]),
    )


def twin(org_id: str, hash_: str) -> Query[str]:
    return Query(
        "SELECT video_id FROM imports WHERE org_id = ? AND hash = ? ORDER BY at LIMIT 1",
        (org_id, hash_),
        lambda row: str(row["video_id"]),
    )
