"""Fixtures for tests in a real browser; a test that takes `windows` is marked `browser` by itself."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e import ladder as ladders
from tests.e2e.browser import Windows, find_chromium
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
    async with Windows.start(chromium) as windows:
        yield windows


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
