"""A whole rehearsal, small: a real server, encoder and crowd. And what it leaves behind, which is nothing."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from novacast.clock import SystemClock
from novacast.errors import BadSettings, Conflict
from novacast.folder import DataFolder
from novacast.settings import Settings, as_environment, load
from novacast_admin.cli.rehearsing import check_on_air
from novacast_admin.rehearsal import scratch
from novacast_admin.rehearsal.machine import try_disk
from novacast_admin.rehearsal.scratch import LONGEST, PREFIX, place_beside, settings_of
from tests.admin.commands import Novacast, venue_of_ada
from tests.waiting import until

SMALL = ("--seconds", "15", "--heights", "144,240", "--json")


def left_in(folder: Path) -> list[Path]:
    return list(folder.rglob(f"{PREFIX}*"))


def test_the_houses_settings_hold_where_they_say_what_it_can_and_reach_nobody(tmp_path: Path) -> None:
    environment = {
        "NOVACAST_DATA": str(tmp_path),
        "NOVACAST_SERVER_HOST": "0.0.0.0",
        "NOVACAST_TRANSCODE_PRESET": "superfast",
        "NOVACAST_MAIL_METHOD": "smtp",
        "NOVACAST_STRIPE_SECRET_KEY": "sk_live_nobodys",
        "NOVACAST_ALARMS_TARGETS": "json://alarms.example/",
        "NOVACAST_PLAYBACK_CACHE_BYTES": "1000000",
    }
    own = settings_of(load(None, environ=environment), tmp_path / "scratch", mailbox=True)
    assert (own.transcode.preset, own.playback.cache_bytes) == ("superfast", 1_000_000)
    assert (own.server.host, own.server.port, own.live.rtmp_host) == ("127.0.0.1", 0, "127.0.0.1")
    assert (own.mail.method, own.stripe.secret_key, own.alarms.targets) == ("folder", "", ())
    assert (own.live.srt_port, own.live.whip, own.live.whep) == (0, False, False)
    assert own.data == tmp_path / "scratch"
    assert "nobodys" not in str(as_environment(own))


def test_a_scratch_folder_goes_with_all_in_it_and_takes_along_what_a_killed_one_left(tmp_path: Path) -> None:
    left, foreign = tmp_path / f"{PREFIX}left", tmp_path / f"{PREFIX}of-somebody"
    (left / "media").mkdir(parents=True)
    (left / "rehearsal.lock").touch()
    (foreign / "photos").mkdir(parents=True)
    with scratch.folder(tmp_path, tmp_path / "data") as first:
        (first.root / "novacast.db").touch()
        assert not left.exists()
        with scratch.folder(tmp_path, tmp_path / "data") as second:
            assert first.root.exists(), "another rehearsal is at work in it"
            assert second.root != first.root
    assert left_in(tmp_path) == [foreign], "a folder of that name without its mark is nobody's to remove"


def test_it_plays_on_the_disk_of_the_house_or_where_it_was_told_to() -> None:
    with TemporaryDirectory(prefix="nc-") as name:
        place = Path(name)
        data = place / "house" / "data"
        settings = Settings(data=data)
        assert place_beside(settings, None) == place
        data.mkdir(parents=True)
        assert place_beside(settings, None) == data.parent
        DataFolder.at(data).prepare()
        assert place_beside(settings, None) == data / "cache"
        assert place_beside(settings, place) == place
        with pytest.raises(BadSettings, match="--scratch"):
            place_beside(settings, place / "nowhere")


def test_where_a_path_is_too_long_for_a_socket_it_plays_nearby() -> None:
    with TemporaryDirectory(prefix="nc-") as name:
        data = Path(name) / ("a" * (LONGEST - len(name) - 1 - len("/cache") + 1))
        DataFolder.at(data).prepare()
        assert place_beside(Settings(data=data), None) == Path(name)
        with pytest.raises(BadSettings, match="too long"):
            place_beside(Settings(data=data), data / "cache")


def test_the_disk_is_tried_by_writing_and_left_as_it_was(tmp_path: Path) -> None:
    found = try_disk(tmp_path, Settings(data=tmp_path / "data"), SystemClock(), 0.2)
    assert found.write > 0
    assert found.sync > 0
    assert found.same
    assert list(tmp_path.iterdir()) == []


def test_somebody_on_air_is_not_disturbed_unless_that_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    check_on_air([], yes=False)
    with pytest.raises(Conflict, match="The last night"):
        check_on_air(["The last night"], yes=False)
    check_on_air(["The last night"], yes=True)
    assert "The last night" in capsys.readouterr().err


def test_what_can_not_be_meant_is_refused_before_anything_begins(novacast: Novacast) -> None:
    assert novacast("bench", "--only", "fireworks").code == 65
    assert novacast("bench", "--heights", "359").code == 65
    assert novacast("bench", "--scratch", "/nowhere/at/all").code == 78
    assert novacast("doctor", "--event", "nothing").code == 66


@pytest.mark.slow
def test_a_rehearsal_tells_of_every_part_and_leaves_the_house_as_it_was(novacast: Novacast, tmp_path: Path) -> None:
    venue_of_ada(novacast, tmp_path, "The Lantern")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "data").rglob("*") if path.suffix == ".db"}
    done = novacast("bench", "--most-viewers", "10", "--uplink", "100", *SMALL)
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["skipped"] == {}
    assert {one["name"] for one in told["stage"]["made"]} == {"144p", "240p"}
    assert told["stage"]["encoder"] > 0
    step = told["watching"]["steps"][0]
    assert (step["viewers"], step["refused"]) == (10, 0), step
    assert step["parts"] > 0
    assert told["chatting"]["talks"][0]["heard"] > 0.9
    assert told["selling"]["holds"] > 0
    assert told["selling"]["sales"] > 0
    assert told["selling"]["refused"] == 0, told["selling"]["words"]
    assert told["letters"]["arrived"] > 0
    assert told["letters"]["again"] > 0
    assert told["disk"]["write"] > 0
    assert told["can_take"]["hours_of_recording"] > 0
    assert left_in(tmp_path) == []
    assert {path: path.stat().st_mtime_ns for path in before} == before, "the venue's own database"


@pytest.mark.slow
def test_an_event_gets_an_answer_for_each_part(novacast: Novacast, tmp_path: Path) -> None:
    done = novacast("doctor", "--viewers", "5", "--hours", "2", "--tickets", "50", *SMALL)
    told = json.loads(done.out)
    assert done.code == (0 if told["ready"] else 1)
    assert {one["part"] for one in told["verdicts"]} >= {"stage", "viewers", "chat", "sale", "webhooks", "disk"}
    assert all(one["reason"] for one in told["verdicts"])
    assert not (tmp_path / "data").exists(), "no venue is made by looking for one"


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_broken_off_it_leaves_neither_folder_nor_process(number: signal.Signals, tmp_path: Path) -> None:
    environment: dict[str, Any] = {**os.environ, "NOVACAST_DATA": str(tmp_path / "data"), "HOME": str(tmp_path)}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    argv = [sys.executable, "-m", "novacast_admin.cli.main", "bench", *SMALL]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        await until(lambda: bool(list(tmp_path.glob(f"{PREFIX}*/novacast.sock"))), 60.0)
        children = children_of(process.pid)
        assert children
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert b"Traceback" not in said
    assert left_in(tmp_path) == []
    assert [one for one in children if Path(f"/proc/{one}").exists()] == []
