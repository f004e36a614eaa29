"""What a browser collects, and an account: looked at with nothing but forms."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from novacast.tickets.models import PerformanceState
from novacast.tickets.questions.models import Kind, QuestionChanges, Scope
from tests.tickets.box import OWNER, Box
from tests.tickets.carts.shopping import PLAN, Market, Plan, market
from tests.tickets.rentals.shop import FILM


@pytest.fixture
async def shops(box: Box) -> AsyncIterator[Market]:
    async with market(box) as opened:
        yield opened


async def test_one_hold_alone_goes_the_way_that_it_always_went(shops: Market) -> None:
    browser = shops.browser()
    await shops.into(browser, shops.box.night, 2)
    assert browser.path.startswith("/basket/")
    alone = browser.path
    assert "Kept for you" in browser.text
    assert browser.badge == "Basket, 2 things"
    await browser.get("/basket")
    assert browser.path == alone
    await browser.send(alone, name="Ada", email="ada@example.org", method="sandbox")
    assert browser.path.startswith("/order/")
    assert browser.badge == "", "what is ordered is in no basket"
    assert "Nothing is in it" in await browser.get("/basket")


async def test_what_is_collected_stands_on_one_page_with_its_sum(shops: Market) -> None:
    browser = shops.browser("ada")
    await shops.into(browser, shops.box.night)
    await browser.send("/collect")
    assert browser.path == "/events"
    await shops.into(browser, shops.second, 2)
    assert browser.path.startswith("/basket?of=")
    await shops.film(browser)
    page = await browser.post("/basket/things/plans", plan=PLAN)
    assert "It is in the basket." in page
    for told in ("Hamlet", "Faust II", "The Seagull", "Friends", "€5.00 a month", "House org1"):
        assert told in page, told
    # 10.00 + 2 * 7.00 + 4.50 + 5.00
    assert "<strong>€33.50</strong>" in page
    assert page.count("<nova-countdown ") == 3, "two that are kept, and what ends first in the head"
    assert browser.badge == "Basket, 5 things"


async def test_one_thing_less_and_the_rest_stays(shops: Market) -> None:
    browser = shops.browser("ada")
    await shops.into(browser, shops.box.night)
    await shops.into(browser, shops.second)
    await shops.film(browser)
    assert await shops.box.left(shops.box.room) == 4
    await browser.send("/remove")
    assert "It is not in the basket any more." in browser.text
    assert "Hamlet" not in browser.text
    assert "<strong>€11.50</strong>" in browser.text
    assert await shops.box.left(shops.box.room) == 5, "what was kept is free for others"
    await browser.send("/remove", at=1)
    assert browser.path.startswith("/basket/"), "one hold alone"


async def test_another_house_begins_a_second_basket_and_nothing_is_lost(shops: Market) -> None:
    browser = shops.browser()
    await shops.into(browser, shops.box.night)
    page = await shops.into(browser, shops.far, 2)
    assert "it stands in a second basket" in page
    assert "Elsewhere" in page
    assert "House org1</bdi> · EUR" in page
    assert "<strong>€14.00</strong>" in page
    assert browser.badge == "Basket, 3 things"
    first = page.split('href="/basket?of=')[1].split('"')[0]
    assert "Hamlet" in await browser.get(f"/basket?of={first}")
    await browser.send("/basket", name="Ada", email="ada@example.org", method="sandbox")
    assert browser.path.startswith("/order/"), "one thing is an order, whatever else is collected"
    await browser.get("/basket")
    assert browser.path.startswith("/basket/")
    assert "Elsewhere" in browser.text


async def test_what_is_over_stays_in_sight_and_is_not_ordered(shops: Market) -> None:
    browser = shops.browser("ada")
    await shops.into(browser, shops.box.night)
    await shops.film(browser)
    shops.box.clock.advance(1801)
    page = await browser.get("/basket")
    assert "Its time is over" in page
    assert f'href="/performances/{shops.box.night.id}"' in page
    assert "Choose again" in page
    assert "<strong>€4.50</strong>" in page
    assert browser.badge == "Basket, 1 thing"
    await browser.send("/remove")
    assert "Hamlet" not in browser.text


async def test_what_changed_meanwhile_is_shown_before_it_is_ordered(shops: Market) -> None:
    browser = shops.browser("ada")
    await shops.into(browser, shops.box.night)
    await shops.into(browser, shops.second)
    await shops.film(browser)
    await browser.post("/basket/things/plans", plan=PLAN)
    await shops.box.own.performances.move(OWNER, shops.second.id, PerformanceState.CANCELLED)
    shops.plans.plans[PLAN] = replace(Plan(), offered=False)
    shops.shop.films.films.pop(FILM)
    page = await browser.send("/basket", status=422, name="Ada", email="ada@example.org")
    assert "The basket is not as it was shown" in page
    assert "It does not take place." in page
    assert page.count("It is not offered any more.") == 2
    assert "<strong>€10.00</strong>" in page
    await browser.send("/basket", name="Ada", email="ada@example.org")
    assert browser.path.startswith("/order/")


async def test_a_price_that_changed_is_said(shops: Market) -> None:
    browser = shops.browser("ada")
    await shops.into(browser, shops.box.night)
    await shops.film(browser)
    line = await shops.box.db.write(lambda tx: tx.run("UPDATE cart_lines SET price = 300 WHERE kind = 'film'"))
    assert line == 1
    page = await browser.get("/basket")
    assert "Its price has changed since you put it in." in page
    assert '<s class="soft">€3.00</s> €4.50' in page


async def test_a_login_in_the_middle_keeps_what_the_browser_collected(shops: Market) -> None:
    phone = shops.browser("ada")
    await shops.into(phone, shops.second)
    browser = shops.browser()
    await shops.into(browser, shops.box.night)
    page = await shops.film(browser)
    assert "Log in to order: what you collected stays." in page
    assert 'href="/login?next=/basket"' in page
    browser.who = "ada"
    page = await browser.get("/basket")
    for told in ("Hamlet", "The Seagull", "Faust II"):
        assert told in page, told
    assert 'value="ada@example.org"' in page
    assert "Hamlet" in await phone.get("/basket"), "and every device has it"
    browser.who = ""
    assert "Nothing is in it" in await browser.get("/basket"), "what is the account's stays with it"


async def test_a_basket_is_its_browsers_alone(shops: Market) -> None:
    browser, stranger = shops.browser(), shops.browser()
    await shops.into(browser, shops.box.night)
    await shops.into(browser, shops.second)
    line = browser.text.split("/basket/things/")[1].split("/remove")[0]
    await stranger.post(f"/basket/things/{line}/remove")
    assert "Nothing is in it" in stranger.text
    assert "Hamlet" in await browser.get("/basket")
    stranger.client.cookie_jar.update_cookies({"novacast_basket": "made.up"})
    assert "Nothing is in it" in await stranger.get("/basket")


async def test_a_code_and_more_time_are_to_be_had_in_the_basket(shops: Market) -> None:
    browser = shops.browser()
    await shops.into(browser, shops.box.night)
    await shops.into(browser, shops.second)
    await browser.send("/extend")
    assert browser.path.startswith("/basket?of=")
    await browser.send("/code", code="NONE")
    assert browser.path.startswith("/basket?of=")
    assert "alert--bad" in browser.text
    await browser.send("/code", code="")
    assert "Hamlet" in browser.text, "what went over into another hold is in the basket"
    assert browser.text.count("/remove") == 2


async def test_the_questions_of_each_evening_are_asked_in_one_form(shops: Market) -> None:

    for event_id, label in ((shops.box.night.event_id, "Which dish?"), (shops.second.event_id, "How did you hear?")):
        changes = QuestionChanges(label, Kind.TEXT, required=True, scope=Scope.ORDER)
        await shops.box.own.questions.add(OWNER, event_id, changes)
    browser = shops.browser()
    await shops.into(browser, shops.box.night)
    await shops.into(browser, shops.second)
    assert "Which dish?" in browser.text
    assert "How did you hear?" in browser.text
    page = await browser.send("/basket", status=422, name="Ada", email="ada@example.org")
    assert "Please answer: Which dish?" in page
    assert "Please answer: How did you hear?" in page
    assert 'value="Ada"' in page


async def test_a_browser_without_cookies_buys_one_thing_at_a_time(shops: Market) -> None:
    browser = shops.browser()
    await shops.into(browser, shops.box.night)
    browser.client.cookie_jar.clear()
    await shops.into(browser, shops.second)
    assert browser.path.startswith("/basket/")
    assert "Faust II" in browser.text
