"""Sums that triggers keep are those of the rows, whatever happens to these."""

from novacast.database import Query, Transaction
from novacast.vods.storage import store
from novacast.vods.storage.models import Weight
from tests.vods.conftest import ORG, OTHER_ORG, OWNER, House

Sums = dict[str, tuple[int, int, int, int]]
ADDED = """SELECT videos.org_id, sum(source_bytes * (storage_dropped.at IS NULL)), sum(renditions), sum(pictures),
    sum(captions) FROM videos JOIN storage_weights ON storage_weights.video_id = videos.id
    LEFT JOIN storage_dropped ON storage_dropped.video_id = videos.id GROUP BY videos.org_id"""
KEPT = """SELECT org_id, originals, renditions, pictures, captions FROM storage_totals
    WHERE (originals, renditions, pictures, captions) <> (0, 0, 0, 0)"""


async def sums(house: House, sql: str) -> Sums:
    rows = await house.db.all(Query(sql, (), tuple))
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


async def same(house: House) -> Sums:
    kept = await sums(house, KEPT)
    assert kept == await sums(house, ADDED)
    return kept


async def test_the_sums_are_those_of_all_rows_after_each_thing_that_changes_them(house: House) -> None:
    first, second = await house.publish(source_bytes=1000), await house.publish(source_bytes=300)
    await house.publish(source_bytes=7, org_id=OTHER_ORG)
    assert await same(house) == {ORG: (1300, 0, 0, 0), OTHER_ORG: (7, 0, 0, 0)}

    def weigh(tx: Transaction) -> None:
        store.weighed(tx, first, Weight(50, 6, 1), 1)
        store.weighed(tx, second, Weight(20, 0, 0), 1)

    await house.db.write(weigh)
    assert (await same(house))[ORG] == (1300, 70, 6, 1)
    await house.db.write(lambda tx: store.weighed(tx, first, Weight(10, 3, 0), 2))
    assert (await same(house))[ORG] == (1300, 30, 3, 0)
    await house.db.write(lambda tx: store.drop_original(tx, first))
    assert (await same(house))[ORG] == (300, 30, 3, 0)
    await house.db.write(lambda tx: tx.run("UPDATE videos SET source_bytes = 400 WHERE id = ?", (first,)))
    assert (await same(house))[ORG] == (700, 30, 3, 0)
    await house.db.write(lambda tx: store.drop_original(tx, second))
    await house.db.write(lambda tx: tx.run("UPDATE storage_weights SET renditions = 0 WHERE video_id = ?", (first,)))
    assert (await same(house))[ORG] == (400, 20, 3, 0)
    await house.videos.delete(OWNER, second)
    assert (await same(house))[ORG] == (400, 0, 3, 0)
    await house.videos.delete(OWNER, first)
    assert await same(house) == {OTHER_ORG: (7, 0, 0, 0)}


async def test_what_an_organization_has_is_read_without_a_look_at_each_of_its_videos(house: House) -> None:
    query = store.usage(ORG, None)
    rows = await house.db.all(Query(f"EXPLAIN QUERY PLAN {query.sql}", query.params, lambda row: str(row["detail"])))
    steps = "\n".join(rows)
    assert "videos_studio" not in steps, steps
    assert "SCAN videos" not in steps, steps
    assert "SCAN storage_weights" not in steps, steps
    assert "storage_totals USING PRIMARY KEY (org_id=?)" in steps, steps
