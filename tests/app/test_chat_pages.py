"""The talk where there is little room for it: over a picture, on a phone."""

import base64
import re

import pytest
from playwright.async_api import Page, expect

from tests.app.test_chat import AT_END, LONG, enter, lines, planned
from tests.app.venue import Venue
from tests.e2e.browser import Window, Windows, find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHARES = """async (written) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${written}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const { data } = canvas.getImageData(0, 0, image.width, image.height);
  let [clear, solid] = [0, 0];
  for (let at = 3; at < data.length; at += 4) { clear += data[at] === 0; solid += data[at] === 255; }
  return [clear, solid].map((count) => count / (data.length / 4));
}"""


async def seen(window: Window, blank: Page) -> tuple[float, float]:
    """Which shares of the picture are clear, and solid, as an encoder gets it."""
    picture = await window.page.screenshot(omit_background=True)
    clear, solid = await blank.evaluate(SHARES, base64.b64encode(picture).decode())
    return clear, solid


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_newest_lines_stand_over_the_picture_and_nothing_else(venue: Venue, scheme: str) -> None:
    room = await planned(venue)
    owner, visitor = await venue.token("owner"), await venue.token("visitor")
    async with Windows.start(find_chromium()) as windows:
        overlay = await windows.open(f"{venue.url}/rooms/{room}/overlay", scheme=scheme)
        await overlay.page.set_viewport_size({"width": 420, "height": 720})
        await overlay.until("() => customElements.get('nova-chat')")
        blank = await overlay.page.context.new_page()
        assert await seen(overlay, blank) == (1.0, 0.0), "a picture with nothing said over it is seen whole"
        said = [(visitor, "Good evening, ||the hero dies||"), (owner, "Welcome, **everybody**"), (visitor, LONG)]
        for token, text in said:
            answer = await venue.ask("POST", f"/api/v1/rooms/{room}/messages", token, {"text": text})
            assert answer.status == 201, answer.body
        await expect(lines(overlay)).to_have_count(len(said))
        clear, solid = await seen(overlay, blank)
        assert clear > 0.4
        assert solid > 0.01
        assert await overlay.page.evaluate(
            "() => document.querySelector('.chat__log li:last-of-type').getBoundingClientRect().bottom <= innerHeight"
        )
        shadow = "() => getComputedStyle(document.querySelector('.chat__spoiler')).textShadow"
        assert await overlay.page.evaluate(shadow) == "none", "what is veiled is not to be read by its shadow"
        await overlay.check_fits()
        await windows.picture(overlay, f"overlay-{scheme}")
        assert overlay.complaints == []


async def test_what_hangs_on_top_leaves_room_for_what_is_said(venue: Venue) -> None:
    room = await planned(venue)
    owner = await venue.token("owner")
    address = f"/api/v1/rooms/{room}"
    said = (await venue.ask("POST", f"{address}/messages", owner, {"text": "Good evening to all of you. " * 15})).json
    poll = {"question": "Encore? " * 30, "options": ["Yes, please, as often as they like", "No", "I do not know yet"]}
    assert (await venue.ask("PUT", f"{address}/pinned", owner, {"message": said["id"]})).status == 200
    assert (await venue.ask("POST", f"{address}/polls", owner, poll)).status == 201
    async with Windows.start(find_chromium()) as windows:
        phone = await windows.open(f"{venue.url}/watch/{room}", phone=True)
        await phone.page.set_viewport_size({"width": 360, "height": 640})
        await expect(lines(phone)).to_have_count(2)
        heights = await phone.page.evaluate(
            "(parts) => parts.map((one) => document.querySelector(one).clientHeight)",
            [".chat__log", "[data-part=pinned]", "[data-part=poll]"],
        )
        assert heights[0] >= 150
        assert min(heights) >= 30
        pinned = phone.page.get_by_label("Pinned")
        await expect(pinned.locator("summary")).to_have_text(re.compile("Pinned Owner: Good evening to all of you. "))
        await expect(pinned.locator("li")).to_be_hidden()
        waiting, chat = [await phone.page.locator(one).bounding_box() for one in (".waiting", ".chat")]
        assert waiting is not None
        assert chat is not None
        assert waiting["y"] < chat["y"], "what one waits for stands above the talk"
        await windows.picture(phone, "chat-hung-360")


async def test_a_poll_hangs_above_and_ends_at_its_time_and_who_was_sent_away_is_told_why(venue: Venue) -> None:
    room = await planned(venue)
    owner, visitor = await venue.token("owner"), await venue.token("visitor")
    address = f"/api/v1/rooms/{room}"
    async with Windows.start(find_chromium()) as windows:
        phone = await enter(windows, venue, f"/watch/{room}", "visitor", phone=True)
        for number in range(20):
            answer = await venue.ask("POST", f"{address}/messages", owner, {"text": f"Line {number}"})
            assert answer.status == 201
        await expect(lines(phone)).to_have_count(20)
        poll = {"question": "Encore?", "options": ["Yes", "No"], "seconds": 10}
        assert (await venue.ask("POST", f"{address}/polls", owner, poll)).status == 201
        hung, asked = phone.page.locator("[data-part=poll]"), phone.page.locator(".chat__log .chat__line--poll")
        yes = hung.get_by_role("button", name="Yes")
        await yes.focus()
        await phone.page.keyboard.press("Enter")
        await expect(yes).to_have_attribute("aria-pressed", "true")
        await expect(yes).to_be_focused()
        await expect(asked.get_by_role("button")).to_have_count(0)
        await expect(asked).to_contain_text("1 vote · open until")
        assert await phone.page.evaluate(AT_END), "what hangs above takes nobody from the end of what is said"
        await phone.check_accessibility()
        await expect(hung).to_be_hidden()
        await expect(asked).to_contain_text("1 vote · closed")
        await expect(asked.get_by_role("button", name="Yes")).to_be_disabled()

        me = (await venue.ask("GET", "/api/v1/me", visitor)).json["id"]
        sent = {"person": me, "kind": "ban", "effect": "removed", "reason": "Enough"}
        assert (await venue.ask("POST", f"{address}/sanctions", owner, sent)).status == 201
        await expect(phone.page.get_by_text("This room is not open to you any more.")).to_be_visible()
        await phone.page.reload()
        await expect(phone.page.get_by_text("You were sent away from this room. Enough")).to_be_visible()
        await phone.check_accessibility()
        await windows.picture(phone, "chat-sent-away")
