"""A log-in by a provider in a real browser: over two sites, with the policy and the cookies that it keeps to."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from novacast.settings import Settings
from tests.accounts.house import PASSWORD, House
from tests.accounts.providing import with_provider
from tests.accounts.served import Served, serving
from tests.e2e.browser import FLAGS, Windows, find_chromium
from tests.fakes.provider import Provider

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SITE = "http://localhost"


@pytest.fixture
async def there(house: House, settings: Settings, provider: Provider) -> AsyncIterator[Served]:
    async with (
        with_provider(house, settings, provider, accounts="anyone", name="The Guild") as own,
        serving(house, own, settings) as opened,
    ):
        yield opened


@pytest.fixture
async def windows(there: Served) -> AsyncIterator[Windows]:
    rule = f"--host-resolver-rules=MAP localhost:80 127.0.0.1:{urlsplit(there.url).port}"
    async with Windows.start(find_chromium(), (*FLAGS, rule)) as opened:
        yield opened


async def test_an_account_is_joined_to_the_provider_and_opened_by_it(there: Served, windows: Windows) -> None:
    await there.house.person()
    window = await windows.open(f"{SITE}/login?next=/account/sessions")
    page = window.page
    await windows.look(window, "log-in-provider")
    await page.get_by_role("link", name="Go on with The Guild").click()
    await page.wait_for_url(f"{SITE}/login?next=**")
    await expect(page.get_by_text("There is an account with the address ada@example.org already")).to_be_visible()
    await page.get_by_label("E-mail").fill("ada@example.org")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("main").get_by_role("button", name="Log in").click()
    await page.wait_for_url(f"{SITE}/account/provider")
    await windows.look(window, "provider-waiting")
    await page.get_by_role("button", name="Join them").click()
    await expect(page.get_by_text("From now on the provider logs you in here")).to_be_visible()
    await windows.look(window, "provider-joined")
    await page.context.clear_cookies()
    await page.goto(f"{SITE}/login?next=/account/sessions")
    await page.get_by_role("link", name="Go on with The Guild").click()
    await page.wait_for_url(f"{SITE}/account/sessions")
    await page.locator("details.menu summary").click()
    await page.get_by_role("button", name="Log out", exact=True).click()
    await page.wait_for_url(f"{SITE}/login/oidc/left")
    await windows.look(window, "provider-left")
    assert window.complaints == []
