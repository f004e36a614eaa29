"""A last segment that is too short goes into the one before: hls.js never comes to the end of a video otherwise."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.media.commands import PLAYLIST, Wanted
from novacast.media.encode import inspect, make_renditions
from novacast.media.folding import SHORTEST, fold_tail, without_tail
from novacast.media.ladder import plan_ladder
from novacast.media.playlists import MediaPlaylist, Segment, media_playlist
from novacast.media.probe import probe
from tests.media.conftest import Make
from tests.media.test_encode import FAST, kit, packets

FRAME = Fraction(1024, 44100)
"""Of AAC: what is left of a sound of whole segments, as its priming comes before zero."""


def playlist(*durations: Fraction, inits: dict[int, str] | None = None) -> MediaPlaylist:
    segments = [Segment(f"seg_{n:05}.m4s", one, (inits or {}).get(n, "")) for n, one in enumerate(durations)]
    return MediaPlaylist(4, "init.mp4", tuple(segments))


@given(st.lists(st.integers(1, 4500), min_size=1, max_size=9))
def test_no_playlist_of_several_ends_with_less_than_the_shortest(milliseconds: list[int]) -> None:
    given_ = playlist(*(Fraction(one, 1000) for one in milliseconds))
    folded = without_tail(given_)
    assert folded.duration == given_.duration
    assert all(round(segment.duration) <= folded.target for segment in folded.segments)
    changed = len(milliseconds) > 1 and Fraction(milliseconds[-1], 1000) < SHORTEST
    assert len(folded.segments) == len(milliseconds) - changed
    assert (folded is given_) is not changed


def test_a_segment_of_four_seconds_with_its_tail_keeps_its_target() -> None:
    folded = without_tail(playlist(Fraction(4), Fraction(4) + FRAME, SHORTEST - Fraction(1, 1000)))
    assert (len(folded.segments), folded.target) == (2, 4)


def test_a_tail_that_needs_another_initialization_stays() -> None:
    own = playlist(Fraction(4), FRAME, inits={1: "init-2.mp4"})
    assert without_tail(own) is own


def test_what_was_linked_elsewhere_stays_as_it_is_there(tmp_path: Path) -> None:
    made = playlist(Fraction(4), FRAME)
    (tmp_path / PLAYLIST).write_text(media_playlist(made.init, made.target, made.segments, ended=True))
    for number, segment in enumerate(made.segments):
        (tmp_path / segment.name).write_bytes(b"%d" % number)
    (tmp_path / "shown").hardlink_to(tmp_path / "seg_00000.m4s")
    fold_tail(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [PLAYLIST, "seg_00000.m4s", "shown"]
    assert (tmp_path / "seg_00000.m4s").read_bytes() == b"01"
    assert (tmp_path / "shown").read_bytes() == b"0"
    assert "#EXTINF:4.023220," in (tmp_path / PLAYLIST).read_text()


async def test_sound_and_picture_of_whole_segments_and_a_little_more_end_with_whole_segments(
    program: Path, clips: Make, tmp_path: Path
) -> None:
    """4.04 s of picture, and sound whose last packet came alone."""
    source = clips("tail.mp4", seconds=4.04)
    info = await probe(source)
    ladder = plan_ladder(info, (144,))
    wanted = Wanted(ladder.rungs, ladder.sounds)
    made = await make_renditions(kit(program), source, info, ladder, wanted, tmp_path, encoding=FAST)
    picture, sound = made
    assert picture.playlist.timeline == (Fraction("4.04"),)
    assert len(sound.playlist.segments) == 1
    for one in made:
        assert inspect(tmp_path / one.name) == one
        assert sorted(path.suffix for path in (tmp_path / one.name).iterdir()) == [".m3u8", ".m4s", ".mp4"]
    assert len(packets(tmp_path / picture.name, picture)) == 101
    # Priming, then every sample of the source's.
    assert len(packets(tmp_path / sound.name, sound)) * 1024 >= 4.04 * 48000 + 1024


@pytest.mark.parametrize("lost", [PLAYLIST, "seg_00000.m4s"])
def test_a_rendition_that_lost_a_file_is_not_taken_for_a_folded_one(tmp_path: Path, lost: str) -> None:
    made = playlist(Fraction(4), FRAME)
    (tmp_path / PLAYLIST).write_text(media_playlist(made.init, made.target, made.segments, ended=True))
    (tmp_path / lost).unlink(missing_ok=True)
    with pytest.raises(OSError, match=lost):
        fold_tail(tmp_path)


async def test_the_last_segment_of_a_picture_that_is_taken_over_is_told_as_long_as_it_is(
    program: Path, clips: Make, tmp_path: Path
) -> None:
    """FFmpeg measures it by the last packet of the source, which Matroska's clock of milliseconds makes too short."""
    source = clips(
        "thirty.mkv", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", rate="30", sound=False
    )
    info = await probe(source)
    ladder = plan_ladder(info, (144,))
    wanted = Wanted(copied=replace(ladder.rungs[0], name="own"))
    (made,) = await make_renditions(kit(program), source, info, ladder, wanted, tmp_path)
    assert abs(made.playlist.duration - 3) < Fraction(1, 1000)
