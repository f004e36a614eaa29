"""Pictures for the seek bar that come while a programme is on air."""

import shutil
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import pytest

from novacast.live.packaging.models import Kept
from novacast.live.recording.edition import write_edition
from novacast.live.recording.journal import SEGMENT, Journal, read_journal
from novacast.live.recording.thumbnails import COUNT, GROWING, Since, Thumbnails, read_tiles, settle
from novacast.media.encode import CUES
from novacast.media.ffmpeg import FFmpeg
from tests.live.recording.material import TRACKS, Stretch, recorded


@pytest.fixture(scope="session")
def ffmpeg() -> FFmpeg:
    """Any: what is asked of it, all can."""
    return FFmpeg(Path(shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()), "", frozenset(), "")


def told(journal: Journal) -> Since:
    """As a recorder does that has all of it on the disk."""

    def since(track: str, number: int) -> list[Kept]:
        return [one.recorded for n, one in sorted(journal.segments[track].items()) if n >= number]

    return since


def colours(path: Path) -> list[bytes]:
    """Of a place in the upper left of each picture of a sheet."""
    with av.open(str(path)) as media:
        picture = next(media.decode(video=0)).reformat(format="rgb24")
    plane, wide = picture.planes[0], picture.width // COUNT
    places = [8 * plane.line_size + 3 * (n * wide + 8) for n in range(COUNT)]
    return [bytes(plane)[at : at + 3] for at in places]


async def test_a_sheet_comes_with_each_minute_and_never_changes(
    tmp_path: Path, stretches: Sequence[Stretch], ffmpeg: FFmpeg
) -> None:
    async def find() -> FFmpeg:
        return ffmpeg

    show = await recorded(tmp_path, stretches)
    thumbnails = Thumbnails(tmp_path, TRACKS, find, every=Fraction(1))
    assert not await thumbnails.grow(lambda track, number: [])
    journal = read_journal(tmp_path)
    assert await thumbnails.grow(told(journal))
    assert await thumbnails.grow(told(journal)) is False
    first = (tmp_path / "storyboard_0.jpg").read_bytes()
    assert [(one.start, one.end, one.sheet) for one in read_tiles(tmp_path)] == [
        (0, 1, 0), (1, 2, 0), (2, 3, 0),
    ]  # fmt: skip
    await recorded(tmp_path, stretches[1:], show)
    again = Thumbnails(tmp_path, TRACKS, find, every=Fraction(1))
    journal = read_journal(tmp_path)
    assert await again.grow(told(journal))
    assert not await again.grow(told(journal))
    assert await again.grow(told(journal), last=True)
    assert [(round(float(one.start), 3), one.sheet, one.x) for one in read_tiles(tmp_path)] == [
        (0, 0, 0), (1, 0, 160), (2, 0, 320), (3.008, 1, 0), (4.008, 1, 160), (5.008, 1, 320), (6.016, 2, 0),
        (7.016, 2, 160), (8.016, 2, 320),
    ]  # fmt: skip
    assert (tmp_path / "storyboard_0.jpg").read_bytes() == first
    bars = colours(tmp_path / "storyboard_1.jpg")
    assert all(max(one) - min(one) < 24 and one[0] > 150 for one in bars[:3]), bars
    assert bars[3:] == [(0, 0, 0)] * 3 or all(max(one) < 24 for one in bars[3:])
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == set()


async def test_the_video_has_the_pictures_at_its_own_times(
    tmp_path: Path, stretches: Sequence[Stretch], ffmpeg: FFmpeg
) -> None:
    async def find() -> FFmpeg:
        return ffmpeg

    await recorded(tmp_path, stretches)
    await Thumbnails(tmp_path, TRACKS, find, every=Fraction(1)).grow(told(read_journal(tmp_path)))
    (tmp_path / "144p" / (SEGMENT % 1)).unlink()
    edition = write_edition(tmp_path, read_journal(tmp_path))
    assert edition is not None
    settle(tmp_path, edition)
    cues = (tmp_path / CUES).read_text()
    settle(tmp_path, edition)
    assert (tmp_path / CUES).read_text() == cues
    assert cues.count("-->") == 2
    assert "00:00:00.000 --> 00:00:01.000\nstoryboard_0.jpg#xywh=0,0,160,90" in cues
    assert "00:00:01.000 --> 00:00:02.000\nstoryboard_0.jpg#xywh=320,0,160,90" in cues
    assert (tmp_path / GROWING).read_text().count("-->") == 3
