"""What a recording is made of at its end: playlists that keep the rules, and files that they name."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from novacast.live.recording.edition import MASTER, PLAYLIST, Times, write_edition
from novacast.live.recording.journal import SEGMENT, Journal, read_journal
from novacast.media.conformance import check_edition
from tests.live.recording.material import SECONDS, TRACKS, Stretch, recorded


@pytest.fixture(scope="session")
def drawer(tmp_path_factory: pytest.TempPathFactory, stretches: Sequence[Stretch]) -> Path:
    """A programme of both stretches, as its journal and segments lie when it ends."""
    folder = tmp_path_factory.mktemp("drawer") / "show"
    asyncio.run(recorded(folder, stretches))
    return folder


@pytest.fixture
def show(drawer: Path, tmp_path: Path) -> Path:
    return shutil.copytree(drawer, tmp_path / "show")


def lose(folder: Path, track: str, *numbers: int) -> Journal:
    for number in numbers:
        (folder / track / (SEGMENT % number)).unlink()
    return read_journal(folder)


def listed(folder: Path, track: str) -> list[str]:
    lines = (folder / track / PLAYLIST).read_text().splitlines()
    return [line for line in lines if line.startswith("seg_")]


def test_stretches_of_different_encoders_become_one_video_that_keeps_the_rules(show: Path) -> None:
    edition = write_edition(show, read_journal(show))
    report = check_edition(show)
    assert list(report.findings) == []
    assert report.ended
    assert edition is not None
    assert edition.duration == 2 * SECONDS * 1_000_000
    lines = (show / "240p" / PLAYLIST).read_text().splitlines()
    assert [line for line in lines if not line.startswith(("#EXTINF", "seg_"))] == [
        "#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:1", "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS", '#EXT-X-MAP:URI="init_0.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2025-11-30T10:53:20.000Z",
        "#EXT-X-DISCONTINUITY", "#EXT-X-PROGRAM-DATE-TIME:2025-11-30T10:53:28.008Z", '#EXT-X-MAP:URI="init_1.mp4"',
        "#EXT-X-ENDLIST",
    ]  # fmt: skip
    master = (show / MASTER).read_text()
    assert 'CODECS="avc1.42c015,avc1.640015,mp4a.40.2",RESOLUTION=426x240' in master
    sizes = sum(path.stat().st_size for path in show.rglob("*.m*") if path.suffix != ".m3u8")
    assert edition.size == sizes


def test_it_can_be_written_again_after_a_kill_and_is_the_same(show: Path) -> None:
    write_edition(show, read_journal(show))
    before = {path: path.read_bytes() for path in show.rglob("*") if path.is_file()}
    write_edition(show, read_journal(show))
    assert {path: path.read_bytes() for path in show.rglob("*") if path.is_file()} == before


def test_what_one_rendition_has_past_the_others_end_stays_for_who_was_told_of_it(show: Path) -> None:
    last = max(read_journal(show).segments["144p"])
    edition = write_edition(show, lose(show, "144p", last))
    assert edition is not None
    assert list(check_edition(show).findings) == []
    for track in TRACKS:
        assert SEGMENT % last not in listed(show, track.name)
        assert (show / track.name / (SEGMENT % last)).is_file() == (track.name != "144p")


def test_what_one_rendition_lost_is_left_out_of_all(show: Path) -> None:
    edition = write_edition(show, lose(show, "144p", 1))
    assert edition is not None
    assert list(check_edition(show).findings) == []
    names = [SEGMENT % n for n in (0, 2, 3, 4, 5)]
    assert all(listed(show, track.name) == names for track in TRACKS)
    assert edition.stretches == {0, 2, 3}
    assert not (show / "240p" / (SEGMENT % 1)).exists()


def test_a_rung_that_was_withdrawn_is_not_shown_and_takes_no_room(show: Path) -> None:
    edition = write_edition(show, lose(show, "240p", 2, 3, 4, 5))
    assert edition is not None
    assert [one.track.name for one in edition.rungs] == ["144p"]
    assert list(check_edition(show).findings) == []
    assert not (show / "240p").exists()
    assert len(listed(show, "144p")) == 2 * SECONDS


def test_sound_that_came_late_has_gaps_and_the_picture_stays_whole(show: Path) -> None:
    edition = write_edition(show, lose(show, "audio", 0, 1, 2, 3))
    assert edition is not None
    assert len(listed(show, "240p")) == 2 * SECONDS
    text = (show / "audio" / PLAYLIST).read_text()
    assert text.count("#EXT-X-GAP\n") == 4
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert text.startswith("#EXTM3U\n#EXT-X-VERSION:8\n")
    assert [one for one in check_edition(show).findings if "apart from" not in one.message] == []


def test_a_marker_is_where_its_moment_is_in_the_recording(show: Path) -> None:
    edition = write_edition(show, lose(show, "144p", 1))
    assert edition is not None
    times = Times.of(edition)
    second = times.starts[2]
    for moment, place in ((0, 0), (0.5, 0.5), (1.5, 1), (2.25, 1.25), (second + 1, 3), (second + 9, 5), (-1, 0)):
        assert times.place(Fraction(moment)) == Fraction(place)


def test_a_programme_of_sound_alone_is_one_variant(show: Path) -> None:
    journal = read_journal(show)
    journal.tracks = {"audio": replace(journal.tracks["audio"], title="Hall", language="de")}
    shutil.rmtree(show / "240p")
    shutil.rmtree(show / "144p")
    edition = write_edition(show, journal)
    assert edition is not None
    assert not edition.rungs
    assert list(check_edition(show).findings) == []
    assert 'NAME="Hall",LANGUAGE="de"' in (show / MASTER).read_text()


def test_nothing_comes_of_nothing(tmp_path: Path) -> None:
    assert write_edition(tmp_path, read_journal(tmp_path)) is None
