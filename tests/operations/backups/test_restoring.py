"""A venue comes back from its backups alone, byte for byte, or not at all."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from novacast.errors import BadSettings, Conflict, DiskFull, NotFound, Unavailable
from novacast.folder import RESTORING, DataFolder
from novacast.operations.backups import repository
from novacast.operations.backups.folders import FolderTarget
from novacast.operations.backups.models import unwatched
from novacast.operations.backups.repository import Opened
from novacast.operations.backups.restoring import Prepare, choose, restore
from novacast.operations.backups.service import Backups
from novacast.security.envelopes import ReaderKey, reader_key
from novacast.settings import Settings
from tests.fakes.clock import FakeClock
from tests.operations.backups.conftest import contents, heard, said

FILES = ("keys", "live", "uploads", "media", "posters", "mail")


@pytest.fixture
def key(settings: Settings, clock: FakeClock) -> ReaderKey:
    return Backups(settings, clock).begin(None)


def opened(settings: Settings, key: ReaderKey) -> Opened:
    return Opened(FolderTarget(Path(settings.backups.folder)), key)


def nothing(_: Path) -> None:
    """The database as it was."""


def brought(settings: Settings, key: ReaderKey, into: Path, prepare: Prepare = nothing, wanted: str = "") -> DataFolder:
    source = opened(settings, key)
    return restore(source, choose(source, wanted), into, prepare, unwatched).folder


def test_a_venue_comes_back_after_all_of_it_was_lost(
    settings: Settings, key: ReaderKey, clock: FakeClock, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('instance = "The Lantern"\n')
    folder = DataFolder.at(settings.data)
    said(folder.database, "before")
    Backups(settings, clock, config).create()
    before = contents(folder.root, *FILES)
    shutil.rmtree(folder.root)
    config.unlink()
    kept = reader_key(key.text())
    back = brought(settings, kept, tmp_path / "back")
    assert contents(back.root, *FILES) == before
    assert heard(back.database) == ["before"]
    assert (back.root / "settings.toml").read_text() == 'instance = "The Lantern"\n'
    for path in back.root.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert not (back.root / RESTORING).exists()


def test_each_backup_comes_back_as_it_was(settings: Settings, key: ReaderKey, clock: FakeClock, tmp_path: Path) -> None:
    folder, own = DataFolder.at(settings.data), Backups(settings, clock)
    said(folder.database, "one")
    first = own.create()
    said(folder.database, "two")
    (folder.media / "film" / "empty.vtt").write_text("not any more")
    clock.advance(60)
    own.create()
    assert heard(brought(settings, key, tmp_path / "newest").database) == ["one", "two"]
    old = brought(settings, key, tmp_path / "old", wanted=first.id)
    assert heard(old.database) == ["one"]
    assert (old.media / "film" / "empty.vtt").read_bytes() == b""
    with pytest.raises(NotFound):
        brought(settings, key, tmp_path / "none", wanted="20200101T000000-000000")


def test_a_backup_goes_on_from_a_restored_venue(
    settings: Settings, key: ReaderKey, clock: FakeClock, tmp_path: Path
) -> None:
    Backups(settings, clock).create()
    back = brought(settings, key, tmp_path / "back")
    moved = Settings(data=back.root, backups=settings.backups)
    clock.advance(60)
    assert Backups(moved, clock).create().added < 20_000


def test_nothing_is_laid_out_over_what_is_there(
    settings: Settings, key: ReaderKey, clock: FakeClock, tmp_path: Path
) -> None:
    Backups(settings, clock).create()
    with pytest.raises(Conflict, match="not empty"):
        brought(settings, key, settings.data)
    other = tmp_path / "other"
    other.mkdir()
    (other / "film.mov").write_text("mine")
    with pytest.raises(Conflict):
        brought(settings, key, other)
    assert [path.name for path in other.iterdir()] == ["film.mov"]


def test_what_is_missing_or_altered_leaves_no_venue(
    settings: Settings, key: ReaderKey, clock: FakeClock, tmp_path: Path
) -> None:
    Backups(settings, clock).create()
    objects = sorted(Path(settings.backups.folder, "objects").rglob("??*/*"), key=lambda path: path.stat().st_size)
    objects[-1].unlink()
    with pytest.raises(NotFound):
        brought(settings, key, tmp_path / "back")
    shutil.copy(objects[0], objects[-1])
    with pytest.raises(Unavailable):
        brought(settings, key, tmp_path / "back")
    assert not (tmp_path / "back" / "novacast.db").exists()
    with pytest.raises(BadSettings, match="not finished"):
        DataFolder.at(tmp_path / "back").prepare()


def test_a_kill_in_the_middle_leaves_no_venue_and_it_is_done_again(
    settings: Settings, key: ReaderKey, clock: FakeClock, tmp_path: Path
) -> None:
    head = Backups(settings, clock).create()
    program = f"""
import os, signal
from pathlib import Path
from novacast.operations.backups.folders import FolderTarget
from novacast.operations.backups.repository import Opened
from novacast.operations.backups.restoring import choose, restore
from novacast.security.envelopes import reader_key
def watch(seen):
    if seen.done > {head.size // 2}: os.kill(os.getpid(), signal.SIGKILL)
opened = Opened(FolderTarget(Path({settings.backups.folder!r})), reader_key({key.text()!r}))
restore(opened, choose(opened), Path({str(tmp_path / "back")!r}), print, watch)
"""
    done = subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": os.pathsep.join(sys.path)}, check=False)
    assert done.returncode == -signal.SIGKILL
    half = DataFolder.at(tmp_path / "back")
    assert not half.database.exists()
    with pytest.raises(BadSettings, match="not finished"):
        half.prepare()
    back = brought(settings, key, half.root)
    assert contents(back.root, *FILES) == contents(settings.data, *FILES)


def test_what_fails_before_the_database_has_its_name_leaves_no_venue(
    settings: Settings, key: ReaderKey, clock: FakeClock, tmp_path: Path
) -> None:
    Backups(settings, clock).create()

    def fail(_: Path) -> None:
        raise Unavailable("not today")

    with pytest.raises(Unavailable, match="today"):
        brought(settings, key, tmp_path / "back", fail)
    assert not DataFolder.at(tmp_path / "back").database.exists()


def test_a_full_disk_leaves_no_venue_and_the_backup_as_it_was(
    settings: Settings, key: ReaderKey, clock: FakeClock, small_disk: Path, tmp_path: Path
) -> None:
    (DataFolder.at(settings.data).media / "late.mov").write_bytes(os.urandom(6_000_000))
    Backups(settings, clock).create()
    with pytest.raises(DiskFull, match="larger disk"):
        brought(settings, key, small_disk / "back")
    assert not (small_disk / "back" / "novacast.db").exists()
    assert contents(brought(settings, key, tmp_path / "back").root, "media") == contents(settings.data, "media")


def test_the_newest_whole_one_is_taken_unless_another_is_named(
    settings: Settings, key: ReaderKey, clock: FakeClock
) -> None:
    source = opened(settings, key)
    with pytest.raises(NotFound):
        choose(source)
    first = Backups(settings, clock).create()
    clock.advance(60)
    second = Backups(settings, clock).create()
    assert choose(source).id == second.id
    file = Path(settings.backups.folder, "backups", f"{second.id}.backup")
    file.write_bytes(file.read_bytes()[:-1])
    assert choose(source).id == first.id
    assert repository.describe(source.repository.target).public == key.writer().public


def test_of_a_recording_under_way_all_comes_back_that_its_journal_tells_of(
    settings: Settings, key: ReaderKey, clock: FakeClock, tmp_path: Path
) -> None:
    show = DataFolder.at(settings.data).live / "show"
    stop, written = threading.Event(), threading.Event()

    def record() -> None:
        """As the recorder does: a whole segment first, then its line."""
        number = 0
        while not stop.is_set():
            (show / "720" / f"a_{number:05}.m4s").write_bytes(bytes(100) * number)
            with (show / "journal").open("a") as journal:
                journal.write(f"{number}\n")
            number += 1
            written.set()

    thread = threading.Thread(target=record)
    thread.start()
    try:
        assert written.wait(30)
        Backups(settings, clock).create()
    finally:
        stop.set()
        thread.join()
    back = brought(settings, key, tmp_path / "back").live / "show"
    numbers = [int(line) for line in (back / "journal").read_text().splitlines()[1:]]
    assert numbers
    for number in numbers:
        assert (back / "720" / f"a_{number:05}.m4s").stat().st_size == 100 * number
