"""All SQL about recordings."""

from novacast.clock import MINUTE
from novacast.database import Query, Row, Transaction
from novacast.vods import store as videos
from novacast.vods.recordings.models import Handover

REMIND = 10 * MINUTE
"""How long after a wake-up one that still waits gets another."""


def arriving(video_id: str) -> Query[Handover]:
    return Query("SELECT * FROM recordings_arriving WHERE video_id = ?", (video_id,), _handover)


def all_arriving() -> Query[str]:
    return Query("SELECT video_id FROM recordings_arriving ORDER BY at", (), lambda row: str(row["video_id"]))


def arrive(tx: Transaction, one: Handover) -> None:
    """As it is told now; the names of what is made of it stay those that were told first."""
    tx.run(
        """INSERT INTO recordings_arriving (video_id, org_id, owner_id, edition, picture_id, told, at)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (video_id) DO UPDATE SET told = excluded.told""",
        (one.video_id, one.org_id, one.owner_id, one.edition, one.picture_id, one.text, tx.now),
    )


def arrived(tx: Transaction, video_id: str, edition: str) -> None:
    """It is a video, in the same transaction."""
    forget(tx, video_id)
    tx.insert("recordings", video_id=video_id, edition=edition, at=tx.now)
    # It never had a file of its own, and nobody is to look for one.
    tx.run("INSERT OR IGNORE INTO storage_dropped (video_id, at) VALUES (?, ?)", (video_id, tx.now))


def forget(tx: Transaction, video_id: str) -> None:
    tx.run("DELETE FROM recordings_arriving WHERE video_id = ?", (video_id,))


def edition(video_id: str) -> Query[str]:
    """The edition that was recorded; None of a video that came another way."""
    return Query("SELECT edition FROM recordings WHERE video_id = ?", (video_id,), lambda row: str(row["edition"]))


def improve(tx: Transaction, video_id: str) -> None:
    tx.run(
        "INSERT INTO recordings_improving (video_id, wake_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (video_id, tx.now + REMIND),
    )


def improving(video_id: str) -> Query[bool]:
    return Query("SELECT 1 FROM recordings_improving WHERE video_id = ?", (video_id,), lambda _: True)


def stop_improving(tx: Transaction, video_id: str) -> None:
    tx.run("DELETE FROM recordings_improving WHERE video_id = ?", (video_id,))


def forgotten(tx: Transaction) -> list[str]:
    """Videos whose wake-up must be lost by now; each is marked as woken again."""
    return videos.forgotten(tx, "recordings_improving", "1", REMIND)


def end_organization(tx: Transaction, org_id: str) -> None:
    """What is on its way to it becomes no video any more, and its files go."""
    tx.run(
        "INSERT OR REPLACE INTO doomed (video_id, at) SELECT video_id, ? FROM recordings_arriving WHERE org_id = ?",
        (tx.now, org_id),
    )
    tx.run("DELETE FROM recordings_arriving WHERE org_id = ?", (org_id,))


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE recordings_arriving SET owner_id = NULL WHERE owner_id = ?", (person_id,))


def _handover(row: Row) -> Handover:
    return Handover.read(
        row["video_id"], row["org_id"], row["owner_id"], row["edition"], row["picture_id"], row["told"]
    )
