"""Codes, open prices and questions on a buyer's pages, with nothing but forms."""

import re
from collections.abc import AsyncIterator

import pytest

from novacast.clock import HOUR
from novacast.tickets.codes.models import CodeChanges
from novacast.tickets.events.items.models import ItemChanges
from novacast.tickets.events.models import NewItem, Price
from novacast.tickets.models import ItemKind
from novacast.tickets.questions.models import Kind, QuestionChanges
from tests.tickets.box import OWNER, Box
from tests.tickets.serving import Served, serving
from tests.tickets.test_pages import HTML, get, send


@pytest.fixture
async def served(box: Box) -> AsyncIterator[Served]:
    async with serving(box) as opened:
        yield opened


async def test_a_code_shows_price_and_saving_from_the_first_page_on(served: Served) -> None:
    box = served.box
    changes = CodeChanges(frozenset({"percent_bp", "opens_hidden"}), code="SPRING", percent_bp=2500, opens_hidden=True)
    await box.own.codes.create(OWNER, box.night.event_id, changes)
    hidden = NewItem("Friends", ItemKind.GENERAL, price=400, hidden=True)
    await box.own.performances.add_item(OWNER, box.night.id, hidden, [box.quota.id])
    place = f"/performances/{box.night.id}"
    assert "Friends" not in await get(served, place)
    choice = await get(served, f"{place}?code=spring")
    assert "Friends" in choice
    assert "You save €2.50." in choice
    assert "€15.50" in choice
    _, basket = await send(served, choice, place, quantity="1")
    assert "Saved with the code SPRING" in basket
    assert "€8.50" in basket  # 5.00 + 2.50 + 1.00
    there, plain = await send(served, basket, "/code", code="")
    assert there.startswith("/basket/")
    assert "Something in this basket is only sold with" in plain
    async with served.client.get(f"{served.url}{place}?code=WRONG", headers=HTML) as response:
        assert response.status == 422
        assert "There is no such code." in await response.text()


async def test_what_it_is_worth_is_said_and_no_less_than_the_least(served: Served) -> None:
    box = served.box
    changes = ItemChanges(frozenset({"open_price"}), open_price=True)
    await box.own.performances.edit_item(OWNER, box.night.id, box.room.id, changes)
    place = f"/performances/{box.night.id}"
    choice = await get(served, place)
    assert 'min="10.00"' in choice
    for amount in ("9.99", "x", "-1", "1e9999"):
        await send(served, choice, place, status=422, quantity="1", amount=amount)
    _, basket = await send(served, choice, place, quantity="1", amount="12,50")
    assert "€12.50" in basket


async def test_an_early_price_is_shown_with_its_end_and_a_window_with_its_beginning(served: Served) -> None:
    box = served.box
    now = box.clock.now()
    early = ItemChanges(frozenset({"prices"}), prices=(Price("p", "", 700, None, now + HOUR),))
    await box.own.performances.edit_item(OWNER, box.night.id, box.room.id, early)
    later = ItemChanges(frozenset({"sale_from", "tax_bp"}), sale_from=now + HOUR, tax_bp=2000)
    await box.own.performances.edit_item(OWNER, box.night.id, box.seats.id, later)
    choice = await get(served, f"/performances/{box.night.id}")
    assert re.search(r"until [^<]*18:06[^<]*then €10.00", choice)
    assert re.search(r"On sale from [^<]*18:06", choice)
    assert "With 20% tax." in choice


async def test_what_the_house_asks_is_asked_in_the_basket_and_changed_on_the_order(served: Served) -> None:
    box = served.box
    eats = await box.own.questions.add(
        OWNER, box.night.event_id, QuestionChanges("Do you eat?", Kind.YES_NO, required=True)
    )
    dish = await box.own.questions.add(
        OWNER,
        box.night.event_id,
        QuestionChanges(
            "Dishes", Kind.SEVERAL, options=("Soup", "<b>"), required=True, depends_on=eats.id, depends_value=True
        ),
    )
    taken = await box.standing()
    unit = taken.lines[0].claim.id
    place = f"/basket/{box.token(taken)}"
    basket = await get(served, place)
    assert "Only if you answered “Do you eat?” with “Yes”." in basket
    details = {"name": "Ada", "email": "ada@example.org", "method": "sandbox"}
    answers = {f"answers.{unit}.{eats.id}": "yes", f"answers.{unit}.{dish.id}.1": "true"}
    _, wrong = await send(served, basket, place, status=422, **details, **{f"answers.{unit}.{eats.id}": "yes"})
    assert "Please answer: Dishes" in wrong
    there, order = await send(served, basket, place, **details | answers)
    assert there.startswith("/order/")
    form = await get(served, f"{there}/answers")
    back, _ = await send(served, form, "/answers", **{f"answers.{unit}.{eats.id}": "no"})
    assert back == there
    asked = await box.own.questions.of_order(there.removeprefix("/order/"))
    assert [one.value for one in asked.answers] == [False]
    assert "/answers" in order
