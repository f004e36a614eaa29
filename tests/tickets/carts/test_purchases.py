"""What is collected is bought by one payment, and stands on one page; looked at with nothing but forms."""

import re
from collections.abc import AsyncIterator
from functools import partial

import pytest

from novacast.clock import DAY
from novacast.folder import DataFolder
from novacast.tickets.cancelling.models import BankAccount
from tests.tickets.box import ORG, OWNER, Box
from tests.tickets.carts.shopping import Browser, Market, market
from tests.tickets.posting import posting, said
from tests.tickets.rentals.shop import FILM, PERSON, run

BANK = BankAccount("The Playhouse", "DE02 1203 0000 0000 2020 51", "BYLADEM1001", "")
ADA = {"name": "Ada", "email": "ada@example.org"}


@pytest.fixture
async def shops(box: Box) -> AsyncIterator[Market]:
    async with market(box) as opened:
        yield opened


async def collected(shops: Market, who: str = "ada") -> Browser:
    """Two evenings and a film, in the basket."""
    browser = shops.browser(who)
    await shops.into(browser, shops.box.night)
    await shops.into(browser, shops.second, 2)
    await shops.film(browser)
    return browser


async def test_one_payment_buys_all_and_one_page_has_it(shops: Market) -> None:
    browser = await collected(shops)
    page = await browser.send("/basket", method="sandbox", **ADA)
    assert browser.path.startswith("/purchase/")
    purchase = browser.path
    assert "Pay €28.50" in page
    assert browser.badge == ""
    await browser.get("/basket")
    assert "is not paid yet" in browser.text, "who goes back finds the way on"
    assert purchase in browser.text
    await browser.get(purchase)
    page = await browser.send("/sandbox", paid="true")
    assert "Thank you" in page
    assert f'href="/watch/{FILM}"' in page
    codes = re.findall(r'src="(/api/v1/orders/[^"]+/code)"', page)
    assert len(codes) == 3
    assert "<svg" in await browser.get(codes[0])
    assert len(set(re.findall(r'href="(/order/[^"/]+)"', page))) == 3
    order = re.findall(r'href="(/order/[^"/]+)"', page)[0]
    assert purchase in await browser.get(order), "and back from each order"
    assert "Nothing is in it" in await browser.get("/basket")
    await shops.box.clean()


async def test_the_form_that_was_sent_already_leads_to_what_it_made(shops: Market) -> None:
    browser = await collected(shops)
    before = browser.text
    await browser.send("/basket", method="sandbox", **ADA)
    made = browser.path
    browser.text = before
    await browser.send("/basket", method="sandbox", **ADA)
    assert browser.path == "/basket"
    assert made in browser.text


async def test_what_is_given_up_is_free_and_was_never_bought(shops: Market) -> None:
    browser = await collected(shops)
    await browser.send("/basket", method="sandbox", **ADA)
    page = await browser.send("/give-up")
    assert "came to nothing" in page
    assert await shops.box.left(shops.box.room) == 5
    assert "is not paid yet" not in await browser.get("/basket")


async def test_a_refused_payment_is_tried_again(shops: Market) -> None:
    browser = await collected(shops)
    await browser.send("/basket", method="sandbox", **ADA)
    page = await browser.send("/sandbox", paid="false")
    assert "not paid yet" in page
    assert "Thank you" in await browser.send("/sandbox", paid="true")


async def test_an_order_that_waits_leads_to_the_payment_of_all(shops: Market) -> None:
    await shops.box.own.cancelling.set_account(OWNER, ORG, BANK)
    browser = await collected(shops)
    page = await browser.send("/basket", method="transfer", **ADA)
    found = re.search(r"<dt>Reference</dt><dd>([2-9A-Z]{4}-[2-9A-Z]{4})</dd>", page)
    assert found is not None
    assert "<dt>Amount</dt><dd>€28.50</dd>" in page
    order = re.findall(r'href="(/order/[^"/]+)"', page)[0]
    page = await browser.get(order)
    assert "To the payment" in page
    assert "<dt>Reference</dt>" not in page, "nobody pays for a part of it"


async def test_a_guest_buys_seats_of_two_evenings_at_once(shops: Market) -> None:
    browser = shops.browser()
    await shops.into(browser, shops.box.night)
    await shops.into(browser, shops.second)
    await browser.send("/basket", method="sandbox", **ADA)
    assert "Thank you" in await browser.send("/sandbox", paid="true")


async def test_all_of_it_is_told_by_one_mail(shops: Market, folder: DataFolder) -> None:
    await shops.box.own.cancelling.set_account(OWNER, ORG, BANK)
    await shops.box.db.write(partial(run, PERSON.format(name="ada")))
    async with posting(shops.box, folder) as posted:
        browser = await collected(shops)
        await browser.send("/basket", method="sandbox", **ADA)
        await browser.send("/sandbox", paid="true")
        (mail,) = await posted.mails()
        assert "purchase" in mail["Subject"]
        assert "/purchase/" in said(mail)
        assert "Hamlet" in said(mail)
        assert "Total: €28.50" in said(mail)
        files = [part.get_filename() for part in mail.iter_attachments()]
        assert len(files) == 4, "paper and calendar of each evening; a film has neither"
        waits = shops.browser()
        await shops.into(waits, shops.box.night)
        await shops.into(waits, shops.second)
        await waits.send("/basket", method="transfer", **ADA)
        _, asked = await posted.mails()
        assert "DE02 1203 0000 0000 2020 51" in said(asked)
        code = re.search(r"Reference: (\S+)", said(asked))
        assert code is not None
        assert code[1] in asked["Subject"]
        shops.box.clock.advance(2 * DAY / 1e6)
        await shops.box.own.closing.sweep()
        *_, over = await posted.mails()
        assert over["Subject"] == f"Not paid: purchase {code[1]}"
        assert len(await posted.mails()) == 3
