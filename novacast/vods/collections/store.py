"""All SQL about collections."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.records import dataclass
from novacast.vods.collections.models import Collection, Item, Summary
from novacast.vods.models import Visibility
from novacast.vods.store import Key, video

_SELECT = ", ".join(
    f"collections.{name}"
    for name in ("id", "org_id", "owner_id", "title", "description", "visibility", "created_at", "updated_at")
)


@dataclass(frozen=True, slots=True)
class Eyes:
    """Whose view of the library is asked for."""

    signed_in: bool
    orgs: Sequence[str]

    @property
    def params(self) -> dict[str, Any]:
        return {"signed_in": self.signed_in, **{f"org{number}": org for number, org in enumerate(self.orgs)}}

    @property
    def watchable(self) -> str:
        """The condition that a video can be watched by them. Their own private ones are beside the point of a list."""
        return (
            "videos.state = 'ready' AND (videos.visibility IN ('public', 'unlisted') "
            "OR (:signed_in AND videos.visibility = 'signed_in') "
            f"OR (videos.visibility = 'organization' AND videos.org_id IN ({self.mine})))"
        )

    @property
    def mine(self) -> str:
        return ", ".join(f":org{number}" for number in range(len(self.orgs)))

    @property
    def filled(self) -> str:
        """The condition that a collection has something for them."""
        return (
            "EXISTS (SELECT 1 FROM collection_items JOIN videos ON videos.id = collection_items.video_id "  # noqa: S608 - conditions of ours
            f"WHERE collection_items.collection_id = collections.id AND {self.watchable})"
        )


def by_id(collection_id: str) -> Query[Collection]:
    return Query(f"SELECT {_SELECT} FROM collections WHERE id = ?", (collection_id,), _collection)  # noqa: S608 - our columns


def library(eyes: Eyes, start: Key, limit: int) -> Query[Collection]:
    """What there is to find and has something to watch, newest first. Each kind is one range of an index."""
    kinds = ["visibility = 'public'"]
    if eyes.signed_in:
        kinds.append("visibility = 'signed_in'")
    kinds += [f"org_id = :org{number} AND visibility = 'organization'" for number in range(len(eyes.orgs))]
    ranges = [
        f"SELECT * FROM (SELECT {_SELECT} FROM collections WHERE {kind} AND (created_at, id) < (:at, :id) "  # noqa: S608 - columns and conditions of ours
        f"AND {eyes.filled} ORDER BY created_at DESC, id DESC LIMIT :limit)"
        for kind in kinds
    ]
    sql = f"{' UNION ALL '.join(ranges)} ORDER BY created_at DESC, id DESC LIMIT :limit"
    return Query(sql, {**eyes.params, "at": start[0], "id": start[1], "limit": limit}, _collection)


def studio(org_id: str, owner_id: str | None, start: Key, limit: int) -> Query[Collection]:
    """An organization's collections, newest first; only `owner_id`'s if given."""
    mine = "" if owner_id is None else "AND +owner_id = :owner "
    return Query(
        f"SELECT {_SELECT} FROM collections WHERE org_id = :org {mine}AND (created_at, id) < (:at, :id) "  # noqa: S608 - columns and conditions of ours
        "ORDER BY created_at DESC, id DESC LIMIT :limit",
        {"org": org_id, "owner": owner_id, "at": start[0], "id": start[1], "limit": limit},
        _collection,
    )


def search(match: str, eyes: Eyes, start: Key, limit: int) -> Query[tuple[int, Collection]]:
    condition = "collections.visibility = 'public'"
    if eyes.signed_in:
        condition += " OR collections.visibility = 'signed_in'"
        condition += f" OR (collections.visibility = 'organization' AND collections.org_id IN ({eyes.mine}))"
    return _search(f"({condition}) AND {eyes.filled}", match, eyes.params, start, limit)


def studio_search(
    match: str, org_id: str, owner_id: str | None, start: Key, limit: int
) -> Query[tuple[int, Collection]]:
    condition = "collections.org_id = :org" + ("" if owner_id is None else " AND collections.owner_id = :owner")
    return _search(condition, match, {"org": org_id, "owner": owner_id}, start, limit)


def _search(
    condition: str, match: str, params: Mapping[str, Any], start: Key, limit: int
) -> Query[tuple[int, Collection]]:
    # bm25 is negative and smaller for the better; the title weighs ten times the description.
    sql = f"""SELECT * FROM (
            SELECT {_SELECT}, CAST(bm25(collections_search, 10.0, 1.0) * -1000000 AS INTEGER) AS score
            FROM collections_search JOIN collections ON collections.n = collections_search.rowid
            WHERE collections_search MATCH :match AND {condition}
        ) WHERE (score, id) < (:score, :id) ORDER BY score DESC, id DESC LIMIT :limit"""  # noqa: S608 - columns and conditions of ours
    given = {**params, "match": match, "score": start[0], "id": start[1], "limit": limit}
    return Query(sql, given, lambda row: (row["score"], _collection(row)))


def summaries(ids: Sequence[str], eyes: Eyes | None) -> Query[tuple[str, Summary]]:
    """Of each collection that has videos: how many, how long, and the first that has a picture. None: of all videos."""
    names = ", ".join(f":c{number}" for number in range(len(ids)))
    seen = "1" if eyes is None else eyes.watchable
    params = {**(eyes.params if eyes else {}), **{f"c{number}": one for number, one in enumerate(ids)}}
    return Query(
        # Beside min() SQLite takes the other columns from the row that has it (its manual, "Bare columns").
        f"""SELECT collection_id, count(*) AS number, sum(coalesce(videos.duration, 0)) AS length,
            min(CASE WHEN videos.edition IS NOT NULL AND (videos.has_poster OR videos.poster IS NOT NULL)
                THEN place END) AS first,
            videos.id AS video_id, coalesce(videos.poster, videos.edition) AS picture
        FROM collection_items JOIN videos ON videos.id = collection_items.video_id
        WHERE collection_id IN ({names}) AND {seen} GROUP BY collection_id""",  # noqa: S608 - conditions of ours
        params,
        _summary,
    )


def items(collection_id: str, after: int = -1) -> Query[Item]:
    """In their order, behind the place `after`."""
    return Query(
        """SELECT videos.*, collection_items.place, collection_items.added_at
        FROM collection_items JOIN videos ON videos.id = collection_items.video_id
        WHERE collection_id = ? AND place > ? ORDER BY place""",
        (collection_id, after),
        lambda row: Item(row["place"], row["added_at"], video(row)),
    )


def order(collection_id: str) -> Query[str]:
    return Query(
        "SELECT video_id FROM collection_items WHERE collection_id = ? ORDER BY place, video_id",
        (collection_id,),
        lambda row: str(row[0]),
    )


def count(org_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM collections WHERE org_id = ?", (org_id,), lambda row: int(row[0]))


def owned(person_id: str) -> Query[Collection]:
    return Query(
        f"SELECT {_SELECT} FROM collections WHERE owner_id = ? ORDER BY created_at DESC, id DESC",  # noqa: S608 - our columns
        (person_id,),
        _collection,
    )


def add(tx: Transaction, one: Collection) -> None:
    tx.insert(
        "collections",
        id=one.id,
        org_id=one.org_id,
        owner_id=one.owner_id,
        title=one.title,
        description=one.description,
        visibility=one.visibility.value,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def change(tx: Transaction, collection_id: str, columns: Mapping[str, Any]) -> None:
    """Set `columns`, whose names come from our code, never from a caller; also none, for its time alone."""
    sets = "".join(f"{name} = :{name}, " for name in columns)
    tx.run(
        f"UPDATE collections SET {sets}updated_at = :now WHERE id = :id",  # noqa: S608 - names from our code
        {**columns, "now": tx.now, "id": collection_id},
    )


def remove(tx: Transaction, collection_id: str) -> None:
    tx.run("DELETE FROM collections WHERE id = ?", (collection_id,))


def arrange(tx: Transaction, collection_id: str, ids: Iterable[str]) -> None:
    """Exactly these, in this order."""
    known = dict(
        tx.all(
            Query("SELECT video_id, place FROM collection_items WHERE collection_id = ?", (collection_id,), _id_place)
        )
    )
    for place, video_id in enumerate(ids):
        if known.pop(video_id, None) != place:
            tx.run(
                """INSERT INTO collection_items (collection_id, video_id, place, added_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (collection_id, video_id) DO UPDATE SET place = excluded.place""",
                (collection_id, video_id, place, tx.now),
            )
    for video_id in known:
        tx.run(
            "DELETE FROM collection_items WHERE collection_id = ? AND video_id = ?",
            (collection_id, video_id),
        )


def end_organization(tx: Transaction, org_id: str) -> int:
    """All of its collections go; how many."""
    return tx.run("DELETE FROM collections WHERE org_id = ?", (org_id,))


def erase_person(tx: Transaction, person_id: str) -> None:
    """Collections stay with their organization, without the person."""
    tx.run("UPDATE collections SET owner_id = NULL WHERE owner_id = ?", (person_id,))


def _collection(row: Row) -> Collection:
    return Collection(
        row["id"],
        row["org_id"],
        row["owner_id"],
        row["title"],
        row["description"],
        Visibility(row["visibility"]),
        row["created_at"],
        row["updated_at"],
    )


def _summary(row: Row) -> tuple[str, Summary]:
    cover = None if row["first"] is None else (row["video_id"], row["picture"])
    return row["collection_id"], Summary(row["number"], row["length"], cover)


def _id_place(row: Row) -> tuple[str, int]:
    return row[0], row[1]
