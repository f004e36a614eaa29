"""The API of collections over real HTTP."""

from aiohttp import ClientSession

from novacast.vods import store as videos
from tests.vods.conftest import ORG, House

HERE = "/api/v1/collections"


async def made(client: ClientSession, **more: object) -> dict[str, object]:
    body = {"organization": ORG, "title": "Season", "visibility": "public"} | more
    async with client.post(HERE, json=body) as answer:
        assert answer.status == 201, await answer.text()
        found: dict[str, object] = await answer.json()
        return found


async def test_a_collection_is_made_filled_ordered_and_read(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    collection = await made(producer)
    where = f"{HERE}/{collection['id']}"
    first, second = await house.publish(title="One"), await house.publish(title="Two")
    for video_id in (first, second, first):
        async with producer.put(f"{where}/items/{video_id}", json={"before": None}) as answer:
            assert answer.status == 200
    async with producer.put(f"{where}/items/{first}", json={"before": second}) as answer:
        assert answer.status == 200
    async with stranger.get(f"{where}/items", params={"limit": "1"}) as answer:
        page = await answer.json()
    assert [one["video"]["title"] for one in page["items"]] == ["One"]
    async with stranger.get(f"{where}/items", params={"cursor": page["next"]}) as answer:
        rest = await answer.json()
    assert ([one["video"]["title"] for one in rest["items"]], rest["next"]) == (["Two"], None)
    async with stranger.get(HERE, params={"q": "seas"}) as answer:
        (listed,) = (await answer.json())["items"]
    assert (listed["id"], listed["videos"], listed["duration"]) == (collection["id"], 2, 120.0)
    async with producer.delete(f"{where}/items/{first}") as answer:
        assert answer.status == 204
    async with producer.patch(where, json={"title": "Autumn", "visibility": "private"}) as answer:
        assert (await answer.json())["title"] == "Autumn"
    async with stranger.get(where) as answer:
        assert answer.status == 404
    async with producer.delete(where) as answer:
        assert answer.status == 204


async def test_the_picture_that_was_chosen_for_a_video_stands_for_its_collection_too(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    collection = await made(producer)
    bare, shown = await house.publish(title="Bare"), await house.publish(title="Shown")
    for video_id in (bare, shown):
        path = f"{HERE}/{collection['id']}/items/{video_id}"
        assert (await producer.put(path, json={"before": None})).status == 200

    async def pictures() -> tuple[str | None, str | None]:
        """Of the collection, and of its second video."""
        async with stranger.get(HERE) as answer:
            (listed,) = (await answer.json())["items"]
        async with stranger.get(f"/api/v1/videos/{shown}") as answer:
            return listed["poster"], (await answer.json())["poster"]

    assert await pictures() == (None, None)
    here = f"/api/v1/videos/{shown}/poster?edition="

    async def given(columns: dict[str, object]) -> None:
        await house.db.write(lambda tx: videos.change(tx, shown, columns))

    await given({"has_poster": 1})
    assert await pictures() == (f"{here}e", f"{here}e")
    await given({"poster": "mine"})
    assert await pictures() == (f"{here}mine", f"{here}mine")
    await given({"has_poster": 0})  # the transcode made none
    assert await pictures() == (f"{here}mine", f"{here}mine")
    async with stranger.get("/collections") as answer:
        assert f"{here}mine" in await answer.text()


async def test_what_is_asked_twice_with_one_key_is_made_once(house: House, producer: ClientSession) -> None:
    answers = []
    for _ in range(2):
        body = {"organization": ORG, "title": "Season"}
        async with producer.post(HERE, json=body, headers={"Idempotency-Key": "make-1"}) as answer:
            answers.append(await answer.json())
    assert answers[0] == answers[1]
    async with producer.get(f"/api/v1/organizations/{ORG}/collections") as answer:
        assert [one["id"] for one in (await answer.json())["items"]] == [answers[0]["id"]]


async def test_what_makes_no_sense_is_refused(house: House, producer: ClientSession, stranger: ClientSession) -> None:
    for body in (
        {"title": "x"},
        {"organization": ORG},
        {"organization": ORG, "title": ""},
        {"organization": ORG, "title": 5},
    ):
        async with producer.post(HERE, json=body) as answer:
            assert answer.status == 422, body
    async with producer.post(HERE, json={"organization": "nowhere", "title": "x"}) as answer:
        assert answer.status == 404
    async with stranger.post(HERE, json={"organization": ORG, "title": "x"}) as answer:
        assert answer.status == 401
    collection = await made(producer)
    for query in ({"cursor": "x"}, {"limit": "0"}, {"limit": "101"}, {"odd": "1"}):
        for path in (HERE, f"{HERE}/{collection['id']}/items"):
            async with stranger.get(path, params=query) as answer:
                assert answer.status == 422, (path, query)
