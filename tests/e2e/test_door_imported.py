"""Tickets that came over, at the door's page in a real browser: their old codes, with a network and without one."""

import pytest
from playwright.async_api import expect

from novacast.tickets.imports import store
from tests.e2e.browser import Windows
from tests.e2e.test_door import at_gate, says, served, types
from tests.tickets.doors import door
from tests.tickets.serving import Served

__all__ = ["served"]
OLD = ("ab3defgh4jkm5npqrstu", "O-AB12CD3-2", "zzyyxxwwvvuu")


@pytest.mark.slow
async def test_an_old_code_lets_in_once_also_without_a_network(windows: Windows, served: Served) -> None:
    box, front = served.box, await door(served.box, gates=("North",))
    for code in OLD[:2]:
        (ticket,) = (await box.sold()).tickets
        await box.db.write(lambda tx, code=code, id_=ticket.id: store.add_code(tx, box.night.org_id, code, id_))  # type: ignore[misc]  # defaults bind the names
    north = await at_gate(windows, served, front, "North")
    await types(north.page, OLD[0])
    await says(north.page, "Let in")
    await north.page.context.set_offline(True)
    await expect(north.page.locator("body")).to_have_attribute("data-state", "offline")
    await types(north.page, OLD[0])
    await says(north.page, "Already used")
    await types(north.page, OLD[1])
    await says(north.page, "Let in")
    await types(north.page, OLD[1])
    await says(north.page, "Already used")
    await types(north.page, OLD[2])
    await says(north.page, "Not ours")
    await north.page.context.set_offline(False)
    await expect(north.page.locator("body")).to_have_attribute("data-state", "online")
    await expect(north.page.locator("[data-part=inside]")).to_have_text("2")
