"""The door's page in a real browser: scanners that type, no network for a while, and two devices with one ticket."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from novacast.tickets.door.models import CheckinList
from tests.e2e.browser import Window, Windows
from tests.fakes.clock import FakeClock
from tests.tickets.box import DOOR, OWNER, Box, open_box
from tests.tickets.doors import door, sold_code
from tests.tickets.serving import Served, serving


@pytest.fixture
async def served(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Served]:
    async with open_box(tmp_path / "novacast.db", clock) as box, serving(box) as opened:
        yield opened


async def at_gate(windows: Windows, served: Served, front: CheckinList, gate: str) -> Window:
    _, code = await served.box.own.door.devices.invite(OWNER, front.id, f"Phone {gate}", gate)
    window = await windows.open(f"{served.url}/door/#pair={code}", phone=True, scheme="dark")
    await expect(window.page.locator("body")).to_have_attribute("data-state", "online")
    return window


async def types(page: Page, code: str) -> None:
    """As a scanner does: keys, then Enter."""
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")


async def says(page: Page, word: str) -> None:
    await expect(page.locator("[data-part=word]")).to_have_text(word)
    await expect(page.locator("[data-part=verdict]")).to_be_visible()


async def incidents(box: Box) -> list[tuple[str, str | None]]:
    return [(one.gate, one.other_gate) for one in await box.own.door.lists.incidents(DOOR, box.night.id)]


async def test_a_ticket_is_let_in_once_and_without_a_network_that_comes_out_later(
    windows: Windows, served: Served
) -> None:
    box, front = served.box, await door(served.box, gates=("North", "South"))
    first, second = await sold_code(box), await sold_code(box)
    north, south = await at_gate(windows, served, front, "North"), await at_gate(windows, served, front, "South")
    await types(north.page, first)
    await says(north.page, "Let in")
    await types(south.page, first)
    await says(south.page, "Already used")
    await expect(south.page.locator("[data-part=why]")).to_contain_text("gate North")
    await expect(south.page.locator("[data-part=inside]")).to_have_text("1")
    # Nobody hears of anybody any more, and both are shown the second ticket.
    for window in (north, south):
        await window.page.context.set_offline(True)
        await expect(window.page.locator("body")).to_have_attribute("data-state", "offline")
        await types(window.page, first)
        await says(window.page, "Already used")
        await types(window.page, second)
        await says(window.page, "Let in")
        await types(window.page, second)
        await says(window.page, "Already used")
        await expect(window.page.locator("[data-part=net]")).to_contain_text("3")
    assert not await incidents(box)
    for window in (south, north):
        await window.page.context.set_offline(False)
        await expect(window.page.locator("body")).to_have_attribute("data-state", "online")
    await expect(north.page.locator("[data-part=badge]")).to_have_text("1")
    assert await incidents(box) == [("North", "South")]
    await north.page.locator("nav [data-does=more]").click()
    await expect(north.page.locator("[data-part=incident-list]")).to_contain_text("South")
    await north.check_fits()
    await north.check_accessibility()
