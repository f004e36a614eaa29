"""What is on, for everybody: in order, with what is left in words, and told to search engines."""

import json
import re
from dataclasses import replace

from novacast.clock import DAY, HOUR
from novacast.tickets.arranging.models import Evening, Kind
from novacast.tickets.events.models import EventChanges, NewItem, PerformanceChanges
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.reports.availability import Stock
from tests.tickets.box import ORG, OWNER, Box
from tests.tickets.serving import serving


async def another(box: Box, title: str, days: int, *, online: bool = False) -> str:
    """An event of 20 places, `days` from now; its performance's id."""
    start = box.clock.now() + days * DAY
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=start + HOUR)
    kinds = [Kind(NewItem("Admission", ItemKind.GENERAL, price=500), 20)]
    if online:
        kinds.append(Kind(NewItem("Pass", ItemKind.ONLINE, opens_live=True), 50))
    about = EventChanges(title=title, venue="Vienna", timezone="Europe/Vienna", currency="EUR")
    _, night = await box.own.arranging.create(OWNER, ORG, about, Evening(hours, kinds), on_sale=True)
    return night.id


async def titles(box: Box, when: str) -> list[str]:
    found, cursor = [], None
    while True:
        page = await box.own.listing.page("past" if when == "past" else "coming", cursor, 2)
        found += [one.event.title for one in page.items]
        if (cursor := page.next) is None:
            return found


async def test_events_stand_in_the_order_in_which_they_are_on(box: Box) -> None:
    for title, days in (("Macbeth", 9), ("Othello", 3), ("Lear", 6), ("Timon", -5), ("Cymbeline", -2)):
        await another(box, title, days)
    assert await titles(box, "coming") == ["Hamlet", "Othello", "Lear", "Macbeth"]
    assert await titles(box, "past") == ["Cymbeline", "Timon"]


async def test_what_is_hidden_or_a_draft_is_on_no_list(box: Box) -> None:
    night = await another(box, "Macbeth", 3)
    event, _ = await box.own.performances.known(night)
    await box.own.arranging.publish(OWNER, event.id, published=False)
    await box.own.arranging.copy(OWNER, box.night.id, box.clock.now() + HOUR)
    page = await box.own.listing.page("coming", None, 9)
    assert [(one.event.title, one.performance.id, one.more) for one in page.items] == [("Hamlet", box.night.id, 0)]


async def test_few_left_and_sold_out_are_said_without_figures(box: Box) -> None:
    night = await another(box, "Macbeth", 3, online=True)
    sale = replace(box, night=replace(box.night, id=night))
    offer = await box.own.performances.show(OWNER, night)
    room = replace(sale, room=offer.items[0])

    async def stock() -> Stock:
        return (await box.own.availability.of([night]))[night]

    assert await stock() is Stock.SOME
    await room.sold(11)
    assert await stock() is Stock.FEW
    await room.sold(9)
    assert await stock() is Stock.ONLINE
    passes = next(one for one in offer.quotas if one.name == "Pass")
    await box.own.performances.edit_quota(OWNER, night, passes.id, "Pass", 0, passes.items)
    assert await stock() is Stock.NONE
    event, _ = await box.own.performances.known(night)
    async with serving(box) as served, served.client.get(f"{served.url}/events/{event.id}") as response:
        assert f"/performances/{night}/waiting" in await response.text()


async def test_search_engines_are_told_what_people_see(box: Box) -> None:
    await box.own.events.edit(OWNER, box.night.event_id, EventChanges(venue="<b>Vienna</b>"))
    async with serving(box) as served, served.client.get(f"{served.url}/events/{box.night.event_id}") as response:
        text = await response.text()
    told = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert told is not None
    assert "<b>" not in told[1]
    data = json.loads(told[1])
    assert (data["@type"], data["name"], data["location"][0]["name"]) == ("Event", "Hamlet", "<b>Vienna</b>")
    assert [(one["name"], one["price"], one["availability"]) for one in data["offers"]] == [
        ("Seat", "20.50", "https://schema.org/InStock"),
        ("Standing", "10.00", "https://schema.org/InStock"),
    ]
    await box.own.performances.move(OWNER, box.night.id, PerformanceState.CANCELLED)
    async with serving(box) as served, served.client.get(f"{served.url}/events/{box.night.event_id}") as response:
        assert "EventCancelled" in await response.text()


async def test_the_house_leads_to_its_events_once_there_are_any(box: Box) -> None:
    await box.own.marquee.look()
    assert box.own.marquee.lit
    await box.own.arranging.publish(OWNER, box.night.event_id, published=False)
    for fact in await box.facts("event.changed"):
        await box.own.marquee.hear(fact)
    assert not box.own.marquee.lit
