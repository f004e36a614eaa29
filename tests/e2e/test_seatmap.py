"""Seats chosen in a real browser by mouse, by keyboard and from the list, live; a hall that is drawn and published."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from novacast.tickets.holds.models import Wish
from novacast.tickets.seatmaps.examples import playhouse
from tests.e2e.browser import Window, Windows
from tests.fakes.clock import FakeClock
from tests.tickets.box import ORG, open_box
from tests.tickets.seatmaps.houses import house
from tests.tickets.serving import Served

STATE = "(one, id) => one.drawn.plan.states[one.drawn.plan.index.get(id)]"
PLACE = """(one, id) => {
    const seat = one.drawn.plan.index.get(id);
    one.drawn.view.zoom(0.4 / one.drawn.view.scale);
    one.drawn.view.center(one.drawn.plan.x[seat], one.drawn.plan.y[seat]);
    one.drawn.move();
    return one.drawn.view.toScreen(one.drawn.plan.x[seat], one.drawn.plan.y[seat]);
}"""
FREE, HELD = 0, 1


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with open_box(tmp_path / "box.db", FakeClock()) as box, house(box, playhouse()) as opened:
        yield opened


async def hall(windows: Windows, served: Served, *, phone: bool = False) -> Window:
    window = await windows.open(f"{served.url}/performances/{served.box.night.id}", phone=phone)
    await window.page.wait_for_selector("nova-seatmap[data-ready]")
    return window


async def press(page: Page, seat: str) -> None:
    """On the map, where it is drawn."""
    await page.locator("canvas").scroll_into_view_if_needed()
    x, y = await page.locator("nova-seatmap").evaluate(PLACE, seat)
    await page.locator("canvas").click(position={"x": x, "y": y})


async def becomes(window: Window, seat: str, state: int) -> None:
    await window.page.wait_for_function(
        f"([id, state]) => ({STATE})(document.querySelector('nova-seatmap'), id) === state", arg=[seat, state]
    )


async def test_seats_are_chosen_by_mouse_and_everybody_else_sees_it(windows: Windows, served: Served) -> None:
    mine, other = await hall(windows, served), await hall(windows, served)
    await press(mine.page, "Stalls/C/5")
    await press(mine.page, "Stalls/C/6")
    await expect(mine.page.locator("[data-part=total]")).to_have_text("2 seats · €91.00")
    await mine.page.locator("[data-part=bar]").get_by_role("button", name="Into the basket").click()
    await expect(mine.page.get_by_text("Stalls C 5")).to_be_visible()
    await becomes(other, "Stalls/C/5", HELD)
    await press(other.page, "Stalls/C/5")
    await expect(other.page.locator("[data-part=bar]")).to_be_hidden()
    # Without a network colours stand still; with it again they are right, whatever happened in between.
    await other.page.context.set_offline(True)
    await served.box.seated("Balcony/A/1", "Balcony/A/2")
    await mine.page.get_by_role("button", name="Give it back").click()
    await other.page.context.set_offline(False)
    await becomes(other, "Balcony/A/1", HELD)
    await becomes(other, "Stalls/C/5", FREE)
    assert mine.complaints == []


async def test_seats_are_chosen_by_keyboard_and_a_refusal_offers_the_nearest(windows: Windows, served: Served) -> None:
    window = await hall(windows, served)
    page = window.page
    await page.locator("[data-do=as-list]").focus()
    await page.keyboard.press("Tab")
    spoken = page.locator("[data-part=spoken]")
    await expect(spoken).to_contain_text("Stalls · Row A · Seat 1 · Front stalls · €45.50, free")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(spoken).to_have_text("Stalls · Row A · Seat 2: chosen")
    advice = page.locator("[data-part=advice]")
    await expect(advice).to_contain_text("That would leave Stalls A 1 alone")
    await advice.get_by_role("button", name="Take Stalls A").click()
    await expect(advice).to_be_hidden()
    await expect(page.locator("[data-part=total]")).to_have_text("1 seat · €45.50")
    await page.get_by_label("Seats side by side").select_option("4")
    await page.get_by_role("button", name="Find the best").click()
    await expect(page.locator("[data-part=why]")).to_contain_text(
        "Row A of Stalls is the best with 4 free side by side"
    )
    await expect(page.locator("[data-part=chosen] li")).to_have_count(4)
    assert window.complaints == []


@pytest.mark.slow
async def test_seats_are_chosen_from_the_list_and_the_page_holds_on_a_phone(windows: Windows, served: Served) -> None:
    window = await hall(windows, served, phone=True)
    page = window.page
    await page.get_by_role("button", name="List").click()
    await page.locator("summary").filter(has_text="Balcony").click()
    row = page.get_by_role("group", name="Row B")
    await row.get_by_role("button", name="Balcony · Row B · Seat 3 · Balcony · €18.50").click()
    await row.get_by_role("button", name="Seat 4").click()
    await expect(page.locator("[data-part=total]")).to_have_text("2 seats · €37.00")
    await served.box.seated("Balcony/B/3", "Balcony/B/2", "Balcony/B/1")
    await expect(page.locator("[data-part=advice]")).to_contain_text("Somebody else has Balcony B 3")
    await windows.look(window, "seats-list")
    await page.get_by_role("button", name="Map").click()
    await windows.look(window, "seats-map")
    # What the server refuses comes back with what was chosen.
    await page.locator("[data-part=bar]").get_by_role("button", name="Into the basket").click()
    await expect(page.get_by_role("alert")).to_contain_text("Somebody else has Balcony B 3")
    await expect(page.locator("[data-part=chosen] li")).to_have_count(2)


async def as_owner(route: Route) -> None:
    await route.continue_(headers={**route.request.headers, "Authorization": "Bearer owner"})


async def drawn(page: Page, act: Any) -> None:
    """After a change the server has drawn it."""
    before = await page.locator("nova-seateditor").get_attribute("data-drawn")
    await act
    await page.wait_for_function(
        "(before) => document.querySelector('nova-seateditor').dataset.drawn !== before", arg=before
    )


@pytest.mark.slow
async def test_a_hall_is_drawn_saved_and_published(windows: Windows, served: Served) -> None:
    box = served.box
    await box.bought(await box.take(Wish(box.seats.id, seats=("Balcony/D/1", "Balcony/D/2"))))
    window = await windows.open("about:blank")
    page = window.page
    await page.route("**/*", as_owner)
    await page.goto(f"{served.url}/organizations/{ORG}/seat-maps/{box.night.map_id}")
    count = page.locator("[data-part=count]")
    await expect(count).to_have_text("300 seats")
    where = await page.locator("canvas").bounding_box()
    assert where is not None
    await page.get_by_role("button", name="Row", exact=True).click()
    await page.mouse.move(where["x"] + 40, where["y"] + 60)
    await page.mouse.down()
    await page.mouse.move(where["x"] + 140, where["y"] + 60, steps=3)
    await drawn(page, page.mouse.up())
    await expect(count).not_to_have_text("300 seats")
    await drawn(page, page.get_by_role("button", name="Undo").click())
    await expect(count).to_have_text("300 seats")
    await page.get_by_text("Everything that is drawn").click()
    await page.locator("[data-key='row:1:3']").click()
    await page.get_by_label("Seats", exact=True).fill("24")
    await drawn(page, page.keyboard.press("Tab"))
    await expect(count).to_have_text("302 seats")
    await page.locator("canvas").focus()
    await drawn(page, page.keyboard.press("ArrowDown"))
    await expect(page.locator("[data-part=saved]")).to_contain_text("Saved as a draft")
    await windows.look(window, "seat-map-editor")
    await page.get_by_role("button", name="Publish…").click()
    await expect(page.locator("[data-part=effects]")).to_contain_text("2 more seats: Balcony/D/23, Balcony/D/24")
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.locator("[data-part=version]")).to_have_text("version 3")
    assert await box.left(box.seats) == 300
    await page.locator("canvas").focus()
    await drawn(page, page.keyboard.press("Delete"))
    await page.get_by_role("button", name="Publish…").click()
    await expect(page.locator("[data-part=effects]")).to_contain_text("2 seats that somebody has would be lost")
    await expect(page.locator("[data-part=effects] input")).to_be_disabled()
    assert window.complaints == []
