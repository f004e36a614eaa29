import json
import os
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import pytest

from novacast.errors import BadSettings
from novacast.media.ffmpeg import CACHE_FILE, FEATURES, find_ffmpeg, tried

Script = Callable[[str, str], Path]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    def write(name: str, text: str) -> Path:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    return write


LACKING = """case "$*" in
  *-version*) echo "ffmpeg version 4.2-lacking Copyright"; exit 0;;
  *libx264*) echo "Unknown encoder 'libx264'" >&2; exit 1;;
esac
exit 0
"""


async def test_every_real_ffmpeg_passes_the_trials(program: Path, tmp_path: Path) -> None:
    trial = await tried(program, tmp_path)
    assert trial.lacks == ()
    assert trial.version
    found = await find_ffmpeg(tmp_path, explicit=str(program))
    assert found.path == program
    assert found.has("h264")
    assert "settings" in found.why


async def test_a_lacking_system_ffmpeg_gives_way_to_the_shipped_one(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = script("ffmpeg", LACKING)
    monkeypatch.setenv("PATH", str(lacking.parent), prepend=os.pathsep)
    found = await find_ffmpeg(tmp_path / "cache")
    assert found.path == Path(imageio_ffmpeg.get_ffmpeg_exe())
    assert "Unknown encoder 'libx264'" in found.why
    assert str(lacking) in found.why


async def test_without_a_system_ffmpeg_the_shipped_one_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = await find_ffmpeg(tmp_path / "cache")
    assert found.path == Path(imageio_ffmpeg.get_ffmpeg_exe())
    assert found.why.startswith("There is no system FFmpeg")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LACKING, r"H\.264.*libx264"),
        ("exit 1\n", "exit code 1"),
        ("echo hello\n", "does not run as FFmpeg"),
        ("kill -9 $$\n", "SIGKILL"),
    ],
)
async def test_an_explicit_ffmpeg_that_will_not_do_is_an_error_of_the_settings(
    script: Script, tmp_path: Path, text: str, why: str
) -> None:
    path = script("mine", text)
    with pytest.raises(BadSettings, match=why) as refused:
        await find_ffmpeg(tmp_path / "cache", explicit=str(path))
    assert str(path) in refused.value.message


async def test_a_missing_explicit_ffmpeg_is_an_error_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="does not run"):
        await find_ffmpeg(tmp_path / "cache", explicit=str(tmp_path / "gone"))


async def test_trials_run_once_for_a_file_and_again_when_it_changes(script: Script, tmp_path: Path) -> None:
    log = tmp_path / "log"
    path = script("counted", f"echo x >> {log}\n{LACKING}")
    first = await tried(path, tmp_path)
    runs = len(log.read_text().split())
    assert runs == len(FEATURES) + 1
    assert await tried(path, tmp_path) == first
    assert len(log.read_text().split()) == runs
    path.write_text(path.read_text() + "# changed\n")
    await tried(path, tmp_path)
    assert len(log.read_text().split()) == 2 * runs


@pytest.mark.parametrize("content", ["", "{", "[]", '{"x": 1}', "\x00"])
async def test_a_damaged_cache_is_made_anew(script: Script, tmp_path: Path, content: str) -> None:
    path = script("counted", LACKING)
    (tmp_path / CACHE_FILE).write_text(content)
    trial = await tried(path, tmp_path)
    assert "h264" in trial.missing
    assert any(str(path) in key for key in json.loads((tmp_path / CACHE_FILE).read_text()))


async def test_a_cache_that_names_half_a_trial_is_not_believed(script: Script, tmp_path: Path) -> None:
    path = script("counted", LACKING)
    whole = await tried(path, tmp_path)
    cache = tmp_path / CACHE_FILE
    cache.write_text(json.dumps({key: {"path": str(path)} for key in json.loads(cache.read_text())}))
    assert await tried(path, tmp_path) == whole


async def test_a_trial_that_was_cut_short_is_not_remembered(script: Script, tmp_path: Path) -> None:
    path = script("killed", LACKING.replace("exit 1", "kill -9 $$"))
    assert "h264" in (await tried(path, tmp_path)).missing
    assert not (tmp_path / CACHE_FILE).exists()
