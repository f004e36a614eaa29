"""SQL over all organizations' channels."""

import json

from novacast.database import Query, Row
from novacast.live.keys.store import key
from novacast.live.models import OVERDUE, Programme, StreamKey
from novacast.live.overview.models import Standing, Stream
from novacast.live.programmes.store import programme

Place = tuple[int, str]


def airing() -> Query[tuple[Programme, str]]:
    """What is on air or interrupted, and the name of its channel."""
    return Query(
        "SELECT p.*, c.name AS channel FROM programmes p JOIN channels c ON c.id = p.channel_id "
        "WHERE p.state IN ('on_air', 'interrupted') ORDER BY p.started_at, p.id",
        (),
        lambda row: (programme(row), str(row["channel"])),
    )


def streams(words: str, start: Place, limit: int, now: int) -> Query[Stream]:
    """Channels, newest first, each with what is on it or stands by, and the next one that is planned. `words`: a part
    of its name, or its id."""
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return Query(
        """SELECT c.id, c.org_id, c.name, c.profile, c.heights, c.record, c.created_at,
            (SELECT json_group_array(json_object('id', p.id, 'title', p.title, 'state', p.state, 'test', p.test,
                'wanted', p.wanted)) FROM programmes p
                WHERE p.channel_id = c.id AND (p.state IN ('on_air', 'interrupted', 'standby') OR p.id = (
                    SELECT n.id FROM programmes n WHERE n.channel_id = c.id AND n.state = 'planned'
                        AND coalesce(n.planned_end, n.planned_start + :overdue) > :now
                        ORDER BY n.planned_start, n.id LIMIT 1))) AS programmes,
            (SELECT min(p.planned_start) FROM programmes p
                WHERE p.channel_id = c.id AND p.state = 'planned' AND p.planned_start >= :now) AS next_at,
            (SELECT count(*) FROM feeds f WHERE f.channel_id = c.id AND f.ended_at IS NULL) AS feeds,
            (SELECT count(*) FROM targets t WHERE t.channel_id = c.id AND t.enabled = 1) AS targets,
            (SELECT count(*) FROM targets t WHERE t.channel_id = c.id AND t.state = 'failed') AS failing,
            (SELECT count(*) FROM stream_keys k WHERE k.channel_id = c.id AND k.revoked_at IS NULL
                AND (k.expires_at IS NULL OR k.expires_at > :now)) AS keys
        FROM channels c WHERE (c.created_at, c.id) < (:at, :id)
            AND (:words = '' OR c.id = :words OR c.name LIKE :like ESCAPE '\\')
        ORDER BY c.created_at DESC, c.id DESC LIMIT :limit""",
        {"words": words, "like": like, "at": start[0], "id": start[1], "limit": limit, "now": now, "overdue": OVERDUE},
        _stream,
    )


def stream_key(key_id: str) -> Query[StreamKey]:
    return Query("SELECT * FROM stream_keys WHERE id = ?", (key_id,), key)


def _stream(row: Row) -> Stream:
    standing = [Standing(**one | {"test": bool(one["test"])}) for one in json.loads(row["programmes"])]
    plain = ("id", "org_id", "name", "profile", "created_at", "next_at", "feeds", "targets", "failing", "keys")
    return Stream(
        **{name: row[name] for name in plain},
        heights=tuple(json.loads(row["heights"])),
        record=bool(row["record"]),
        programmes=standing,
    )
