"""Collections and the audience page in a real browser: order by keys and by dragging, the next video, how they look."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from novacast.vods.collections.models import Details
from novacast.vods.health.models import Report
from novacast.vods.models import Visibility
from tests.e2e.browser import Window, Windows, find_chromium
from tests.vods.conftest import ORG, PRODUCER, Clips, House
from tests.vods.health.test_health import GOOD, tell
from tests.vods.views.test_views import watched

pytestmark = pytest.mark.browser


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as opened:
        yield opened


async def as_producer(windows: Windows, address: str) -> Window:
    window = await windows.open("about:blank")
    await window.page.context.add_cookies([{"name": "novacast_session", "value": "producer", "url": address}])
    return window


async def filled(house: House, *titles: str) -> tuple[str, list[str]]:
    details = Details("A season on the small stage", "Every evening.\n\nIn order.", Visibility.PUBLIC)
    collection_id = (await house.collections.create(PRODUCER, ORG, details)).id
    ids = [await house.publish(title=title) for title in titles]
    for video_id in ids:
        await house.collections.put(PRODUCER, collection_id, video_id, None)
    return collection_id, ids


async def order(house: House, collection_id: str) -> list[str]:
    return [item.video.title for item in (await house.collections.show(PRODUCER, collection_id)).items]


async def test_the_order_is_changed_by_keys_and_by_dragging(house: House, address: str, windows: Windows) -> None:
    collection_id, _ = await filled(house, "One", "Two", "Three")
    window = await as_producer(windows, address)
    page = window.page
    await page.goto(f"{address}/studio/collections/{collection_id}")
    await expect(page.get_by_text("Drag a video to its place")).to_be_visible()

    await page.get_by_role("button", name="Move Three up").focus()
    async with page.expect_response("**/api/v1/collections/**"):
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Three is now number 2 of 3.")).to_be_attached()
    await expect(page.get_by_role("button", name="Move Three up")).to_be_focused()
    assert await order(house, collection_id) == ["One", "Three", "Two"]

    async with page.expect_response("**/api/v1/collections/**"):
        await page.keyboard.press("Enter")  # to the top, where its button is of no use any more
    await expect(page.locator("li[data-video]").first).to_be_focused()
    assert await order(house, collection_id) == ["Three", "One", "Two"]

    field = page.get_by_label("Place of Three")
    await field.fill("3")
    async with page.expect_response("**/api/v1/collections/**"):
        await field.press("Enter")
    await expect(field).to_have_value("3")
    assert await order(house, collection_id) == ["One", "Two", "Three"]

    items = page.locator("li[data-video]")
    async with page.expect_response("**/api/v1/collections/**"):
        await items.nth(2).drag_to(items.nth(0), source_position={"x": 40, "y": 20}, target_position={"x": 40, "y": 5})
    await expect(items.first).to_contain_text("Three")
    assert await order(house, collection_id) == ["Three", "One", "Two"]
    assert window.complaints == []


async def test_a_move_that_the_server_refuses_is_taken_back(house: House, address: str, windows: Windows) -> None:
    collection_id, ids = await filled(house, "One", "Two", "Three")
    window = await as_producer(windows, address)
    await window.page.goto(f"{address}/studio/collections/{collection_id}")
    await house.collections.take_out(PRODUCER, collection_id, ids[1])
    await window.page.get_by_role("button", name="Move Three up").click()
    await window.until("() => document.querySelectorAll('li[data-video]').length === 2")
    assert sorted(await order(house, collection_id)) == ["One", "Three"]


async def test_the_next_video_begins_after_a_countdown_that_can_be_cancelled(
    house: House, address: str, windows: Windows
) -> None:
    collection_id, ids = await filled(house, "One", "Two")
    window = await as_producer(windows, address)
    page = window.page
    await page.clock.install()
    await page.goto(f"{address}/watch/{ids[0]}?collection={collection_id}")
    choice = page.get_by_label("Play the next one by itself")
    # Motion is to be reduced here, so nothing happens by itself until it is asked for.
    await expect(choice).not_to_be_checked()
    ended = "() => document.querySelector('nova-player').video.dispatchEvent(new Event('ended'))"
    await page.evaluate(ended)
    assert await page.locator(".player__next").count() == 0

    await choice.check()
    await page.evaluate(ended)
    panel = page.get_by_role("group", name="What comes next")
    await expect(panel).to_contain_text("The next video begins in 8 seconds.")
    await page.locator("[data-part=stay]").focus()
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await page.clock.run_for(20_000)
    assert ids[0] in page.url

    await page.evaluate(ended)
    await expect(panel).to_be_visible()
    await page.clock.run_for(9_000)
    await page.wait_for_url(re.compile(f"/watch/{ids[1]}\\?collection={collection_id}"))
    await expect(page.get_by_role("heading", name="Two", level=1)).to_be_visible()
    assert await page.get_by_label("Play the next one by itself").count() == 0


@pytest.mark.slow
async def test_every_page_is_accessible_and_fits_desktop_and_phone_in_light_and_dark(
    house: House, address: str, windows: Windows, clips: Clips
) -> None:
    titles = ("A midsummer night's dream, the whole evening and its overture", "Two", "Donaudampfschifffahrtsverein")
    collection_id, ids = await filled(house, *titles)
    real = await house.arrive(clips("clip.mp4"), title="With a picture")
    await house.work().finish(real)
    await house.collections.put(PRODUCER, collection_id, real, ids[1])
    for number in range(9):
        await house.views.count(real, watched(house, real, address=f"192.0.2.{number}"))
        await tell(house, real, GOOD if number % 2 else Report(startup=90 * number, played=[(144, 9000)]))
    places = {
        "list": "/collections", "none": "/collections?q=zzz", "show": f"/collections/{collection_id}",
        "watch": f"/watch/{real}?collection={collection_id}", "studio": "/studio/collections",
        "new": "/studio/collections/new", "edit": f"/studio/collections/{collection_id}",
        "delete": f"/studio/collections/{collection_id}/delete", "audience": f"/studio/videos/{real}/audience?days=7",
    }  # fmt: skip
    window = await as_producer(windows, address)
    for name, place in places.items():
        await window.page.goto(address + place)
        await windows.look(window, f"collections-{name}")
