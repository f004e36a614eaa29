"""What is recorded while it happens, whatever happens meanwhile."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest

from novacast.i18n import Text
from novacast.live.packaging.models import Segment
from novacast.live.recording.journal import INIT, JOURNAL, SEGMENT, read_journal
from novacast.live.recording.mark import read_past
from novacast.live.recording.recorder import ProgrammeRecorder
from tests.live.recording.material import TRACKS, Show, Stretch, recorded
from tests.waiting import until

NAMES = [track.name for track in TRACKS]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB that really becomes full."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs root and mount to make a small file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def segment(number: int, size: int = 1000, track: str = "240p", *, begins: bool = False) -> Segment:
    return Segment(track, number, [bytes(size)], Fraction(number), Fraction(1), number, begins, 0)


async def goes_on(recorder: ProgrammeRecorder, first: int, so_far: Callable[[], bool]) -> int:
    """The show, until the recorder is so far; the number that comes next."""
    for number in range(first, first + 100):
        recorder.take(segment(number, 100_000, begins=number == 0))
        await until(partial(_behind, recorder, number))
        if so_far():
            return number + 1
    raise AssertionError(recorder.lost)


def _behind(recorder: ProgrammeRecorder, number: int) -> bool:
    return recorder.safe("240p") > number


async def test_what_was_broadcast_is_on_disk_byte_for_byte_with_what_the_playlists_need(
    tmp_path: Path, stretches: Sequence[Stretch]
) -> None:
    folder = tmp_path / "show"
    recorder = ProgrammeRecorder(folder, TRACKS, lambda _: None)
    Show().air(recorder, stretches[0])
    journal = await recorder.close()
    for name in NAMES:
        assert (folder / name / (INIT % 0)).read_bytes() == stretches[0].inits[name]
        written = b"".join((folder / name / (SEGMENT % n)).read_bytes() for n in range(3))
        assert len(written) == sum(len(piece.data) for piece in stretches[0].pieces[name])
    past = read_past(folder)
    assert past is not None
    assert [one.duration for one in past.segments["240p"]] == [1, 1, 1]
    assert sum(one.duration for one in past.segments["audio"]) == pytest.approx(3, abs=0.03)
    assert [one.discontinuity for one in past.segments["240p"]] == [True, False, False]
    assert past.inits["144p"] == {0: stretches[0].inits["144p"]}
    assert {name: recorder.safe(name) for name in NAMES} == dict.fromkeys(NAMES, 3)
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != JOURNAL]
    assert recorder.size == journal.size == sum(path.stat().st_size for path in files)


async def test_a_server_that_is_started_again_goes_on_in_the_same_journal(
    tmp_path: Path, stretches: Sequence[Stretch]
) -> None:
    show = await recorded(tmp_path, stretches[:1])
    await recorded(tmp_path, stretches[1:], show)
    past = read_past(tmp_path)
    assert past is not None
    for name in NAMES:
        assert [one.number for one in past.segments[name]] == list(range(6))
        assert [one.number for one in past.segments[name] if one.discontinuity] == [0, 3]
        assert past.inits[name] == {0: stretches[0].inits[name], 1: stretches[1].inits[name]}


@pytest.mark.parametrize("torn", [2, 5, 60])
async def test_a_torn_last_line_counts_for_nothing_and_what_comes_after_it_does(
    tmp_path: Path, stretches: Sequence[Stretch], torn: int
) -> None:
    show = await recorded(tmp_path, stretches[:1])
    journal = tmp_path / JOURNAL
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-torn])
    assert sorted(read_journal(tmp_path).segments["audio"]) == [0, 1]
    await recorded(tmp_path, stretches[1:], show)
    assert sorted(read_journal(tmp_path).segments["audio"]) == [0, 1, 3, 4, 5]
    assert sorted(read_journal(tmp_path).segments["240p"]) == list(range(6))


async def test_a_line_that_the_disk_got_half_or_garbled_is_not_believed(
    tmp_path: Path, stretches: Sequence[Stretch]
) -> None:
    await recorded(tmp_path, stretches[:1])
    journal = tmp_path / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    changed = lines[-1].replace(b'"audio",2', b'"audio",9')
    journal.write_bytes(b"".join([*lines[:-1], changed, bytes(512), b"\n\n", b"0123456\n", b"ffffffff []\n"]))
    assert sorted(read_journal(tmp_path).segments["audio"]) == [0, 1]


async def test_a_segment_that_lies_there_otherwise_than_its_line_says_is_left_out(
    tmp_path: Path, stretches: Sequence[Stretch]
) -> None:
    await recorded(tmp_path, stretches[:1])
    os.truncate(tmp_path / "240p" / (SEGMENT % 1), 10)
    (tmp_path / "144p" / (SEGMENT % 2)).unlink()
    journal = read_journal(tmp_path)
    assert (sorted(journal.segments["240p"]), sorted(journal.segments["144p"])) == ([0, 2], [0, 1])


async def test_a_full_disk_pauses_the_recording_says_so_once_and_is_a_gap_when_there_is_room_again(
    small_disk: Path,
) -> None:
    told: list[Text] = []
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    recorder = ProgrammeRecorder(small_disk / "show", TRACKS, told.append)
    recorder.begin("240p", 0, b"init")
    number = await goes_on(recorder, 0, lambda: recorder.lost >= 3)
    assert recorder.paused
    await until(lambda: len(told) == 1)
    assert "The disk is full" in told[0]
    ballast.unlink()
    number = await goes_on(recorder, number, lambda: not recorder.paused)
    number = await goes_on(recorder, number, lambda: True)
    await until(lambda: len(told) == 2)
    assert "goes on" in told[1]
    journal = await recorder.close()
    there = sorted(read_journal(small_disk / "show").segments["240p"])
    assert there == sorted(journal.segments["240p"])
    missing = sorted(set(range(number)) - set(there))
    assert missing == list(range(missing[0], missing[-1] + 1))
    assert len(missing) == recorder.lost >= 3
    assert not any(recorder.kept("240p", one) for one in missing)
    assert recorder.kept("240p", there[-1])
    files = {path.name for path in (small_disk / "show" / "240p").iterdir()}
    assert files == {INIT % 0, *(SEGMENT % one for one in there)}


async def test_room_that_is_kept_for_everything_else_is_not_recorded_into(small_disk: Path) -> None:
    told: list[Text] = []
    recorder = ProgrammeRecorder(small_disk / "show", TRACKS, told.append, reserve=1_500_000)
    recorder.begin("240p", 0, b"init")
    for number in range(20):
        recorder.take(segment(number, 100_000, begins=number == 0))
    await recorder.close()
    stat = os.statvfs(small_disk)
    assert stat.f_bavail * stat.f_frsize > 1_200_000
    await until(lambda: bool(told))
    assert 0 < recorder.lost < 20


async def test_what_waits_for_a_slow_disk_is_bounded_and_the_rest_is_a_gap(tmp_path: Path) -> None:
    told: list[Text] = []
    recorder = ProgrammeRecorder(tmp_path, TRACKS, told.append, most=50_000)
    recorder.begin("240p", 0, b"init")
    for number in range(10):
        recorder.take(segment(number, 49_000 if number else 1_000, begins=number == 0))
    recorder.take(segment(10, 60_000))
    await recorder.close()
    assert told
    assert "too slow" in told[-1]
    assert 10 not in read_journal(tmp_path).segments["240p"]
    assert not recorder.kept("240p", 10)
