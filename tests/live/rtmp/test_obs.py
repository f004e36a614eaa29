"""OBS itself, on a screen that nobody sees: it runs as installed, with a profile that this test wrote."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from novacast.live.ingest import Kind
from novacast.live.measures import Measures
from tests.fakes.gate import KEY
from tests.live.rtmp.conftest import Studio
from tests.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("obs") or not shutil.which("Xvfb"), reason="OBS or Xvfb is missing"),
]

PROFILE = """
[General]
Name=Test
[Video]
BaseCX=640
BaseCY=360
OutputCX=640
OutputCY=360
FPSCommon=30
[Output]
Mode=Simple
Reconnect=false
[SimpleOutput]
VBitrate=1000
ABitrate=128
StreamEncoder=x264
"""
GLOBAL = """
[General]
FirstRun=true
[Basic]
Profile=Test
ProfileDir=Test
SceneCollection=Test
SceneCollectionFile=Test
"""
SCENE = {
    "name": "Test",
    "current_scene": "Scene",
    "scene_order": [{"name": "Scene"}],
    "sources": [
        {"id": "scene", "name": "Scene", "settings": {"items": [{"name": "Green", "id": 1, "visible": True}]}},
        {"id": "color_source", "name": "Green", "settings": {"color": 4278255360, "width": 640, "height": 360}},
    ],
}

Start = Callable[[str, str], Awaitable[Path]]


@pytest.fixture
async def obs(tmp_path: Path) -> AsyncIterator[Start]:
    """`await obs(server, key)`: it begins to stream; what comes back is its log."""
    reading, writing = os.pipe()
    screen = await asyncio.create_subprocess_exec(
        "Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x720x24", pass_fds=[writing], stderr=subprocess.DEVNULL
    )
    os.close(writing)
    running = []

    async def start(server: str, key: str) -> Path:
        with os.fdopen(reading) as told:
            number = (await asyncio.to_thread(told.readline)).strip()
        basic = tmp_path / "obs-studio" / "basic"
        (basic / "profiles" / "Test").mkdir(parents=True)
        (basic / "scenes").mkdir()
        (tmp_path / "obs-studio" / "global.ini").write_text(GLOBAL)
        (basic / "profiles" / "Test" / "basic.ini").write_text(PROFILE)
        service = {"type": "rtmp_custom", "settings": {"server": server, "key": key}}
        (basic / "profiles" / "Test" / "service.json").write_text(json.dumps(service))
        (basic / "scenes" / "Test.json").write_text(json.dumps(SCENE))
        home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
        screen_of = {"DISPLAY": f":{number}", "LIBGL_ALWAYS_SOFTWARE": "1", "QT_QPA_PLATFORM": "xcb"}
        log = tmp_path / "obs.log"
        argv = ["obs", "--startstreaming", "--profile", "Test", "--collection", "Test", "--multi", "--disable-updater"]
        with log.open("wb") as out:
            child = await asyncio.create_subprocess_exec(
                *argv, env={**os.environ, **home, **screen_of}, stdout=out, stderr=out
            )
        running.append(child)
        return log

    yield start
    for child in [*running, screen]:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def test_obs_feeds_with_an_address_and_a_key(studio: Studio, obs: Start) -> None:
    await obs(f"rtmp://127.0.0.1:{studio.port}/live", KEY)
    basket = await studio.gate.basket()
    await until(lambda: len(basket.of(Kind.VIDEO)) > 60)
    measures = Measures(0)
    for tag in basket.tags:
        measures.count(tag, tag.time / 1000)
    found = measures.look(basket.tags[-1].time / 1000)
    assert (found.video_codec, found.audio_codec, found.width, found.height) == ("h264", "aac", 640, 360)
    assert found.fps == pytest.approx(30, abs=0.1)
    assert (found.jumps, found.broken) == (0, 0)
    assert b"obs-output module" in basket.of(Kind.SCRIPT)[0].data


async def test_obs_shows_why_its_key_is_refused(studio: Studio, obs: Start) -> None:
    log = await obs(f"rtmp://127.0.0.1:{studio.port}/live", "wrong")
    await until(
        lambda: "NetStream.Publish.BadName (This stream key is not known here.)" in log.read_text(errors="replace")
    )
