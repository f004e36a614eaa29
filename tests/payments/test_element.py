"""Paid on a page of the house, in Stripe's Payment Element: whoever can't use it pays at Stripe's page, and nobody
twice."""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from novacast.errors import Unavailable
from novacast.folder import DataFolder
from novacast.money import Repayment
from novacast.tickets.models import AttemptState, OrderState
from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import DEBIT_GOOD, DECLINED, SECURE, SUCCESS
from tests.e2e.browser import FLAGS, Windows, find_chromium
from tests.fakes.clock import FakeClock
from tests.payments.paying import HOUSE, House, hooked, open_house
from tests.tickets.serving import Served

DETAILS = {"name": "Ada", "email": "ada@example.org", "method": "card"}


@pytest.fixture
async def house(folder: DataFolder, clock: FakeClock) -> AsyncIterator[House]:
    async with open_house(folder.database, clock, element=True) as opened:
        yield opened


@pytest.fixture
async def served(house: House) -> AsyncIterator[Served]:
    async with hooked(house) as opened:
        yield opened


async def begun(house: House) -> tuple[str, str]:
    """The order's token, and the id of the intent that pays it."""
    token = house.token(await house.order())
    receipt = await house.box.own.orders.pay(token)
    return token, str(house.intent(receipt)["id"])


async def test_it_is_one_intent_with_our_marks_and_its_secret_is_never_kept(house: House, folder: DataFolder) -> None:
    token, intent = await begun(house)
    receipt, form = await house.box.own.orders.form(token)
    (call,) = house.standin.calls("payment_intents")
    attempt = receipt.attempts[-1]
    assert (call.key, call.params["amount"], call.params["currency"]) == (attempt.key, 1000, "eur")
    assert call.params["metadata"]["attempt"] == attempt.key
    assert attempt.url == f"{HOUSE}/order/{token}/card"
    assert form is not None
    assert form.secret == house.standin.account.get("payment_intent", intent)["client_secret"]
    assert not house.standin.calls("checkout/sessions")
    kept = b"".join(one.read_bytes() for one in folder.database.parent.glob(f"{folder.database.name}*"))
    assert form.secret.encode() not in kept
    assert form.secret not in repr(attempt)


async def test_what_the_browser_confirms_is_a_ticket_and_can_be_given_back(house: House) -> None:
    token, intent = await begun(house)
    house.standin.money.confirm(intent, {"payment_method": "pm_card_visa"})
    done = await house.box.own.orders.look_after(token)
    assert (done.order.state, len(done.tickets), done.attempts[-1].reference) == (OrderState.PAID, 1, intent)
    demand = done.attempts[-1].demand("")
    provider = house.payments.outside.providers[0]
    assert (await provider.repay(Repayment("r1", demand, 1000))).state == "succeeded"
    (known,) = await provider.captured(demand.instance, 0)
    assert (known.key, known.outcome.state) == (demand.key, "paid")
    await house.box.clean()


async def test_a_declined_card_leaves_it_open_and_a_bank_that_takes_days_keeps_the_place(house: House) -> None:
    token, intent = await begun(house)
    about = house.standin.account.get("payment_intent", intent)
    with pytest.raises(Exception, match="declined"):
        house.standin.money.confirm_with(about, DECLINED)
    receipt = await house.box.own.orders.look_after(token)
    assert receipt.attempts[-1].state is AttemptState.SUBMITTED
    house.standin.money.confirm_with(about, DEBIT_GOOD)
    receipt = await house.box.own.orders.look_after(token)
    assert receipt.attempts[-1].state is AttemptState.PROCESSING
    assert (await house.box.own.orders.form(token))[1] is None


async def test_an_order_that_nobody_paid_ends_its_intent_and_is_free_again(house: House) -> None:
    token, intent = await begun(house)
    house.box.clock.advance(31 * 60)
    assert await house.box.own.closing.sweep() == 1
    assert house.standin.account.get("payment_intent", intent)["status"] == "canceled"
    assert await house.state(token) is OrderState.EXPIRED


@pytest.mark.parametrize("hours", [0, 30])
async def test_an_answer_that_was_lost_leaves_no_second_intent(house: House, hours: int) -> None:
    token = house.token(await house.order())
    house.standin.faults.plan(Fault.DROP_AFTER, "payment_intents")
    with pytest.raises(Unavailable):
        await house.box.own.orders.pay(token)
    house = await house.restarted()
    if hours:
        house.box.clock.advance(hours * 3600)
        house.standin.keys.forget(house.standin.asked[0].key or "")
        await house.box.own.closing.sweep()
        (only,) = house.standin.account.all("payment_intent")
        assert only["status"] == "canceled"
        return
    receipt = await house.box.own.orders.pay(token)
    assert len(house.standin.account.all("payment_intent")) == 1
    house.standin.money.confirm_with(house.intent(receipt), SUCCESS)
    assert (await house.box.own.orders.look_after(token)).order.state is OrderState.PAID


async def test_stripes_own_page_comes_only_once_the_intent_is_over(house: House) -> None:
    token, intent = await begun(house)
    receipt = await house.box.own.orders.pay_anew(token)
    assert house.standin.account.get("payment_intent", intent)["status"] == "canceled"
    assert [one.state for one in receipt.attempts] == [AttemptState.FAILED, AttemptState.SUBMITTED]
    house.standin.checkout.pay(house.page(receipt)["id"], SUCCESS)
    assert (await house.box.own.orders.look_after(token)).order.state is OrderState.PAID
    assert house.standin.money.balance("eur") == 1000


async def test_who_has_paid_meanwhile_is_led_to_no_other_page(house: House, served: Served) -> None:
    token, intent = await begun(house)
    house.standin.money.confirm(intent, {"payment_method": "pm_card_visa"})
    async with served.client.post(f"{served.url}/order/{token}/elsewhere") as answer:
        assert "Tickets as PDF" in await answer.text()
    assert not house.standin.calls("checkout/sessions")


async def test_only_its_page_lets_another_script_in(house: House, served: Served) -> None:
    basket = house.box.token(await house.box.standing())
    async with served.client.post(f"{served.url}/basket/{basket}", data=DETAILS) as answer:
        page, place = await answer.text(), answer.url.path
        policy = answer.headers["Content-Security-Policy"]
    assert place.endswith("/card")
    assert f"script-src 'self' {house.standin.url};" in policy
    assert 'payment=(self "https://js.stripe.com")' in answer.headers["Permissions-Policy"]
    assert re.search(r'secret="pi_\w+_secret_\w+"', page)
    async with served.client.get(f"{served.url}{place.removesuffix('/card')}") as answer:
        assert house.standin.url not in answer.headers["Content-Security-Policy"]
        assert "_secret_" not in await answer.text()
    async with served.client.post(f"{served.url}{place.removesuffix('/card')}/elsewhere") as answer:
        assert f"{house.standin.url}/pay/cs_" in await answer.text()


async def test_without_the_setting_no_order_has_such_a_page(plain: House) -> None:
    token, _page = await plain.begun()
    assert (await plain.box.own.orders.form(token))[1] is None


@pytest.fixture
async def plain(folder: DataFolder, clock: FakeClock) -> AsyncIterator[House]:
    async with open_house(folder.database, clock) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.browser
async def test_a_buyer_pays_on_our_page_in_a_real_browser(house: House, served: Served) -> None:
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
        await page.get_by_label("Card number").fill(DECLINED)
        await windows.look(window, "order-paid-on-our-page")
        ink = "() => getComputedStyle(document.querySelector('nova-cardform')).color"
        shown = await page.get_by_text("Card number").evaluate("(label) => getComputedStyle(label).color")
        assert shown == await page.evaluate(ink)
        await expect(page.get_by_text("The form is on its way")).to_be_hidden()
        await page.get_by_role("button", name="Pay €20.00").click()
        await expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
        await page.get_by_label("Card number").fill(SECURE)
        await page.get_by_role("button", name="Pay €20.00").click()
        await page.get_by_role("button", name="Complete").click()
        await expect(page.get_by_role("heading", name="Tickets")).to_be_visible()
        # Chromium believes no policy of openers of a site without https.
        assert [one for one in window.complaints if "Cross-Origin-Opener-Policy" not in one] == []
    assert house.standin.money.balance("eur") == 2000


@pytest.mark.slow
@pytest.mark.browser
async def test_where_the_script_does_not_come_a_buyer_pays_at_stripes_page(house: House, served: Served) -> None:
    token, _intent = await begun(house)
    port = urlsplit(served.url).port
    flags = (*FLAGS, f"--host-resolver-rules=MAP house.example:80 127.0.0.1:{port}")
    async with Windows.start(find_chromium(), flags) as windows:
        window = await windows.open("about:blank")
        page = window.page
        await page.route("**/element.js", lambda route: route.abort())
        await page.goto(f"{HOUSE}/order/{token}/card")
        await expect(page.get_by_text("The form does not come.")).to_be_visible()
        await page.get_by_role("button", name="Pay at Stripe's own page").click()
        await page.get_by_label("E-mail").fill("ada@example.org")
        await page.get_by_label("Card number").fill(SUCCESS)
        await page.get_by_role("button", name="Pay").click()
        await expect(page.get_by_role("heading", name="Tickets")).to_be_visible()
    assert house.standin.money.balance("eur") == 1000
