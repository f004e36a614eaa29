"""The box office over HTTP: an organizer's way to a sale, a buyer's to a ticket, and refusals that say what to do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.tickets.box import ORG, Box, seat
from tests.tickets.serving import Served, serving


@pytest.fixture
async def served(box: Box) -> AsyncIterator[Served]:
    async with serving(box) as opened:
        yield opened


def holds(served: Served) -> str:
    return f"/performances/{served.box.night.id}/holds"


def standing(served: Served, count: int = 1) -> dict[str, Any]:
    return {"lines": [{"item": served.box.room.id, "quantity": count}]}


async def test_the_house_says_why_it_chose_these_seats_in_the_buyers_language(served: Served) -> None:
    lines = {"lines": [{"item": served.box.seats.id, "quantity": 2}]}
    url, headers = f"{served.url}/api/v1{holds(served)}", {"Accept-Language": "de"}
    async with served.client.post(url, json=lines, headers=headers) as response:
        assert (await response.json())["explanation"] == "Die besten Plätze, die nebeneinander frei sind."


BUYER = {"name": "Ada", "email": "ada@example.org", "method": "sandbox"}


async def test_an_organizer_makes_an_evening_and_sells_it(served: Served) -> None:
    async def ask(method: str, path: str, body: Any, who: str = "owner") -> Any:
        answer = await served.ask(method, path, body, who=who)
        assert answer.status in (200, 201), answer.body
        return answer.json

    event = await ask(
        "POST",
        f"/organizations/{ORG}/events",
        {"title": "Lear", "venue": "The Playhouse", "timezone": "Europe/London", "currency": "GBP"},
    )
    hall = {"name": "Small", "sections": [{"name": "S", "category": "1", "rows": [{"name": "A", "count": 4}]}]}
    made = await ask("POST", f"/organizations/{ORG}/seat-maps", hall)
    exported = await ask("GET", f"/seat-maps/{made['id']}", None)
    again = await ask("PUT", f"/seat-maps/{made['id']}", {"name": "Small", "sections": exported["sections"]})
    assert (again["version"], again["seats"]) == (2, 4)
    # A summer's evening in London is an hour ahead of UTC.
    hours = {"starts_at": "2025-07-01T19:30:00+01:00", "ends_at": "2025-07-01T22:00:00+01:00", "map": made["id"]}
    night = await ask("POST", f"/events/{event['id']}/performances", hours)
    assert night["starts_at"] == "2025-07-01T18:30:00.000Z"
    path = f"/performances/{night['id']}"
    item = {"name": "Seat", "kind": "seated", "price": 2000, "prices": [{"category": "1", "amount": 3000}]}
    seated = await ask("POST", f"{path}/items", item)
    assert (await served.ask("GET", path)).status == 404
    await ask("PATCH", f"/events/{event['id']}", {"published": True})
    await ask("POST", f"{path}/state", {"state": "on_sale"})
    offer = (await served.ask("GET", path)).json
    assert offer["left"] == [{"item": seated["id"], "left": 4}]
    assert offer["quotas"] is None
    sold = await ask(
        "POST", f"{path}/sales", {"lines": [{"item": seated["id"], "quantity": 2}], "method": "cash"}, "seller"
    )
    assert (sold["order"]["total"], sold["order"]["currency"], len(sold["tickets"])) == (6000, "GBP", 2)
    states = [one["state"] for one in (await served.ask("GET", f"{path}/seats")).json["items"]]
    assert sorted(states) == ["free", "free", "sold", "sold"]
    orders = (await served.ask("GET", f"/organizations/{ORG}/orders", who="seller")).json
    assert [one["code"] for one in orders["items"]] == [sold["order"]["code"]]


async def test_a_guest_chooses_orders_pays_and_has_a_ticket(served: Served) -> None:
    basket = (await served.ask("POST", holds(served), standing(served, 2))).json
    assert (basket["total"], basket["state"], basket["test"]) == (2000, "active", True)
    place = f"/holds/{basket['token']}"
    assert (await served.ask("POST", f"{place}/extend")).status == 200
    placed = (await served.ask("POST", f"{place}/order", BUYER)).json
    order = f"/orders/{placed['token']}"
    assert placed["order"]["state"] == "awaiting_payment"
    paid = (await served.ask("POST", f"{order}/sandbox", {"paid": True})).json
    assert (paid["order"]["state"], len(paid["tickets"])) == ("paid", 2)
    tickets = (await served.ask("GET", f"{order}/tickets")).json["items"]
    assert all(one["test"] and len(one["code"]) == 132 for one in tickets)
    picture = await served.ask("GET", f"{order}/tickets/{tickets[0]['id']}/code")
    assert (picture.headers["Content-Type"], picture.headers["Cache-Control"]) == ("image/svg+xml", "no-store")
    assert picture.body.startswith(b"<svg")
    front = (
        await served.ask("POST", f"/performances/{served.box.night.id}/checkin-lists", {"name": "Front"}, who="owner")
    ).json
    scans = f"/checkin-lists/{front['id']}/scans"
    verdicts = [
        (await served.ask("POST", scans, {"code": tickets[0]["code"]}, who="door")).json["verdict"] for _ in range(2)
    ]
    assert verdicts == ["ok", "used"]
    keys = (await served.ask("GET", f"/organizations/{ORG}/ticket-keys")).json["items"]
    assert [len(one["public"]) for one in keys] == [64]


async def test_a_repeated_request_takes_nothing_twice(served: Served) -> None:
    first = await served.ask("POST", holds(served), standing(served, 3), key="one")
    again = await served.ask("POST", holds(served), standing(served, 3), key="one")
    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert await served.box.used() == 3
    token = first.json["token"]
    orders = [(await served.ask("POST", f"/holds/{token}/order", BUYER, key=key)).json for key in ("a", "a", "b")]
    assert len({one["order"]["id"] for one in orders}) == 1
    reused = await served.ask("POST", holds(served), standing(served, 1), key="one")
    assert reused.status == 422


async def test_refusals_are_problems_that_say_what_is_in_the_way(served: Served) -> None:
    seats = {"lines": [{"item": served.box.seats.id, "seats": [seat("A", 5)]}]}
    await served.ask("POST", holds(served), seats)
    taken = await served.ask("POST", holds(served), seats)
    assert (taken.status, taken.json["code"]) == (409, "seats_taken")
    assert taken.json["errors"][0]["field"] == seat("A", 5)
    assert "Free are" in taken.json["detail"]
    gone = await served.ask("POST", holds(served), standing(served, 6))
    assert (gone.status, gone.json["code"]) == (409, "sold_out")
    wrong = await served.ask("POST", holds(served), {"lines": [{"item": "nothing", "quantity": 1}]})
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, "lines.0.item")
    assert (await served.ask("GET", "/holds/nothing")).status == 404
    assert (await served.ask("GET", "/orders/nothing")).status == 404


@pytest.mark.parametrize(
    ("who", "status"), [("", 401), ("ada", 404), ("outsider", 404), ("producer", 403), ("door", 403), ("seller", 403)]
)
async def test_only_organizers_arrange(served: Served, who: str, status: int) -> None:
    changes = [
        ("POST", f"/organizations/{ORG}/events", {"title": "Mine"}),
        ("POST", f"/performances/{served.box.night.id}/state", {"state": "cancelled"}),
        ("POST", f"/organizations/{ORG}/ticket-keys", None),
    ]
    for method, path, body in changes:
        assert (await served.ask(method, path, body, who=who)).status == status, path


async def test_events_are_listed_page_by_page(served: Served) -> None:
    for number in range(3):
        await served.ask("POST", f"/organizations/{ORG}/events", {"title": f"Play {number}"}, who="owner")
    first = (await served.ask("GET", f"/organizations/{ORG}/events?limit=3", who="owner")).json
    rest = (await served.ask("GET", f"/organizations/{ORG}/events?limit=3&cursor={first['next']}", who="owner")).json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)
    assert [one["title"] for one in (await served.ask("GET", "/events")).json["items"]] == ["Hamlet"]


async def test_a_double_click_is_one_basket(served: Served) -> None:
    answers = await asyncio.gather(
        *(served.ask("POST", holds(served), standing(served), key="click") for _ in range(5))
    )
    assert {one.status for one in answers} <= {201, 409}
    assert await served.box.used() == 1
