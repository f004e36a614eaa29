"""What a person meets who walks through a page by the Tab key alone."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.e2e.browser import Window

MOST_STOPS = 300

STOPS = """() => {
    const within = (root) => [...root.querySelectorAll("*")].flatMap((one) => [
        one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
    const takes = (one) => one.tabIndex >= 0 && !one.disabled && !one.closest("[inert]")
        && one.checkVisibility({ visibilityProperty: true });
    const found = within(document).filter(takes);
    const group = (one) => (one.type === "radio" ? one.name : one);
    return new Set(found.map(group)).size;
}"""
"""How many stops there should be."""

STOP = """() => {
    window.stops ??= [];
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    if (!one || one === document.body) return { over: true };
    if (window.stops.includes(one)) return { over: true };
    window.stops.push(one);
    const root = one.getRootNode();
    const [box] = one.getClientRects();
    const x = Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 2);
    const y = Math.min(Math.max(box.y + Math.min(box.height, 40) / 2, 1), innerHeight - 2);
    const hit = root.elementFromPoint(x, y);
    const ringed = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const own = getComputedStyle(root.host?.matches("nova-player :focus-within") ? root.host : one);
    const words = [one.localName, one.getAttribute("aria-label") ?? one.name, one.textContent];
    let clipped = "";
    if (ringed(own) && root === document) {
        const grown = parseFloat(own.outlineOffset) + parseFloat(own.outlineWidth);
        for (let around = one.parentElement; around && around !== document.body; around = around.parentElement) {
            const style = getComputedStyle(around);
            if (style.overflowX === "visible" || style.display === "inline") continue;
            const edge = around.getBoundingClientRect();
            if (box.left - grown < edge.left - 1 || box.right + grown > edge.right + 1
                || box.top - grown < edge.top - 1 || box.bottom + grown > edge.bottom + 1)
                clipped = around.outerHTML.slice(0, 60);
        }
    }
    // The header stays where it is while the rest scrolls.
    const down = one.closest(".house") ? 0 : scrollY;
    return {
        name: [...words.join(" ").replace(/\\s+/g, " ").trim()].slice(0, 60).join(""),
        ring: ringed(own) || ringed(getComputedStyle(one, "::after")),
        clipped,
        covered: hit && (one.contains(hit) || hit.contains(one)) ? "" : `${hit?.localName}.${hit?.className}`,
        x: box.left + scrollX, right: box.right + scrollX,
        y: box.top + down, bottom: box.bottom + down,
    };
}"""


@dataclass(frozen=True, slots=True)
class Stop:
    """One element that took the focus. Lengths in pixels of the page."""

    name: str
    ring: bool
    clipped: str
    """What cuts its focus ring off; empty: nothing."""
    covered: str
    """What lies over it; empty: nothing."""
    x: float
    right: float
    y: float
    bottom: float

    def goes_back_to(self, later: "Stop") -> bool:
        """Whether the eye has to go back, up in its column or to the left in its line, to find `later`."""
        if later.bottom <= self.y + 4:
            return later.x < self.right
        return later.y < self.bottom - 4 and later.right <= self.x + 4 and self.y < later.bottom - 4


async def walk(window: Window) -> list[Stop]:
    """Every stop of the Tab key from the top of the page until it comes around."""
    stops: list[Stop] = []
    while len(stops) < MOST_STOPS:
        await window.page.keyboard.press("Tab")
        seen: dict[str, Any] = await window.page.evaluate(STOP)
        if "over" in seen:
            break
        stops.append(Stop(**seen))
    wanted = await window.page.evaluate(STOPS)
    assert len(stops) == wanted, (
        f"{window.page.url}: {len(stops)} of {wanted} are reached: {[one.name for one in stops]}"
    )
    return stops


def faults(stops: list[Stop]) -> list[str]:
    """What a person without a mouse would stumble over."""
    found = [f"{one.name}: no focus ring" for one in stops if not one.ring]
    found += [f"{one.name}: its focus ring is cut off by {one.clipped}" for one in stops if one.clipped]
    found += [f"{one.name}: covered by {one.covered}" for one in stops if one.covered]
    found += [f"{one.name} comes before {later.name}" for one, later in pairwise(stops) if one.goes_back_to(later)]
    return found
