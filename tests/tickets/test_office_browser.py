"""The office in a real browser: from nothing to a ticket that somebody bought, and every page as people see it."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import expect

from novacast.tickets.cancelling.models import Policy
from novacast.tickets.events.models import NewItem
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind
from novacast.tickets.orders.models import Method, buyer_of
from tests.e2e.browser import Window, Windows, find_chromium
from tests.tickets.box import ORG, OWNER, SELLER, Box, seat
from tests.tickets.office import working
from tests.tickets.serving import Served
from tests.tickets.test_members import Club

pytestmark = pytest.mark.browser
STUDIO = "/studio/tickets"


@pytest.fixture
async def office(box: Box) -> AsyncIterator[Served]:
    async with working(box) as opened:
        yield opened


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as opened:
        yield opened


async def sit(windows: Windows, office: Served, path: str, who: str = "owner", *, phone: bool = False) -> Window:
    """Somebody at a page, logged in by what their browser sends."""
    window = await windows.open(f"{office.url}/events", phone=phone)
    if who:
        await window.page.context.set_extra_http_headers({"Authorization": f"Bearer {who}"})
    await window.page.goto(office.url + path)
    return window


async def test_an_event_from_nothing_to_a_bought_ticket(windows: Windows, office: Served) -> None:
    window = await sit(windows, office, STUDIO)
    page = window.page
    await page.get_by_role("link", name="New event").click()
    await page.get_by_label("Title").fill("Macbeth")
    await page.get_by_label("Place", exact=True).fill("The Lantern, Vienna")
    await page.get_by_label("Begins", exact=True).fill("2031-03-01T20:00")
    await page.get_by_label("How many places").fill("80")
    await page.get_by_label("Price", exact=False).first.fill("18,50")
    assert not await page.get_by_label("Price of the pass").is_visible()
    await page.get_by_label("And an online pass").check()
    await page.get_by_label("Price of the pass").fill("9")
    await page.get_by_role("button", name="Make it and put it on sale").click()
    await expect(page.get_by_text("Everybody can buy now.")).to_be_visible()
    await page.get_by_role("link", name="Its page").click()
    public = page.url

    buyer = (await sit(windows, office, public.removeprefix(office.url), "", phone=True)).page
    await buyer.get_by_role("link", name="Tickets for").click()
    await buyer.get_by_label("Admission").select_option("2")
    await buyer.get_by_role("button", name="Into the basket").click()
    await buyer.get_by_label("Name").fill("Ada")
    await buyer.get_by_label("E-mail").fill("ada@example.org")
    await buyer.get_by_role("button", name="Order for €37.00").click()
    await buyer.get_by_role("button", name="Pay €37.00").click()
    await expect(buyer.get_by_alt_text("The code that the door reads").first).to_be_visible()

    await page.goto(f"{office.url}{STUDIO}/orders?q=ada")
    await expect(page.get_by_role("row", name="Macbeth")).to_contain_text("paid")
    assert window.complaints == []


async def test_the_counter_adds_up_and_the_evening_follows(windows: Windows, office: Served, box: Box) -> None:
    night = f"{STUDIO}/performances/{box.night.id}"
    evening = await sit(windows, office, night)
    counter = (await sit(windows, office, f"{night}/sell", "seller")).page
    more = counter.get_by_role("button", name="One more: Standing")
    await more.click()
    await more.click()
    await expect(counter.locator("[data-part=sum]")).to_have_text("€20.00")
    await counter.get_by_role("button", name="Cash").click()
    await expect(counter.get_by_text("Sold: €20.00, Cash")).to_be_visible()
    await expect(evening.page.locator("#standing dd").first).to_have_text("2")
    assert evening.complaints == []


@pytest.mark.slow
async def test_every_page_fits_and_nothing_complains(windows: Windows, office: Served, box: Box) -> None:
    for method in (Method.CASH, Method.TRANSFER):
        buyer = buyer_of("Guest", "guest@example.org", "en")
        await box.own.orders.sell(SELLER, box.night.id, [Wish(box.room.id, 1)], buyer, method)
    box.own.members.memberships = Club()
    event, night = f"{STUDIO}/events/{box.night.event_id}", f"{STUDIO}/performances/{box.night.id}"
    paths = {
        "office": STUDIO,
        "event-new": f"{STUDIO}/new?org={ORG}",
        "event": event,
        "event-edit": f"{event}/edit",
        "night-new": f"{event}/new",
        "night": night,
        "hours": f"{night}/hours",
        "stock": f"{night}/stock",
        "kind-new": f"{night}/kinds/new",
        "kind": f"{night}/kinds/{box.seats.id}",
        "counter": f"{night}/sell",
        "account": f"{STUDIO}/account",
        "returns": f"{event}/returns",
        "codes": f"{event}/codes",
        "code-new": f"{event}/codes/new",
        "questions": f"{event}/questions",
        "question-new": f"{event}/questions/new",
        "recurrences": f"{event}/recurrences",
        "waiting": f"{night}/waiting",
        "answers": f"{night}/answers",
        "door": f"{night}/door",
        "orders": f"{STUDIO}/orders",
        "orders-none": f"{STUDIO}/orders?q=nobody",
        "reports": f"{STUDIO}/reports",
        "events": "/events",
        "events-past": "/events?when=past",
        "event-public": f"/events/{box.night.event_id}",
    }
    window = await sit(windows, office, STUDIO)
    for name, path in paths.items():
        await window.page.goto(office.url + path)
        await windows.look(window, f"office-{name}")
        assert window.complaints == [], name


@pytest.mark.slow
async def test_an_order_is_changed_by_the_house_and_by_its_buyer(windows: Windows, office: Served, box: Box) -> None:
    dear = await box.own.performances.add_item(
        OWNER, box.night.id, NewItem("Balcony", ItemKind.GENERAL, price=1700), [box.quota.id]
    )
    await box.own.cancelling.decide(OWNER, box.night.event_id, Policy(1, 1000, 0, returns_fees=True))
    receipt = await box.bought(await box.seated(seat("A", 4)))
    window = await sit(windows, office, f"{STUDIO}/orders/{receipt.order.id}", "seller")
    page = window.page
    await windows.look(window, "order")
    await page.get_by_role("link", name="Change ticket").click()
    await windows.look(window, "exchange")
    await page.get_by_label("Kind", exact=True).select_option(dear.id)
    await page.get_by_role("button", name="See what it costs").first.click()
    await expect(page.get_by_text("Given back", exact=True)).to_be_visible()
    await windows.look(window, "exchange-cheaper")
    await page.get_by_role("button", name="Change it for good").click()
    await expect(page.get_by_text("The ticket is another now.")).to_be_visible()
    await page.get_by_label("How many").fill("2")
    await page.get_by_label("Kind", exact=True).select_option(dear.id)
    await page.get_by_role("button", name="Add them").click()
    await expect(page.get_by_text("The tickets are added.")).to_be_visible()
    await page.locator("#f-email").fill("lovelace@example.org")
    await page.get_by_role("button", name="Correct it").click()
    await expect(page.get_by_text("on its way to the new address")).to_be_visible()
    assert window.complaints == []

    token = quote(box.own.orders.token(receipt.order.id))
    own = await sit(windows, office, f"/order/{token}", "", phone=True)
    await own.page.get_by_text("Change or hand on").first.click()
    await own.page.get_by_role("link", name="Another kind or seat").first.click()
    await windows.look(own, "exchange-own")
    await own.page.get_by_label("Kind", exact=True).select_option(box.room.id)
    await own.page.get_by_role("button", name="See what it costs").first.click()
    await own.page.get_by_role("button", name="Change it for good").click()
    await expect(own.page.get_by_text("The ticket is another now.")).to_be_visible()
    assert own.complaints == []
    await box.clean()


@pytest.mark.slow
async def test_forms_say_what_is_wrong_beside_it(windows: Windows, office: Served, box: Box) -> None:
    event, night = f"{STUDIO}/events/{box.night.event_id}", f"{STUDIO}/performances/{box.night.id}"
    receipt = await box.bought(await box.seated(seat("A", 4)))
    ticket = f"{STUDIO}/orders/{receipt.order.id}/tickets/{receipt.tickets[0].id}"
    forms = {
        "returns": (f"{event}/returns", {"hours": "-1", "fee_share": "200"}),
        "code": (f"{event}/codes/new", {"percent": "300"}),
        "question": (f"{event}/questions/new", {"label": ""}),
        "recurrences": (f"{event}/recurrences", {"rule": "NEVER"}),
        "door": (f"{night}/door", {"name": ""}),
        "move": (f"{ticket}/move", {}),
        "exchange": (f"{ticket}/exchange", {}),
        "counter": (f"{night}/sell", {}),
    }
    window = await sit(windows, office, STUDIO)
    for name, (path, values) in forms.items():
        await window.page.goto(office.url + path)
        for field, value in values.items():
            place = window.page.locator(f"main [name='{field}']").first
            if await place.count():
                await place.evaluate("(one, value) => { one.value = value; }", value)
        forms_ = window.page.locator("main form[method=post]")
        await forms_.first.evaluate(
            "(one) => { one.noValidate = true; (one.querySelector('button:not([type=button])') ?? one).click(); }"
        )
        await window.page.wait_for_load_state()
        await windows.look(window, f"wrong-{name}")


async def test_seats_are_chosen_on_the_map_at_the_counter_and_for_another_seat(
    windows: Windows, office: Served, box: Box
) -> None:
    window = await sit(windows, office, f"{STUDIO}/performances/{box.night.id}/sell", "seller")
    page = window.page
    await page.get_by_text("Choose the seats").click()
    await page.get_by_role("button", name="List").click()
    await page.locator(".seats__section summary").click()
    await page.get_by_role("group", name="Row A").get_by_role("button", name="Seat 4 ·").click()
    await expect(page.locator(".counter__sum [data-part=sum]")).to_have_text("€20.50")
    await page.get_by_role("button", name="Cash").click()
    await expect(page.get_by_text("Stalls A 4")).to_be_visible()
    await page.get_by_role("link", name="The order").click()
    await page.get_by_role("link", name="Another seat than").click()
    await expect(page.get_by_label("New seat")).to_be_hidden()
    canvas = page.get_by_role("application")
    await canvas.focus()
    for key in ("Enter", "ArrowRight", "Enter"):
        await canvas.press(key)
    await expect(page.locator(".hall__chip")).to_have_count(1)
    await page.get_by_role("button", name="Move there").click()
    await expect(page.get_by_text("The ticket has another seat.")).to_be_visible()
    assert window.complaints == []
