"""The plan of a transcode: which way, in which parts. Pure."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.clock import SECOND
from novacast.media.commands import Part
from novacast.media.commands.video import keyframes as forced
from novacast.media.folding import SHORTEST
from novacast.media.info import Audio, Colour, Keyframes, MediaInfo, Video
from novacast.media.ladder import USUAL_RATES
from novacast.media.playlists import Segment, media_playlist
from novacast.settings import Transcode
from novacast.vods.transcoding.growth import settled
from novacast.vods.transcoding.models import Kind, Piece
from novacast.vods.transcoding.plan import VERSION, Choices, Plan, Way

CHOICES = Choices((144, 240, 360, 720), "veryfast", "4", 120, copy=True)
SOUND = Audio(1, "aac", "LC", "stereo", 2, 48000, "eng", default=True, clean=True)


def film(seconds: int = 600, fps: Fraction = Fraction(25), every: int = 2, **changes: object) -> MediaInfo:
    """H.264 of 720p with a keyframe `every` so many seconds, which browsers play."""
    times = tuple(range(0, seconds * SECOND, every * SECOND))
    keys = Keyframes(len(times), every * SECOND, whole=True, steady=True, times=times)
    video = Video(
        0, "h264", "High", 31, "yuv420p", 1280, 720, Fraction(1), 0, fps, fps, fps, 2_000_000, 8, False, False,
        Colour(1, 1, 1, 1), keyframes=keys,
    )  # fmt: skip
    video = replace(video, **changes)  # type: ignore[arg-type]  # a test's loose keywords
    return MediaInfo("mov", 10**8, seconds * SECOND, seconds * SECOND, None, video, (SOUND,), (), ())


def keyframes(**changes: object) -> Keyframes:
    video = film().video
    assert video is not None
    assert video.keyframes is not None
    return replace(video.keyframes, **changes)  # type: ignore[arg-type]  # a test's loose keywords


def test_what_browsers_play_is_copied_with_its_sound_and_replaces_its_rung() -> None:
    plan = Plan.of(film(), CHOICES)
    assert plan.way is Way.COPY
    assert plan.copied is not None
    assert plan.copied.name == "720p"
    assert [rung.name for rung in plan.others] == ["144p", "240p", "360p"]
    assert [sound.copied for sound in plan.ladder.sounds] == [True]
    assert [step.kind for step in plan.steps()] == [Kind.POSTER, Kind.COPY]


def test_with_a_loudness_the_picture_is_still_copied_but_its_sound_is_not() -> None:
    plan = Plan.of(film(), replace(CHOICES, loudness=-16.0))
    assert plan.way is Way.COPY
    assert [sound.copied for sound in plan.ladder.sounds] == [False]
    assert Plan.read(plan.text) == plan
    assert plan.digest("") != Plan.of(film(), CHOICES).digest("")
    assert Choices.of(Transcode(loudness=-14.0)).loudness == -14


@pytest.mark.parametrize(
    "changes",
    [
        {"codec": "hevc"}, {"pix_fmt": "yuv420p10le"}, {"interlaced": True}, {"rotation": 90}, {"bit_rate": 20_000_000},
        {"keyframes": None}, {"keyframes": keyframes(longest_gap=9 * SECOND)}, {"keyframes": keyframes(times=())},
        {"keyframes": keyframes(steady=False)}, {"keyframes": keyframes(times=(80_000, 2_000_000))},
        {"width": 1920, "height": 1080}, {"colour": Colour(1, 9, 16, 9)},
    ],
)  # fmt: skip
def test_what_browsers_might_not_play_is_encoded(changes: dict[str, object]) -> None:
    assert Plan.of(film(**changes), CHOICES).way is Way.LONG  # type: ignore[arg-type]  # a test's loose keywords


def test_short_ones_are_made_in_one_go_and_the_setting_can_forbid_copies() -> None:
    plan = Plan.of(film(seconds=100), replace(CHOICES, copy=False))
    assert plan.way is Way.SHORT
    assert [step.kind for step in plan.steps()] == [Kind.POSTER, Kind.ALL]
    assert plan.first is not None
    assert plan.first.name == "144p"


def test_long_ones_begin_with_the_sound_and_the_largest_small_rung() -> None:
    plan = Plan.of(film(codec="hevc"), CHOICES)
    assert plan.first is not None
    assert plan.first.name == "360p"
    kinds = [step.kind for step in plan.steps()]
    assert kinds == [Kind.POSTER, Kind.SOUND, *[Kind.FIRST] * 5, *[Kind.REST] * 5]


def test_a_plan_survives_being_written_down() -> None:
    for info in (film(), film(codec="hevc"), replace(film(), video=None)):
        plan = Plan.of(info, CHOICES)
        again = Plan.read(plan.text)
        assert again == plan
        assert again.digest("x") == plan.digest("x") != plan.digest("y")


@given(st.integers(30, 20_000), st.sampled_from(USUAL_RATES), st.integers(10, 300), st.sampled_from(["2", "4", "5/2"]))
def test_parts_follow_each_other_on_the_grid_of_segments(seconds: int, fps: Fraction, chunk: int, length: str) -> None:
    choices = replace(CHOICES, seconds=length, chunk_seconds=chunk, copy=False)
    plan = Plan.of(film(seconds, fps=fps, every=seconds), choices)
    parts = plan.parts(())
    assert parts[0].first == parts[0].segment == 0
    assert [part.count is None for part in parts] == [False] * (len(parts) - 1) + [True]
    for before, after in pairwise(parts):
        assert before.count is not None
        assert before.first + before.count == after.first
        lengths = plan.expected(before)
        assert lengths is not None
        assert before.segment + len(lengths) == after.segment
        assert sum(lengths) == before.count / fps
        assert all(float(one) < plan.target + 0.5 for one in lengths)


@given(st.integers(0, 7200), st.sampled_from(USUAL_RATES), st.sampled_from(["2", "4", "5/2"]))
def test_a_part_is_told_to_cut_where_its_plan_expects_it(segment: int, fps: Fraction, length: str) -> None:
    plan = Plan.of(film(7200, fps=fps), replace(CHOICES, seconds=length, copy=False))
    first, end = (ceil(number * Fraction(length) * fps) for number in (segment, segment + 40))
    part = Part(first, end - first, segment)
    told = re.fullmatch(r"expr:gte\(t,n_forced\*([\d.]+)(?:-([\d.]+))?\)", forced(plan.ladder, part))
    assert told is not None
    # FFmpeg begins to count t at the first frame that it encodes.
    cuts = [ceil((number * Fraction(told[1]) - Fraction(told[2] or 0)) * fps) for number in range(40)]
    cuts = [max(0, cut) for cut in cuts] + [end - first]
    assert tuple((after - before) / fps for before, after in pairwise(cuts)) == plan.expected(part)


@given(st.integers(1, 3000), st.sampled_from(USUAL_RATES), st.sampled_from(["1", "2", "5/2", "4", "10"]))
def test_what_is_expected_of_an_end_has_no_short_last_segment(frames: int, fps: Fraction, length: str) -> None:
    plan = Plan.of(film(60, fps=fps), replace(CHOICES, seconds=length, copy=False))
    lengths = plan.expected(Part(0, frames, 0))
    assert lengths is not None
    assert sum(lengths) == frames / fps
    assert len(lengths) == 1 or lengths[-1] >= SHORTEST
    assert all(floor(one + Fraction(1, 2)) <= plan.target for one in lengths)


@pytest.mark.parametrize("tail", [20_000, 399_000, 401_000, 600_000])
def test_the_target_of_a_copy_holds_for_a_last_segment_with_a_tail(tail: int) -> None:
    times = (0, 7 * SECOND, 14 * SECOND)
    keys = keyframes(times=times, longest_gap=7 * SECOND, counted=3)
    lasts = 14 * SECOND + tail
    plan = Plan.of(replace(film(keyframes=keys), duration=lasts, declared_duration=lasts), CHOICES)
    assert plan.copied_target is not None
    assert plan.target >= 7 + (Fraction(tail, SECOND) if tail < 400_000 else 0)


def test_parts_of_an_older_plan_are_not_joined_to_new_ones() -> None:
    plan = Plan.of(film(), CHOICES)
    assert not Plan.outdated(plan.text)
    kept = json.loads(plan.text)
    assert kept.pop("version") == VERSION
    assert Plan.outdated(json.dumps(kept))
    assert Plan.outdated(json.dumps(kept | {"version": VERSION - 1}))
    older = json.dumps(kept | {"info": {name: kept["info"][name] for name in kept["info"] if name != "zero"}})
    assert Plan.read(older).rungs == plan.rungs, "what is watched of it is still known"


@given(st.lists(st.integers(40, 8000), min_size=1, max_size=300), st.sampled_from(USUAL_RATES))
def test_parts_of_a_copy_are_cut_where_it_is_cut(lengths: list[int], fps: Fraction) -> None:
    plan = Plan.of(film(fps=fps), CHOICES)
    copied = [Piece(f"{length / 1000:.6f}", 1) for length in lengths]
    parts = plan.parts(copied)
    cuts = [cut for part in parts for cut in part.cuts or ()]
    assert len(cuts) == len(copied)
    assert cuts == sorted(cuts)
    at = Fraction(0)
    for cut, piece in zip(cuts, copied, strict=True):
        assert abs(cut / fps - at) <= 1 / fps / 2
        at += piece.seconds
    assert [part.segment for part in parts] == [cuts.index(part.first) if part.first else 0 for part in parts]


def test_the_weight_of_a_plan_is_that_of_its_tasks() -> None:
    plan = Plan.of(film(), CHOICES)
    copied = [Piece("4.000000", 1)] * 150
    steps = [*plan.steps(), *plan.following(copied)]
    assert abs(sum(step.weight for step in steps) + 2 - plan.weight) <= len(steps)


def test_what_grows_shows_no_segment_that_may_get_longer() -> None:
    growing = media_playlist("init.mp4", 4, [Segment(f"seg_{n:05}.m4s", Fraction(4)) for n in range(3)], ended=False)
    assert [one.name for one in settled(growing, Fraction(11))] == ["seg_00000.m4s", "seg_00001.m4s"]
    assert len(settled(growing, Fraction(12))) == 3
    assert len(settled(growing, None)) == 3, "a part that others follow ends where it must"
    assert settled(growing + "#EXT-X-ENDLIST\n", Fraction(12)) == ()
