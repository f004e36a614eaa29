"""The page of switches, the bell, and a push in a real browser. The maker's push service is far away: what the browser
would have got of it is a subscription at the stand-in, and what that decrypts is handed to the service worker."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from novacast.notifications.kinds import Kind, Way
from novacast.security.webpush import Vapid
from tests.e2e.browser import Window, Windows, find_chromium
from tests.notifications.news.serving import serving
from tests.notifications.news.world import World
from tests.tickets.box import ADA
from tests.waiting import until

pytestmark = pytest.mark.browser
SUBSCRIBE = """PushManager.prototype.subscribe = async function (options) {
  if (!options.userVisibleOnly || options.applicationServerKey.length < 80) throw new Error("not as it is to be asked");
  return { endpoint: GIVEN.endpoint, toJSON: () => GIVEN, unsubscribe: async () => true };
};"""


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as opened:
        yield opened


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with serving(world) as served:
        yield served


async def signed_in(windows: Windows, address: str, before: str = "") -> Window:
    window = await windows.open("about:blank", before=before)
    await window.page.context.add_cookies([{"name": "novacast_session", "value": "ada", "url": address}])
    return window


async def test_switches_are_set_by_the_keyboard_alone_and_fit_a_phone(
    world: World, address: str, windows: Windows
) -> None:
    await world.follow("ada")
    window = await signed_in(windows, address)
    page = window.page
    await page.goto(f"{address}/account/notifications")
    await windows.look(window, "notifications")
    box = page.get_by_role("checkbox", name="New videos: Mail")
    await expect(box).not_to_be_checked()
    await box.focus()
    await page.keyboard.press("Space")
    await expect(box).to_be_checked()
    await page.get_by_role("button", name="Save").focus()
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await expect(page.get_by_role("checkbox", name="New videos: Mail")).to_be_checked()
    assert window.complaints == []


@pytest.mark.slow
async def test_a_line_tells_what_happens_while_a_page_is_open_and_the_bell_counts_it(
    world: World, address: str, windows: Windows
) -> None:
    await world.follow("ada")
    window = await signed_in(windows, address)
    page = window.page
    await page.goto(f"{address}/account/notifications")
    bell = page.locator("[data-bell]")
    await expect(bell).to_have_attribute("aria-label", "What you were told")
    async with page.expect_response(lambda answer: "/realtime" in answer.url):
        await page.reload()
    await world.on_air()
    await world.spread()
    await expect(page.get_by_role("status").get_by_role("link", name="First night is on air")).to_be_visible()
    await expect(bell).to_have_attribute("aria-label", "What you were told (something is new)")
    async with page.expect_navigation():
        await bell.click()
    await expect(page.get_by_role("main").get_by_role("link", name="First night is on air")).to_be_visible()
    await expect(page.get_by_text("New", exact=True)).to_be_visible()
    await windows.look(window, "notices")
    assert await world.own.notices.unread(ADA) == 0
    assert window.complaints == []


@pytest.mark.slow
async def test_a_browser_is_allowed_and_shows_what_is_pushed_to_it(
    world: World, address: str, windows: Windows
) -> None:
    browser = world.service.subscribe()
    given = {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}}
    window = await signed_in(windows, address, f"const GIVEN = {json.dumps(given)}; {SUBSCRIBE}")
    page = window.page
    await page.context.grant_permissions(["notifications"], origin=address)
    await page.goto(f"{address}/account/notifications")
    await page.get_by_role("button", name="Tell me in this browser").click()
    await expect(page.get_by_role("button", name="No more in this browser")).to_be_visible()
    assert [one.endpoint for one in await world.own.browsers.listed(ADA)] == [browser.endpoint]
    await world.follow("ada")
    await world.on_air()
    await world.spread()
    await world.own.pusher.run()
    (taken,) = world.service.taken
    await deliver(page, address, json.dumps(taken.told))
    assert await shown(page) == [["First night is on air", "House org1", "/watch/programme1"]]
    await deliver(page, address, "no JSON at all")
    assert len(await shown(page)) == 2
    await page.get_by_role("button", name="No more in this browser").click()
    await expect(page.get_by_role("button", name="Tell me in this browser")).to_be_visible()
    assert await world.own.browsers.listed(ADA) == []
    assert window.complaints == []


KEEPS = """const plain = (key) => key.replaceAll("-", "+").replaceAll("_", "/");
const bytes = (key) => Uint8Array.from(atob(plain(key)), (one) => one.charCodeAt(0));
const made = (key) => ({
  endpoint: GIVEN.endpoint,
  options: { applicationServerKey: bytes(key).buffer },
  toJSON: () => GIVEN,
  unsubscribe: async () => (localStorage.removeItem("key"), true),
});
PushManager.prototype.getSubscription = async () => localStorage.getItem("key") && made(localStorage.getItem("key"));
PushManager.prototype.subscribe = async ({ applicationServerKey: key }) => {
  localStorage.setItem("key", key);
  return made(key);
};"""
"""A browser that remembers what it was subscribed with."""


@pytest.mark.slow
async def test_a_page_subscribes_anew_once_the_house_has_another_key(
    world: World, address: str, windows: Windows
) -> None:
    browser = world.service.subscribe()
    given = {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}}
    window = await signed_in(windows, address, f"const GIVEN = {json.dumps(given)}; {KEEPS}")
    page, vapid = window.page, Vapid(world.folder.keys)
    await page.context.grant_permissions(["notifications"], origin=address)
    await page.goto(f"{address}/account/notifications")
    await page.get_by_role("button", name="Tell me in this browser").click()
    await expect(page.get_by_role("button", name="No more in this browser")).to_be_visible()
    assert (await world.own.browsers.listed(ADA))[0].key == vapid.newest
    vapid.rotate()
    await page.reload()
    await expect(page.get_by_role("button", name="No more in this browser")).to_be_visible()
    (known,) = await world.own.browsers.listed(ADA)
    assert (known.endpoint, known.key) == (browser.endpoint, vapid.newest)
    assert await page.evaluate("localStorage.getItem('key')") == vapid.public
    assert window.complaints == []


async def test_without_a_push_service_the_page_says_that_it_did_not_work(
    world: World, address: str, windows: Windows
) -> None:
    window = await signed_in(
        windows, address, "PushManager.prototype.subscribe = async () => { throw new Error('none') };"
    )
    page = window.page
    await page.context.grant_permissions(["notifications"], origin=address)
    await page.goto(f"{address}/account/notifications")
    await page.get_by_role("button", name="Tell me in this browser").click()
    await expect(page.get_by_text("That did not work.")).to_be_visible()
    assert await world.own.browsers.listed(ADA) == []


async def test_the_page_behind_a_mails_link_works_on_a_phone_without_scripts(
    world: World, address: str, windows: Windows
) -> None:
    await world.own.choices.choose(ADA, {(Kind.ON_AIR, Way.MAIL): True})
    link = world.mail.links.link(Kind.ON_AIR, "ada").removeprefix("https://venue.example")
    window = await windows.open(f"{address}{link}", phone=True, scripts=False)
    page = window.page
    await windows.picture(window, "unsubscribe-phone")
    await page.get_by_role("button", name="No more of these mails").click()
    await expect(page.get_by_text("You get no more of these mails.")).to_be_visible()
    await page.get_by_role("button", name="Send them again").click()
    await expect(page.get_by_text("You get these mails again.")).to_be_visible()


async def deliver(page: Page, address: str, data: str) -> None:
    """As the maker's push service does it, by the browser's own tools."""
    session = await page.context.new_cdp_session(page)
    found: list[str] = []

    def heard(event: dict[str, list[dict[str, str]]]) -> None:
        found.extend(one["registrationId"] for one in event["registrations"] if one["scopeURL"] == f"{address}/")

    session.on("ServiceWorker.workerRegistrationUpdated", heard)
    await session.send("ServiceWorker.enable")
    await until(lambda: bool(found))
    before = len(await shown(page))
    told = {"origin": address, "registrationId": found[0], "data": data}
    await session.send("ServiceWorker.deliverPushMessage", told)

    async def more() -> bool:
        return len(await shown(page)) > before

    await until(more)
    await session.detach()


async def shown(page: Page) -> list[list[str]]:
    return list(
        await page.evaluate(
            """async () => (await (await navigator.serviceWorker.getRegistration("/")).getNotifications())
                .map((one) => [one.title, one.body, one.data.path])"""
        )
    )
