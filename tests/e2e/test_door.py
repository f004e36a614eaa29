"""The door's page in a real browser: scanners that type, no network for a while, and two devices with one ticket."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from novacast.clock import HOUR
from novacast.security.signing import SigningKey, new_signing_key
from novacast.tickets.admission.tokens import opened, sealed
from novacast.tickets.door.models import CheckinList
from tests.e2e.browser import Window, Windows
from tests.fakes.clock import FakeClock
from tests.tickets.box import DOOR, ORG, OWNER, SELLER, Box, open_box, seat
from tests.tickets.doors import codes, door, sold_code
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


CODES = {" ": "Space", "-": "Minus", ".": "Period", "/": "Slash", ":": "^Semicolon", "+": "^Equal", "*": "^Digit8"}
CODES |= {"$": "^Digit4", "%": "^Digit5"}


def physical(sign: str) -> str:
    """The key of an American keyboard; behind a caret with shift."""
    return CODES.get(sign) or (f"Digit{sign}" if sign.isdigit() else f"^Key{sign}")


async def types(page: Page, code: str) -> None:
    """As a scanner does: one key at the heels of the other, then Enter. Were each waited for, a busy machine would type
    as slowly as nobody's scanner.
    """
    keys = [(sign, physical(sign)) for sign in code] + [("Enter", "Enter")]
    session = await page.context.new_cdp_session(page)
    events = [
        {"type": "rawKeyDown", "key": key, "code": code.lstrip("^"), "modifiers": 8 if code.startswith("^") else 0}
        for key, code in keys
    ]
    await asyncio.gather(*(session.send("Input.dispatchKeyEvent", event) for event in events))
    await session.detach()


async def says(page: Page, word: str) -> None:
    await expect(page.locator("[data-part=word]")).to_have_text(word)
    await expect(page.locator("[data-part=verdict]")).to_be_visible()


async def incidents(box: Box) -> list[tuple[str, str | None]]:
    return [(one.gate, one.other_gate) for one in await box.own.door.lists.incidents(DOOR, box.night.id)]


@pytest.mark.slow
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


@pytest.mark.slow
async def test_without_a_network_a_browser_says_what_the_house_would_say(windows: Windows, served: Served) -> None:
    box, clock = served.box, served.box.clock
    front = await door(box, box.room.id, opens_at=clock.now() + HOUR)
    always = await door(box, box.room.id, reentry=True)
    receipt = await box.sold()
    (old,) = await codes(box, receipt)
    await box.own.admission.reissue(SELLER, ORG, receipt.tickets[0].id, "Ben")
    (new,) = await codes(box, receipt)
    gone = await box.sold()
    (void,) = await codes(box, gone)
    await box.own.orders.cancel(SELLER, ORG, gone.order.id, "")
    (seated,) = await codes(box, await box.bought(await box.seated(seat("A", 1))))
    token, _, _ = opened(new)
    key_id, key = await box.own.keyring.signing(ORG)
    secret, _ = new_signing_key()
    shown = {
        new: "Let in",
        old: "Void",
        void: "Void",
        seated: "Not here",
        sealed(replace(token, performance=token.performance + 1), key): "Not here",
        sealed(replace(token, ordinal=99), key): "Void",
        sealed(replace(token, until=1), key): "Void",
        sealed(token, SigningKey(secret)): "Not ours",
        sealed(replace(token, key_id=key_id % 2**31 + 1), key): "Not ours",
        new[:60] + ("A" if new[60] != "A" else "B") + new[61:]: "Not ours",
        "HELLO": "Not ours",
    }
    early = await at_gate(windows, served, front, "East")
    window = await at_gate(windows, served, always, "North")
    for one in (early, window):
        await one.page.context.set_offline(True)
        await expect(one.page.locator("body")).to_have_attribute("data-state", "offline")
    await types(early.page, new)
    await says(early.page, "Too early")
    for code, word in shown.items():
        await types(window.page, code)
        await says(window.page, word)
        await window.page.locator("[data-does=next]").click()
    way = window.page.locator("[data-does=way]")
    await way.click()
    for word in ("Out", "Not inside"):
        await types(window.page, new)
        await says(window.page, word)
    await way.click()
    await types(window.page, new)
    await says(window.page, "Let in")


@pytest.mark.slow
async def test_what_was_scanned_outlives_the_page_and_two_pages_are_one_device(
    windows: Windows, served: Served
) -> None:
    box, front = served.box, await door(served.box)
    code = await sold_code(box)
    window = await at_gate(windows, served, front, "North")
    first, context = window.page, window.page.context
    # The service worker has kept the page once it is in charge of it.
    await first.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    await context.set_offline(True)
    await expect(first.locator("body")).to_have_attribute("data-state", "offline")
    second = await context.new_page()
    await second.goto(first.url)
    await expect(second.locator("body")).to_have_attribute("data-state", "offline")
    await types(first, code)
    await says(first, "Let in")
    await types(second, code)
    await says(second, "Already used")
    await first.close()
    await second.reload()
    await expect(second.locator("[data-part=net]")).to_contain_text("2")
    await context.set_offline(False)
    await expect(second.locator("body")).to_have_attribute("data-state", "online")
    await expect(second.locator("[data-part=net]")).to_have_text("Online")
    gates, _ = await box.own.door.lists.gates(DOOR, front.id)
    assert [(one.entries, one.refused) for one in gates] == [(1, 1)]
    assert not await incidents(box)


GERMAN = {"Y": "Z", "Z": "Y", "-": "ß", "/": "-", ":": "Ö", "+": "´", "*": "(", "$": "$", "%": "%"}
"""What a system with a German keyboard makes of the keys of a scanner that believes in an American one."""
PRESS = """(keys) => { for (const [key, code, shiftKey] of keys) {
  const told = { key, code, shiftKey, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new KeyboardEvent("keydown", told));
} }"""


@pytest.mark.slow
async def test_a_scanner_that_believes_in_another_keyboard_is_understood(windows: Windows, served: Served) -> None:
    box, front = served.box, await door(served.box)
    code = await sold_code(box)
    window = await at_gate(windows, served, front, "North")
    keys = []
    for sign in code:
        key = physical(sign)
        keys.append([GERMAN.get(sign, sign), key.lstrip("^"), key.startswith("^")])
    await window.page.evaluate(PRESS, [*keys, ["Enter", "Enter", False]])
    await says(window.page, "Let in")


@pytest.mark.slow
async def test_a_revoked_device_says_so_at_once_and_tells_later_what_it_knows(windows: Windows, served: Served) -> None:
    box, front = served.box, await door(served.box)
    code = await sold_code(box)
    window = await at_gate(windows, served, front, "North")
    await window.page.context.set_offline(True)
    await expect(window.page.locator("body")).to_have_attribute("data-state", "offline")
    await types(window.page, code)
    await says(window.page, "Let in")
    (device,) = await box.own.door.devices.of_performance(OWNER, box.night.id)
    await box.own.door.devices.revoke(OWNER, device.id)
    await window.page.context.set_offline(False)
    await expect(window.page.locator("[data-part=revoked]")).to_be_visible()
    await expect(window.page.locator("[data-part=stage]")).to_be_hidden()
    _, again = await box.own.door.devices.invite(OWNER, front.id, "Phone again", "North")
    await window.page.locator("#pair-code").fill(again.lower())
    await window.page.keyboard.press("Enter")
    await expect(window.page.locator("body")).to_have_attribute("data-state", "online")
    gates, _ = await box.own.door.lists.gates(DOOR, front.id)
    assert [(one.name, one.entries) for one in gates] == [("North", 1)]
    # On line, its stream ends with its token.
    devices = await box.own.door.devices.of_performance(OWNER, box.night.id)
    await box.own.door.devices.revoke(OWNER, next(one.id for one in devices if one.revoked_at is None))
    await expect(window.page.locator("[data-part=revoked]")).to_be_visible()
