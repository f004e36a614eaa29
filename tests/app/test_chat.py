"""The room beside the player: what one says others read, on every page and after every interruption."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.app.test_first_path import reached, upload
from tests.app.test_tour import log_in
from tests.app.venue import Venue
from tests.e2e.browser import Window, Windows, find_chromium

pytestmark = pytest.mark.browser

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 4 + " \u202e مرحبا 👩‍👩‍👧‍👦"
KEEP = """
window.sockets = [];
const Real = WebSocket;
window.WebSocket = class extends Real { constructor(...given) { super(...given); window.sockets.push(this); } };
"""
AT_END = """() => {
  const log = document.querySelector(".chat__log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < 2;
}"""
VIDEO = "document.querySelector('nova-player').video"


async def planned(venue: Venue) -> str:
    """Id of a programme that is still to come."""
    token = await venue.token("owner")
    channel = await venue.ask(
        "POST", f"/api/v1/organizations/{venue.org}/channels", token, {"name": "Main stage", "visibility": "public"}
    )
    assert channel.status == 201, channel.body
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    wanted = {"title": "First night", "planned_start": tomorrow.isoformat(timespec="seconds")}
    made = await venue.ask("POST", f"/api/v1/channels/{channel.json['id']}/programmes", token, wanted)
    assert made.status == 201, made.body
    return str(made.json["id"])


async def enter(windows: Windows, venue: Venue, path: str, who: str, **options: Any) -> Window:
    window = await windows.open(f"{venue.url}/login?next={path}", **options)
    await log_in(window, who)
    await window.until("() => customElements.get('nova-chat')")
    return window


async def say(window: Window, text: str) -> None:
    box = window.page.get_by_label("Your message")
    await box.fill(text)
    await box.press("Enter")
    await expect(box).to_have_value("")


def lines(window: Window) -> Any:
    return window.page.locator(".chat__log li")


async def test_what_one_says_the_other_reads_and_moderators_tidy_up(venue: Venue) -> None:
    room = await planned(venue)
    async with Windows.start(find_chromium()) as windows:
        one = await enter(windows, venue, f"/watch/{room}", "visitor")
        staff = await enter(windows, venue, f"/rooms/{room}", "owner")
        await expect(one.page.get_by_text("Nobody has said anything yet.")).to_be_visible()
        await say(one, "Good evening, **everybody** <img src=x onerror=alert(1)> https://venue.example/menu")
        await expect(lines(staff)).to_have_count(1)
        await expect(lines(staff).locator("strong")).to_have_text("everybody")
        await expect(lines(staff).locator("img")).to_have_count(0)
        await expect(lines(staff).get_by_role("link")).to_have_attribute("href", "https://venue.example/menu")
        await windows.look(staff, "chat-alone")

        # By keyboard: to the newest line, its menu, a reaction.
        await staff.page.locator(".chat__log").focus()
        await staff.page.keyboard.press("ArrowUp")
        await staff.page.keyboard.press("Enter")
        await staff.page.get_by_role("button", name="👏").press("Enter")
        await expect(lines(one).get_by_role("button", name="👏 1")).to_be_visible()

        await lines(staff).first.click(position={"x": 3, "y": 3})
        await windows.look(staff, "chat-menu")
        await staff.check_accessibility()
        await staff.page.get_by_role("button", name="Pin or unpin").click()
        await expect(one.page.get_by_label("Pinned")).to_contain_text("Good evening")

        await lines(one).first.click(position={"x": 3, "y": 3})
        await one.page.get_by_role("button", name="Reply").click()
        await say(one, LONG)
        await say(staff, "/me bows")
        await expect(lines(one)).to_have_count(3)
        await expect(lines(one).nth(1).locator(".chat__replied")).to_contain_text("Good evening")
        for window in (one, staff):
            await window.check_fits()
            await window.check_accessibility()
        await windows.look(one, "chat-beside")

        # Whoever is at the end stays there, though the room around it grew smaller.
        assert await one.page.evaluate(AT_END)

        # What one said last is changed from the empty box; what was typed before comes back behind it.
        box = staff.page.get_by_label("Your message")
        await box.press("ArrowUp")
        await expect(box).to_have_value("bows")
        await say(staff, "bows deeply")
        await expect(lines(one).nth(2)).to_contain_text("bows deeply (edited)")

        await lines(staff).nth(1).click(position={"x": 3, "y": 3})
        await staff.page.get_by_role("button", name="Delete").click()
        await expect(lines(one)).to_have_count(2)
        assert one.complaints == staff.complaints == []


@pytest.mark.slow
async def test_a_page_that_was_away_misses_nothing_and_gets_its_words_back(venue: Venue) -> None:
    room = await planned(venue)
    owner = await venue.token("owner")
    address = f"/api/v1/rooms/{room}"
    async with Windows.start(find_chromium()) as windows:
        one = await enter(windows, venue, f"/rooms/{room}", "visitor", before=KEEP)
        await say(one, "before")
        await one.page.context.set_offline(offline=True)
        await one.page.evaluate("() => window.sockets.at(-1).close()")
        await expect(one.page.get_by_text("The connection was lost.")).to_be_visible()
        for number in range(3):
            assert (await venue.ask("POST", f"{address}/messages", owner, {"text": f"away {number}"})).status == 201
        await one.page.context.set_offline(offline=False)
        await expect(lines(one)).to_have_count(4)
        assert await one.page.locator(".chat__log .chat__text").all_inner_texts() == [
            "before", "away 0", "away 1", "away 2"
        ]  # fmt: skip

        answer = await venue.ask("PATCH", address, owner, {"slow_seconds": 600})
        assert answer.status == 200, answer.body
        await expect(one.page.get_by_text("Slow mode: one message in 600 s.")).to_be_visible()
        box = one.page.get_by_label("Your message")
        await box.fill("too soon")
        await box.press("Enter")
        await expect(one.page.locator(".chat__refused")).to_be_visible()
        await expect(one.page.get_by_text("You can write again in")).to_be_visible()
        await expect(box).to_have_value("too soon")
        await one.check_accessibility()
        await windows.look(one, "chat-slow")


async def recorded(venue: Venue, clip: Path, *moments: float) -> str:
    """Id of a video at whose moments somebody said which it was."""
    producer = await venue.token("producer")
    video = await upload(venue, producer, clip)
    await reached(venue, producer, video, "ready")
    for at in moments:
        said = {"text": f"at {at}", "at": at}
        assert (await venue.ask("POST", f"/api/v1/rooms/{video}/messages", producer, said)).status == 201
    return video


@pytest.mark.slow
async def test_a_recording_replays_its_chat_at_the_right_moment(venue: Venue, clip: Path) -> None:
    video = await recorded(venue, clip, 0.5, 1.5, 2.5)
    async with Windows.start(find_chromium()) as windows:
        window = await enter(windows, venue, f"/watch/{video}", "producer")
        await window.until(f"() => customElements.get('nova-player') && {VIDEO}?.readyState >= 2")
        await expect(lines(window)).to_have_count(0)
        await window.page.evaluate(f"() => {{ {VIDEO}.currentTime = 1.7; }}")
        await expect(lines(window)).to_have_count(2)
        await window.page.evaluate(f"() => {{ {VIDEO}.currentTime = 0.6; }}")
        await expect(lines(window)).to_have_count(1)
        await window.page.evaluate(f"() => {{ {VIDEO}.muted = true; {VIDEO}.playbackRate = 2; {VIDEO}.play(); }}")
        await expect(lines(window)).to_have_count(3)
        assert await window.page.locator(".chat__time").all_inner_texts() == ["0:00", "0:01", "0:02"]
        await windows.look(window, "chat-replay")
        assert window.complaints == []


@pytest.mark.slow
async def test_what_is_taken_away_in_a_replay_comes_back_at_its_place_or_its_moment(venue: Venue, clip: Path) -> None:
    video = await recorded(venue, clip, 0.5, 1.0, 1.5, 2.5)
    owner, room = await venue.token("owner"), f"/api/v1/rooms/{video}"
    to_come = (await venue.ask("GET", f"{room}/messages", owner)).json["items"][0]["id"]
    async with Windows.start(find_chromium()) as windows:
        staff = await enter(windows, venue, f"/watch/{video}", "owner")
        viewer = await enter(windows, venue, f"/watch/{video}", "producer")
        texts = [lines(one).locator(".chat__text") for one in (staff, viewer)]
        for window, shown in zip((staff, viewer), texts, strict=True):
            await window.until(f"() => customElements.get('nova-player') && {VIDEO}?.readyState >= 2")
            await window.page.evaluate(f"() => {{ {VIDEO}.currentTime = 1.7; }}")
            await expect(shown).to_have_text(["at 0.5", "at 1.0", "at 1.5"])

        # By keys alone, as in a room that is on air.
        await lines(staff).nth(1).focus()
        await staff.page.keyboard.press("Delete")
        await expect(staff.page.get_by_role("status").filter(has_text="Message deleted.")).to_be_visible()
        for shown in texts:
            await expect(shown).to_have_text(["at 0.5", "at 1.5"])
        await windows.look(staff, "chat-replay-deleted")
        await lines(staff).first.focus()
        await staff.page.keyboard.press("u")
        await expect(staff.page.get_by_role("status").filter(has_text="Taken back.")).to_be_visible()
        for shown in texts:
            await expect(shown).to_have_text(["at 0.5", "at 1.0", "at 1.5"])

        # What is still to come has been loaded by now; taken away meanwhile, it does not come.
        assert (await venue.ask("DELETE", f"{room}/messages/{to_come}", owner)).status == 204
        said = {"text": "behind it", "at": 2.6}
        assert (await venue.ask("POST", f"{room}/messages", owner, said)).status == 201
        await expect(texts[0]).to_have_text(["at 0.5", "at 1.0", "at 1.5", "behind it"])
        for window, shown in zip((staff, viewer), texts, strict=True):
            await window.page.evaluate(f"() => {{ {VIDEO}.muted = true; {VIDEO}.play(); }}")
            await window.until(f"() => {VIDEO}.ended")
            await expect(shown.filter(has_text="at 2.5")).to_have_count(0)
        entry = (await venue.ask("GET", f"{room}/log", owner)).json["items"][0]["id"]
        assert (await venue.ask("PUT", f"{room}/log/{entry}/undone", owner)).status == 200
        for window, shown in zip((staff, viewer), texts, strict=True):
            await window.page.evaluate(f"() => {{ {VIDEO}.currentTime = 2.7; }}")
            await expect(shown.filter(has_text="at 2.5")).to_have_count(1)
            assert window.complaints == []
