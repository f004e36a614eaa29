"""Events and orders that come over, with tickets that doors take."""

import json
from typing import Any

import pytest

from novacast.errors import InvalidInput
from novacast.identity import SYSTEM
from novacast.importing import Kind
from novacast.operations.imports.models import Counts, State
from novacast.tickets.door.models import Rules, Verdict, Wish
from novacast.tickets.door.scanning import Post
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method
from novacast.tickets.sales.models import Found, Wanted
from tests.operations.imports.conftest import Desk, chunks

VENUE = {
    "defaults": {"starts": "2027-03-01 20:00", "currency": "EUR", "timezone": "Europe/Vienna", "venue": "The Lantern"}
}
SECRETS = ("ab3defgh4jkm5npq", "zz9yyxxwwvvuu7tt", "qqqwwweeerrrttty")


def order(code: str, *positions: dict[str, Any], status: str = "p", **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "status": status,
        "testmode": False,
        "email": f"{code.lower()}@stage.example",
        "locale": "de",
        "datetime": "2026-10-01T10:00:00Z",
        "fees": [],
        "total": "0",
        "positions": [{"positionid": number, "variation": None, "subevent": None, "seat": None, "tax_rate": "13.00",
                       "attendee_name": f"{code} {number}", "attendee_email": None} | one
                      for number, one in enumerate(positions, 1)],
    } | more  # fmt: skip


def pretix(*orders: dict[str, Any], size: int | None = 10) -> str:
    """As the export "Order data (JSON)" writes it: orders before quotas."""
    items = [
        {"id": 1, "name": "Standing", "price": "20.00", "tax_rate": "13.00", "admission": True, "variations": []},
        {"id": 2, "name": "Seat", "price": "30.00", "tax_rate": "13.00", "admission": True,
         "variations": [{"id": 5, "name": "Reduced", "price": "25.50"}]},
    ]  # fmt: skip
    quotas = [{"id": 3, "size": size, "subevent": None, "items": [1, 2], "variations": [5]}]
    event = {"name": "Hamlet", "slug": "hamlet", "organizer": {"name": "L", "slug": "l"}, "meta_data": {},
             "categories": [], "items": items, "questions": [], "orders": list(orders), "quotas": quotas,
             "subevents": []}  # fmt: skip
    return json.dumps({"event": event})


TWO = order("ABC12", {"item": 1, "price": "20.00", "secret": SECRETS[0]},
            {"item": 2, "variation": 5, "price": "25.50", "secret": SECRETS[1]},
            fees=[{"type": "payment", "description": "", "value": "1.20"}])  # fmt: skip
ONE = order("DEF34", {"item": 1, "price": "18.00", "secret": SECRETS[2]})


async def test_a_pretix_event_comes_with_its_products_prices_and_quotas_as_a_draft(desk: Desk) -> None:
    refused = await desk.bring(Kind.EVENTS, pretix())
    assert refused.counts == Counts(skipped=1)
    assert "timezone" in (await desk.issues(refused))[0][1]
    one = await desk.bring(Kind.EVENTS, pretix(), VENUE)
    assert (one.source, one.counts) == ("pretix", Counts(made=1))
    (event,) = (await desk.own.tickets.events.of_org(SYSTEM, desk.org, None, 10)).items
    assert (event.title, event.published, event.venue) == ("Hamlet", False, "The Lantern")
    (night,) = (await desk.own.tickets.events.show(SYSTEM, event.id)).performances
    offer = await desk.own.tickets.performances.show(SYSTEM, night.id)
    assert [(item.name, item.price, item.tax_bp) for item in offer.items] == [
        ("Standing", 2000, 1300),
        ("Seat – Reduced", 2550, 1300),
    ]
    assert [(quota.capacity, len(quota.items)) for quota in offer.quotas] == [(10, 2)]
    assert (await desk.bring(Kind.EVENTS, pretix(), VENUE)).counts == Counts(known=1)


async def test_pretix_orders_become_paid_orders_whose_old_codes_open_the_door_once(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    raw = pretix(TWO, ONE, order("GHI56", {"item": 1, "price": "20", "secret": "x" * 16}, status="n"))
    one = await desk.bring(Kind.ORDERS, raw)
    assert one.counts == Counts(made=2, skipped=1), await desk.issues(one)
    assert "pending" in (await desk.issues(one))[0][1]
    await desk.clean()
    assert await desk.count("mail") == 0
    assert await desk.count("invoices") == 0
    found = await _found(desk, "ABC12")
    assert (found.order.total, found.order.method, found.order.state) == (4670, Method.ELSEWHERE, OrderState.PAID)
    receipt = await desk.own.tickets.orders.known(SYSTEM, desk.org, found.order.id)
    assert [ticket.name for ticket in receipt.tickets] == ["ABC12 1", "ABC12 2"]
    assert await desk.count("ledger", "debit = 'clearing:elsewhere'") == 4
    assert await _verdicts(desk, found.order.perf_id, SECRETS[0].upper(), SECRETS[0], "x" * 16) == [
        Verdict.OK,
        Verdict.USED,
        Verdict.FORGED,
    ]
    again = await desk.bring(Kind.ORDERS, raw)
    assert again.counts == Counts(known=2, skipped=1)
    await desk.clean()


async def test_an_old_code_is_worth_nothing_once_another_ticket_was_issued(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    await desk.bring(Kind.ORDERS, pretix(ONE))
    found = await _found(desk, "DEF34")
    receipt = await desk.own.tickets.orders.known(SYSTEM, desk.org, found.order.id)
    await desk.own.tickets.admission.reissue(SYSTEM, desk.org, receipt.tickets[0].id, "Another")
    assert await _verdicts(desk, found.order.perf_id, SECRETS[2]) == [Verdict.VOID]


async def test_what_the_house_has_no_room_for_is_skipped_whole(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(size=2), VENUE)
    one = await desk.bring(Kind.ORDERS, pretix(ONE, TWO, size=2))
    assert one.counts == Counts(made=1, skipped=1)
    assert await desk.count("tickets") == 1
    await desk.clean()


async def test_a_copied_code_of_a_ticket_is_refused(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    copied = order("JKL78", {"item": 1, "price": "18.00", "secret": SECRETS[2]})
    one = await desk.bring(Kind.ORDERS, pretix(ONE, copied))
    assert one.counts == Counts(made=1, skipped=1)
    await desk.clean()


PLAIN = """order;ticket;price;attendee name;email;performance
A1;Standing;10,00;Ada;ada@stage.example;first
B2;Standing;;Ben;not an address;first
A1;Standing;12,50;Cy;ada@stage.example;first
C3;Box;1;Dee;dee@stage.example;first
D4;Standing;1;Eve;eve@stage.example;other
"""


async def test_rows_of_one_order_that_stand_apart_are_one_order(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    night = await _night(desk)
    one = await desk.bring(Kind.ORDERS, PLAIN, {"performances": {"first": night}})
    assert one.counts == Counts(made=1, skipped=3)
    assert [row for row, _ in await desk.issues(one)] == [3, 5, 6]
    found = await _found(desk, "ada")
    assert (found.order.total, found.units) == (2250, 2)
    await desk.clean()


async def test_a_list_of_guests_that_names_no_evening_is_told_where_to_say_it(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    night = await _night(desk)
    guests = "order;ticket;name;email\nA1;Standing;Ada;ada@stage.example\n"
    refused = await desk.bring(Kind.ORDERS, guests, {})
    assert "does not say which event it is of" in (await desk.issues(refused))[0][1]
    said = {"defaults": {"event": "premiere"}, "performances": {"premiere": night}}
    assert (await desk.bring(Kind.ORDERS, guests, said)).counts == Counts(made=1)


HEADINGS = (
    "ID,First Name,Last Name,Email,Status,Check Ins,Product ID,Product Name,Event ID,Public ID,Short ID,Created Date,"
    "Last Updated Date,Notes"
)
HI_EVENTS = f"""{HEADINGS}
1,Ada,Byron,ada@stage.example,ACTIVE,,7,Standing,3,O-AB12CD3-1,a_1,2026-10-01 10:00:00,2026-10-01 10:00:00,
2,Ben,Bell,ben@stage.example,ACTIVE,,7,Standing,3,O-AB12CD3-2,a_2,2026-10-01 10:00:00,2026-10-01 10:00:00,
3,Cy,Cole,cy@stage.example,CANCELLED,,7,Standing,3,O-XY98ZZ1-1,a_3,2026-10-01 10:00:00,2026-10-01 10:00:00,
"""


async def test_hi_events_attendees_become_orders_at_the_prices_of_the_house(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    night = await _night(desk)
    one = await desk.bring(Kind.ORDERS, HI_EVENTS, {"performances": {"3": night}})
    assert (one.source, one.counts) == ("hi.events", Counts(made=1, skipped=1))
    assert await desk.count("orders", "total = 4000") == 1
    assert await _verdicts(desk, night, "O-AB12CD3-2") == [Verdict.OK]
    await desk.clean()


async def test_the_list_of_orders_beside_says_who_bought_and_what_it_cost(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    night, imports = await _night(desk), desk.own.operations.imports
    one = await desk.ready(Kind.ORDERS, HI_EVENTS, {"performances": {"3": night}})
    headings = "ID,First Name,Last Name,Email,Total Before Additions,Total Gross,Status,Currency,Public ID"
    bought = f"{headings}\n5,Zoe,Zim,zoe@stage.example,30,35.55,COMPLETED,EUR,O-AB12CD3\n"
    with pytest.raises(InvalidInput, match="number of an order"):
        await imports.receive_beside(SYSTEM, one.id, chunks(b"name\nZoe\n"))
    await imports.receive_beside(SYSTEM, one.id, chunks(bought.encode()))
    await imports.begin(SYSTEM, one.id, dry=False, here=True)
    await imports.run(one.id)
    found = await _found(desk, "zoe")
    assert (found.order.total, found.order.name, found.units) == (3555, "Zoe Zim", 2)
    await desk.clean()


LISTS_OF_ORDERS = (
    "Event slug,Order code,Order total,Status,Email,Order date,Positions",
    "ID,First Name,Last Name,Email,Total Before Additions,Total Gross,Status,Payment Status,Currency,Public ID",
)


async def test_a_list_of_orders_without_their_tickets_makes_none(desk: Desk) -> None:
    for headings in LISTS_OF_ORDERS:
        raw = f"{headings}\n{','.join('x' for _ in headings.split(','))}\n"
        with pytest.raises(InvalidInput, match="which ticket"):
            await desk.bring(Kind.ORDERS, raw)


async def test_another_house_is_neither_sold_for_nor_added_to(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    night = await _night(desk)
    other = "otherorg"
    one = await desk.bring(Kind.ORDERS, PLAIN, {"performances": {"first": night, "other": night}}, org=other)
    assert one.counts == Counts(skipped=4)
    wish = {
        "performances": {"hamlet/1": night},
        "defaults": VENUE["defaults"] | {"performance": "1", "event": "hamlet"},
    }
    raw = "event,title,ticket,price,places\nhamlet,Hamlet,Gold,1,5\n"
    assert (await desk.bring(Kind.EVENTS, raw, wish, org=other)).counts == Counts(skipped=1)


async def test_buyers_with_an_account_have_their_orders_in_it(desk: Desk) -> None:
    await desk.bring(Kind.USERS, "email,name\nabc12@stage.example,Ada\n")
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    await desk.bring(Kind.ORDERS, pretix(TWO, ONE))
    assert await desk.count("orders", "person_id IS NOT NULL") == 1
    assert await desk.count("tickets", "person_id IS NOT NULL") == 2


async def test_a_dry_run_of_orders_sees_how_quotas_fill_up(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(size=2), VENUE)
    tried = await desk.bring(Kind.ORDERS, pretix(ONE, TWO, size=2), dry=True)
    assert (tried.state, tried.counts) == (State.TRIED, Counts(made=1, skipped=1))
    assert await desk.count("orders") == 0


async def _night(desk: Desk) -> str:
    (event,) = (await desk.own.tickets.events.of_org(SYSTEM, desk.org, None, 10)).items
    return (await desk.own.tickets.events.show(SYSTEM, event.id)).performances[0].id


async def _found(desk: Desk, words: str) -> Found:
    (found,) = (await desk.own.tickets.sales.find(SYSTEM, desk.org, Wanted(words), None, 10)).items
    return found


async def _verdicts(desk: Desk, perf_id: str, *codes: str) -> list[Verdict]:
    """One after the other at one door."""
    door = desk.own.tickets.door
    wanted = await door.lists.create(SYSTEM, perf_id, Rules("Way in"))
    return [
        (await door.scanning.scan(Post(wanted), Wish(f"w{number}", code))).verdict for number, code in enumerate(codes)
    ]


async def test_what_stays_there_is_named_with_its_ticket(desk: Desk) -> None:
    await desk.bring(Kind.EVENTS, pretix(), VENUE)
    full = {
        "item": 1,
        "price": "20.00",
        "secret": SECRETS[0],
        "voucher": "FRIENDS",
        "checkins": [{"datetime": "2026-10-02T18:00:00Z"}],
        "answers": [{"question": 9, "answer": "Nuts"}],
    }
    pending = order("GHI56", {"item": 1, "price": "20", "secret": "x" * 16}, status="n")
    raw = json.loads(pretix(order("ABC12", full), pending))
    raw["event"]["questions"] = [{"id": 9, "question": "Allergies"}]
    one = await desk.bring(Kind.ORDERS, json.dumps(raw))
    assert one.counts == Counts(made=1, skipped=1, notes=3)
    said = " | ".join(reason for _, reason in await desk.issues(one))
    for words in ("2026-10-02T18:00:00Z", "voucher FRIENDS", "Allergies: Nuts", "“pending”"):
        assert words in said
