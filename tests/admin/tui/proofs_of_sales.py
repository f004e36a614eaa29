"""Proofs of the keys by which tickets are sold and money comes and goes."""

from datetime import UTC, datetime, timedelta

from novacast_admin.tui.screens.box_office import HOLDS, ORDERS, BoxOffice
from novacast_admin.tui.screens.payments import REFUNDS, Payments
from novacast_admin.tui.widgets.dialogs import Ask, Choose
from tests.admin.tui.desk import Desk
from tests.admin.tui.proofs import API, PROOFS, proves, yes
from tests.operations.admin.conftest import House

__all__ = ["PROOFS"]


async def _on_sale(house: House) -> tuple[str, str]:
    send, begin = house.operator.send, datetime.now(UTC) + timedelta(hours=1)
    event = (await send("POST", f"{API}/organizations/{house.org}/events", {"title": "Hamlet"}))["id"]
    hours = {"starts_at": begin.isoformat(), "ends_at": (begin + timedelta(hours=3)).isoformat()}
    night = str((await send("POST", f"{API}/events/{event}/performances", hours))["id"])
    place = {"name": "Standing", "kind": "general", "price": 900}
    item = str((await send("POST", f"{API}/performances/{night}/items", place))["id"])
    await send("POST", f"{API}/performances/{night}/quotas", {"name": "Room", "capacity": 50, "items": [item]})
    await send("PATCH", f"{API}/events/{event}", {"published": True})
    await send("POST", f"{API}/performances/{night}/state", {"state": "on_sale"})
    return night, item


async def _sell(house: House, night: str, item: str, name: str, method: str) -> None:
    buyer = {"name": name, "email": f"{name[:3].lower()}@venue.example"}
    sale = {"lines": [{"item": item, "quantity": 2}], "method": method, **buyer}
    await house.operator.send("POST", f"{API}/performances/{night}/sales", sale)


async def _state(house: House, name: str) -> str:
    return next(one.state for one in (await house.operator.orders(q=name)).items if one.name == name)


@proves(BoxOffice, "sales", "paid", "give_back", "cancel", "release")
async def box_office(desk: Desk, house: House) -> None:
    night, item = await _on_sale(house)
    await _sell(house, night, item, "Ada Byron", "cash")
    await _sell(house, night, item, "Ben Jonson", "transfer")
    wish = {"lines": [{"item": item, "quantity": 3}]}
    status, _ = await house.ask("POST", f"/performances/{night}/holds", body=wish)
    assert status == 201

    async def becomes(name: str, state: str) -> None:
        async def is_so() -> bool:
            return await _state(house, name) == state

        await desk.until(is_so)

    await desk.turn(ORDERS)
    await desk.on_row(lambda one: one.name == "Ben Jonson")
    await desk.press("p")
    await yes(desk)
    await becomes("Ben Jonson", "paid")
    await desk.on_row(lambda one: one.name == "Ben Jonson")
    await desk.press("g")
    await desk.asked(Ask)
    await desk.types("5.50")
    await desk.press("enter")
    await yes(desk)
    await desk.hears("5.50 EUR of")
    refunds = await house.operator.get(f"{API}/organizations/{house.org}/refunds")
    assert [one["amount"] for one in refunds["items"]] == [550]
    await desk.on_row(lambda one: one.name == "Ada Byron")
    await desk.press("c")
    await yes(desk)
    await desk.asked(Ask)
    await desk.press("enter")
    await becomes("Ada Byron", "cancelled")
    await desk.turn(HOLDS)
    await desk.on_row(lambda one: one.units == 3)
    await desk.press("x")
    await yes(desk)

    async def free() -> bool:
        return await house.operator.baskets(night) == []

    await desk.until(free)
    await desk.turn("nights")
    await desk.on_row(lambda one: one.id == night)
    await desk.press("s")
    await desk.asked(Choose)
    await desk.press("down", "enter")

    async def shut() -> bool:
        return (await house.operator.performances())[0].state == "closed"

    await desk.until(shut)


@proves(Payments, "verify", "call_off", "again", "given")
async def payments(desk: Desk, house: House) -> None:
    night, item = await _on_sale(house)
    await _sell(house, night, item, "Ada Byron", "cash")
    (order,) = (await house.operator.orders()).items
    path = f"{API}/organizations/{house.org}"
    await house.operator.send("POST", f"{path}/orders/{order.id}/refunds", {"amount": 500})

    async def becomes(*states: str) -> None:
        async def same() -> bool:
            found = await house.operator.get(f"{path}/orders/{order.id}/refunds")
            return sorted(one["state"] for one in found["items"]) == sorted(states)

        await desk.until(same)

    await desk.turn(REFUNDS)
    await desk.on_row(lambda one: one["state"] == "requested")
    await desk.press("c")
    await yes(desk)
    await becomes("cancelled")
    await desk.on_row(lambda one: one["state"] == "cancelled")
    await desk.press("a")
    await becomes("cancelled", "requested")
    await desk.on_row(lambda one: one["state"] == "requested")
    await desk.press("g")
    await desk.asked(Choose)
    await desk.press("down", "enter")
    await yes(desk)
    await becomes("cancelled", "succeeded")
    await desk.press("y")
    await desk.hears("The books are right")
    assert (await house.operator.audit()).items[0].action.endswith("/admin/payments/verify")
