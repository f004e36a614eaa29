"""What is known of a file's keyframes without reading all of it."""

from pathlib import Path

import pytest

from novacast.media.probe import probe
from tests.media.conftest import Make

CUES, UNKNOWN = bytes.fromhex("1c53bb6b"), bytes.fromhex("1c53bb60")
"""Matroska's list of keyframes (RFC 9559 5.1.5), and a name that nobody knows."""


async def test_a_list_of_keyframes_is_believed_where_it_holds_and_else_the_file_is_read(
    clips: Make, tmp_path: Path
) -> None:
    options = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-sc_threshold", "0", "-c:a", "aac")
    listed = clips("cues.mkv", *options, size="64x32", seconds=40)
    bare = tmp_path / "bare.mkv"
    bare.write_bytes(listed.read_bytes().replace(CUES, UNKNOWN))
    one, other = await probe(listed), await probe(bare)
    assert one.video is not None
    assert other.video is not None
    assert one.video.keyframes == other.video.keyframes
    assert one.video.keyframes is not None
    assert (one.video.keyframes.counted, one.video.keyframes.steady) == (100, True)
    assert len(one.video.keyframes.times) == 100


@pytest.mark.slow
async def test_of_an_index_too_long_to_be_read_entry_by_entry_nothing_is_missed(clips: Make, tmp_path: Path) -> None:
    options = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "20", "-sc_threshold", "0", "-movflags", "+faststart")
    whole = clips("index.mp4", *options, size="64x32", rate="50", seconds=480)
    info, cut = await probe(whole), tmp_path / "cut.mp4"
    assert info.video is not None
    assert info.video.keyframes is not None
    assert (info.video.keyframes.counted, info.video.keyframes.steady) == (1200, True)
    assert info.video.keyframes.times == tuple(range(0, 480_000_000, 400_000))
    assert [track.clean for track in info.audio] == [True]
    assert not info.truncated
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) * 95 // 100])
    assert 400_000_000 < (await probe(cut)).duration < 475_000_000
    cut.write_bytes(data[: len(data) // 2])
    assert 160_000_000 < (await probe(cut)).duration < 320_000_000
