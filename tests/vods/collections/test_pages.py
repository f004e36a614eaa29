"""Pages of collections, without scripts."""

import re

from aiohttp import ClientSession

from novacast.vods.collections.models import Details
from novacast.vods.models import Visibility
from tests.vods.conftest import DOOR, ORG, PRODUCER, House
from tests.vods.test_pages import page, post


async def filled(house: House, number: int = 3, **more: object) -> tuple[str, list[str]]:
    values = {"title": "The <season>", "description": "All of it", "visibility": Visibility.PUBLIC} | more
    collection_id = (await house.collections.create(PRODUCER, ORG, Details(**values))).id  # type: ignore[arg-type]  # a test's loose keywords
    ids = [await house.publish(title=f"Evening {at}") for at in range(number)]
    for video_id in ids:
        await house.collections.put(PRODUCER, collection_id, video_id, None)
    return collection_id, ids


async def test_a_collection_is_found_and_shows_its_videos_in_order(house: House, stranger: ClientSession) -> None:
    assert "No collections yet" in await page(stranger, "/collections")
    collection_id, ids = await filled(house)
    text = await page(stranger, "/collections?q=season")
    assert f'href="/collections/{collection_id}"' in text
    assert "3 videos" in text
    text = await page(stranger, f"/collections/{collection_id}")
    assert "The &lt;season&gt;" in text
    assert re.findall(r'href="/watch/(\w+)\?collection=', text) == [ids[0], *ids]
    assert "Nothing found" in await page(stranger, "/collections?q=zzz")
    await page(stranger, "/collections?cursor=stale")


async def test_watching_inside_a_collection_shows_the_list_and_what_is_next(
    house: House, stranger: ClientSession
) -> None:
    collection_id, (a, b, c) = await filled(house)
    text = await page(stranger, f"/watch/{b}?collection={collection_id}")
    assert f'href="/watch/{a}?collection={collection_id}" rel="prev"' in text
    assert f'href="/watch/{c}?collection={collection_id}" rel="next"' in text
    assert "2 of 3" in text
    assert "js/collection" in text
    assert "nova-playlist" not in await page(stranger, f"/watch/{c}?collection={collection_id}")
    for odd in ("", "nothing", "x" * 5000, "%00"):
        assert "2 of 3" not in await page(stranger, f"/watch/{b}?collection={odd}")


async def test_one_for_members_sends_strangers_to_log_in(house: House, stranger: ClientSession) -> None:
    collection_id, (video_id,) = await filled(house, 1, visibility=Visibility.ORGANIZATION)
    await page(stranger, f"/collections/{collection_id}", 303)
    assert "The &lt;season&gt;" not in await page(stranger, f"/watch/{video_id}?collection={collection_id}")


async def test_a_collection_is_made_filled_and_ordered_by_forms(house: House, producer: ClientSession) -> None:
    assert "Make the first collection" in await page(producer, "/studio/collections")
    fields = {"org": ORG, "title": "", "visibility": "public"}
    status, text = await post(producer, "/studio/collections/new", **fields)
    assert status == 422
    assert "Give the collection a title." in text
    status, where = await post(producer, "/studio/collections/new", **{**fields, "title": "Season"})
    assert status == 303
    first, second = await house.publish(title="One"), await house.publish(title="Two")
    text = await page(producer, f"{where}?q=tw")
    assert f'value="{second}"' in text
    assert f'value="{first}"' not in text
    for video_id in (first, second):
        assert await post(producer, f"{where}/items", video=video_id) == (303, f"{where}#item-{video_id}")
    assert (await post(producer, f"{where}/items", video=second, to="1"))[0] == 303
    text = await page(producer, where)
    assert re.findall(r'data-video="(\w+)"', text) == [second, first]
    await post(producer, f"{where}/take-out", video=second)
    assert re.findall(r'data-video="(\w+)"', await page(producer, where)) == [first]
    assert await post(producer, where, title="Autumn", visibility="private") == (303, where)
    assert 'value="Autumn"' in await page(producer, where)
    assert (await post(producer, f"{where}/items", video="nothing"))[0] == 303
    for odd in ({"video": ""}, {"video": first, "to": "-1"}, {"video": first, "to": "x"}):
        assert (await post(producer, f"{where}/items", **odd))[0] == 422
    assert "its videos stay" in await page(producer, f"{where}/delete")
    assert await post(producer, f"{where}/delete") == (303, "/studio/collections")
    await page(producer, where, 404)


async def test_the_studio_of_collections_is_closed_to_those_who_may_only_watch(
    house: House, address: str, stranger: ClientSession
) -> None:
    collection_id, (video_id,) = await filled(house, 1)
    await page(stranger, "/studio/collections", 303)
    async with ClientSession(address, headers={"Authorization": f"Bearer {DOOR.name}"}) as door:
        await page(door, "/studio/collections/new", 403)
        for end in ("", "/delete"):
            await page(door, f"/studio/collections/{collection_id}{end}", 403)
        assert (await post(door, f"/studio/collections/{collection_id}/items", video=video_id))[0] == 403
