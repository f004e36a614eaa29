"""Emotes from the studio to a message, in a browser: brought, completed, picked, reacted with, removed and back."""

import pytest
from playwright.async_api import expect

from tests.app.test_chat import enter, lines, planned
from tests.app.test_tour import log_in
from tests.app.venue import Venue
from tests.chat.test_emotes import BLUE, RED, picture
from tests.e2e.browser import Windows, find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_an_emote_goes_from_the_studio_into_what_people_say(venue: Venue) -> None:
    room = await planned(venue)
    async with Windows.start(find_chromium()) as windows:
        studio = await windows.open(f"{venue.url}/login?next=/studio/emotes")
        await log_in(studio, "owner")
        await expect(studio.page.get_by_text("No emotes yet")).to_be_visible()
        files = [("Rote Nase!.png", picture(RED)), ("sea.png", picture(BLUE)), ("notes.png", b"no picture")]
        await studio.page.get_by_label("Drop pictures here").set_input_files(
            [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in files]
        )
        await expect(studio.page.get_by_label("Name", exact=True).first).to_have_value("rote_nase")
        await studio.page.get_by_role("button", name="Add", exact=True).click()
        # Two pictures are drawn ahead of it.
        await expect(studio.page.get_by_text("This is no picture that is taken here.")).to_be_visible(timeout=30_000)
        await studio.page.get_by_role("button", name="Leave out").click()
        await studio.page.reload()
        await expect(studio.page.locator(".emotes__one")).to_have_count(2)
        await windows.look(studio, "emotes-studio")

        viewer = await enter(windows, venue, f"/rooms/{room}", "visitor")
        box = viewer.page.get_by_label("Your message")
        await expect(viewer.page.get_by_role("button", name="Emotes")).to_be_visible()
        await box.press_sequentially("Look :na")
        await expect(viewer.page.get_by_role("option", name=":rote_nase:")).to_have_attribute("aria-selected", "true")
        await windows.look(viewer, "emotes-typed")
        await box.press("Enter")
        await expect(box).to_have_value("Look :rote_nase: ")
        await viewer.page.get_by_role("button", name="Emotes").press("Enter")
        await windows.look(viewer, "emotes-picker")
        await viewer.page.keyboard.type("sea")
        await viewer.page.keyboard.press("Enter")
        await expect(box).to_have_value("Look :rote_nase: :sea: ")
        await box.press("Enter")
        shown = lines(viewer).first.get_by_role("img")
        await expect(shown).to_have_count(2)
        assert [await one.get_attribute("alt") for one in await shown.all()] == [":rote_nase:", ":sea:"]

        await viewer.page.locator(".chat__log").focus()
        await viewer.page.keyboard.press("ArrowUp")
        await viewer.page.keyboard.press("Enter")
        await viewer.page.get_by_text("React with an emote").click()
        await viewer.page.get_by_role("option", name=":sea:").click()
        await expect(lines(viewer).first.get_by_role("button", name=":sea: 1")).to_be_visible()

        await studio.page.get_by_role("button", name="Remove…").last.click()
        await studio.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await viewer.page.reload()
        await expect(lines(viewer).first).to_contain_text(":sea:")
        await studio.page.get_by_role("button", name="Bring back :sea:").click()
        await expect(studio.page.get_by_text(":sea: is back.")).to_be_visible()
        assert viewer.complaints == []
        assert [one for one in studio.complaints if "415" not in one] == []
