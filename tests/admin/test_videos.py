"""`novacast video` and the demo's venue, with FFmpeg as it is."""

import asyncio
import json
from pathlib import Path

import pytest

from novacast.clock import SystemClock
from novacast.errors import Conflict
from novacast.folder import DataFolder
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.media.process import Command, run_child
from novacast.settings import Settings, load
from novacast.wiring import services
from novacast_admin import demo as stage
from novacast_admin.cli import demo, venue
from tests.admin.commands import Novacast, venue_of_ada


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of 160x90 with sound."""
    folder = tmp_path_factory.mktemp("clip")
    target = folder / "a [small] clip.mp4"

    async def make() -> None:
        ffmpeg: FFmpeg = await find_ffmpeg(folder)
        picture = ("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10:duration=2")
        sound = ("-f", "lavfi", "-i", "sine=duration=2")
        await run_child(Command("clip", (str(ffmpeg.path), "-loglevel", "error", *picture, *sound, str(target))))

    asyncio.run(make())
    return target


@pytest.fixture
def lantern(novacast: Novacast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Novacast:
    monkeypatch.setenv("NOVACAST_UPLOADS_RESERVE_BYTES", "0")
    venue_of_ada(novacast, tmp_path, "Lantern")
    return novacast


def items(done: object) -> list[dict[str, object]]:
    return list(json.loads(getattr(done, "out"))["items"])  # noqa: B009 - any answer


def test_an_imported_file_is_transcoded_and_can_be_shown_listed_and_deleted(lantern: Novacast, clip: Path) -> None:
    done = lantern("video", "import", str(clip), "--org", "lantern", "--visibility", "public", "--json")
    assert done.code == 0, done.err
    [video] = items(done)
    assert (video["title"], video["transcode"]) == ("a [small] clip", "done")
    shown = json.loads(lantern("video", "show", str(video["id"]), "--json").out)
    assert shown["state"] == "ready"
    assert [rung["name"] for rung in shown["rungs"]]
    checked = lantern("video", "check", str(video["id"]), "--json")
    assert (checked.code, json.loads(checked.out)["findings"]) == (0, []), checked.out
    assert "a [small] clip" in lantern("video", "list").out
    assert items(lantern("video", "list", "--state", "failed", "--json")) == []
    assert lantern("video", "retry", str(video["id"])).code == 75
    assert lantern("video", "delete", str(video["id"]), "--yes").code == 0
    assert items(lantern("video", "list", "--json")) == []
    assert lantern("video", "show", str(video["id"])).code == 66


def test_what_is_no_video_fails_with_the_reason_and_the_others_go_on(
    lantern: Novacast, clip: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.mp4").write_bytes(clip.read_bytes()[:1000])
    (tmp_path / "text.mp4").write_text("no video at all " * 50)
    (tmp_path / "empty.mp4").touch()
    names = ("broken.mp4", "text.mp4", "empty.mp4", "gone.mp4")
    files = [*(str(tmp_path / name) for name in names), str(clip)]
    done = lantern("video", "import", *files, "--org", "lantern", "--json")
    assert done.code == 1
    states = {video["source"]: (video["transcode"], video["reason"]) for video in items(done)}
    assert states[clip.name] == ("done", None)
    assert states["broken.mp4"][0] == "failed"
    assert states["broken.mp4"][1]
    assert set(states) == {clip.name, "broken.mp4"}
    refused = [json.loads(line) for line in done.err.splitlines() if line.startswith("{")]
    assert [one["code"] for one in refused] == ["unsupported_media", "invalid_input", "not_found"]
    assert "text.mp4" in refused[0]["message"]


def test_of_one_file_that_is_refused_the_exit_code_tells_why(lantern: Novacast, tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert lantern("video", "import", str(tmp_path / "gone.mp4"), "--org", "lantern").code == 66
    assert lantern("video", "import", str(tmp_path / "empty.mp4"), "--org", "lantern").code == 65


def test_an_import_need_not_be_waited_for(lantern: Novacast, clip: Path) -> None:
    [video] = items(lantern("video", "import", str(clip), "--org", "lantern", "--no-wait", "--json"))
    assert video["transcode"] is None
    [listed] = items(lantern("video", "list", "--json"))
    assert (listed["state"], listed["transcode"]) == ("processing", "queued")


@pytest.mark.parametrize(
    "arguments",
    [("--visibility", "secret"), ("--org", "nowhere"), ("--owner", "nobody@lantern.example")],
)
def test_a_wrong_import_is_refused_before_anything_is_copied(
    lantern: Novacast, clip: Path, tmp_path: Path, arguments: tuple[str, str]
) -> None:
    done = lantern("video", "import", str(clip), "--org", "lantern", *arguments)
    assert done.code in (65, 66)
    assert list((tmp_path / "data" / "uploads").iterdir()) == []


def demo_settings(folder: Path) -> Settings:
    return load(Path("/dev/null"), {"HOME": str(folder)}, data=folder / "demo")


async def test_the_demo_makes_its_people_once_however_often_it_starts(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    venue.up_to_date(settings, DataFolder.at(settings.data))
    async with services(settings, SystemClock()) as own:
        first = await stage.cast(own)
        second = await stage.cast(own)
        assert first == second
        members = await own.accounts.organizations.members(stage.SYSTEM, first.id, None, 100)
    assert {member.email: member.role for member in members.items} == {
        one.email: one.role for one in stage.CAST if one.role is not None
    }


def test_the_demo_keeps_out_of_a_venue_that_is_no_demo(lantern: Novacast, tmp_path: Path) -> None:
    done = lantern("demo", "--no-serve", "--data", str(tmp_path / "data"))
    assert done.code == 75
    assert "no demo" in done.err
    assert len(items(lantern("user", "list", "--json"))) == 1


def test_a_demo_that_runs_is_not_started_twice(novacast: Novacast, tmp_path: Path) -> None:
    folder = DataFolder.at(tmp_path / "demo")
    folder.prepare()
    with folder.lock():
        done = novacast("demo", "--no-serve", "--data", str(folder.root))
    assert done.code == 75
    assert done.err.startswith("already_running: ")


def test_a_port_that_is_asked_for_and_taken_is_refused(listener: int) -> None:
    with pytest.raises(Conflict, match=str(listener)):
        demo._free(listener)


def test_a_damaged_mark_means_unfinished(tmp_path: Path) -> None:
    folder = DataFolder.at(tmp_path / "demo")
    folder.prepare()
    record = stage.Record(folder)
    record.claim()
    assert not record.complete
    record.finish()
    assert record.complete
    (folder.root / stage.MARK).write_text("{")
    assert not record.complete


def test_a_published_video_that_lost_a_segment_is_found_out(lantern: Novacast, clip: Path, tmp_path: Path) -> None:
    [video] = items(lantern("video", "import", str(clip), "--org", "lantern", "--json"))
    lost = next(path for path in tmp_path.rglob("seg_00000.m4s") if "audio" not in path.parts)
    lost.unlink()
    checked = lantern("video", "check", str(video["id"]))
    assert checked.code == 1
    assert "seg_00000.m4s is missing or empty" in checked.out
    assert "no findings" not in checked.err
    assert lantern("video", "check", "nosuch").code == 66
