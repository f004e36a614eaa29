"""Numbers that are reserved before viewers hear of them."""

import os
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from novacast.clock import SECOND
from novacast.live.broadcast.continuation import begin, keep_lineup, read_lineup
from novacast.live.broadcast.lineup import plan_lineup
from novacast.live.packaging.models import ULTRA
from novacast.live.recording.mark import MARK, Mark, read_mark, read_past
from novacast.live.recording.recorder import ProgrammeRecorder
from tests.live.recording.material import TRACKS
from tests.waiting import until

LINEUP = plan_lineup(ULTRA, (360, 720), (1280, 720), Fraction(30))


def test_what_may_be_announced_next_is_on_the_disk_already(tmp_path: Path) -> None:
    mark = Mark(tmp_path, 1.0, 7)
    assert read_mark(tmp_path) == 9
    for newest in range(7, 20):
        assert mark.short(newest)
        mark.advance(newest)
        assert read_mark(tmp_path) == newest + 3
        assert not mark.short(newest)
    mark.close()
    assert Mark(tmp_path, 4.0, 30).short(30)
    assert read_mark(tmp_path) == 31


def test_a_slow_disk_reserves_more(tmp_path: Path) -> None:
    mark = Mark(tmp_path, 1.0, 0)
    mark.advance(5)
    assert read_mark(tmp_path) >= 5 + 2 * 5


@pytest.mark.parametrize("torn", [0, 512])
def test_a_record_that_was_torn_leaves_the_one_before(tmp_path: Path, torn: int) -> None:
    mark = Mark(tmp_path, 1.0, 0)
    mark.advance(0)
    before = read_mark(tmp_path)
    mark.advance(1)
    mark.close()
    with (tmp_path / MARK).open("r+b") as file:
        file.seek(torn + 6)
        file.write(b"torn")
    assert read_mark(tmp_path) in (before, before + 1)
    (tmp_path / MARK).write_bytes(b"")
    assert read_mark(tmp_path) == 0


def test_with_which_numbers_stretches_began_is_known_before_a_journal_tells_it(tmp_path: Path) -> None:
    mark = Mark(tmp_path, 1.0, 0)
    mark.begin("720p", 4)
    mark.begin("audio", 5)
    mark.close()
    found = read_past(tmp_path)
    assert found is not None
    assert found.begun == {"720p": {4}, "audio": {5}}
    assert found.next == 6
    again = Mark(tmp_path, 1.0, 6)
    size = (tmp_path / MARK).stat().st_size
    for number in range(6, 306):
        again.begin("720p", number)
    again.close()
    found = read_past(tmp_path)
    assert found is not None
    assert found.begun["720p"] == set(range(306 - len(again.begun), 306))
    assert (tmp_path / MARK).stat().st_size == size


def test_a_mark_of_an_older_version_keeps_its_number(tmp_path: Path) -> None:
    Mark(tmp_path, 1.0, 7).close()
    os.truncate(tmp_path / MARK, 1024)
    assert read_past(tmp_path) is not None
    mark = Mark(tmp_path, 1.0, 7)
    assert mark.begun == []
    mark.begin("720p", 8)
    mark.close()
    found = read_past(tmp_path)
    assert found is not None
    assert (found.next, found.begun) == (9, {"720p": {8}})


async def test_a_server_that_is_stopped_in_order_leaves_no_number_out(tmp_path: Path) -> None:
    past, mark = begin(tmp_path, LINEUP, 0)
    assert past is None
    recorder = ProgrammeRecorder(tmp_path, TRACKS, lambda _: None, mark=mark)
    for number in range(5):
        recorder.announce("360p", number, begins=False)
    await until(lambda: read_mark(tmp_path) >= 7)
    await recorder.close()
    found = read_past(tmp_path)
    assert found is not None
    assert found.next == 5


async def test_a_full_disk_still_takes_the_mark(tmp_path: Path) -> None:
    place = tmp_path / "full"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs root and mount to make a small file system")
    try:
        mark = Mark(place, 1.0, 0)
        with pytest.raises(OSError, match="No space"):
            (place / "rest").write_bytes(bytes(1 << 17))
        for newest in range(9):
            mark.advance(newest)
        assert read_mark(place) == 11
        mark.close()
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_where_the_disk_took_nothing_at_all_numbers_go_on_by_time(tmp_path: Path) -> None:
    past, mark = begin(tmp_path, LINEUP, 60 * SECOND)
    assert past is not None
    assert past.next == 600
    assert mark is not None
    mark.close()


def test_the_lineup_is_read_as_it_was_kept(tmp_path: Path) -> None:
    keep_lineup(tmp_path / "show", LINEUP)
    assert read_lineup(tmp_path / "show") == LINEUP
