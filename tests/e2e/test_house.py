"""The frame and the building blocks of all pages."""

import pytest

from tests.e2e.browser import Windows
from tests.e2e.stage import Stage

PAGES = {
    "home": "/",
    "home-empty": "/?empty&stranger",
    "home-long": "/?venue=Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichenverleihungshaus",
    "kit": "/kit",
    "error": "/error",
    "upload": "/upload_page",
    "progress": "/progress",
}


@pytest.mark.slow
async def test_pages_fit_every_screen_and_nothing_complains(windows: Windows, stage: Stage) -> None:
    for name, path in PAGES.items():
        window = await windows.open(stage.url + path)
        await window.page.wait_for_load_state()
        await windows.look(window, name)
        # Chromium complains of every answer that is a refusal.
        assert [words for words in window.complaints if "status of" not in words] == [], name
        await window.page.context.close()


async def test_a_page_fits_at_320_pixels(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/kit", phone=True)
    await window.page.set_viewport_size({"width": 320, "height": 640})
    await window.check_fits()


async def test_the_first_tab_stop_skips_to_the_content(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/kit")
    await window.page.keyboard.press("Tab")
    await window.page.keyboard.press("Enter")
    assert await window.page.evaluate("() => document.activeElement.id") == "main"


async def test_the_chosen_theme_is_in_the_page_that_the_server_sends(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/kit", scheme="light")
    await window.page.get_by_role("button", name="Dark colours").click()
    answer = await window.page.reload()
    assert answer is not None
    assert 'data-theme="dark"' in await answer.text()
    assert await window.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(21, 16, 19)"

    await window.page.get_by_role("button", name="Light colours").click()
    answer = await window.page.reload()
    assert answer is not None
    assert "data-theme=" not in await answer.text()


async def test_a_dialog_is_modal_and_gives_focus_back(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/kit")
    page = window.page
    opener = page.get_by_role("button", name="Delete…")
    await opener.click()
    assert await page.evaluate("() => document.querySelector('#del').matches(':modal')")
    assert await page.evaluate("() => document.activeElement.textContent.trim()") == "Cancel"
    await window.check_accessibility()
    await page.keyboard.press("Escape")
    assert await page.evaluate("() => document.activeElement.textContent.trim()") == "Delete…"
    await opener.click()
    await page.locator("#del").get_by_role("button", name="Delete", exact=True).click()
    await page.wait_for_url("**/done")


async def test_dialogs_and_forms_work_without_scripts(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/kit", scripts=False)
    await window.page.get_by_role("button", name="Delete…").click()
    await window.page.locator("#del").get_by_role("button", name="Delete", exact=True).click()
    await window.page.wait_for_url("**/done")
    window = await windows.open(f"{stage.url}/", scripts=False)
    assert await window.page.get_by_role("button", name="Dark colours").count() == 0


async def test_the_account_menu_closes_by_escape(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/")
    summary = window.page.locator("details.menu summary")
    await summary.click()
    assert await window.page.get_by_role("button", name="Log out").is_visible()
    await window.page.keyboard.press("Escape")
    assert not await window.page.get_by_role("button", name="Log out").is_visible()


async def test_a_refused_field_is_tied_to_its_message(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/kit")
    field = window.page.get_by_label("E-mail")
    assert await field.get_attribute("aria-invalid") == "true"
    described = await field.get_attribute("aria-describedby")
    assert "This address has an account." in await window.page.locator(f"#{described}").inner_text()
    await window.page.get_by_role("link", name="This address has an account.").click()
    assert await window.page.evaluate("() => location.hash") == "#f-email"


async def test_main_controls_are_large_enough_to_touch(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/kit", phone=True)
    small = await window.page.evaluate(
        """() => [...document.querySelectorAll("button, a.button, input, select, textarea, summary")]
            .filter((one) => one.checkVisibility() && !one.closest(".choice"))
            .map((one) => [one.getBoundingClientRect(), one])
            .filter(([box, one]) => box.height < (one.matches(".button--small") ? 36 : 44))
            .map(([box, one]) => `${one.outerHTML.slice(0, 80)} ${box.height}`)"""
    )
    assert small == []
