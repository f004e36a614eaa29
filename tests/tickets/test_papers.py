"""Tickets on paper and on pages: every name, no forged link, nothing of what somebody else has."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from aiohttp import FormData

from novacast.errors import InvalidInput, TooLarge
from novacast.tickets.cancelling.models import Policy
from novacast.tickets.events.models import NewItem, PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind
from novacast.tickets.orders.models import Method, buyer_of
from novacast.tickets.papers.models import MOST_PAPERS
from tests.tickets.box import ADA, GUEST, OWNER, SELLER, Box
from tests.tickets.serving import Served, serving

HTML = {"Accept": "text/html"}
NAMES = ["Zoë Łukasz", "محمد بن عبد الله", "דוד בן־גוריון", "山田 太郎", "김철수", "Ωμέγα", "🎭", "A" * 100]


@pytest.fixture
async def served(box: Box) -> AsyncIterator[Served]:
    async with serving(box) as opened:
        yield opened


async def test_every_name_stands_on_its_ticket(box: Box) -> None:
    for name in NAMES:
        buyer = buyer_of(name, "ada@example.org", "en")
        item = await box.own.performances.add_item(OWNER, box.night.id, NewItem(name, ItemKind.GENERAL), [])
        await box.own.performances.add_quota(OWNER, box.night.id, "One", 1, [item.id])
        receipt = await box.order(await box.take(Wish(item.id, 1)), Method.FREE, buyer=buyer)
        sheet = await box.own.papers.of_order(receipt.order.id)
        written = await box.own.papers.pdf(sheet)
        assert written.startswith(b"%PDF")
        assert len(written) < 200_000
        assert name in "".join(box.own.papers.calendar(sheet, "https://venue.example/o").split("\r\n "))


async def test_ten_thousand_tickets_are_refused_and_a_thousand_are_one_order(box: Box) -> None:
    room = await box.own.performances.add_item(OWNER, box.night.id, NewItem("Field", ItemKind.GENERAL), [])
    await box.own.performances.add_quota(OWNER, box.night.id, "Field", 20_000, [room.id])
    buyer = buyer_of("", "", "en", needed=False)
    sell = box.own.orders.sell
    sold = await sell(SELLER, box.night.id, [Wish(room.id, 1000)], buyer, Method.COMPLIMENTARY)
    assert len(sold.tickets) == 1000
    sheet = await box.own.papers.of_order(sold.order.id)
    assert len(sheet.papers) == MOST_PAPERS
    more = sheet.__class__(sheet.event, sheet.performance, "", False, [*sheet.papers, sheet.papers[0]])
    with pytest.raises(TooLarge):
        await box.own.papers.pdf(more)


async def test_more_than_a_hold_takes_is_refused_in_words(served: Served) -> None:
    wish = {"lines": [{"item": served.box.room.id, "quantity": 10_000}], "method": "cash"}
    refused = await served.ask("POST", f"/performances/{served.box.night.id}/sales", wish, who="seller")
    assert refused.status == 422
    assert refused.json["errors"][0]["field"].startswith("lines.0")


async def test_no_link_that_is_not_ours_opens_anything(served: Served) -> None:
    receipt = await served.box.bought(await served.box.standing())
    good = served.box.own.orders.token(receipt.order.id)
    body, _, mark = good.partition(".")
    altered = ("B" if mark[0] == "A" else "A") + mark[1:]  # the last sign has bits that say nothing
    for bad in (f"{body}.{altered}", f"{body}.", "x", served.box.own.holders.link(receipt.order.id)):
        token = quote(bad, safe="")
        for path in (f"/orders/{token}", f"/orders/{token}/pdf", f"/orders/{token}/calendar", f"/tickets/{token}/code"):
            assert (await served.ask("GET", path)).status == 404, path
        for page in (f"/order/{token}", f"/order/{token}/return", f"/ticket/{token}"):
            async with served.client.get(served.url + page, headers=HTML) as response:
                assert response.status == 404, page


async def test_an_order_is_carried_printed_renamed_handed_on_and_given_back_without_scripts(served: Served) -> None:
    box = served.box
    receipt = await box.bought(await box.standing(3))
    await box.own.cancelling.decide(OWNER, box.night.event_id, Policy(1, 1000, 0, returns_fees=True))
    token = quote(box.own.orders.token(receipt.order.id))
    first, second, third = (one.id for one in receipt.tickets)

    async def show(path: str = "") -> str:
        async with served.client.get(f"{served.url}/order/{token}{path}", headers=HTML) as response:
            assert response.status == 200
            return await response.text()

    async def send(path: str, **form: str) -> str:
        headers = {**HTML, "Origin": served.url}
        data = FormData(form)
        async with served.client.post(f"{served.url}/order/{token}{path}", data=data, headers=headers) as response:
            assert response.status == 200, await response.text()
            return await response.text()

    carried = await show(f"/tickets/{second}")
    assert f"/order/{token}/tickets/{first}" in carried
    assert f"/order/{token}/tickets/{third}" in carried
    assert "Zoë" in await send(f"/tickets/{first}/rename", name="Zoë")
    offered = await send(f"/tickets/{second}/offer", name="Ben", email="ben@example.org")
    assert "Offered to Ben until" in offered
    assert "Offered to Ben" not in await send(f"/tickets/{second}/withdraw")
    asked = await send("/return", ticket=third)
    assert "€9.00" in asked
    assert "for good" in asked
    done = await send("/return", ticket=third, back="900")
    assert "partly paid back" in done
    assert len(re.findall(r'class="ticket__picture"', done)) == 2
    pdf = await served.ask("GET", f"/orders/{token}/pdf")
    assert pdf.body.count(b"/Type /Page\n") == 2
    ics = await served.ask("GET", f"/orders/{token}/calendar")
    assert ics.headers["Content-Type"].startswith("text/calendar")
    await box.clean()


async def test_a_pass_says_when_it_opens_and_for_whom(served: Served) -> None:
    box = served.box
    new = NewItem("Online", ItemKind.ONLINE, price=500, opens_live=True)
    online = await box.own.performances.add_item(OWNER, box.night.id, new, [box.quota.id])
    changes = PerformanceChanges(frozenset({"programme_id"}), programme_id="programme1")
    await box.own.performances.edit(OWNER, box.night.id, changes)
    receipt = await box.bought(await box.take(Wish(online.id, 1)))
    place = f"{served.url}/order/{quote(box.own.orders.token(receipt.order.id))}"

    async def show(who: str = "") -> str:
        headers = {**HTML, **({"Authorization": f"Bearer {who}"} if who else {})}
        async with served.client.get(place, headers=headers) as response:
            return await response.text()

    stranger = await show()
    assert "Log in to watch" in stranger
    assert "Opens on" in stranger
    assert "Take it into my account to watch" in await show("ada")
    await box.own.holders.claim(ADA, box.own.orders.token(receipt.order.id))
    assert 'href="/watch/programme1"' in await show("ada")


@pytest.mark.parametrize("count", [1, 3])
async def test_devices_of_passes_add_up(box: Box, count: int) -> None:
    new = NewItem("Online", ItemKind.ONLINE, opens_live=True)
    online = await box.own.performances.add_item(OWNER, box.night.id, new, [box.quota.id])
    changes = PerformanceChanges(frozenset({"programme_id"}), programme_id="programme1")
    await box.own.performances.edit(OWNER, box.night.id, changes)
    await box.order(await box.take(Wish(online.id, count), who=ADA), Method.FREE, who=ADA)
    box.clock.advance(24 * 3600)
    devices = box.own.passes.devices
    assert await devices(ADA, "programme1", 3) == 3 * count
    await box.own.passes.decide(OWNER, box.night.id, online.id, opens_live=True, devices=2)
    assert await devices(ADA, "programme1", 3) == 2 * count
    assert await devices(GUEST, "programme1", 3) is None
    with pytest.raises(InvalidInput):
        await box.own.passes.decide(OWNER, box.night.id, online.id, opens_live=False, devices=None)


async def test_a_seat_opens_the_stream_where_the_house_says_so(box: Box) -> None:
    changes = PerformanceChanges(frozenset({"programme_id"}), programme_id="programme1")
    await box.own.performances.edit(OWNER, box.night.id, changes)
    await box.bought(await box.seated("Stalls/A/5", who=ADA), who=ADA)
    at = box.night.starts_at
    assert not await box.own.admission.entitled("ada", "programme1", at)
    await box.own.passes.decide(OWNER, box.night.id, box.seats.id, opens_live=True, devices=None)
    assert await box.own.admission.entitled("ada", "programme1", at) == {"org1"}
