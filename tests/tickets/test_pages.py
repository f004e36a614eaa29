"""A buyer's way through the pages, without scripts, on a phone in four screens; looked at with nothing but forms."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import pytest
from aiohttp import ClientSession

from novacast.tickets.events.models import EventChanges
from tests.tickets.box import OWNER, Box
from tests.tickets.serving import Served, serving
from tests.web.realtime.listening import Stream

HTML = {"Accept": "text/html"}


class Forms(HTMLParser):
    """Actions of a page's POST forms, with what is filled in, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str]]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append((given.get("action") or "", []))
        elif tag in ("input", "select") and self.found and (name := given.get("name")):
            checked = given.get("type") not in ("radio", "checkbox") or "checked" in given
            if checked:
                self.found[-1][1].append((name, given.get("value") or "0"))


@pytest.fixture
async def served(box: Box) -> AsyncIterator[Served]:
    async with serving(box) as opened:
        yield opened


async def get(served: Served, path: str) -> str:
    async with served.client.get(served.url + path, headers=HTML) as response:
        assert response.status == 200, await response.text()
        return await response.text()


async def send(served: Served, text: str, action: str, status: int = 200, **filled: str) -> tuple[str, str]:
    """Where it led, and what stands there."""
    fields = next(fields for place, fields in Forms(text).found if place.endswith(action))
    body = [(name, filled.get(name, value)) for name, value in fields]
    body += [(name, value) for name, value in filled.items() if name not in dict(fields)]
    headers = HTML | {"Origin": served.url, "Sec-Fetch-Site": "same-origin"}
    place = next(place for place, _ in Forms(text).found if place.endswith(action))
    async with served.client.post(served.url + place, data=body, headers=headers) as response:
        assert response.status == status, await response.text()
        return response.url.path, await response.text()


async def test_a_buyer_comes_from_the_event_to_the_ticket_in_four_screens(served: Served) -> None:
    listed = await get(served, "/events")
    assert "Hamlet" in listed
    event = await get(served, f"/events/{served.box.night.event_id}")
    assert "Test mode" in event
    choice = await get(served, f"/performances/{served.box.night.id}")
    assert "€20.50" in choice
    place, basket = await send(served, choice, f"/performances/{served.box.night.id}", quantity="2")
    assert place.startswith("/basket/")
    assert "nova-countdown" in basket
    place, order = await send(served, basket, place, name="Ada", email="ada@example.org", method="sandbox")
    assert place.startswith("/order/")
    _, done = await send(served, order, "/sandbox", paid="true")
    codes = re.findall(r'src="(/api/v1/orders/[^"]+/code)"', done)
    assert len(codes) == 4  # of each kind two
    assert "<svg" in await get(served, codes[0])
    assert place == (await send_back(served, basket)), "the basket leads to the order it became"
    await served.box.clean()


async def test_an_orders_page_follows_it_and_nobody_hears_of_another_one(served: Served) -> None:
    night = f"/performances/{served.box.night.id}"
    orders = []
    for name in ("Ada", "Ben"):
        place, basket = await send(served, await get(served, night), night, quantity="1")
        orders.append(await send(served, basket, place, name=name, email=f"{name}@example.org", method="sandbox"))
    found = re.search(r'id="order"[^>]* subject="([^"]+)" topics="([^"]+)"', orders[0][1])
    assert found is not None
    subject, topics = found[1], found[2].split(",")
    url, wanted = f"{served.url}/api/v1/realtime", ",".join(f"{topic}:{subject}" for topic in topics)
    async with ClientSession() as stranger, stranger.get(url, params={"topics": wanted}) as response:
        stream = Stream(response)
        assert (await stream.names(1)) == ["ready"]
        for _place, text in reversed(orders):
            await send(served, text, "/sandbox", paid="true")
        heard = await stream.next()
    assert heard is not None
    assert (heard.name, heard.data["subject"]) == ("order.paid", subject)


async def send_back(served: Served, basket: str) -> str:
    action = next(place for place, _ in Forms(basket).found if place.endswith("/release")).removesuffix("/release")
    async with served.client.get(served.url + action, headers=HTML) as response:
        return response.url.path


async def test_what_is_gone_is_said_on_the_page_and_what_was_chosen_stays(served: Served) -> None:
    choice = await get(served, f"/performances/{served.box.night.id}")
    await served.box.standing(4)
    _, refused = await send(served, choice, f"/performances/{served.box.night.id}", 422, quantity="2")
    assert "There is not so much left of Standing." in refused
    assert '<option value="2" selected>' in refused
    _, empty = await send(served, choice, f"/performances/{served.box.night.id}", 422, quantity="0")
    assert "Choose how many." in empty


async def test_a_transfer_shows_what_to_pay_until_when_and_by_which_words(served: Served) -> None:
    basket = await served.box.standing()
    page = await get(served, f"/basket/{served.box.token(basket)}")
    _, missing = await send(
        served, page, served.box.token(basket), 422, name="", email="ada@example.org", method="transfer"
    )
    assert "Say who the tickets are for." in missing
    _, order = await send(
        served, page, served.box.token(basket), name="Ada", email="ada@example.org", method="transfer"
    )
    assert re.search(r"<dt>Reference</dt><dd>[2-9A-Z]{4}-[2-9A-Z]{4}</dd>", order)
    _, over = await send(served, order, "/give-up")
    assert "not paid in time" in over


async def test_a_basket_that_is_over_says_so_and_leads_back(served: Served) -> None:
    token = served.box.token(await served.box.standing())
    page = await get(served, f"/basket/{token}")
    place, _ = await send(served, page, "/extend")
    assert place == f"/basket/{token}"
    served.box.clock.advance(1801)
    assert "The time of this basket is over" in await get(served, f"/basket/{token}")
    _, back = await send(served, page, "/extend")
    assert "The time of this basket is over. Choose again." in back


async def test_an_order_is_there_though_the_event_is_hidden_since(served: Served) -> None:
    receipt = await served.box.bought(await served.box.standing())
    await served.box.own.events.edit(OWNER, served.box.night.event_id, EventChanges(published=False))
    assert receipt.order.code in await get(served, f"/order/{served.box.own.orders.token(receipt.order.id)}")
