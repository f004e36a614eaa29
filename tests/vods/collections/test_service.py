"""Collections: whose they are, what is in them and in which order."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.identity import Principal
from novacast.outbox import Event
from novacast.vods.collections import models, store
from novacast.vods.collections.models import Details, moved, placed
from novacast.vods.endings import Endings
from novacast.vods.models import Visibility
from novacast.vods.personal import VideoPersonalData
from tests.vods.conftest import DOOR, ORG, OTHER_ORG, OUTSIDER, OWNER, PRODUCER, STRANGER, House


async def make(house: House, who: Principal = PRODUCER, **more: object) -> str:
    details = Details(**{"title": "Season", "description": "", "visibility": Visibility.PUBLIC} | more)  # type: ignore[arg-type]  # a test's loose keywords
    return (await house.collections.create(who, ORG, details)).id


async def fill(house: House, collection_id: str, number: int) -> list[str]:
    ids = [await house.publish(title=f"Evening {at}") for at in range(number)]
    for video_id in ids:
        await house.collections.put(PRODUCER, collection_id, video_id, None)
    return ids


async def order(house: House, collection_id: str, who: Principal = STRANGER) -> list[str]:
    return [item.video.id for item in (await house.collections.show(who, collection_id)).items]


async def test_videos_stand_in_the_order_they_are_given(house: House) -> None:
    collection_id = await make(house)
    a, b, c = await fill(house, collection_id, 3)
    assert await order(house, collection_id) == [a, b, c]
    await house.collections.put(PRODUCER, collection_id, c, a)
    assert await order(house, collection_id) == [c, a, b]
    await house.collections.put(PRODUCER, collection_id, c, None)
    await house.collections.place(PRODUCER, collection_id, b, 1)
    assert await order(house, collection_id) == [b, a, c]
    await house.collections.put(PRODUCER, collection_id, b, b)
    await house.collections.take_out(PRODUCER, collection_id, a)
    assert await order(house, collection_id) == [b, c]
    with pytest.raises(NotFound):
        await house.collections.take_out(PRODUCER, collection_id, a)
    with pytest.raises(InvalidInput):
        await house.collections.put(PRODUCER, collection_id, b, a)


@given(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1), st.data())
def test_a_move_changes_nothing_but_the_place_of_what_is_moved(order: list[str], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(order))
    before = data.draw(st.sampled_from([*order, None]))
    number = data.draw(st.integers(-5, 20))
    for after in (moved(order, one, before), placed(order, one, number)):
        assert sorted(after) == sorted(order)
        assert [each for each in after if each != one] == [each for each in order if each != one]
    if 1 <= number <= len(order):
        assert placed(order, one, number).index(one) == number - 1


async def test_moves_at_the_same_time_lose_no_video(house: House) -> None:
    collection_id = await make(house)
    ids = await fill(house, collection_id, 6)
    moves = [
        house.collections.put(PRODUCER, collection_id, one, ids[(at + 3) % 6])
        for at, one in enumerate(ids)
        for _ in "ab"
    ]
    await asyncio.gather(*moves)
    assert sorted(await order(house, collection_id)) == sorted(ids)


async def test_each_viewer_sees_the_videos_that_are_theirs_to_watch(house: House) -> None:
    collection_id = await make(house)
    ids = {}
    for visibility in Visibility:
        ids[visibility] = await house.publish(visibility=visibility)
        await house.collections.put(PRODUCER, collection_id, ids[visibility], None)
    waiting = await house.arrive()
    await house.collections.put(PRODUCER, collection_id, waiting, None)
    public = [ids[Visibility.PUBLIC], ids[Visibility.UNLISTED]]
    assert await order(house, collection_id) == public
    assert await order(house, collection_id, OUTSIDER) == [*public, ids[Visibility.SIGNED_IN]]
    assert await order(house, collection_id, DOOR) == [*public, ids[Visibility.SIGNED_IN], ids[Visibility.ORGANIZATION]]
    assert await order(house, collection_id, PRODUCER) == [*ids.values(), waiting]
    (listed,) = (await house.collections.library(STRANGER)).items
    assert listed.summary.videos == 2
    assert listed.summary.duration == 2 * 60_000_000


async def test_a_page_of_items_goes_on_where_the_last_one_ended(house: House) -> None:
    collection_id = await make(house)
    ids = await fill(house, collection_id, 5)
    seen: list[str] = []
    cursor = None
    while True:
        page = await house.collections.items(STRANGER, collection_id, cursor, 2)
        seen += [item.video.id for item in page.items]
        if (cursor := page.next) is None:
            break
    assert seen == ids


@pytest.mark.parametrize(
    ("visibility", "strangers", "members"),
    [
        (Visibility.PUBLIC, None, None),
        (Visibility.UNLISTED, None, None),
        (Visibility.SIGNED_IN, Unauthenticated, None),
        (Visibility.ORGANIZATION, Unauthenticated, None),
        (Visibility.PRIVATE, NotFound, NotFound),
    ],
)
async def test_a_collection_is_seen_by_those_it_is_for(
    house: House, visibility: Visibility, strangers: type[Exception] | None, members: type[Exception] | None
) -> None:
    collection_id = await make(house, visibility=visibility)
    await fill(house, collection_id, 1)
    for who, refusal in ((STRANGER, strangers), (DOOR, members)):
        if refusal is None:
            assert (await house.collections.show(who, collection_id)).collection.visibility is visibility
        else:
            with pytest.raises(refusal):
                await house.collections.show(who, collection_id)
    listed = {one.collection.id for one in (await house.collections.library(DOOR)).items}
    found = {one.collection.id for one in (await house.collections.library(DOOR, words="seas")).items}
    assert (
        listed == found == ({collection_id} if visibility not in {Visibility.UNLISTED, Visibility.PRIVATE} else set())
    )


async def test_one_without_anything_to_watch_is_not_offered(house: House) -> None:
    await make(house, title="Empty")
    hidden = await make(house, title="Hidden")
    video_id = await house.publish(visibility=Visibility.PRIVATE)
    await house.collections.put(PRODUCER, hidden, video_id, None)
    assert (await house.collections.library(STRANGER)).items == ()
    assert (await house.collections.library(STRANGER, words="hidden")).items == ()
    assert len((await house.collections.studio(OWNER, ORG)).items) == 2


async def test_lists_and_searches_go_on_page_by_page(house: House) -> None:
    video_id = await house.publish()
    made = set()
    for number in range(5):
        made.add(collection_id := await make(house, title=f"Season {number}"))
        await house.collections.put(PRODUCER, collection_id, video_id, None)
    for words in ("", "season"):
        seen: list[str] = []
        cursor = None
        while True:
            page = await house.collections.library(STRANGER, words=words, cursor=cursor, limit=2)
            seen += [one.collection.id for one in page.items]
            if (cursor := page.next) is None:
                break
        assert (len(seen), set(seen)) == (5, made)
    assert (await house.collections.library(STRANGER, words='"*(')).items == ()


async def test_only_those_who_work_on_it_change_it(house: House) -> None:
    collection_id = await make(house)
    (video_id,) = await fill(house, collection_id, 1)
    collections = house.collections
    for who, refusal in ((DOOR, Forbidden), (OUTSIDER, Forbidden), (STRANGER, Forbidden)):
        for attempt in (
            collections.edit(who, collection_id, Details(title="Mine")),
            collections.put(who, collection_id, video_id, None),
            collections.take_out(who, collection_id, video_id),
            collections.delete(who, collection_id),
        ):
            with pytest.raises(refusal):
                await attempt
    with pytest.raises(Forbidden):
        await make(house, DOOR)
    with pytest.raises(NotFound):
        await make(house, OUTSIDER)
    demoted = replace(PRODUCER, roles=DOOR.roles)
    assert (await collections.edit(demoted, collection_id, Details(title="Still mine"))).title == "Still mine"
    assert [one.collection.id for one in (await collections.studio(demoted, ORG)).items] == [collection_id]
    assert (await collections.studio(DOOR, ORG)).items == ()
    with pytest.raises(NotFound):
        await collections.studio(OUTSIDER, ORG)


async def test_videos_of_other_houses_and_unseen_ones_are_not_taken(house: House) -> None:
    collection_id = await make(house)
    foreign = await house.publish(org_id=OTHER_ORG)
    hidden = await house.publish(org_id=OTHER_ORG, visibility=Visibility.PRIVATE)
    with pytest.raises(InvalidInput):
        await house.collections.put(PRODUCER, collection_id, foreign, None)
    for missing in (hidden, "nothing"):
        with pytest.raises(NotFound):
            await house.collections.put(PRODUCER, collection_id, missing, None)


async def test_a_collection_is_bounded(house: House) -> None:
    collection_id = await make(house)
    videos = [await house.publish()]
    await house.collections.put(PRODUCER, collection_id, videos[0], None)
    # As many rows as a full one has; where they come from is of no matter to the bound.
    await house.db.write(
        lambda tx: tx.run(
            """WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
            INSERT INTO videos (id, org_id, title, description, language, visibility, state, created_at, updated_at,
                source_name, source_bytes)
            SELECT 'v' || n, ?, 'V', '', '', 'public', 'processing', n, n, '', 0 FROM numbers""",
            (models.MOST_ITEMS - 1, ORG),
        )
    )
    full = [videos[0], *(f"v{number}" for number in range(1, models.MOST_ITEMS))]
    await house.db.write(lambda tx: store.arrange(tx, collection_id, full))
    with pytest.raises(Conflict):
        await house.collections.put(PRODUCER, collection_id, await house.publish(), None)
    await house.collections.place(PRODUCER, collection_id, "v7", 1)
    assert (await order(house, collection_id, PRODUCER))[0] == "v7"


@pytest.mark.parametrize("details", [Details(title=""), Details(title=" \n"), Details(title="x" * 201)])
async def test_a_title_is_needed_and_bounded(house: House, details: Details) -> None:
    with pytest.raises(InvalidInput) as caught:
        await house.collections.create(PRODUCER, ORG, details)
    assert [error.field for error in caught.value.errors] == ["title"]
    assert "video" not in caught.value.message


async def test_a_deleted_video_leaves_and_a_deleted_collection_leaves_its_videos(house: House) -> None:
    collection_id = await make(house)
    a, b, c = await fill(house, collection_id, 3)
    await house.videos.delete(PRODUCER, b)
    assert await order(house, collection_id) == [a, c]
    await house.collections.put(PRODUCER, collection_id, c, a)
    assert await order(house, collection_id) == [c, a]
    await house.collections.delete(PRODUCER, collection_id)
    with pytest.raises(NotFound):
        await house.collections.show(PRODUCER, collection_id)
    assert (await house.videos.show(STRANGER, a)).video.id == a
    assert [event.subject for event in await house.facts("collection.deleted")] == [collection_id]


async def test_the_neighbours_of_a_video_are_what_can_be_watched(house: House) -> None:
    collection_id = await make(house)
    a, b, c = await fill(house, collection_id, 3)
    await house.collections.put(PRODUCER, collection_id, await house.arrive(), b)
    around = await house.collections.around(PRODUCER, collection_id, b)
    assert around is not None
    assert around.previous is not None
    assert around.next is not None
    assert (around.previous.id, around.next.id, around.at) == (a, c, 1)
    last = await house.collections.around(STRANGER, collection_id, c)
    assert last is not None
    assert last.next is None
    assert await house.collections.around(STRANGER, collection_id, "other") is None
    await house.collections.edit(PRODUCER, collection_id, Details(visibility=Visibility.PRIVATE))
    assert await house.collections.around(STRANGER, collection_id, b) is None


async def test_a_persons_collections_are_told_to_them_and_outlive_them(house: House) -> None:
    collection_id = await make(house)
    personal = VideoPersonalData(house.db, house.folders)
    exported = await personal.export(_Subject("producer"))
    assert [one["id"] for one in exported["collections"]] == [collection_id]
    await house.db.write(lambda tx: personal.erase(tx, _Subject("producer")))
    assert (await house.collections.show(OWNER, collection_id)).collection.owner_id is None


async def test_the_end_of_an_organization_ends_its_collections(house: House) -> None:
    collection_id = await make(house)
    ended = Event(1, 1, "organization.deleted", ORG, "internal", {})
    await Endings(house.db, house.queue).hear(ended)
    with pytest.raises(NotFound):
        await house.collections.show(OWNER, collection_id)


class _Subject:
    def __init__(self, person_id: str) -> None:
        self._person_id = person_id

    @property
    def person_id(self) -> str:
        return self._person_id
