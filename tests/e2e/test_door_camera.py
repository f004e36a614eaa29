"""A ticket before a phone's camera: a film of its code in place of the camera, and everything behind it real."""

import shutil
import subprocess
from pathlib import Path

import pytest
import segno
from playwright.async_api import expect

from tests.e2e.browser import FLAGS, Windows
from tests.e2e.test_door import at_gate, says
from tests.fakes.clock import FakeClock
from tests.tickets.box import DOOR, open_box
from tests.tickets.doors import door, sold_code
from tests.tickets.serving import serving

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def film(code: str, folder: Path) -> Path:
    """Raw video of a code, as large as a ticket is held before a phone, a little askew."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("FFmpeg is missing: install the package ffmpeg")
    picture, made = folder / "code.png", folder / "code.y4m"
    segno.make_qr(code, error="m").save(str(picture), scale=6, border=4)
    held = "rotate=0.12:c=white:ow=rotw(0.12):oh=roth(0.12),scale=-2:400,pad=640:480:(ow-iw)/2:(oh-ih)/2:gray"
    command = [ffmpeg, "-v", "error", "-loop", "1", "-i", str(picture), "-t", "1", "-r", "10"]
    subprocess.run([*command, "-vf", f"{held},format=yuv420p", str(made)], check=True, timeout=60)
    return made


async def test_a_code_before_the_camera_lets_in_once(chromium: str, tmp_path: Path, clock: FakeClock) -> None:
    async with open_box(tmp_path / "novacast.db", clock) as box, serving(box) as served:
        front, code = await door(box), await sold_code(box)
        flags = (
            *FLAGS,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film(code, tmp_path)}",
        )
        async with Windows.start(chromium, flags) as windows:
            window = await at_gate(windows, served, front, "North")
            await window.page.locator("[data-does=camera]").click()
            await says(window.page, "Let in")
            await windows.picture(window, "door-camera")
            # It stays before the camera, and is the same ticket all the while.
            await expect(window.page.locator("[data-part=verdict]")).to_be_hidden()
            await expect(window.page.locator("[data-part=inside]")).to_have_text("1")
            gates, _ = await box.own.door.lists.gates(DOOR, front.id)
            assert [(one.entries, one.refused) for one in gates] == [(1, 0)]
