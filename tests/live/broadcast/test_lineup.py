from fractions import Fraction

import pytest

from novacast.live.broadcast.lineup import Lineup, plan_lineup, with_source
from novacast.live.packaging.models import LOW, STANDARD, ULTRA


def names(lineup: Lineup) -> list[str]:
    return [track.name for track in lineup.tracks]


def test_rungs_are_never_above_the_source() -> None:
    assert names(plan_lineup(ULTRA, (144, 360, 720, 1080), (1280, 720), Fraction(30))) == [
        "720p", "360p", "144p", "audio",
    ]  # fmt: skip


def test_a_channel_may_have_rungs_that_the_table_of_videos_has_not() -> None:
    lineup = plan_lineup(ULTRA, (200, 540, 4320), (7680, 4320), Fraction(30))
    assert names(lineup) == ["4320p", "540p", "200p", "audio"]
    small, middle, large = lineup.rungs
    assert small.bitrate < middle.bitrate < large.bitrate


def test_a_portrait_picture_keeps_its_shape() -> None:
    rung = plan_lineup(ULTRA, (360,), (720, 1280), Fraction(30)).rungs[0]
    assert (rung.width, rung.height) == (360, 640)


def test_a_picture_below_all_rungs_is_one_of_its_own() -> None:
    assert names(plan_lineup(ULTRA, (360, 720), (160, 120), Fraction(15))) == ["120p", "audio"]


def test_rungs_that_the_machine_has_no_strength_for_are_left_out_from_the_top() -> None:
    budget = 640 * 360 * 30 * 1.5
    assert names(plan_lineup(ULTRA, (144, 360, 720), (1280, 720), Fraction(30), budget=budget)) == [
        "360p", "144p", "audio",
    ]  # fmt: skip
    assert names(plan_lineup(ULTRA, (144, 360), (1280, 720), Fraction(30), budget=1.0)) == ["144p", "audio"]


def test_sound_alone_has_a_small_picture_for_the_slate() -> None:
    lineup = plan_lineup(ULTRA, (144, 360, 720), None, None)
    assert (names(lineup), lineup.fps) == (["360p", "audio"], 25)


@pytest.mark.parametrize("profile", [ULTRA, LOW, STANDARD], ids=lambda one: one.name)
@pytest.mark.parametrize(
    "fps", [1, Fraction(10, 7), 4, Fraction(15, 2), Fraction(24000, 1001), 24, 25, Fraction(30000, 1001), 30, 50, 60]
)
def test_a_part_is_whole_frames_and_never_too_long(profile: object, fps: Fraction) -> None:
    lineup = plan_lineup(profile, (360,), (1280, 720), Fraction(fps))  # type: ignore[arg-type]  # a parameter
    assert 0 < lineup.pictures / lineup.fps <= lineup.part
    assert lineup.fps / Fraction(fps) == lineup.fps // Fraction(fps)
    assert 0 < Fraction(lineup.packets * 1024, 48_000) <= lineup.part


def test_it_is_read_as_it_was_written() -> None:
    lineup = plan_lineup(LOW, (144, 720), (1920, 1080), Fraction(30000, 1001))
    assert Lineup.of_json(lineup.to_json()) == lineup


def test_pictures_wait_for_the_next_one_only_where_their_rate_is_another() -> None:
    lineup = plan_lineup(ULTRA, (144, 360), (1280, 720), Fraction(30))

    def paced(lineup: Lineup, fps: Fraction | None) -> bool:
        return lineup.wanted(picture=True, sound=True, size=(1280, 720), fps=fps).paced

    assert paced(lineup, Fraction(30))
    assert paced(lineup, Fraction(12000, 399))
    assert not paced(lineup, Fraction(25))
    assert not paced(lineup, None)
    assert not paced(with_source(lineup, (1280, 720), Fraction(1), 0), Fraction(30))


def test_a_picture_that_one_processor_decodes_is_decoded_by_one() -> None:
    lineup = plan_lineup(ULTRA, (144, 360), (1280, 720), Fraction(30))

    def light(size: tuple[int, int] | None, fps: int) -> bool:
        return lineup.wanted(picture=True, sound=True, size=size, fps=Fraction(fps)).light

    assert light((1920, 1080), 30)
    assert light((1280, 720), 60)
    assert not light((1920, 1080), 60)
    assert not light(None, 30)


@pytest.mark.parametrize(("keyframes", "segment"), [("1", 1), ("1/2", 1), ("2", 2), ("4", 4), ("0.7", "1.4")])
def test_the_publishers_picture_makes_the_segments(keyframes: str, segment: int | str) -> None:
    planned = plan_lineup(ULTRA, (144, 360, 720), (1280, 720), Fraction(30))
    passed = with_source(planned, (1280, 720), Fraction(keyframes), 4_000_000)
    assert passed.profile.segment == Fraction(segment)
    assert names(passed) == ["source", "360p", "144p", "audio"]
    assert passed.tracks[0].bitrate == 5_000_000
    assert Lineup.of_json(passed.to_json()) == passed
    assert names(passed.encoded) == ["360p", "144p", "audio"]


def test_a_small_publishers_picture_keeps_one_encoded_rung_beside_it() -> None:
    planned = plan_lineup(ULTRA, (144,), (256, 144), Fraction(30))
    assert names(with_source(planned, (256, 144), Fraction(1), 0)) == ["source", "144p", "audio"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"profile": "ultra", "fps": "30", "rungs": [{}]}'])
def test_what_is_no_lineup_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Lineup.of_json(text)
