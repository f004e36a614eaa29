"""Whole programmes, followed to the end by clients that take RFC 8216bis at its word."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from io import BytesIO
from itertools import pairwise
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from novacast.live.packaging.models import PROFILES, STANDARD, ULTRA, Fragment, Profile
from novacast.media.conformance.fragments import Fragment as Read
from novacast.media.conformance.fragments import fragment_of, track_of
from tests.live.packaging.stage import BEGAN, Shelved, Stage
from tests.live.packaging.strict import Segment, read
from tests.live.packaging.synthetic import SOUND, TRACKS, Source
from tests.live.packaging.viewer import Viewer, body


def with_two_drops(stage: Stage, source: Source) -> None:
    """On air, dropped in the middle of a segment, slate, back with another size, dropped again, back as at first."""
    slate = replace(source, size=40)
    stage.play(Fraction(9, 2), source)
    stage.play(Fraction(3), slate, level=20)
    stage.play(Fraction(77, 10), source, level=40)
    stage.play(Fraction(11, 5), slate, level=20)
    stage.play(Fraction(4), source)
    stage.end()


SOURCES = {"ultra": Source(), "low": Source(gop=2, frames=10, sounds=15), "standard": Source(gop=2)}


@cache
def played(profile: str, *, recorded: bool = True) -> Stage:
    async def run() -> Stage:
        stage = Stage(PROFILES[profile], recorder=Shelved() if recorded else None)
        stage.viewers += [Viewer(stage.shelf, "360p", delta=False, preload=False)]
        with_two_drops(stage, SOURCES[profile])
        return stage

    return asyncio.run(run())


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    ("profile", "recorded"),
    [
        ("ultra", True),
        ("standard", False),
        pytest.param("ultra", False, marks=SLOW),
        pytest.param("low", True, marks=SLOW),
        pytest.param("low", False, marks=SLOW),
        pytest.param("standard", True, marks=SLOW),
    ],
)
def test_a_programme_with_two_drops_is_conformant_to_the_end(profile: str, recorded: bool) -> None:
    stage = played(profile, recorded=recorded)
    playlists = {one.track: one.segments for one in stage.viewers}
    breaks = {track: [one for one in segments if one.discontinuity] for track, segments in playlists.items()}
    for ones in zip(*breaks.values(), strict=True):
        assert len({one.msn for one in ones}) == 1
        assert len({one.cc for one in ones}) == 1
        assert len({one.at for one in ones}) == 1
    assert [one.cc for one in breaks["audio"]] == [1, 2, 3, 4]
    assert playlists["720p"][0].msn == 0
    for segments in playlists.values():
        for one, after in pairwise(segments):
            assert not one.gap or after.discontinuity


@pytest.mark.parametrize("pieces", range(1, 6))
async def test_a_stretch_of_a_moment_counts_in_all_renditions(pieces: int) -> None:
    """An encoder dies when one rung had some parts of a segment, and others nothing."""
    stage = Stage()
    stage.play(Fraction(3))
    stage.begin(Source().inits(40))
    stage.give([pair for pair in Source().all(Fraction(3)) if pair[0] == "720p"][:pieces])
    stage.play(Fraction(3), level=50)
    stage.end()
    begun = {one.track: [(s.msn, s.cc) for s in one.segments if s.discontinuity] for one in stage.viewers}
    assert begun["720p"] == [(3, 1), (4, 2)]
    assert begun["360p"] == begun["audio"] == begun["720p"]
    assert {one.segments[3].gap for one in stage.viewers} == {False, True}


async def test_sound_that_a_drop_left_behind_has_the_numbers_of_the_picture() -> None:
    """The picture has begun a segment, and sound, whose parts are cut elsewhere, has not."""
    stage = Stage()
    stage.begin(Source().inits())
    stage.give(pair for pair in Source().all(Fraction(16, 5)) if pair[0] != "audio" or pair[1].start < 48000 * 3 - 9216)
    stage.play(Fraction(2), level=40)
    stage.end()
    lists = [[(s.msn, s.cc, s.discontinuity) for s in one.segments] for one in stage.viewers]
    assert lists[0] == lists[1] == lists[2]
    assert stage.viewer("audio").segments[3].gap


def test_what_viewers_get_is_media_that_goes_on_in_time() -> None:
    stage = played("ultra")
    for viewer in stage.viewers:
        end = None
        for segment in viewer.segments:
            made, scale = media(stage, viewer, segment)
            start, duration = Fraction(made.start, scale), Fraction(made.duration, scale)
            assert segment.at is not None
            assert abs(segment.at - Fraction(BEGAN, 1_000_000) - start) <= Fraction(1, 1000)
            assert abs(duration - (segment.duration or 0)) < Fraction(1, 100_000)
            assert made.sync
            assert end is None or segment.discontinuity or start == end
            end = start + duration


def media(stage: Stage, viewer: Viewer, segment: Segment) -> tuple[Read, int]:
    track = track_of(body(stage.shelf.find(f"{viewer.track}/{viewer.history.inits[segment.msn]}")))
    data = body(stage.shelf.find(f"{viewer.track}/{segment.uri}"))
    return fragment_of(BytesIO(data), len(data), track), track.timescale


def test_a_recorder_is_told_of_what_was_broadcast() -> None:
    stage = played("ultra")
    assert isinstance(stage.recorder, Shelved)
    for viewer in stage.viewers:
        kept = stage.recorder.segments[viewer.track]
        assert [one.number for one in kept] == [one.msn for one in viewer.segments]
        for segment, one in zip(viewer.segments, kept, strict=True):
            assert b"".join(one.parts) == body(stage.shelf.find(f"{viewer.track}/{segment.uri}"))
            assert one.discontinuity == segment.discontinuity
            assert f"init_{one.init}.mp4" == viewer.history.inits[segment.msn]
            assert abs(one.duration - (segment.duration or 0)) < Fraction(1, 1_000_000)


def test_an_initialization_that_was_there_before_keeps_its_name() -> None:
    for viewer in played("ultra").viewers:
        names = [viewer.history.inits[one.msn] for one in viewer.segments]
        changes = [names[0], *(after for before, after in pairwise(names) if before != after)]
        first, slate, other = dict.fromkeys(changes) if viewer.track != "audio" else (changes[0], "", "")
        assert changes == ([first] if viewer.track == "audio" else [first, slate, other, slate, first])


def test_a_client_without_delta_updates_learns_the_same() -> None:
    _, with_delta, _, without = played("ultra").viewers
    assert with_delta.delta
    assert not without.delta
    assert with_delta.segments == without.segments
    assert with_delta.seen == without.seen


def test_who_comes_later_is_told_the_same() -> None:
    stage = played("ultra")
    for viewer in stage.viewers:
        late = read(body(stage.shelf.find(f"{viewer.track}/index.m3u8")))
        assert late.kind == "EVENT"
        assert [plain(one) for one in late.segments] == [plain(one) for one in viewer.segments]


def plain(one: Segment) -> tuple[object, ...]:
    return one.msn, one.discontinuity, one.init, one.at, one.duration, one.uri, one.gap


async def test_sound_alone_is_cut_by_the_grid() -> None:
    stage = Stage(tracks=[SOUND])
    stage.play(Fraction(10))
    stage.end()
    starts = [one.at - Fraction(BEGAN, 1_000_000) for one in stage.viewer("audio").segments if one.at is not None]
    for number, start in enumerate(starts):
        assert 0 <= start - number < Fraction(1, 5)


async def test_picture_alone_is_a_programme() -> None:
    stage = Stage(tracks=TRACKS[:2])
    with_two_drops(stage, Source())
    assert "EXT-X-MEDIA" not in body(stage.shelf.find("master.m3u8")).decode()


Step = tuple[str, int]
steps = st.lists(
    st.tuples(st.sampled_from(["give", "begin", "lose", "withdraw", "restore"]), st.integers(0, 200)),
    min_size=3,
    max_size=25,
)


@pytest.mark.parametrize("examples", [8, pytest.param(150, marks=pytest.mark.slow)])
def test_whatever_order_things_come_in_playlists_keep_the_rules(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, phases=[Phase.explicit, Phase.generate], derandomize=examples < 10)
    @given(steps, st.randoms(use_true_random=False), st.sampled_from([ULTRA, STANDARD]), st.booleans())
    def check(taken: list[Step], random: Random, profile: Profile, recorded: bool) -> None:
        asyncio.run(everything_at_once(taken, random, profile, recorded=recorded))

    check()


async def everything_at_once(taken: list[Step], random: Random, profile: Profile, *, recorded: bool) -> None:
    stage = Stage(profile, recorder=Shelved() if recorded else None, keep=200_000, window=Fraction(8))
    source = Source(gop=int(profile.segment))
    stage.begin(source.inits())
    ahead = pieces(source)
    for what, number in taken:
        act(stage, source, ahead, what, number, random)
    stage.viewers = [one for one in stage.viewers if one.track in stage.shelf.ends]
    stage.end()
    counted = [one.history.counted for one in stage.viewers]
    assert all(one[msn] == cc for one in counted for other in counted for msn, cc in other.items() if msn in one)


def pieces(source: Source) -> dict[str, Iterator[Fragment]]:
    made = source.all(Fraction(40))
    return {track.name: iter([piece for name, piece in made if name == track.name]) for track in TRACKS}


def act(
    stage: Stage, source: Source, ahead: dict[str, Iterator[Fragment]], what: str, number: int, random: Random
) -> None:
    """`give`: some fragments of each rendition, in any interleaving of them; `lose`: some of one never come."""
    track = TRACKS[number % 3].name
    match what:
        case "give":
            names = [name for name in ahead for _ in range(number % 30)]
            random.shuffle(names)
            stage.give((name, piece) for name in names if (piece := next(ahead[name], None)) is not None)
        case "begin":
            stage.begin(source.inits(20 + number % 3))
            ahead.update(pieces(source))
        case "lose":
            for _ in range(number % 30):
                next(ahead[track], None)
        case "withdraw" if track != "audio":
            stage.viewers = [one for one in stage.viewers if one.track != track]
            stage.shelf.withdraw(track)
        case "restore":
            stage.shelf.restore(track)
