"""Making, checking and pruning backups: what does not change is kept once, and nothing ever spoils an older one."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from novacast.clock import DAY, HOUR
from novacast.errors import BadSettings, Conflict, DiskFull, InvalidInput, NotFound, Unauthenticated, Unavailable
from novacast.folder import DataFolder
from novacast.operations import state
from novacast.operations.backups import repository
from novacast.operations.backups.folders import UNFINISHED, FolderTarget
from novacast.operations.backups.models import Entry, Head, Progress, Rules, due, kept
from novacast.operations.backups.service import Backups, last_good, verify
from novacast.operations.models import State
from novacast.settings import Settings
from tests.fakes.clock import FakeClock
from tests.operations.backups.conftest import moved, said

WORDS = "four words will do"


def test_the_second_backup_stores_only_what_is_new(
    backups: Backups, folder: DataFolder, clock: FakeClock, settings: Settings
) -> None:
    first = backups.create()
    assert first.whole
    assert first.size > 9_000_000
    assert first.added > 9_000_000
    clock.advance(60)
    again = backups.create()
    assert (again.files, again.size) == (first.files, first.size)
    assert again.added < 20_000, "a list and nothing else"
    (folder.media / "film" / "new.m4s").write_bytes(os.urandom(10_000))
    os.rename(folder.media / "film", folder.media / "renamed")  # noqa: PTH104 - a whole folder
    said(folder.database, "hello")
    clock.advance(60)
    third = backups.create()
    assert third.files == first.files + 1
    assert 10_000 < third.added < 1_500_000
    assert verify(backups.repository()) == []
    last = last_good(folder)
    assert last is not None
    assert (last.id, last.at, last.target) == (third.id, clock.now(), settings.backups.folder)


def test_without_what_the_last_one_knew_it_stores_no_more(
    backups: Backups, folder: DataFolder, clock: FakeClock
) -> None:
    backups.create()
    for index in folder.cache.glob("backups-*.index"):
        index.write_bytes(b"torn")
    clock.advance(60)
    assert backups.create().added < 20_000


def test_what_was_taken_out_of_the_target_is_stored_again(
    backups: Backups, settings: Settings, clock: FakeClock
) -> None:
    first = backups.create()
    objects = sorted(Path(settings.backups.folder, "objects").rglob("*"), key=lambda path: path.stat().st_size)
    objects[-1].unlink()
    [fault] = verify(backups.repository())
    assert fault.backup == first.id
    assert "1 of its objects" in fault.what
    clock.advance(60)
    assert backups.create().added > 100_000
    assert verify(backups.repository()) == []


def test_nothing_in_the_target_can_be_read_or_altered_without_its_key(backups: Backups, settings: Settings) -> None:
    head = backups.create()
    root = Path(settings.backups.folder)
    films = (DataFolder.at(settings.data).media / "film" / "seg_00000.m4s").read_bytes()
    for path in root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert films[:64] not in content
            assert b"seg_0000" not in content
            assert b"SQLite format" not in content
            assert path.stat().st_mode & 0o077 == 0
    file = root / "backups" / f"{head.id}.backup"
    file.write_bytes(file.read_bytes().replace(b'"whole": true', b'"whole":  true'))
    [fault] = verify(backups.repository())
    assert fault.backup == head.id


def test_one_flipped_bit_anywhere_is_found_without_the_passphrase(backups: Backups, settings: Settings) -> None:
    backups.create()
    for folder in ("objects", "backups"):
        largest = max(Path(settings.backups.folder, folder).rglob("*"), key=lambda path: path.stat().st_size)
        whole = largest.read_bytes()
        spoilt = bytearray(whole)
        spoilt[len(spoilt) // 2] ^= 4
        largest.write_bytes(spoilt)
        assert len(verify(backups.repository())) == 1
        largest.write_bytes(whole)
    assert verify(backups.repository()) == []


def test_the_passphrase_opens_and_another_does_not(settings: Settings, clock: FakeClock) -> None:
    backups = Backups(settings, clock)
    backups.begin(WORDS)
    backups.create()
    description = repository.describe(FolderTarget(Path(settings.backups.folder)))
    with pytest.raises(Unauthenticated):
        description.reader(passphrase=WORDS + "!")
    assert verify(backups.repository(), description.reader(passphrase=WORDS)) == []


@pytest.mark.parametrize("when", ["snapshot", "storing", "finishing"])
def test_a_kill_in_the_middle_costs_nothing(backups: Backups, settings: Settings, clock: FakeClock, when: str) -> None:
    first = backups.create()
    (DataFolder.at(settings.data).media / "late.mov").write_bytes(os.urandom(6_000_000))
    program = f"""
import os, signal
from pathlib import Path
from novacast.clock import SystemClock
from novacast.operations.backups.service import Backups
from novacast.settings import Settings, Backups as Own
def watch(seen):
    if seen.what == {when!r}: os.kill(os.getpid(), signal.SIGKILL)
settings = Settings(data=Path({str(settings.data)!r}), backups=Own(folder={settings.backups.folder!r}))
Backups(settings, SystemClock()).create(watch)
"""
    done = subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": os.pathsep.join(sys.path)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert backups.repository().ids() == [first.id]
    assert verify(backups.repository()) == []
    clock.advance(60)
    second = backups.create()
    assert verify(backups.repository()) == []
    assert second.size > first.size
    assert list(Path(settings.backups.folder, UNFINISHED).iterdir()) == []
    assert list(DataFolder.at(settings.data).cache.glob("backup-*")) == []


def test_a_full_disk_in_the_middle_costs_nothing(settings: Settings, clock: FakeClock, small_disk: Path) -> None:
    backups = Backups(moved(settings, small_disk), clock)
    backups.begin(None)
    first = backups.create()
    late = DataFolder.at(settings.data).media / "late.mov"
    late.write_bytes(os.urandom(6_000_000))
    clock.advance(60)
    with pytest.raises(DiskFull, match="make room"):
        backups.create()
    assert backups.repository().ids() == [first.id]
    assert verify(backups.repository()) == []
    late.unlink()
    clock.advance(60)
    backups.create()
    backups.prune()
    assert verify(backups.repository()) == []


def test_stopping_it_leaves_nothing_behind(backups: Backups, settings: Settings) -> None:
    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backups.create(stop)
    assert backups.repository().ids() == []
    assert list(Path(settings.backups.folder, UNFINISHED).iterdir()) == []


def test_two_at_once_are_refused(backups: Backups) -> None:
    with backups.repository().target.mine(), pytest.raises(Conflict, match="already"):
        backups.create()


def test_files_that_vanish_or_grow_are_counted_and_no_reason_to_fail(backups: Backups, folder: DataFolder) -> None:
    growing = folder.live / "show" / "720" / "seg_00001.m4s"
    growing.write_bytes(bytes(500))

    def watch(seen: Progress) -> None:
        if seen.what == "storing":
            return
        (folder.posters / "poster.webp").unlink(missing_ok=True)
        with growing.open("ab") as file:
            file.write(b"x" * 100)

    head = backups.create(watch)
    assert head.whole
    assert verify(backups.repository()) == []


def test_a_damaged_database_is_kept_and_said_and_is_no_good_backup(backups: Backups, folder: DataFolder) -> None:
    for _ in range(20):
        said(folder.database, "x" * 3000)
    content = bytearray(folder.database.read_bytes())
    content[-4096 * 5 :] = b"\xff" * 4096 * 5
    folder.database.write_bytes(content)
    assert not backups.create().whole
    assert last_good(folder) is None


def test_pruning_before_there_is_a_good_one_removes_nothing(backups: Backups, folder: DataFolder) -> None:
    assert backups.prune().backups == []
    content = bytearray(folder.database.read_bytes())
    content[4096 : 4096 + 64] = b"\xff" * 64
    folder.database.write_bytes(content)
    assert not backups.create().whole
    assert backups.prune().backups == []


def test_pruning_leaves_what_the_rules_say_and_what_those_need(backups: Backups, clock: FakeClock) -> None:
    for _ in range(12):
        backups.create()
        clock.advance(86_400)
    assert len(backups.repository().ids()) == 12
    pruned = backups.prune()
    left = backups.repository().ids()
    assert len(left) + len(pruned.backups) == 12
    assert 7 <= len(left) < 12
    assert verify(backups.repository()) == []
    assert backups.prune().backups == []


def test_pruning_removes_nothing_while_a_backup_that_stays_can_not_be_read(
    backups: Backups, settings: Settings, clock: FakeClock
) -> None:
    head = backups.create()
    clock.advance(60)
    backups.create()
    file = Path(settings.backups.folder, "backups", f"{head.id}.backup")
    file.write_bytes(file.read_bytes()[:-1])
    before = sorted(Path(settings.backups.folder).rglob("*"))
    with pytest.raises(Unavailable, match=head.id):
        backups.prune()
    assert sorted(Path(settings.backups.folder).rglob("*")) == before


def head(at: int, *, whole: bool = True) -> Head:
    return Head(str(at), at, "1", 1, 1, 1, whole, 0, 0)


def test_of_each_day_week_and_month_the_newest_whole_one_stays() -> None:
    start = 1_767_225_600_000_000  # 1 January 2026, a Thursday
    many = [head(start + at * 6 * HOUR) for at in range(4 * 100)]
    stay = kept(many, Rules(last=2, daily=3, weekly=2, monthly=4))
    days = {(int(name) - start) // (6 * HOUR) for name in stay}
    assert days == {399, 398, 395, 391, 379, 359, 235, 123}
    spoilt = [head(start), head(start + HOUR, whole=False)]
    assert kept(spoilt, Rules(1, 0, 0, 0)) == {spoilt[0].id, spoilt[1].id}
    assert kept([], Rules(1, 1, 1, 1)) == set()


def test_when_the_next_one_is_due() -> None:
    assert due("never", None, 5) is None
    assert due("daily", None, 5) == 5
    assert due("daily", 5, 6) == 5 + DAY
    assert due("hourly", 5, 5 + 3 * HOUR) == 5 + 3 * HOUR
    assert due("daily", 9 * DAY, 5) == 5, "of a clock that was wrong"


def test_a_clock_that_was_wrong_once_makes_no_older_backup_the_newest(
    backups: Backups, settings: Settings, clock: FakeClock, folder: DataFolder
) -> None:
    """What is restored is the last one by its name: were it one of next year, all that came since would be lost."""
    right = clock.now()
    clock.set_now(right + 400 * DAY)
    for _ in range(9):
        clock.advance(86_400)
        tomorrow = backups.create()
    clock.set_now(right)
    assert backups.due() == right
    assert state.backups(settings, folder, clock).state is not State.OK
    (folder.media / "film" / "new.vtt").write_text("WEBVTT\n")
    newest = backups.create()
    assert newest.at == right
    assert backups.repository().ids()[-1] == newest.id > tomorrow.id
    assert newest.id not in backups.prune().backups
    assert backups.due() == right + DAY
    assert state.backups(settings, folder, clock).state is State.OK


def test_a_list_that_leads_out_of_the_folder_is_refused() -> None:
    for path in ("../etc/passwd", "/etc/passwd", "media//x", "media/./x", "media/\0", ""):
        with pytest.raises(Unavailable):
            Entry.read(Entry(path, 1, 1, 1, ()).line())


def test_mistakes_in_setting_up_are_named(settings: Settings, clock: FakeClock, tmp_path: Path) -> None:
    nowhere = replace(settings, backups=replace(settings.backups, folder=""))
    with pytest.raises(BadSettings, match="folder"):
        Backups(nowhere, clock).begin(WORDS)
    with pytest.raises(BadSettings, match="inside the data folder"):
        Backups(moved(settings, settings.data / "backups"), clock).begin(WORDS)
    own = Backups(settings, clock)
    with pytest.raises(NotFound, match="backup init"):
        own.create()
    with pytest.raises(InvalidInput, match="12"):
        own.begin("short")
    key = own.begin(None)
    with pytest.raises(Conflict):
        own.begin(WORDS)
    other = Backups(replace(settings, data=tmp_path / "other"), clock)
    DataFolder.at(tmp_path / "other").prepare()
    with pytest.raises(Conflict):
        other.begin(WORDS)
    other.adopt(key)
    assert other.listed() == []


def test_a_full_disk_beside_the_data_is_told_and_leaves_nothing(
    backups: Backups, folder: DataFolder, small_disk: Path
) -> None:
    for _ in range(8):
        said(folder.database, "x" * 2_000_000)
    folder.cache.rename(folder.cache.with_name("moved"))
    folder.cache.symlink_to(small_disk)
    with pytest.raises(DiskFull):
        backups.create()
    assert list(small_disk.iterdir()) == []
    assert backups.repository().ids() == []
