"""A real Chromium for tests: where it is, how it is started, what is asked of every page."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright, expect

from tests.compiled import scripts

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
)
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 360, "height": 740}
LOOKS: tuple[tuple[str, ViewportSize, Scheme, tuple[str, ...]], ...] = (
    ("desktop", DESKTOP, "light", ()),
    ("phone", SMALL, "dark", ("color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable")),
)
"""All rules once; of the same page in other colours and another width only those that look at colours and places."""
WITHIN = 20_000
"""Milliseconds that anything which is going to happen gets."""
expect.set_options(timeout=WITHIN)
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def find_chromium() -> str:
    """Its path; without one the test is skipped, or fails where everything must be tested (CI=true)."""
    wanted = os.environ.get("NOVACAST_CHROMIUM")
    for name in (wanted,) if wanted else ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found is not None:
            return found
    reason = "Chromium is missing: install the package chromium, or name it in NOVACAST_CHROMIUM"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Window:
    """A page, and what it complained of in the console: refused by the policy, failed to load, thrown."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location.get('url', '')}".strip())

    async def until(self, function: str) -> None:
        """Wait for a JavaScript function such as `() => document.title` to be true.

        A bare expression would need eval, which the pages' policy forbids.
        """
        await self.page.wait_for_function(function)

    async def check_accessibility(self, *rules: str) -> None:
        """axe-core finds nothing against WCAG 2.2 AA, or against these rules of it."""
        # axe waits for nothing: a colour in mid-transition would be measured.
        await self.page.evaluate(
            "() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))"
        )
        # Its script is half a megabyte: once per page is enough.
        axe = Axe("void 0") if await self.page.evaluate("() => 'axe' in window") else Axe()
        which = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(STANDARDS)}
        wanted = {"resultTypes": ["violations"], "runOnly": which}
        found = await axe.run(self.page, options=wanted)
        assert found.violations_count == 0, found.generate_report()

    async def check_fits(self) -> None:
        """Nothing makes the page scroll sideways."""
        over = await self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over <= 0, f"{self.page.url} is {over} px wider than the screen"


@dataclass(frozen=True)
class Windows:
    """Opens pages, each in a fresh profile, and takes pictures of them."""

    browser: Browser
    pictures: Path | None

    @classmethod
    @asynccontextmanager
    async def start(cls, chromium: str, flags: Sequence[str] = FLAGS) -> AsyncIterator["Windows"]:
        """Pictures go to `$NOVACAST_PICTURES`, if it is named."""
        wanted = os.environ.get("NOVACAST_PICTURES")
        pictures = Path(wanted) if wanted else None
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
        # Playwright's driver is a megabyte of scripts for Node.js, in a process of its own each time.
        os.environ.setdefault("NODE_COMPILE_CACHE", str(scripts()))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=list(flags))
            yield cls(browser, pictures)
            await browser.close()

    async def open(
        self, url: str, *, phone: bool = False, scheme: Scheme = "light", scripts: bool = True, before: str = ""
    ) -> Window:
        """`before` is a script that runs ahead of every page's own: it takes away what another browser lacks."""
        context = await self.browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            color_scheme=scheme,
            java_script_enabled=scripts,
            has_touch=phone,
            reduced_motion="reduce",
        )
        if before:
            await context.add_init_script(before)
        page = await context.new_page()
        page.set_default_timeout(WITHIN)
        window = Window(page)
        page.on("console", window.hear)
        page.on("pageerror", lambda error: window.complaints.append(str(error)))
        await page.goto(url)
        return window

    async def picture(self, window: Window, name: str) -> None:
        """`$NOVACAST_PICTURES/<name>.png`, for people to look at; nothing where nobody will."""
        if self.pictures is not None:
            await window.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)

    async def look(self, window: Window, name: str) -> None:
        """The page as it is now, on a desktop by day and a phone by night: it fits, axe finds nothing."""
        for size, viewport, scheme, rules in LOOKS:
            await window.page.set_viewport_size(viewport)
            await window.page.emulate_media(color_scheme=scheme)
            # What the page's head covers while one is further down can be reached by scrolling.
            await window.page.evaluate("() => scrollTo({ top: 0, behavior: 'instant' })")
            await window.check_fits()
            await window.check_accessibility(*rules)
            await self.picture(window, f"{name}-{size}-{scheme}")
