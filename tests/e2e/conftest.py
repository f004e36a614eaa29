"""Fixtures for tests in a real browser; a test that takes `windows` is marked `browser` by itself."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from tests.e2e import ladder as ladders
from tests.e2e.browser import FLAGS, Windows, find_chromium
from tests.e2e.stage import Stage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "windows" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    return find_chromium()


@pytest.fixture
async def windows(chromium: str, tmp_path: Path) -> AsyncIterator[Windows]:
    pictures = Path(os.environ.get("NOVACAST_PICTURES", tmp_path / "pictures"))
    pictures.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield Windows(browser, pictures)
        await browser.close()


@pytest.fixture(scope="session")
def ladder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small HLS ladder, made by FFmpeg: two rungs, sound, captions, storyboard, poster; 24 seconds."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        if os.environ.get("CI") == "true":
            pytest.fail("FFmpeg is missing: install the package ffmpeg")
        pytest.skip("FFmpeg is missing: install the package ffmpeg")
    folder = tmp_path_factory.mktemp("ladder")
    for arguments in ladders.COMMANDS:
        subprocess.run([ffmpeg, "-v", "error", "-y", *arguments], cwd=folder, check=True, timeout=60)
    ladders.write_texts(folder)
    return folder


@pytest.fixture
async def stage(ladder: Path) -> AsyncIterator[Stage]:
    async with Stage.open(ladder) as stage:
        yield stage
