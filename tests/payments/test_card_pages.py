"""From the basket to the tickets by the pages that a buyer sees, over HTTP and in a real browser."""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import DEBIT_GOOD, DECLINED, SECURE, SUCCESS
from tests.e2e.browser import FLAGS, Windows, find_chromium
from tests.payments.paying import HOUSE, House, hooked
from tests.tickets.serving import Served

DETAILS = {"name": "Ada", "email": "ada@example.org", "method": "card"}
URL = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')


@pytest.fixture
async def served(house: House) -> AsyncIterator[Served]:
    async with hooked(house) as opened:
        yield opened


async def led(house: House, served: Served) -> str:
    """From a basket to the page where it is paid."""
    basket = house.box.token(await house.box.standing())
    async with served.client.post(f"{served.url}/basket/{basket}", data=DETAILS) as answer:
        page = await answer.text()
        assert answer.status == 200, page
    found = URL.search(page)
    assert found is not None, page
    return found[1]


async def paid_there(served: Served, url: str, number: str = SUCCESS) -> str:
    """Pay at the hosted page, and come back as a browser does; what is shown then."""
    form = {"number": number, "email": "ada@example.org"}
    async with served.client.post(url, data=form, allow_redirects=False) as answer:
        back = answer.headers["Location"]
    assert back.startswith(HOUSE)
    async with served.client.get(served.url + urlsplit(back).path) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_a_buyer_pays_at_the_hosted_page_and_comes_back_to_the_tickets(house: House, served: Served) -> None:
    page = await paid_there(served, await led(house, served))
    assert "Tickets as PDF" in page
    assert len(await house.box.facts("order.paid")) == 1


async def test_what_a_bank_takes_days_for_is_said_to_the_buyer(house: House, served: Served) -> None:
    page = await paid_there(served, await led(house, served), DEBIT_GOOD)
    assert "Your payment is on its way" in page
    assert "Pay €10.00" not in page


async def test_out_of_reach_the_order_stays_and_says_so(house: House, served: Served) -> None:
    house.standin.faults.plan(Fault.DROP_BEFORE, "/v1/")
    basket = house.box.token(await house.box.standing())
    async with served.client.post(f"{served.url}/basket/{basket}", data=DETAILS) as answer:
        page = await answer.text()
        order = answer.url.path
    assert "be reached at the moment" in page
    async with served.client.post(f"{served.url}{order}/pay") as answer:
        found = URL.search(await answer.text())
    assert found is not None
    assert "Tickets as PDF" in await paid_there(served, found[1])


async def test_who_turns_back_without_paying_may_pay_again(house: House, served: Served) -> None:
    url = await led(house, served)
    async with served.client.get(url) as answer:
        cancel = re.search(r'href="([^"]+)">Back', await answer.text())
    assert cancel is not None
    async with served.client.get(served.url + urlsplit(cancel[1]).path) as answer:
        page = await answer.text()
    assert "Pay by card" in page
    assert "I have paid" in page


@pytest.mark.slow
@pytest.mark.browser
async def test_a_card_is_declined_then_asks_its_owner_and_pays_in_a_real_browser(house: House, served: Served) -> None:
    port = urlsplit(served.url).port
    flags = (*FLAGS, f"--host-resolver-rules=MAP house.example:80 127.0.0.1:{port}")
    async with Windows.start(find_chromium(), flags) as windows:
        window = await windows.open(f"{HOUSE}/performances/{house.box.night.id}")
        page = window.page
        await page.get_by_label("Standing").select_option("2")
        await page.get_by_role("button", name="Into the basket").click()
        await page.get_by_label("Name", exact=True).fill("Ada")
        await page.get_by_label("E-mail").fill("ada@example.org")
        await page.get_by_label("Card, Apple Pay").check()
        await page.get_by_role("button", name="Order").click()
        await page.get_by_role("link", name="Back").click()
        await expect(page.get_by_role("heading", name="Pay by card")).to_be_visible()
        await windows.look(window, "order-to-pay-by-card")
        await page.get_by_role("button", name="Pay €20.00").click()
        await expect(page.get_by_role("heading", name="Pay", exact=True)).to_be_visible()
        await page.get_by_label("E-mail").fill("ada@example.org")
        await page.get_by_label("Card number").fill(DECLINED)
        await page.get_by_role("button", name="Pay").click()
        await expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
        await page.get_by_label("E-mail").fill("ada@example.org")
        await page.get_by_label("Card number").fill(SECURE)
        await page.get_by_role("button", name="Pay").click()
        await page.get_by_role("button", name="Complete").click()
        await expect(page.get_by_role("heading", name="Tickets")).to_be_visible()
        await windows.look(window, "order-paid-by-card")
        # Chromium believes no policy of openers of a site without https.
        assert [one for one in window.complaints if "Cross-Origin-Opener-Policy" not in one] == []
    assert house.standin.money.balance("eur") == 2000
