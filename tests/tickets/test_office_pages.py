"""The office's pages, used with nothing but forms: an evening made, sold, found, reported and taken along."""

import re
from collections.abc import AsyncIterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from aiohttp import ClientResponse

from novacast.tickets.holds.models import Wish
from novacast.tickets.orders.models import Method, buyer_of
from novacast.tickets.sales.models import Found, Wanted
from tests.tickets.box import ORG, SELLER, Box
from tests.tickets.office import working
from tests.tickets.serving import Served

STUDIO = "/studio/tickets"
WANTED = Wanted()
EVENING = {
    "org": ORG,
    "title": "Macbeth",
    "venue": "The Lantern, Vienna",
    "timezone": "Europe/Vienna",
    "currency": "EUR",
    "starts": "2031-03-01T20:00",
    "places": "80",
    "price": "18,50",
}


@pytest.fixture
async def office(box: Box) -> AsyncIterator[Served]:
    async with working(box) as opened:
        yield opened


async def get(office: Served, path: str, who: str = "owner", status: int = 200) -> str:
    headers = {"Accept": "text/html", "Authorization": f"Bearer {who}"}
    async with office.client.get(office.url + path, headers=headers) as response:
        assert response.status == status, await response.text()
        return await response.text()


async def send(office: Served, path: str, who: str = "owner", status: int = 200, **fields: str) -> tuple[str, str]:
    """Where it led, and what stands there."""
    return await sent(office, path, list(fields.items()), who, status)


async def sent(
    office: Served, path: str, fields: list[tuple[str, str]], who: str = "owner", status: int = 200
) -> tuple[str, str]:
    headers = {"Accept": "text/html", "Authorization": f"Bearer {who}"}
    async with office.client.post(office.url + path, data=fields, headers=headers) as response:
        text = await response.text()
        assert response.status == status, text
        return _place(response), text


def _place(response: ClientResponse) -> str:
    return f"{response.url.path}?{response.url.query_string}" if response.url.query_string else response.url.path


async def test_an_evening_is_on_sale_after_one_form(office: Served) -> None:
    page = await get(office, f"{STUDIO}/new?org={ORG}")
    assert "Europe/Vienna" in page  # as of the event before
    place, event = await send(
        office,
        f"{STUDIO}/new",
        **EVENING,
        on_sale="true",
        online="true",
        online_price="9",
        replay="true",
        replay_price="6",
        programme="programme1",
    )
    assert place.startswith(f"{STUDIO}/events/")
    assert "Everybody can buy now." in event
    assert "In the house: 0 of 80" in event
    night = re.search(rf'{STUDIO}/performances/(\w+)"', event)
    assert night is not None
    public = await get(office, f"/performances/{night[1]}", who="ada")
    assert "€18.50" in public
    assert "Sat 1 Mar 2031 20:00" in public
    offer = (await office.ask("GET", f"/performances/{night[1]}")).json
    assert [one["kind"] for one in offer["items"]] == ["general", "online", "replay"]
    assert offer["items"][2]["replay_until"] == "2031-03-08T21:00:00.000Z"
    assert offer["performance"]["programme"] == "programme1"


async def test_what_was_typed_stays_with_what_is_wrong_beside_it(office: Served) -> None:
    wrong = EVENING | {"title": "", "price": "18.505", "starts": "2031-03-30T02:30", "timezone": "Europe/Vienn"}
    _, page = await send(office, f"{STUDIO}/new", status=422, **wrong)
    assert "Give the event a title." in page
    assert "Write an amount such as 12.50." in page
    assert "There is no such time zone." in page
    assert 'value="18.505"' in page
    assert 'value="The Lantern, Vienna"' in page
    _, skipped = await send(office, f"{STUDIO}/new", status=422, **EVENING | {"starts": "2031-03-30T02:30"})
    assert "The clocks there skip this hour." in skipped
    assert "Macbeth" not in await get(office, STUDIO)


async def test_a_kind_and_a_quota_are_changed_and_refused_where_they_stand(office: Served, box: Box) -> None:
    place = f"{STUDIO}/performances/{box.night.id}"
    rows = {"price_category": "", "price_amount": "", "price_from": "", "price_until": ""}
    kind = {"name": "Wheelchair", "kind": "general", "price": "5", "places": "4"} | rows
    _, stock = await send(office, f"{place}/kinds/new", **kind)
    assert "Wheelchair" in stock
    changed = {"name": "Standing", "kind": "general", "price": "11", "on_sale": "true"} | rows
    early = changed | {"price_amount": "8", "price_until": "2031-01-01T00:00"}
    await send(office, f"{place}/kinds/{box.room.id}", **early)
    assert "€8.00" in await get(office, f"/performances/{box.night.id}", who="ada")
    _, refused = await send(office, f"{place}/kinds/{box.room.id}", status=422, **changed | {"tax": "120"})
    assert "Write a percentage such as 20 or 5.5." in refused
    await box.sold(4)
    quota = f"{place}/quotas/{box.quota.id}"
    _, refused = await send(office, quota, status=422, quota_name="Room", capacity="3", item=box.room.id)
    assert "4 are held or sold already" in refused
    assert 'value="3"' in refused
    _, stock = await send(office, quota, quota_name="Room", capacity="6", item=box.room.id)
    assert "4 of 6 are taken." in stock


async def test_the_evening_shows_how_it_stands_and_closes_and_opens_its_sale(office: Served, box: Box) -> None:
    place = f"{STUDIO}/performances/{box.night.id}"
    await box.sold(2)
    await box.seated("Stalls/A/1")
    page = await get(office, place, who="seller")
    assert "3 of 25" in page
    assert "Put it on sale" not in page
    _, closed = await send(office, f"{place}/state", state="closed")
    assert "Sale closed" in closed
    _, opened = await send(office, f"{place}/state", state="on_sale")
    assert "It is on sale." in opened
    await send(office, f"{place}/state", who="seller", status=403, state="closed")
    await get(office, place, who="ada", status=404)


async def test_a_performance_is_copied_by_the_clocks_of_its_place(office: Served, box: Box) -> None:
    place, copied = await send(office, f"{STUDIO}/performances/{box.night.id}/copy", starts="2031-07-01T20:00")
    assert place != f"{STUDIO}/performances/{box.night.id}"
    assert "Draft" in copied
    assert "Tue 1 Jul 2031 20:00" in copied
    offer = (await office.ask("GET", f"/performances/{place.rpartition('/')[2]}", who="owner")).json
    assert [(one["name"], one["price"]) for one in offer["items"]] == [("Seat", 2000), ("Standing", 1000)]
    assert [one["left"] for one in offer["left"]] == [20, 5]
    _, refused = await send(office, f"{STUDIO}/performances/{box.night.id}/copy", status=422, starts="tomorrow")
    assert "Write day and hour as 2027-01-31T20:00." in refused


async def counter(office: Served, box: Box, quantity: str, method: str, status: int = 200) -> tuple[str, str, str]:
    """A sale of so many standing places; with the form's mark, by which it sells once."""
    place = f"{STUDIO}/performances/{box.night.id}/sell"
    page = await get(office, place, who="seller")
    once = re.search(r'name="once" value="(\w+)"', page)
    assert once is not None
    return *await sent(office, place, sale(box, once[1], quantity, method), "seller", status), once[1]


def sale(box: Box, once: str, quantity: str, method: str) -> list[tuple[str, str]]:
    rows = ((box.seats.id, "0"), (box.room.id, quantity))
    fields = [(name, value) for id_, number in rows for name, value in (("item", id_), ("quantity", number))]
    return [*fields, *[("category", ""), ("amount", "")] * 2, ("once", once), ("method", method)]


async def test_the_counter_sells_in_one_form_and_the_same_form_once(office: Served, box: Box) -> None:
    place, sold, once = await counter(office, box, "2", "cash")
    assert "Sold: €20.00, Cash" in sold
    assert "2 × Standing" in sold
    again, _ = await sent(office, f"{STUDIO}/performances/{box.night.id}/sell", sale(box, once, "2", "cash"), "seller")
    assert again == place
    assert await box.used() == 2
    _, given, _ = await counter(office, box, "1", "complimentary")
    assert "Sold: €0.00, Complimentary" in given
    _, refused, _ = await counter(office, box, "3", "card_terminal", 422)
    assert "There is not so much left of Standing." in refused
    assert 'value="3"' in refused
    _, none, _ = await counter(office, box, "0", "cash", 422)
    assert "Choose how many." in none
    await box.clean()


async def test_a_payment_and_a_thousand_places_are_told_in_words_and_figures_of_the_reader(
    office: Served, box: Box
) -> None:
    receipt = await box.bought(await box.standing(1))
    page = await get(office, f"{STUDIO}/orders/{receipt.order.id}", who="seller")
    assert "Test payment · €10.00 · paid" in page
    stock = f"{STUDIO}/performances/{box.night.id}"
    quota = {"quota_name": "Room", "capacity": "12345", "item": box.room.id}
    _, page = await send(office, f"{stock}/quotas/{box.quota.id}", **quota)
    assert "1 of 12,345 are taken." in page
    assert "12,344 left" in page
    assert "12,344 left" in await get(office, f"{stock}/sell")


async def bought(box: Box, name: str, email: str, method: Method = Method.CASH) -> str:
    """The number of an order that is newer than the one before."""
    buyer = buyer_of(name, email, "en")
    box.clock.advance(1)
    receipt = await box.own.orders.sell(SELLER, box.night.id, [Wish(box.room.id, 1)], buyer, method)
    return receipt.order.code


async def test_orders_are_found_by_name_mail_number_ticket_and_state(office: Served, box: Box) -> None:
    zoe = await bought(box, "Zoë Ängström", "zoe@example.org")
    max_ = await bought(box, "Max Moreau", "max@example.net", Method.TRANSFER)
    everything = await get(office, f"{STUDIO}/orders", who="seller")
    assert zoe in everything
    assert max_ in everything
    for typed in ("angstrom", "Zoe Ang", "zoe@example.org", zoe, zoe[:4].lower()):
        found = await get(office, f"{STUDIO}/orders?q={typed}", who="seller")
        assert zoe in found, typed
        assert max_ not in found, typed
    waits = await get(office, f"{STUDIO}/orders?state=awaiting_payment", who="seller")
    assert max_ in waits
    assert zoe not in waits
    assert "Nothing found" in await get(office, f"{STUDIO}/orders?q=%22%2A)", who="seller")
    receipt = (await box.own.sales.find(SELLER, ORG, WANTED, None, 1)).items[0]
    tickets = await box.own.admission.of_order((await found_by(box, zoe)).order.id)
    new = await box.own.admission.reissue(SELLER, ORG, tickets[0].id, "Bea Brandt")
    assert receipt.order.code == max_
    assert zoe in await get(office, f"{STUDIO}/orders?q={new.id}", who="seller")
    assert zoe in await get(office, f"{STUDIO}/orders?q=brandt", who="seller")
    assert zoe not in await get(office, f"{STUDIO}/orders", who="ada")


async def test_pages_of_a_list_go_on_where_the_one_before_ended(box: Box) -> None:
    codes = [await bought(box, f"Guest {n}", f"guest{n}@example.org") for n in range(5)]
    for wanted in (WANTED, Wanted("guest"), Wanted(perf_id=box.night.id)):
        seen, cursor = [], None
        while True:
            page = await box.own.sales.find(SELLER, ORG, wanted, cursor, 2)
            seen += [one.order.code for one in page.items]
            if (cursor := page.next) is None:
                break
        assert seen == codes[::-1], wanted


async def found_by(box: Box, code: str) -> Found:
    return (await box.own.sales.find(SELLER, ORG, Wanted(code), None, 1)).items[0]


async def test_a_file_holds_all_and_runs_nothing(office: Served, box: Box) -> None:
    await bought(box, "=HYPERLINK(1)", "eve@example.org")
    place = f"/organizations/{ORG}/exports"
    orders = await office.ask("GET", f"{place}/orders?format=csv", who="seller")
    assert orders.headers["Content-Disposition"] == 'attachment; filename="orders.csv"'
    assert "'=HYPERLINK(1)" in orders.body.decode("utf-8-sig")
    assert ",=HYPERLINK" not in orders.body.decode()
    asjson = (await office.ask("GET", f"{place}/tickets?format=json", who="seller")).json
    assert [(one["name"], one["price"], one["state"]) for one in asjson] == [("=HYPERLINK(1)", 10.0, "valid")]
    for what in ("orders", "tickets", "sales", "standing"):
        book = await office.ask("GET", f"{place}/{what}?format=xlsx", who="seller")
        with ZipFile(BytesIO(book.body)) as packed:
            sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet, what
        assert sheet.count("<row ") >= 2, what
    assert (await office.ask("GET", f"{place}/orders", who="ada")).status == 404
    assert (await office.ask("GET", f"{place}/orders", who="door")).status == 403


async def test_who_is_at_the_door_finds_the_door(office: Served, box: Box) -> None:
    night = box.night.id
    page = await get(office, STUDIO, "door")
    assert f"{STUDIO}/performances/{night}/door" in page
    assert f"{STUDIO}/orders" not in page
    assert "/door" not in await get(office, STUDIO, "ada")


async def test_a_performance_leads_to_its_seats_and_the_office_to_its_maps(office: Served, box: Box) -> None:
    assert f"/organizations/{ORG}/seat-maps" in await get(office, STUDIO)
    assert f"/organizations/{ORG}/seat-maps" not in await get(office, STUDIO, "seller")
    assert f"/performances/{box.night.id}/seats" in await get(office, f"{STUDIO}/performances/{box.night.id}")


async def test_passes_without_a_programme_are_named(office: Served, box: Box) -> None:
    place, _ = await send(office, f"{STUDIO}/new", **EVENING, on_sale="true", online="true", online_price="9")
    event = await get(office, place)
    [night] = set(re.findall(rf'{STUDIO}/performances/(\w+)"', event))
    assert "Its passes open nothing yet" in event
    assert f"{STUDIO}/performances/{night}/hours" in event
    assert "These open nothing yet" in await get(office, f"{STUDIO}/performances/{night}")
    assert "These open nothing yet" not in await get(office, f"{STUDIO}/performances/{box.night.id}")
