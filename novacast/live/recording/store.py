"""All SQL about clips: which programme each was cut from. What they are otherwise, their videos say."""

from novacast.database import Query, Transaction

MOST = 100
"""That are listed."""


def add(tx: Transaction, clip_id: str, programme_id: str, channel_id: str) -> None:
    tx.insert("clips", id=clip_id, programme_id=programme_id, channel_id=channel_id, made_at=tx.now)


def of_programme(programme_id: str) -> Query[str]:
    """The latest first."""
    sql = f"SELECT id FROM clips WHERE programme_id = ? ORDER BY made_at DESC, id LIMIT {MOST}"  # noqa: S608 - a number of ours
    return Query(sql, (programme_id,), lambda row: str(row["id"]))


def of_channel(channel_id: str) -> Query[str]:
    sql = f"SELECT id FROM clips WHERE channel_id = ? ORDER BY made_at DESC, id LIMIT {MOST}"  # noqa: S608 - a number of ours
    return Query(sql, (channel_id,), lambda row: str(row["id"]))


def origin(clip_id: str) -> Query[str]:
    """The programme that it was cut from."""
    return Query("SELECT programme_id FROM clips WHERE id = ?", (clip_id,), lambda row: str(row["programme_id"]))


def remove(tx: Transaction, clip_id: str) -> None:
    tx.run("DELETE FROM clips WHERE id = ?", (clip_id,))


def clipped(tx: Transaction, video_id: str) -> bool:
    """Whether a video was cut out of a programme, for other slices."""
    return tx.one(origin(video_id)) is not None
