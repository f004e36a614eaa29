"""Whoever wants what is not theirs: another house's things by their ids, a basket of an evening that is off, prices of
their own making."""

import re
from collections.abc import AsyncIterator

import pytest

from novacast.errors import Conflict
from novacast.tickets.holds.models import HoldOver, Wish
from novacast.tickets.models import OrderState, PerformanceState
from novacast.tickets.orders.models import Method
from novacast.tickets.pages import ticket_pages
from novacast.tickets.routes import ticket_routes
from novacast.web.routing import collect
from tests.tickets.box import GUEST, ORG, OWNER, Box
from tests.tickets.doors import door
from tests.tickets.serving import Served, serving


@pytest.fixture
async def served(box: Box) -> AsyncIterator[Served]:
    async with serving(box) as opened:
        yield opened


async def test_the_owner_of_another_house_reaches_nothing_of_this_one_by_its_ids(served: Served) -> None:
    box = served.box
    receipt = await box.sold(1)
    listed = await door(box)
    ids = {
        "org_id": ORG,
        "event_id": box.night.event_id,
        "performance_id": box.night.id,
        "perf_id": box.night.id,
        "item_id": box.room.id,
        "quota_id": box.quota.id,
        "order_id": receipt.order.id,
        "ticket_id": receipt.tickets[0].id,
        "list_id": listed.id,
        "map_id": box.night.map_id or "",
    }
    told = []
    for route in collect(*ticket_routes(box.own, box.clock), *ticket_pages(box.own, box.clock)):
        names = re.findall(r"\{(\w+)", route.path)
        if route.public or not names or "token" in names or route.kind != "api" or "/me/" in route.path:
            continue
        path = re.sub(r"\{(\w+)[^}]*\}", lambda found: ids.get(found[1], "x"), route.path).removeprefix("/api/v1")
        answer = await served.ask(route.method, path, {} if route.body is not None else None, who="outsider")
        told.append((answer.status, route.method, route.path))
    assert len(told) > 60
    assert [one for one in told if one[0] not in (403, 404, 422)] == []
    await box.clean()


async def test_nobody_orders_what_is_off(box: Box) -> None:
    basket = await box.standing()
    await box.own.performances.move(OWNER, box.night.id, PerformanceState.CANCELLED)
    with pytest.raises((Conflict, HoldOver)):
        await box.order(basket, Method.SANDBOX)
    await box.clean()


@pytest.mark.parametrize(
    "line",
    [
        {"quantity": -1},
        {"quantity": 10**9},
        {"quantity": 1, "price": 1},
        {"quantity": 1, "amount": 1},
        {"quantity": 1, "amount": -1},
        {"quantity": 1, "fee": 0},
        {"quantity": 1.5},
        {"quantity": "1"},
        {"seats": ["Stalls/A/1"]},
    ],
)
async def test_a_price_or_a_number_of_the_buyers_own_is_refused(served: Served, line: dict[str, object]) -> None:
    body = {"lines": [{"item": served.box.room.id, **line}]}
    answer = await served.ask("POST", f"/performances/{served.box.night.id}/holds", body)
    assert answer.status == 422, answer.body
    assert await served.box.used() == 0


async def test_an_order_that_is_paid_while_its_evening_is_called_off_is_found_to_be_given_back(box: Box) -> None:
    basket = await box.own.holds.take(GUEST, box.night.id, [Wish(box.room.id, 1)])
    placed = await box.order(basket)
    await box.own.performances.move(OWNER, box.night.id, PerformanceState.CANCELLED)
    paid = await box.decide(placed)
    assert paid.order.state is OrderState.PAID
    quote = await box.own.cancelling.quote(box.own.orders.token(placed.order.id))
    assert (quote.refusal, quote.back) == (None, paid.order.total)
    await box.clean()
