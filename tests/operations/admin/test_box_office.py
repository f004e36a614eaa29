"""Tonight's performance as the console sees it: what is sold, held and free, who came, and the money."""

from datetime import UTC, datetime, timedelta

import pytest

from novacast.errors import NotFound
from tests.operations.admin.conftest import House

API = "/api/v1"


async def _on_sale(house: House) -> tuple[str, str]:
    """A performance in an hour with fifty places at nine euros; its id, and that of the kind of ticket."""
    send, begin = house.operator.send, datetime.now(UTC) + timedelta(hours=1)
    event = (await send("POST", f"{API}/organizations/{house.org}/events", {"title": "Hamlet"}))["id"]
    hours = {"starts_at": begin.isoformat(), "ends_at": (begin + timedelta(hours=3)).isoformat()}
    night = (await send("POST", f"{API}/events/{event}/performances", hours))["id"]
    place = {"name": "Standing", "kind": "general", "price": 900}
    item = str((await send("POST", f"{API}/performances/{night}/items", place))["id"])
    room = {"name": "Room", "capacity": 50, "items": [item]}
    await send("POST", f"{API}/performances/{night}/quotas", room)
    await send("PATCH", f"{API}/events/{event}", {"published": True})
    await send("POST", f"{API}/performances/{night}/state", {"state": "on_sale"})
    return str(night), item


async def test_what_is_sold_held_and_let_in_is_seen_and_a_basket_can_be_given_back(house: House) -> None:
    night, item = await _on_sale(house)
    send, path = house.operator.send, f"{API}/performances/{night}"
    buyer = {"name": "Ada Byron", "email": "ada@venue.example"}
    sale = await send("POST", f"{path}/sales", {"lines": [{"item": item, "quantity": 2}], "method": "cash", **buyer})
    door = (await send("POST", f"{path}/checkin-lists", {"name": "Front"}))["id"]
    _status, tickets = await house.ask("GET", f"/orders/{sale['token']}/tickets")
    await send("POST", f"{API}/checkin-lists/{door}/scans", {"code": tickets["items"][0]["code"]})
    status, basket = await house.ask(
        "POST", f"/performances/{night}/holds", body={"lines": [{"item": item, "quantity": 3}]}
    )
    assert status == 201, basket

    (seen,) = await house.operator.performances()
    assert (seen.id, seen.title, seen.state) == (night, "Hamlet", "on_sale")
    assert (seen.capacity, seen.sold, seen.held, seen.free, seen.came, seen.inside) == (50, 2, 3, 45, 1, 1)
    assert seen.lists == [door]
    assert [gate["entries"] for gate in await house.operator.gates(door)] == [1]

    (held,) = await house.operator.baskets(night)
    assert (held.units, held.amount, held.state) == (3, 2700, "active")
    await house.operator.release(held.id)
    assert await house.operator.baskets(night) == []
    with pytest.raises(NotFound):
        await house.operator.release("nobody's")


async def test_orders_are_found_and_money_is_told(house: House) -> None:
    night, item = await _on_sale(house)
    path, lines = f"{API}/performances/{night}", {"lines": [{"item": item, "quantity": 2}]}
    for name, method in (("Ada Byron", "cash"), ("Ben Jonson", "transfer")):
        buyer = {"name": name, "email": f"{name[:3].lower()}@venue.example"}
        await house.operator.send("POST", f"{path}/sales", {**lines, "method": method, **buyer})
    assert [one.name for one in (await house.operator.orders()).items] == ["Ben Jonson", "Ada Byron"]
    (ada,) = (await house.operator.orders(q="byr")).items
    assert (ada.state, ada.total, ada.units, ada.event, ada.method) == ("paid", 1800, 2, "Hamlet", "cash")
    assert [one.name for one in (await house.operator.orders(state="awaiting_payment")).items] == ["Ben Jonson"]
    assert (await house.operator.orders(q="%% ''")).items == []
    tries = {one.name: one for one in (await house.operator.attempts()).items}
    assert (tries["Ada Byron"].state, tries["Ada Byron"].captured) == ("captured", 1800)
    assert [one.name for one in (await house.operator.attempts(open_only=True)).items] == ["Ben Jonson"]
    tonight = await house.operator.overview()
    assert [(one.currency, one.amount, one.orders) for one in tonight.takings] == [("EUR", 1800, 1)]
    assert [night.sold + night.paying for night in tonight.nights] == [4]
    assert await house.operator.incidents() == []
