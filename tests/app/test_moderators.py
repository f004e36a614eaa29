"""A moderator at work in a browser: what people report and words hold back waits in the queue, and keys decide."""

import pytest
from playwright.async_api import expect

from tests.app.test_chat import enter, lines, planned, say
from tests.app.test_tour import log_in
from tests.app.venue import Venue
from tests.e2e.browser import Windows, find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_moderator_settles_what_waits_by_keys_and_takes_it_back(venue: Venue) -> None:
    room = await planned(venue)
    owner, door = await venue.token("owner"), await venue.token("door")
    address = f"/api/v1/rooms/{room}"
    async with Windows.start(find_chromium()) as windows:
        staff = await windows.open(f"{venue.url}/login?next=/rooms/{room}/moderate")
        await log_in(staff, "producer")
        page = staff.page
        await expect(page.get_by_text("Nothing waits")).to_be_visible()
        await windows.look(staff, "moderation-empty")

        # A word that is listed in the page holds what has it, however it is written.
        await page.get_by_role("tab", name="Room").click()
        await page.get_by_placeholder("Word").fill("swindle")
        await page.get_by_role("button", name="Add").click()
        await expect(page.locator("[data-part=words-list]")).to_contain_text("swindle")
        await windows.look(staff, "moderation-room")
        viewer = await enter(windows, venue, f"/rooms/{room}", "visitor")
        await say(viewer, "Pure S W I N D L E")
        await expect(lines(viewer).first).to_contain_text("waits for a moderator")

        # Somebody says what another reports.
        said = await venue.ask("POST", f"{address}/messages", door, {"text": "Buy my tickets"})
        await lines(viewer).filter(has_text="Buy my tickets").click(position={"x": 3, "y": 3})
        await viewer.page.get_by_role("button", name="Report…").click()
        await viewer.page.get_by_label("Advertising or spam").check()
        await windows.look(viewer, "moderation-report")
        await viewer.page.get_by_role("button", name="Report", exact=True).click()
        await expect(viewer.page.get_by_text("Thank you.")).to_be_visible()

        await page.get_by_role("tab", name="Queue").click()
        cases = page.locator(".modcase")
        await expect(cases).to_have_count(2)
        await expect(page).to_have_title("(2) Moderation · First night · NovaCast")
        await windows.look(staff, "moderation-queue")
        await page.set_viewport_size({"width": 1280, "height": 800})
        await cases.first.focus()
        await page.keyboard.press("a")
        await expect(cases).to_have_count(1)
        await expect(lines(viewer).first).not_to_contain_text("waits for a moderator")
        await expect(cases.first).to_be_focused()
        await page.keyboard.press("x")
        await expect(page.get_by_text("Nothing waits")).to_be_visible()
        await expect(lines(viewer)).to_have_count(1)

        # Silenced in the chat itself: the author is told, and for how long; what was typed stays.
        await page.locator(".chat__log li").first.focus()
        await page.keyboard.press("t")
        await windows.look(staff, "moderation-silence")
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.get_by_label("Reason").first.fill("Shouting")
        await page.get_by_label("Reason").first.press("Enter")
        await expect(viewer.page.get_by_text("A moderator has timed you out. Shouting.")).to_be_visible()
        await viewer.page.get_by_label("Your message").fill("But why?")
        await viewer.page.get_by_label("Your message").press("Enter")
        await expect(viewer.page.get_by_label("Your message")).to_have_value("But why?")
        await windows.look(viewer, "moderation-silenced")

        await page.get_by_role("tab", name="People").click()
        await page.get_by_role("button", name="Visitor").click()
        await expect(page.get_by_role("dialog", name="Visitor")).to_contain_text("S W I N D L E")
        await windows.look(staff, "moderation-card")
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.get_by_role("dialog", name="Visitor").get_by_role("button", name="Lift").click()
        await expect(viewer.page.get_by_text("A moderator has timed you out.")).to_have_count(0)
        await page.get_by_role("dialog", name="Visitor").get_by_role("button", name="Close").click()

        # Taken away and brought back on the spot, by keys alone, to the place where it was.
        for words in ("Before", "Too hasty", "After"):
            await venue.ask("POST", f"{address}/messages", door, {"text": words})
        hasty = lines(staff).filter(has_text="Too hasty")
        await hasty.focus()
        await page.keyboard.press("p")
        pinned = viewer.page.locator("[data-part=pinned]")
        await expect(pinned).to_contain_text("Too hasty")
        await hasty.focus()
        await page.keyboard.press("Delete")
        await expect(page.get_by_role("status").filter(has_text="Message deleted.")).to_be_visible()
        await windows.look(staff, "moderation-deleted")
        await page.set_viewport_size({"width": 1280, "height": 800})
        await expect(hasty).to_have_count(0)
        await expect(pinned).to_be_hidden()
        await expect(lines(staff).filter(has_text="After")).to_be_focused()
        await page.keyboard.press("u")
        await expect(page.get_by_role("status").filter(has_text="Taken back.")).to_be_visible()
        await expect(lines(staff).filter(has_text="Too hasty")).to_have_count(1)
        said_now = await lines(staff).all_inner_texts()
        assert [words for said in said_now for words in ("Before", "Too hasty", "After") if words in said] == [
            "Before", "Too hasty", "After",
        ]  # fmt: skip
        await expect(lines(viewer).filter(has_text="Too hasty")).to_have_count(1)
        await expect(pinned).to_contain_text("Too hasty")
        await page.keyboard.press("End")
        await page.keyboard.press("Delete")
        await page.get_by_role("button", name="Undo").first.press("Enter")
        await expect(lines(staff).last).to_contain_text("After")

        await page.get_by_role("tab", name="Log").click()
        entry = (
            page.locator("[data-part=log-list] li")
            .filter(has_text="deleted a message")
            .filter(has_text="Buy my tickets")
        )
        await entry.get_by_role("button", name="Undo").click()
        await expect(lines(viewer).filter(has_text="Buy my tickets")).to_have_count(1)
        await windows.look(staff, "moderation-log")
        assert said.status == 201
        assert (await venue.ask("GET", f"{address}/log", owner)).status == 200
        assert staff.complaints == viewer.complaints == []
