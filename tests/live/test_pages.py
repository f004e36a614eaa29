"""Pages of live, without scripts."""

import re
from collections.abc import AsyncIterator
from urllib.parse import unquote

import pytest
from aiohttp import ClientSession

from novacast.clock import HOUR
from novacast.live.models import ProgrammeState, Wanted
from novacast.visibility import Visibility
from tests.live.conftest import ORG, House, hello


@pytest.fixture
async def stranger(address: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(address) as session:
        yield session


@pytest.fixture
async def producer(address: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(address, headers={"Authorization": "Bearer producer"}) as session:
        yield session


@pytest.fixture
async def owner(address: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(address, headers={"Authorization": "Bearer owner"}) as session:
        yield session


async def page(session: ClientSession, path: str, status: int = 200) -> str:
    async with session.get(path, headers={"Accept": "text/html"}, allow_redirects=False) as response:
        text = await response.text()
        assert response.status == status, (path, text)
        return text if status != 303 else response.headers["Location"]


async def post(session: ClientSession, path: str, **fields: str) -> tuple[int, str]:
    headers = {"Accept": "text/html", "Origin": str(session._base_url).rstrip("/")}
    async with session.post(path, data=fields, headers=headers, allow_redirects=False) as response:
        return response.status, response.headers.get("Location") or await response.text()


async def test_a_channel_is_made_set_up_and_removed_by_forms(house: House, owner: ClientSession) -> None:
    assert "Make the first channel" in await page(owner, "/studio/live")
    await page(owner, "/studio/live/new")
    status, text = await post(owner, "/studio/live/new", org=ORG, name="", visibility="public")
    assert (status, "Give the channel a name." in text) == (422, True)
    status, place = await post(owner, "/studio/live/new", org=ORG, name="Small <stage>", profile="ultra")
    assert status == 303
    text = await page(owner, place)
    assert "Small &lt;stage&gt;" in text
    assert "rtmp://play.example/live" in text
    assert "Small &lt;stage&gt;" in await page(owner, "/studio/live")
    await page(owner, f"{place}/settings")
    fields = {"name": "Great hall", "heights": "360 720, 1080", "return_seconds": "30", "record": "true"}
    status, _ = await post(owner, f"{place}/settings", **fields, visibility="unlisted", profile="standard")
    assert status == 303
    channel = await house.airing.channel(place.rsplit("/", 1)[1])
    assert (channel.heights, channel.return_seconds, channel.record, channel.dvr) == ((360, 720, 1080), 30, True, False)
    status, text = await post(owner, f"{place}/settings", **fields | {"heights": "many"})
    assert (status, "Write the heights as numbers" in text) == (422, True)
    assert (await post(owner, f"{place}/delete"))[0] == 303
    await page(owner, place, 404)


async def test_a_new_key_is_on_the_page_that_made_it_and_on_no_other(house: House, producer: ClientSession) -> None:
    channel = await house.channel()
    place = f"/studio/live/channels/{channel.id}"
    status, text = await post(producer, f"{place}/keys", name="Camera 1", role="backup", days="3")
    assert status == 200
    secret = re.search(r'value="(nova_[^"]+)"', text)
    assert secret is not None
    service = re.search(r'href="data:application/json;charset=utf-8,([^"]+)"', text)
    assert service is not None
    assert secret.group(1) in unquote(service.group(1))
    admitted = await house.airing.admit(hello(secret.group(1)))
    text = await page(producer, place)
    assert secret.group(1) not in text
    assert "Camera 1" in text
    assert "Petra Producer" in text
    key_id = admitted.feed.key_id
    assert (await post(producer, f"{place}/keys/{key_id}/revoke"))[0] == 303
    assert "Revoked" in await page(producer, place)
    assert [fact.subject for fact in await house.facts("key.revoked")] == [key_id]


async def test_a_target_that_is_refused_leaves_what_was_typed_but_secrets(
    house: House, producer: ClientSession
) -> None:
    place = f"/studio/live/channels/{(await house.channel()).id}"
    typed = {"target_name": "<Elsewhere>", "url": "srt://far.example:99999", "key": "secret-of-theirs", "delay": "7"}
    status, text = await post(producer, f"{place}/targets", **typed)
    assert status == 422
    for kept in ("&lt;Elsewhere&gt;", "srt://far.example:99999", 'value="7"'):
        assert kept in text
    assert "secret-of-theirs" not in text
    assert text.count("Write the address as rtmp://host/app or srt://host:port.") == 2  # above, and at its field


async def test_a_programme_is_planned_steered_marked_and_ended_by_forms(house: House, producer: ClientSession) -> None:
    channel = await house.channel()
    plan = f"/studio/live/channels/{channel.id}/plan"
    await page(producer, plan)
    status, text = await post(producer, plan, title="Opening", start="tomorrow")
    assert (status, "Write day and hour" in text) == (422, True)
    status, place = await post(producer, plan, title="Opening", start="2025-06-20T20:00", visibility="public")
    assert status == 303
    programme_id = place.rsplit("/", 1)[1]
    assert "Put on standby" in await page(producer, place)
    fields = {"title": "The opening", "start": "2025-06-20T21:00:00+02:00", "end": "", "visibility": "public"}
    assert (await post(producer, place, **fields))[0] == 303
    assert 'value="2025-06-20T19:00"' in await page(producer, place)
    assert (await post(producer, f"{place}/standby"))[0] == 303
    await house.key(channel, "secret")
    assert (await house.airing.admit(hello("secret"))).programme.id == programme_id
    await house.airing.on_air(programme_id)
    await house.airing.measured(programme_id, {"bitrate": 4_200_000, "keyframe_seconds": 8, "viewers": 12})
    text = await page(producer, place)
    for words in ("On air", "4.2 Mbit/s", "Keyframes come every 8.0 s", "192.0.2.1", "OBS 31.0"):
        assert words in text
    assert (await post(producer, f"{place}/cut", to="slate"))[0] == 303
    assert (await house.airing.programme(programme_id)).wanted is Wanted.SLATE
    assert (await post(producer, f"{place}/markers", title=""))[0] == 303
    (marker,) = await house.airing.markers(programme_id)
    assert marker.title == "Marker"
    assert (await post(producer, f"{place}/unmark", marker=marker.id))[0] == 303
    assert (await post(producer, f"{place}/delete"))[0] == 303
    assert (await post(producer, f"{place}/end"))[0] == 303
    assert (await house.airing.programme(programme_id)).wanted_end
    await house.airing.ended(programme_id)
    assert f"/studio/videos/{programme_id}" in await page(producer, place)


async def test_moderators_get_markers_and_nothing_else(house: House, address: str) -> None:
    programme = await house.on_air(await house.channel())
    place = f"/studio/live/programmes/{programme.id}"
    async with ClientSession(address, headers={"Authorization": "Bearer moderator"}) as moderator:
        text = await page(moderator, place)
        assert "Mark this moment" in text
        assert "192.0.2.1" not in text
        assert "/cut" not in text
        assert (await post(moderator, f"{place}/markers", title="Applause"))[0] == 303
        assert (await post(moderator, f"{place}/end"))[0] == 403
    async with ClientSession(address, headers={"Authorization": "Bearer door"}) as door:
        await page(door, place, 403)


async def test_a_channels_page_tells_what_is_on_what_comes_and_what_was(house: House, stranger: ClientSession) -> None:
    channel = await house.channel(description="Every evening")
    path = f"/channels/{channel.id}"
    assert "Nothing is on" in await page(stranger, path)
    coming = await house.programme(channel, title="Tomorrow's", planned_start=house.clock.now() + 24 * HOUR)
    await house.programme(channel, title="Hidden one", visibility=Visibility.UNLISTED)
    gone = await house.on_air(channel)
    await house.airing.ended(gone.id)
    lost = await house.on_air(channel, "two")
    await house.airing.ended(lost.id)
    now = await house.on_air(channel, "three")
    house.recorded[gone.id] = "The recorded one"
    text = await page(stranger, path)
    assert f"/api/v1/programmes/{coming.id}/calendar" in text
    assert "Hidden one" not in text
    assert "On air now" in text
    assert f'href="/watch/{now.id}"' in text
    assert "The recorded one" in text
    assert f'href="/watch/{lost.id}"' not in text


async def test_a_channel_for_members_sends_strangers_to_log_in(house: House, stranger: ClientSession) -> None:
    channel = await house.channel(visibility=Visibility.ORGANIZATION)
    assert (await page(stranger, f"/channels/{channel.id}", 303)).startswith("/login?next=")
    private = await house.channel(visibility=Visibility.PRIVATE)
    await page(stranger, f"/channels/{private.id}", 404)


async def test_cameras_may_be_opened_by_the_page_that_goes_live_and_by_no_other(
    house: House, producer: ClientSession
) -> None:
    channel = await house.channel()
    place = f"/studio/live/channels/{channel.id}"
    found = []
    for path in (place, f"{place}/go-live"):
        async with producer.get(path, headers={"Accept": "text/html"}) as response:
            found.append(response.headers["Permissions-Policy"])
    assert "camera=(), microphone=(), display-capture=()" in found[0]
    assert "camera=(self), microphone=(self), display-capture=(self)" in found[1]


async def test_the_page_that_goes_live_says_where_browsers_give_no_camera(
    house: House, producer: ClientSession, address: str
) -> None:
    channel = await house.channel()
    path = f"/studio/live/channels/{channel.id}/go-live"
    text = await page(producer, path)
    assert "<nova-golive" in text
    assert "Going live from the browser needs JavaScript." in text
    elsewhere = {"Accept": "text/html", "Host": "192.0.2.9"}
    async with producer.get(path, headers=elsewhere) as response:
        text = await response.text()
    assert "novacast tls local" in text
    assert "rtmp://play.example/live" in text
    assert "<nova-golive" not in text
    async with ClientSession(address, headers={"Authorization": "Bearer moderator"}) as moderator:
        await page(moderator, path, 403)


async def test_the_page_that_goes_live_steers_what_is_on_air(house: House, producer: ClientSession) -> None:
    channel = await house.channel()
    path = f"/studio/live/channels/{channel.id}/go-live"
    assert "data-state" not in await page(producer, path)
    programme = await house.on_air(channel)
    text = await page(producer, path)
    assert 'data-state="on_air"' in text
    assert f"/api/v1/programmes/{programme.id}/cut" in text
    assert f"/watch/{programme.id}" in text


async def test_pages_speak_german(house: House, address: str) -> None:
    channel = await house.channel()
    programme = await house.on_air(channel)
    async with ClientSession(address, headers={"Authorization": "Bearer besitzerin"}) as german:
        assert "Auf Sendung" in await page(german, f"/studio/live/programmes/{programme.id}")
        assert "Streamschlüssel" in await page(german, f"/studio/live/channels/{channel.id}")
    assert programme.state is ProgrammeState.ON_AIR
