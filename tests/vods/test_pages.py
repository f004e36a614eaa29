"""Pages of the library and the studio, without scripts."""

import re
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession

from novacast.clock import SECOND
from novacast.vods.models import VideoState, Visibility
from tests.vods.conftest import DOOR, ORG, PRODUCER, House


async def page(client: ClientSession, path: str, status: int = 200) -> str:
    async with client.get(path, headers={"Accept": "text/html"}, allow_redirects=False) as answer:
        text = await answer.text()
        assert answer.status == status, text[:2000]
        return text


async def post(client: ClientSession, path: str, **fields: str) -> tuple[int, str]:
    headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
    async with client.post(path, data=urlencode(fields), headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "") or await answer.text()


async def test_the_library_shows_cards_and_finds_by_words(house: House, stranger: ClientSession) -> None:
    assert "still empty" in await page(stranger, "/library")
    video_id = await house.publish(title="Hamlet <3")
    await house.publish(title="Secret", visibility=Visibility.PRIVATE)
    text = await page(stranger, "/library")
    assert f'href="/watch/{video_id}"' in text
    assert "Hamlet &lt;3" in text
    assert "1:00" in text
    assert "Secret" not in text
    assert "Hamlet" in await page(stranger, "/library?q=ham")
    assert "Nothing found" in await page(stranger, "/library?q=%22%27%3Cscript%3E")


async def test_the_library_goes_on_page_by_page_and_survives_old_cursors(house: House, stranger: ClientSession) -> None:
    for number in range(30):
        await house.publish(title=f"Evening {number}")
    first = await page(stranger, "/library")
    following = re.search(r'href="(/library\?cursor=[^"]+)"', first)
    assert following is not None
    second = await page(stranger, following[1])
    both = set(re.findall(r"/watch/(\w+)", first)) | set(re.findall(r"/watch/(\w+)", second))
    assert len(both) == 30
    assert "/watch/" in await page(stranger, "/library?cursor=stale")


async def test_home_shows_the_latest_and_what_to_go_on_with(house: House, producer: ClientSession) -> None:
    video_id = await house.publish(title="Begun")
    await house.positions.keep(PRODUCER, video_id, 30 * SECOND)
    text = await page(producer, "/")
    assert "Continue watching" in text
    assert 'value="0.5"' in text


async def test_a_video_is_shown_in_frames_of_those_that_may(house: House, stranger: ClientSession) -> None:
    video_id = await house.publish(title="Hamlet <3")
    hidden = await house.publish(visibility=Visibility.ORGANIZATION)
    async with stranger.get(f"/embed/{video_id}", headers={"Accept": "text/html"}) as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://friend.example;" in f"{policy};"
    assert f'<nova-player video-id="{video_id}">' in text
    assert "Hamlet &lt;3" in text
    assert '<header class="house">' not in text
    await page(stranger, f"/embed/{hidden}", 401)
    async with stranger.get(f"/watch/{video_id}", headers={"Accept": "text/html"}) as answer:
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


async def test_the_watch_page_has_the_player_the_texts_and_the_place_to_resume(
    house: House, producer: ClientSession, stranger: ClientSession
) -> None:
    video_id = await house.publish(title="Faust", description="One\nTwo\n\n<b>Three</b>")
    await house.positions.keep(PRODUCER, video_id, 30 * SECOND)
    text = await page(producer, f"/watch/{video_id}")
    assert f'<nova-player video-id="{video_id}" resume="30.0" reports>' in text
    assert '<p dir="auto">One<br>Two</p>' in text
    assert "&lt;b&gt;Three" in text
    assert "The Playhouse" in text
    assert f"/studio/videos/{video_id}" in text
    assert "<noscript>" in text
    foreign = await page(stranger, f"/watch/{video_id}")
    assert f"/studio/videos/{video_id}" not in foreign
    assert "reports" not in foreign.split("nova-player", 2)[1][:60]


async def test_a_stranger_at_a_video_for_members_is_sent_to_log_in_and_back(
    house: House, stranger: ClientSession
) -> None:
    video_id = await house.publish(visibility=Visibility.ORGANIZATION)
    async with stranger.get(f"/watch/{video_id}", allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == f"/login?{urlencode({'next': f'/watch/{video_id}'})}"
    hidden = await house.publish(visibility=Visibility.PRIVATE)
    await page(stranger, f"/watch/{hidden}", 404)


async def test_the_studio_is_for_the_signed_in(stranger: ClientSession) -> None:
    await page(stranger, "/studio", 303)


async def test_the_studio_lists_what_is_there_and_how_far_it_is(house: House, producer: ClientSession) -> None:
    assert "No videos yet" in await page(producer, "/studio")
    video_id = await house.arrive(title="On its way")
    text = await page(producer, "/studio")
    assert f'<nova-progress subject="{video_id}"' in text
    assert "Nothing found" in await page(producer, "/studio?state=ready")
    assert "On its way" in await page(producer, f"/studio?org={ORG}&q=way")


async def test_the_upload_page_offers_what_the_server_takes(producer: ClientSession) -> None:
    text = await page(producer, "/studio/upload")
    assert 'endpoint="/api/v1/uploads"' in text
    assert 'max-bytes="50000000"' in text
    assert "50 MB" in text


async def test_the_edit_form_saves_and_shows_what_is_wrong(house: House, producer: ClientSession) -> None:
    video_id = await house.publish(title="Before")
    where = f"/studio/videos/{video_id}"
    fields = {"title": "After", "description": "Words", "language": "de", "visibility": "signed_in"}
    assert await post(producer, where, **fields) == (303, where)
    text = await page(producer, where)
    assert 'value="After"' in text
    assert 'value="signed_in" checked' in text
    status, text = await post(producer, where, **{**fields, "title": "", "language": "??"})
    assert status == 422
    assert "Give the video a title." in text
    assert 'value="??"' in text


async def test_deleting_asks_first_and_then_deletes_without_scripts(house: House, producer: ClientSession) -> None:
    video_id = await house.publish(title="Doomed")
    assert "Doomed" in await page(producer, f"/studio/videos/{video_id}/delete")
    assert await post(producer, f"/studio/videos/{video_id}/delete") == (303, "/studio")
    await page(producer, f"/watch/{video_id}", 404)


async def test_a_transcode_is_stopped_and_tried_again_by_buttons(house: House, producer: ClientSession) -> None:
    video_id = await house.arrive()
    where = f"/studio/videos/{video_id}"
    assert (await post(producer, f"{where}/cancel"))[0] == 303
    assert "Try again" in await page(producer, where)
    assert (await post(producer, f"{where}/retry"))[0] == 303
    assert (await house.videos.show(PRODUCER, video_id)).video.state is VideoState.PROCESSING
    assert (await post(producer, f"{where}/retry")) == (303, where)


@pytest.mark.parametrize("end", ["", "/delete"])
async def test_pages_of_the_studio_are_closed_to_those_who_may_only_watch(house: House, address: str, end: str) -> None:
    video_id = await house.publish()
    async with ClientSession(address, headers={"Authorization": f"Bearer {DOOR.name}"}) as door:
        await page(door, f"/studio/videos/{video_id}{end}", 403)
        fields = {} if end else {"title": "Mine"}
        assert (await post(door, f"/studio/videos/{video_id}{end}", **fields))[0] == 403
