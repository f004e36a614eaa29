"""Finding videos: lists and searches, with few of them and with very many."""

from dataclasses import dataclass
from functools import partial

import pytest

from novacast.database import Query, Transaction
from novacast.errors import InvalidInput
from novacast.identity import Principal, new_id
from novacast.vods import store
from novacast.vods.models import Changes, Video, VideoState, Visibility
from novacast.vods.service import COMMON, StudioFilter
from tests.fakes.clock import FakeClock
from tests.vods.conftest import DOOR, ORG, OTHER_ORG, OUTSIDER, OWNER, PRODUCER, STRANGER, House, person

ANYONE = person("anyone")


def _run(sql: str, tx: Transaction) -> None:
    tx.run(sql)


async def titles(house: House, who: Principal, text: str = "") -> list[str]:
    return [video.title for video in (await house.videos.library(who, text=text)).items]


async def test_the_library_holds_what_each_may_find(house: House, clock: FakeClock) -> None:
    for visibility in Visibility:
        await house.publish(title=visibility.value, visibility=visibility)
        clock.advance(1)
    await house.arrive(title="not ready", visibility=Visibility.PUBLIC)
    assert await titles(house, STRANGER) == ["public"]
    assert await titles(house, ANYONE) == ["signed_in", "public"]
    assert await titles(house, OUTSIDER) == ["signed_in", "public"]
    assert await titles(house, DOOR) == ["organization", "signed_in", "public"]
    assert await titles(house, PRODUCER) == ["organization", "signed_in", "public"]


async def test_a_search_finds_the_same_as_the_library_shows(house: House) -> None:
    for visibility in Visibility:
        await house.publish(title=f"opera {visibility.value}", visibility=visibility)
    for who in (STRANGER, ANYONE, OUTSIDER, DOOR, PRODUCER):
        assert sorted(await titles(house, who, "opera")) == sorted(await titles(house, who))


async def test_pages_of_a_list_hold_everything_once(house: House, clock: FakeClock) -> None:
    for number in range(7):
        await house.publish(title=str(number), visibility=[Visibility.PUBLIC, Visibility.ORGANIZATION][number % 2])
        clock.advance(number % 3)
    seen: list[str] = []
    cursor = None
    for _ in range(10):
        page = await house.videos.library(DOOR, cursor=cursor, limit=2)
        seen += [video.title for video in page.items]
        if (cursor := page.next) is None:
            break
    assert sorted(seen) == [str(number) for number in range(7)]
    with pytest.raises(InvalidInput):
        await house.videos.library(DOOR, cursor="rubbish")


async def test_search_pages_hold_everything_once_best_first(house: House) -> None:
    for number in range(5):
        await house.publish(title=f"concert {number}", description="x " * number)
    await house.publish(title="other", description="a concert is mentioned here")
    seen: list[str] = []
    cursor = None
    while True:
        page = await house.videos.library(STRANGER, text="concert", cursor=cursor, limit=2)
        seen += [video.title for video in page.items]
        if (cursor := page.next) is None:
            break
    assert len(seen) == len(set(seen)) == 6
    assert seen[-1] == "other"


async def test_search_ignores_case_and_accents_and_completes_the_last_word(house: House) -> None:
    await house.publish(title="Così fan tutte", description="Oper von Mozart, 1790")
    for text in ("cosi", "COSÌ", "tut", "mozart cos", "fan 17", "tutte fan"):
        assert await titles(house, STRANGER, text) == ["Così fan tutte"], text
    for text in ("fan xyz", "utte", "tutt fa"):
        assert await titles(house, STRANGER, text) == [], text


@pytest.mark.parametrize(
    "text",
    ['"', "'; DROP TABLE videos; --", "title:", "NEAR(a b)", "a*", "^a", "a AND", "NOT", "{a}", "-a", "🎻", "\x00", "%",
     "(((((", "a" * 10_000, "\ud800", "é" * 500, "* OR *", "rowid:1"],
)  # fmt: skip
async def test_no_search_breaks_anything(house: House, text: str) -> None:
    await house.publish(title="A video")
    assert isinstance(await titles(house, STRANGER, text), list)
    assert await titles(house, STRANGER, "video") == ["A video"]


async def test_the_search_follows_edits_and_deletes(house: House) -> None:
    video_id = await house.publish(title="Before")
    await house.videos.edit(PRODUCER, video_id, Changes(title="After", description="words"))
    assert await titles(house, STRANGER, "before") == []
    assert await titles(house, STRANGER, "after words") == ["After"]
    await house.videos.delete(PRODUCER, video_id)
    assert await titles(house, STRANGER, "after") == []
    for index in ("videos_search", "videos_titles"):
        check = f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"
        await house.db.write(partial(_run, check))


@dataclass(frozen=True)
class Plan:
    steps: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.steps)


async def plan_of(house: House, query: Query[Video]) -> Plan:
    rows = await house.db.all(Query(f"EXPLAIN QUERY PLAN {query.sql}", query.params, lambda row: str(row["detail"])))
    return Plan(rows)


async def test_lists_of_ten_thousand_are_read_by_index_without_sorting_them(house: House) -> None:
    def fill(tx: Transaction) -> None:
        for number in range(10_000):
            tx.run(
                """INSERT INTO videos (id, org_id, owner_id, title, description, language, visibility, state,
                    created_at, updated_at, published_at, source_name, source_bytes, edition)
                VALUES (?, ?, 'p', 't', '', '', ?, 'ready', ?, 0, ?, '', 1, 'e')""",
                (new_id(), ORG, ["public", "private", "organization"][number % 3], number, number),
            )

    await house.db.write(fill)
    await house.db.write(lambda tx: tx.run("ANALYZE"))
    start = (5_000, "m")
    library = await plan_of(house, store.library(True, [ORG, OTHER_ORG], start, 25))
    assert library.text.count("USING INDEX videos_library (visibility=? AND (published_at,id)<(?,?))") == 2, library
    assert library.text.count("USING INDEX videos_org_library (org_id=? AND visibility=? AND") == 2, library
    assert "SCAN videos" not in library.text.replace("SCAN videos USING INDEX", "")
    for filters, index in (
        ((None, None, None), "videos_studio (org_id=? AND (created_at"),
        (("p", VideoState.READY, Visibility.PUBLIC), "videos_owner (owner_id=? AND (created_at"),
        ((None, VideoState.FAILED, Visibility.PUBLIC), "videos_studio_state (org_id=? AND state=? AND (created_at"),
        ((None, None, Visibility.PRIVATE), "videos_studio_visibility (org_id=? AND visibility=? AND (created_at"),
    ):
        studio = await plan_of(house, store.studio(ORG, *filters, start, 25))
        assert f"USING INDEX {index}" in studio.text, studio
        assert "TEMP B-TREE" not in studio.text
    page = await house.videos.library(DOOR, limit=24)
    assert [video.published_at for video in page.items][:3] == [9999, 9998, 9996]


async def test_of_a_word_that_very_many_have_those_with_it_in_the_title_come_first_and_pages_meet(house: House) -> None:
    def fill(tx: Transaction) -> None:
        for number in range(COMMON + 50):
            title, text = ("Winter concert", "") if number % 100 == 7 else ("Evening", "a concert")
            tx.run(
                """INSERT INTO videos (id, org_id, owner_id, title, description, language, visibility, state,
                    created_at, updated_at, published_at, source_name, source_bytes, edition)
                VALUES (?, ?, 'p', ?, ?, '', 'public', 'ready', ?, 0, ?, '', 1, 'e')""",
                (new_id(), ORG, title, text, number, number),
            )

    await house.db.write(fill)
    seen: list[Video] = []
    cursor = None
    while True:
        page = await house.videos.library(STRANGER, text="conc", cursor=cursor, limit=90)
        seen += page.items
        if (cursor := page.next) is None:
            break
    assert [video.published_at for video in seen[:4]] == [307, 207, 107, 7]
    assert [video.title for video in seen[4:]] == ["Evening"] * (COMMON + 46)
    assert len({video.id for video in seen}) == COMMON + 50


async def test_a_small_organization_finds_its_own_among_very_many_of_others_and_no_word_finds_an_organization(
    house: House,
) -> None:
    def fill(tx: Transaction) -> None:
        for number in range(COMMON + 10):
            tx.run(
                """INSERT INTO videos (id, org_id, owner_id, title, description, language, visibility, state,
                    created_at, updated_at, published_at, source_name, source_bytes, edition)
                VALUES (?, ?, 'p', 'Winter concert', '', '', 'public', 'ready', ?, 0, ?, '', 1, 'e')""",
                (new_id(), ORG, number, number),
            )

    await house.publish(title="Choir", description="a concert", org_id=OTHER_ORG)
    await house.publish(title="Concert of the choir", org_id=OTHER_ORG)
    await house.db.write(fill)
    page = await house.videos.studio(OUTSIDER, OTHER_ORG, StudioFilter(text="conc"))
    assert [entry.video.title for entry in page.items] == ["Concert of the choir", "Choir"]
    page = await house.videos.studio(OWNER, ORG, StudioFilter(text="choir"))
    assert page.items == []
    for text in (ORG, OTHER_ORG, "org"):
        assert await titles(house, STRANGER, text) == [], text
        assert (await house.videos.studio(OUTSIDER, OTHER_ORG, StudioFilter(text=text))).items == []
