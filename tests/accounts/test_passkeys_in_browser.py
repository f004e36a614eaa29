"""Passkeys in a real browser, with the authenticator that its debugger can plug in.

The browser takes the server for `localhost`: a bare address has no passkeys.
"""

from base64 import b32decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import CDPSession, expect

from novacast.identity import SYSTEM
from novacast.security import totp
from tests.accounts.house import PASSWORD
from tests.accounts.served import Served
from tests.e2e.browser import FLAGS, Window, Windows, find_chromium

pytestmark = pytest.mark.browser

SITE = "http://localhost"


@pytest.fixture
async def windows(served: Served) -> AsyncIterator[Windows]:
    port = urlsplit(served.url).port
    rule = f"--host-resolver-rules=MAP localhost:80 127.0.0.1:{port}"
    async with Windows.start(find_chromium(), (*FLAGS, rule)) as opened:
        yield opened


@dataclass
class Plugged:
    window: Window
    session: CDPSession
    id: str

    async def tell(self, method: str, **more: Any) -> dict[str, Any]:
        return await self.session.send(f"WebAuthn.{method}", {"authenticatorId": self.id, **more})


@asynccontextmanager
async def logged_in(
    served: Served, windows: Windows, *, phone: bool = False, offers: bool = False
) -> AsyncIterator[Plugged]:
    """`offers`: whether the browser offers passkeys among what it fills forms in with."""
    await served.house.own.administration.create_person(SYSTEM, "ada@example.org", "Ada", PASSWORD)
    lacks = "" if offers else "delete PublicKeyCredential.isConditionalMediationAvailable"
    window = await windows.open(f"{SITE}/login?next=/account/passkeys", phone=phone, before=lacks)
    session = await window.page.context.new_cdp_session(window.page)
    await session.send("WebAuthn.enable", {"enableUI": False})
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    made = await session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    await window.page.get_by_label("E-mail").fill("ada@example.org")
    await window.page.get_by_label("Password").fill(PASSWORD)
    await window.page.get_by_role("main").get_by_role("button", name="Log in").click()
    await window.page.wait_for_url(f"{SITE}/account/passkeys")
    yield Plugged(window, session, made["authenticatorId"])


async def add(plugged: Plugged, name: str) -> None:
    page = plugged.window.page
    await page.get_by_role("textbox", name="Name").fill(name)
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.locator("td bdi, td span").get_by_text(name, exact=True).first).to_be_visible()


async def log_out(plugged: Plugged) -> None:
    page = plugged.window.page
    await page.locator("details.menu summary").click()
    await page.get_by_role("button", name="Log out").click()
    await page.wait_for_url(f"{SITE}/")


def complaints(window: Window) -> list[str]:
    """But for the front door, which this house has not."""
    return [words for words in window.complaints if "status of 404" not in words]


async def test_a_passkey_is_added_and_logs_in(served: Served, windows: Windows) -> None:
    async with logged_in(served, windows) as plugged:
        page = plugged.window.page
        await add(plugged, "Laptop")
        await log_out(plugged)
        await page.goto(f"{SITE}/login?next=/account/passkeys")
        await page.get_by_role("button", name="Use a passkey").click()
        await page.wait_for_url(f"{SITE}/account/passkeys")
        await expect(page.get_by_role("cell", name="Laptop", exact=True)).to_be_visible()
        assert complaints(plugged.window) == []


@pytest.mark.slow
async def test_the_log_in_page_offers_passkeys_by_itself_where_the_browser_can(
    served: Served, windows: Windows
) -> None:
    async with logged_in(served, windows, offers=True) as plugged:
        page = plugged.window.page
        await add(plugged, "Laptop")
        await log_out(plugged)
        await page.goto(f"{SITE}/login?next=/account/passkeys")
        assert await page.get_by_label("E-mail").get_attribute("autocomplete") == "username webauthn"
        # Of a virtual authenticator Chromium takes the one passkey without asking.
        await page.wait_for_url(f"{SITE}/account/passkeys")


@pytest.mark.slow
async def test_a_passkey_is_named_and_removed_by_keyboard_after_proving_who_it_is(
    served: Served, windows: Windows
) -> None:
    async with logged_in(served, windows) as plugged:
        page = plugged.window.page
        await page.get_by_role("textbox", name="Name").focus()
        await page.keyboard.type("Laptop")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("cell", name="Laptop", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Rename Laptop").focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("dialog").get_by_label("Name").fill("Desk")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("cell", name="Desk", exact=True)).to_be_visible()
        served.house.clock.advance(601)
        await page.get_by_role("button", name="Remove…").focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{SITE}/account/prove?next=/account/passkeys")
        await page.get_by_role("button", name="Use a passkey").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{SITE}/account/passkeys")
        await page.get_by_role("button", name="Remove…").click()
        await page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        await expect(page.get_by_text("No passkey yet")).to_be_visible()
        assert complaints(plugged.window) == []


@pytest.mark.slow
async def test_a_passkey_stands_in_for_the_code_of_an_app(served: Served, windows: Windows) -> None:
    async with logged_in(served, windows) as plugged:
        page = plugged.window.page
        await add(plugged, "Laptop")
        ada = await served.house.sign_in()
        set_up = await served.house.own.second_factor.begin(ada, PASSWORD)
        code = totp.code_at(b32decode(set_up.secret), served.house.clock.now())
        await served.house.own.second_factor.finish(ada, code)
        await page.goto(f"{SITE}/login?next=/account/passkeys")
        await page.get_by_label("E-mail").fill("ada@example.org")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("main").get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("heading", name="One-time code")).to_be_visible()
        await page.get_by_role("button", name="Use a passkey").click()
        await page.wait_for_url(f"{SITE}/account/passkeys")


@pytest.mark.slow
async def test_what_an_authenticator_refuses_is_said_and_the_other_ways_stay(served: Served, windows: Windows) -> None:
    async with logged_in(served, windows) as plugged:
        page = plugged.window.page
        await plugged.tell("setUserVerified", isUserVerified=False)
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.get_by_role("alert")).to_contain_text("Nothing was added")
        await plugged.tell("setUserVerified", isUserVerified=True)
        await add(plugged, "Laptop")
        # One of each kind per device and account.
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.get_by_role("alert")).to_contain_text("has a passkey for this account already")
        (kept,) = (await plugged.tell("getCredentials"))["credentials"]
        await served.house.db.write(lambda tx: tx.run("UPDATE passkeys SET sign_count = 1000"))
        await log_out(plugged)
        await page.goto(f"{SITE}/login")
        await page.get_by_role("button", name="Use a passkey").click()
        await expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("may have been copied")
        assert kept["signCount"] >= 0
        await page.get_by_label("E-mail").fill("ada@example.org")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("main").get_by_role("button", name="Log in").click()
        await page.wait_for_url(f"{SITE}/")
        await page.goto(f"{SITE}/account/passkeys")
        await expect(page.get_by_text("Perhaps copied")).to_be_visible()


@pytest.mark.slow
async def test_pages_of_passkeys_fit_every_screen_and_reader(served: Served, windows: Windows) -> None:
    async with logged_in(served, windows, phone=True) as plugged:
        window = plugged.window
        await windows.look(window, "passkeys-none")
        await add(plugged, "A telephone with a name that is longer than any telephone ever had, to be sure of it")
        await windows.look(window, "passkeys")
        await window.page.goto(f"{SITE}/account/prove?next=/account/passkeys")
        await expect(window.page.get_by_role("button", name="Use a passkey")).to_be_visible()
        await windows.look(window, "prove")
        await window.page.goto(f"{SITE}/account/passkeys")
        await log_out(plugged)
        await window.page.goto(f"{SITE}/login")
        await windows.look(window, "log-in-passkeys")
        assert complaints(window) == []
