from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from novacast.errors import InvalidInput, MediaFailure
from novacast.media.info import Audio, Colour, MediaInfo, Video
from novacast.media.ladder import HEIGHTS, KBIT, frame_rate, level_of, plan_ladder


def video(
    width: int, height: int, *, sample_aspect: Fraction = Fraction(1), rotation: int = 0, fps: Fraction = Fraction(25)
) -> Video:
    return Video(
        0, "h264", "High", 40, "yuv420p", width, height, sample_aspect, rotation, fps, fps, fps,
        None, 8, False, False, Colour(0, 2, 2, 2), None,
    )  # fmt: skip


def info(picture: Video | None, *audio: Audio) -> MediaInfo:
    return MediaInfo("mov", 1000, 10_000_000, 10_000_000, None, picture, audio, (), ())


def sizes(picture: Video, heights: tuple[int, ...] = HEIGHTS) -> dict[str, tuple[int, int]]:
    return {rung.name: (rung.width, rung.height) for rung in plan_ladder(info(picture), heights).rungs}


def test_full_hd_gets_every_rung() -> None:
    assert sizes(video(1920, 1080)) == {
        "144p": (256, 144), "240p": (426, 240), "360p": (640, 360), "480p": (854, 480), "720p": (1280, 720),
        "1080p": (1920, 1080),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("picture", "largest"),
    [
        (video(1080, 1920), ("1080p", (1080, 1920))),
        (video(1920, 1080, rotation=90), ("1080p", (1080, 1920))),
        (video(720, 720), ("720p", (720, 720))),
        (video(1920, 804), ("1080p", (1920, 804))),
        (video(1916, 1076), ("1080p", (1916, 1076))),
        (video(1001, 563), ("480p", (854, 480))),
        (video(720, 576, sample_aspect=Fraction(64, 45)), ("480p", (854, 480))),
        (video(720, 480, sample_aspect=Fraction(8, 9)), ("480p", (640, 480))),
        (video(720, 576, sample_aspect=Fraction(64, 45), rotation=270), ("480p", (480, 854))),
        (video(3840, 2160), ("1080p", (1920, 1080))),
        (video(100, 60), ("60p", (100, 60))),
    ],
)
def test_the_largest_rung_has_the_shape_that_is_seen(picture: Video, largest: tuple[str, tuple[int, int]]) -> None:
    assert list(sizes(picture).items())[-1] == largest


def test_ultra_hd_is_there_for_who_asks() -> None:
    assert list(sizes(video(3840, 2160), (1080, 2160))) == ["1080p", "2160p"]


pictures = st.builds(
    video,
    st.integers(16, 8192),
    st.integers(16, 8192),
    sample_aspect=st.fractions(Fraction(1, 2), 2, max_denominator=64),
    rotation=st.sampled_from([0, 90, 180, 270]),
    fps=st.fractions(Fraction(1, 10), 1000, max_denominator=1001),
)


@given(pictures, st.sets(st.sampled_from(list(KBIT)), min_size=1))
def test_rungs_are_even_never_above_the_source_and_grow(picture: Video, heights: set[int]) -> None:
    rungs = plan_ladder(info(picture), heights).rungs
    width, height = picture.display_size
    assert rungs
    for rung in rungs:
        assert rung.width % 2 == rung.height % 2 == 0
        assert 2 <= rung.width <= width
        assert 2 <= rung.height <= height
        assert rung.fps <= 60
        assert rung.bitrate < rung.maxrate < rung.bufsize
    for low, high in pairwise(rungs):
        assert (low.width, low.height) != (high.width, high.height)
        assert low.width <= high.width
        assert low.height <= high.height
        assert low.bitrate < high.bitrate
    assert len({rung.name for rung in rungs}) == len(rungs)


@given(pictures)
def test_the_shape_is_kept(picture: Video) -> None:
    width, height = picture.display_size
    assume(Fraction(1, 4) < width / height < 4)
    for rung in plan_ladder(info(picture)).rungs:
        scale = min(rung.width / width, rung.height / height)
        assert abs(rung.width - width * scale) <= 4 * max(1, width / height)
        assert abs(rung.height - height * scale) <= 4 * max(1, height / width)


@given(pictures)
def test_the_codec_string_names_a_level_that_holds_the_picture(picture: Video) -> None:
    for rung in plan_ladder(info(picture)).rungs:
        assert rung.codecs == f"avc1.6400{rung.level:02x}"
        assert rung.level == level_of(rung.width, rung.height, rung.fps, rung.maxrate)


@pytest.mark.parametrize(
    ("size", "fps", "level"),
    [
        ((1920, 1080), 30, 40),
        ((1920, 1080), 60, 42),
        ((1280, 720), 30, 31),
        ((1280, 720), 60, 32),
        ((3840, 2160), 30, 51),
    ],
)
def test_levels_are_those_of_the_standard(size: tuple[int, int], fps: int, level: int) -> None:
    assert level_of(*size, Fraction(fps), 5_000_000) == level


@pytest.mark.parametrize(
    ("source", "planned"),
    [
        (Fraction(25), Fraction(25)),
        (Fraction(2997, 100), Fraction(30000, 1001)),
        (Fraction(24), Fraction(24)),
        (Fraction(24000, 1001), Fraction(24000, 1001)),
        (Fraction(120), Fraction(60)),
        (Fraction(240000, 1001), Fraction(60000, 1001)),
        (Fraction(15), Fraction(15)),
        (Fraction(1, 2), Fraction(1)),
    ],
)
def test_frame_rates_are_usual_ones_up_to_60(source: Fraction, planned: Fraction) -> None:
    assert frame_rate(source) == planned


def test_a_keyframe_comes_at_least_every_four_seconds() -> None:
    assert plan_ladder(info(video(640, 360, fps=Fraction(30000, 1001)))).gop == 120
    assert plan_ladder(info(video(640, 360, fps=Fraction(24000, 1001)))).gop == 96


def test_every_track_is_a_rendition_and_the_main_one_comes_first() -> None:
    first = Audio(1, "aac", None, "mono", 1, 44100, "fre", default=False)
    second = Audio(2, "ac3", None, "5.1", 6, 48000, "deu", default=True)
    third = Audio(3, "aac", None, "stereo", 2, 48000, "ger", default=False)
    sounds = plan_ladder(info(video(640, 360), first, second, third)).sounds
    assert [(s.index, s.name, s.channels, s.language, s.label, s.default) for s in sounds] == [
        (2, "audio", 2, "de", "Deutsch", True),
        (1, "audio-2", 1, "fr", "français", False),
        (3, "audio-3", 2, "de", "Deutsch (2)", False),
        (2, "audio-4", 6, "de", "Deutsch 5.1", False),
    ]
    assert plan_ladder(info(video(640, 360))).sounds == ()


def test_sound_alone_is_a_ladder_without_rungs() -> None:
    ladder = plan_ladder(info(None, Audio(0, "mp3", None, "stereo", 2, 44100, None, default=False)))
    assert (ladder.rungs, len(ladder.sounds)) == ((), 1)


def test_neither_picture_nor_sound_makes_no_ladder() -> None:
    with pytest.raises(MediaFailure, match="neither"):
        plan_ladder(info(None))


@pytest.mark.parametrize("heights", [(), (100,), (144, 9999)])
def test_unknown_heights_are_refused(heights: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput, match="rungs of the ladder"):
        plan_ladder(info(video(640, 360)), heights)
