"""All SQL about videos, their rungs, the search index and what people have watched."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.vods.models import Draft, Position, Rung, Video, VideoState, Visibility, Watching

_COLUMNS = (
    "id", "org_id", "owner_id", "title", "description", "language", "visibility", "state", "created_at", "updated_at",
    "published_at", "duration", "width", "height", "source_name", "source_bytes", "media_bytes", "edition",
    "has_poster", "has_storyboard", "poster",
)  # fmt: skip
_SELECT = ", ".join(f"videos.{name}" for name in _COLUMNS)

Key = tuple[int, str]
"""Where a page starts: instant (or score) and id of the last one shown."""

START: Key = (2**63 - 1, "")

TITLED = 2**40
"""What the score of a common word's match has on top of its number when the word is in the title."""


def video(row: Row) -> Video:
    values: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    values["visibility"] = Visibility(values["visibility"])
    values["state"] = VideoState(values["state"])
    values["has_poster"] = bool(values["has_poster"])
    values["has_storyboard"] = bool(values["has_storyboard"])
    return Video(**values)


def by_id(video_id: str) -> Query[Video]:
    return Query(f"SELECT {_SELECT} FROM videos WHERE id = ?", (video_id,), video)  # noqa: S608 - our columns


def by_ids(video_ids: Sequence[str]) -> Query[Video]:
    names, params = _names("id", video_ids)
    return Query(f"SELECT {_SELECT} FROM videos WHERE id IN ({names})", params, video)  # noqa: S608 - our columns


def rungs(video_id: str) -> Query[Rung]:
    return Query("SELECT * FROM rungs WHERE video_id = ? ORDER BY height DESC, name", (video_id,), _rung)


def studio(
    org_id: str, owner_id: str | None, state: VideoState | None, visibility: Visibility | None, start: Key, limit: int
) -> Query[Video]:
    """The videos of an organization, newest first; only `owner_id`'s if given."""
    where, params = ["org_id = :org", "(created_at, id) < (:at, :id)"], {"org": org_id, "at": start[0], "id": start[1]}
    filters = (("owner_id", owner_id), ("state", state), ("visibility", visibility))
    given = [(column, value) for column, value in filters if value is not None]
    for number, (column, value) in enumerate(given):
        # Each has an index in the list's order; the plus keeps all but the first from luring the planner to theirs.
        where.append(f"{'+' if number else ''}{column} = :{column}")
        params[column] = str(value)
    condition = " AND ".join(where)
    return Query(
        f"SELECT {_SELECT} FROM videos WHERE {condition} ORDER BY created_at DESC, id DESC LIMIT :limit",  # noqa: S608 - columns and conditions of ours
        {**params, "limit": limit},
        video,
    )


def library(signed_in: bool, orgs: Sequence[str], start: Key, limit: int) -> Query[Video]:
    """What there is to find for someone, newest first: public, for the signed-in, and for members of `orgs`.

    Each kind is one range of an index, and the ranges are merged: a page costs the same however long the lists are.
    """
    ranges, params = [_range("visibility = 'public'")], {"at": start[0], "id": start[1], "limit": limit}
    if signed_in:
        ranges.append(_range("visibility = 'signed_in'"))
    for number, org_id in enumerate(orgs):
        params[f"org{number}"] = org_id
        ranges.append(_range(f"org_id = :org{number} AND visibility = 'organization'"))
    union = " UNION ALL ".join(ranges)
    return Query(f"{union} ORDER BY published_at DESC, id DESC LIMIT :limit", params, video)


def _range(condition: str) -> str:
    return (
        f"SELECT * FROM (SELECT {_SELECT} FROM videos WHERE state = 'ready' AND {condition} "  # noqa: S608 - columns and conditions of ours
        "AND (published_at, id) < (:at, :id) ORDER BY published_at DESC, id DESC LIMIT :limit)"
    )


def matches(match: str, most: int, org_id: str | None = None) -> Query[int]:
    """How many videos match, of all or of an organization, counted up to `most`."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM videos_search WHERE videos_search MATCH ? LIMIT ?)"
    return Query(sql, (_texts(match, org_id), most), lambda row: int(row[0]))


def search(
    match: str, common: bool, signed_in: bool, orgs: Sequence[str], start: Key, limit: int
) -> Query[tuple[int, Video]]:
    """The library's videos that match, best first, each with its score."""
    mine, params = _names("org", orgs)
    condition = "videos.visibility = 'public'"
    if signed_in:
        condition += " OR videos.visibility = 'signed_in'"
        condition += f" OR (videos.visibility = 'organization' AND videos.org_id IN ({mine}))"
    return _search(f"videos.state = 'ready' AND ({condition})", _wanted(match, common), params, start, limit)


def studio_search(
    match: str,
    common: bool,
    narrow: bool,
    org_id: str,
    owner_id: str | None,
    state: VideoState | None,
    visibility: Visibility | None,
    start: Key,
    limit: int,
) -> Query[tuple[int, Video]]:
    """`narrow`: by the index only what matches of the organization is gathered, for there is much else that matches.
    Where there is not, that would cost more than it saves: a score counts what each word of the expression has."""
    condition, params = "videos.org_id = :org", {"org": org_id}
    for column, value in (("owner_id", owner_id), ("state", state), ("visibility", visibility)):
        if value is not None:
            condition += f" AND videos.{column} = :{column}"
            params[column] = str(value)
    return _search(condition, _wanted(match, common, org_id if narrow else None), params, start, limit)


def _wanted(match: str, common: bool, org_id: str | None = None) -> Mapping[str, str]:
    """What the indexes are asked for."""
    texts = _texts(match, org_id)
    if not common:
        return {"match": texts}
    return {"titled": _texts(match, org_id, "title"), "other": f"({texts}) NOT ({{title}} : ({match}))"}


def _texts(match: str, org_id: str | None, columns: str = "title description") -> str:
    words = f"{{{columns}}} : ({match})"
    return words if org_id is None else f'(org_id : "{org_id.replace(chr(34), "")}") AND ({words})'


def _search(
    condition: str, wanted: Mapping[str, str], params: Mapping[str, Any], start: Key, limit: int
) -> Query[tuple[int, Video]]:
    sql = _ranked(condition) if "match" in wanted else _common(condition)
    given = {**params, **wanted, "score": start[0], "id": start[1], "limit": limit}
    return Query(sql, given, lambda row: (row["score"], video(row)))


def _ranked(condition: str) -> str:
    # bm25 is negative and smaller for the better; the title weighs ten times the description.
    return f"""SELECT * FROM (
            SELECT {_SELECT}, CAST(bm25(videos_search, 10.0, 1.0, 0.0) * -1000000 AS INTEGER) AS score
            FROM videos_search JOIN videos ON videos.n = videos_search.rowid
            WHERE videos_search MATCH :match AND {condition}
        ) WHERE (score, id) < (:score, :id) ORDER BY score DESC, id DESC LIMIT :limit"""  # noqa: S608 - columns and conditions of ours


def _common(condition: str) -> str:
    """Of a word that very many have: those with it in the title, then the others, the latest first.

    Each list is read off its index from the end, and no further than the page: a score would need all of them.
    """
    parts = [
        f"""SELECT * FROM (SELECT {_SELECT}, {index}.rowid + {least} AS score
            FROM {index} JOIN videos ON videos.n = {index}.rowid
            WHERE {index} MATCH :{wanted} AND {index}.rowid < :score - {least} AND {condition}
            ORDER BY {index}.rowid DESC LIMIT :limit)"""  # noqa: S608 - columns and conditions of ours
        for index, wanted, least in (("videos_titles", "titled", TITLED), ("videos_search", "other", 0))
    ]
    return f"{' UNION ALL '.join(parts)} ORDER BY score DESC LIMIT :limit"


def _names(prefix: str, values: Iterable[str]) -> tuple[str, dict[str, Any]]:
    params = {f"{prefix}{number}": value for number, value in enumerate(values)}
    return ", ".join(f":{name}" for name in params), params


def add(tx: Transaction, draft: Draft) -> None:
    tx.insert(
        "videos",
        id=draft.id,
        org_id=draft.org_id,
        owner_id=draft.owner_id,
        title=draft.title,
        description=draft.description,
        language=draft.language,
        visibility=draft.visibility.value,
        state=VideoState.PROCESSING.value,
        created_at=tx.now,
        updated_at=tx.now,
        source_name=draft.source_name,
        source_bytes=draft.source_bytes,
    )


def change(tx: Transaction, video_id: str, columns: Mapping[str, Any]) -> None:
    """Set `columns`, whose names come from our code, never from a caller."""
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(
        f"UPDATE videos SET {sets}, updated_at = :now WHERE id = :id",  # noqa: S608 - names from our code
        {**columns, "now": tx.now, "id": video_id},
    )


def doom(tx: Transaction, video_id: str) -> None:
    """Remove the rows and note that files are left to remove, that of one who waited to take its place among them."""
    waiting = "INSERT OR REPLACE INTO doomed (video_id, at) SELECT upload_id, ? FROM replacements WHERE video_id = ?"
    tx.run(waiting, (tx.now, video_id))
    tx.run("DELETE FROM videos WHERE id = ?", (video_id,))
    tx.run("INSERT OR REPLACE INTO doomed (video_id, at) VALUES (?, ?)", (video_id, tx.now))


def some_of(org_id: str, limit: int) -> Query[str]:
    return Query("SELECT id FROM videos WHERE org_id = ? LIMIT ?", (org_id, limit), lambda row: str(row["id"]))


def doomed() -> Query[str]:
    return Query("SELECT video_id FROM doomed ORDER BY at LIMIT 1000", (), lambda row: str(row[0]))


def forgotten(tx: Transaction, table: str, waiting: str, remind: int) -> list[str]:
    """Videos with rows of `table` for which `waiting` holds and whose wake-up must be lost by now; each is marked as
    woken again, for `remind` microseconds. An instant too far in the future was written before someone set the clock
    back. Names and condition come from our code.
    """
    due = tx.all(
        Query(
            f"SELECT DISTINCT video_id FROM {table} WHERE {waiting} AND wake_at NOT BETWEEN ? AND ? LIMIT 1000",  # noqa: S608 - names and conditions of ours
            (tx.now + 1, tx.now + 2 * remind),
            lambda row: str(row["video_id"]),
        )
    )
    for video_id in due:
        tx.run(f"UPDATE {table} SET wake_at = ? WHERE video_id = ?", (tx.now + remind, video_id))  # noqa: S608 - names of ours
    return due


def removed(tx: Transaction, video_id: str) -> None:
    """The files are gone too."""
    tx.run("DELETE FROM doomed WHERE video_id = ?", (video_id,))


def set_rungs(tx: Transaction, video_id: str, rungs: Iterable[tuple[str, int, int, str, int | None]]) -> None:
    """Exactly these: name, width, height, state (`encoding`, `growing`, `published`), bytes."""
    wanted = sorted((video_id, *rung) for rung in rungs)
    there = tx.all(Query("SELECT * FROM rungs WHERE video_id = ? ORDER BY name", (video_id,), tuple))
    if there == wanted:
        return
    tx.run("DELETE FROM rungs WHERE video_id = ?", (video_id,))
    for rung in wanted:
        tx.run("INSERT INTO rungs (video_id, name, width, height, state, bytes) VALUES (?, ?, ?, ?, ?, ?)", rung)


def drop_unpublished_rungs(tx: Transaction, video_id: str) -> None:
    tx.run("DELETE FROM rungs WHERE video_id = ? AND state <> 'published'", (video_id,))


def keep_position(tx: Transaction, person_id: str, position: Position) -> None:
    tx.run(
        """INSERT INTO positions (person_id, video_id, at, finished, updated_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (person_id, video_id)
        DO UPDATE SET at = excluded.at, finished = excluded.finished, updated_at = excluded.updated_at""",
        (person_id, position.video_id, position.at, position.finished, position.updated_at),
    )


def position(person_id: str, video_id: str) -> Query[Position]:
    return Query("SELECT * FROM positions WHERE person_id = ? AND video_id = ?", (person_id, video_id), _position)


def positions(person_id: str) -> Query[Position]:
    return Query("SELECT * FROM positions WHERE person_id = ? ORDER BY updated_at DESC", (person_id,), _position)


def watching(person_id: str, limit: int) -> Query[Watching]:
    """Videos the person began and did not finish, latest first, whoever may see them now."""
    return Query(
        f"""SELECT {_SELECT}, positions.video_id, positions.at, positions.finished, positions.updated_at AS watched_at
        FROM positions JOIN videos ON videos.id = positions.video_id
        WHERE positions.person_id = ? AND positions.finished = 0 AND videos.state = 'ready'
        ORDER BY positions.updated_at DESC LIMIT ?""",  # noqa: S608 - columns and conditions of ours
        (person_id, limit),
        lambda row: Watching(
            video(row), Position(row["video_id"], row["at"], bool(row["finished"]), row["watched_at"])
        ),
    )


def owned(person_id: str) -> Query[Video]:
    return Query(
        f"SELECT {_SELECT} FROM videos WHERE owner_id = ? ORDER BY created_at DESC, id DESC",  # noqa: S608 - columns and conditions of ours
        (person_id,),
        video,
    )


def erase_person(tx: Transaction, person_id: str) -> None:
    """Videos stay with their organization, without the person."""
    tx.run("UPDATE videos SET owner_id = NULL WHERE owner_id = ?", (person_id,))
    tx.run("DELETE FROM positions WHERE person_id = ?", (person_id,))


def _rung(row: Row) -> Rung:
    return Rung(row["name"], row["width"], row["height"], row["state"] == "published", row["bytes"])


def _position(row: Row) -> Position:
    return Position(row["video_id"], row["at"], bool(row["finished"]), row["updated_at"])
