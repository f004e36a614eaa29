from fractions import Fraction

import pytest

from novacast.live.broadcast.lineup import SOUND
from novacast.live.packaging.fragments import Defaults, read_fragment
from novacast.live.packaging.models import LOW, STANDARD, ULTRA, Profile
from tests.live.broadcast.stages import Feed, Scene, lineup, seams

PACKET = Fraction(1024, 48_000)
FRAME = Fraction(1, 30)


def test_a_programme_begins_with_its_feeds_first_keyframe() -> None:
    scene = Scene()
    feed = Feed(scene)
    feed.run(1.5)
    assert scene.stage.on is feed.cue
    assert {scene.ends()[name] for name in scene.pictures} == {1.6}
    assert [segment.start for segment in scene.recorder.of("720p")] == [0]


def test_nothing_is_shown_before_the_first_feed() -> None:
    scene = Scene()
    scene.wait(3)
    assert set(scene.ends().values()) == {0.0}


def test_the_slate_goes_on_where_the_feed_ended_and_as_fast_as_time_passes() -> None:
    scene = Scene()
    feed = Feed(scene)
    feed.run(2)
    ended = scene.ends()["720p"]
    scene.stage.cut_to_slate()
    scene.wait(5)
    for name in scene.pictures:
        assert scene.ends()[name] == pytest.approx(ended + 5, abs=0.21)
    assert scene.ends()[SOUND] == pytest.approx(ended + 5, abs=0.21)


def test_what_was_missed_while_a_feed_was_frozen_is_made_good_at_once() -> None:
    scene = Scene()
    Feed(scene).run(2)
    edge = max(scene.ends().values())
    scene.clock.advance(0.4)  # nobody noticed yet
    scene.stage.cut_to_slate()
    scene.stage.tick()
    assert edge + 0.4 - 0.2 < scene.ends()["720p"] <= edge + 0.4


def test_renditions_that_ended_apart_are_alike_again_before_a_feed_comes_back() -> None:
    scene = Scene()
    feed = Feed(scene)
    feed.run(2)
    feed.give("720p")
    feed.give("720p")  # killed while the other rungs were still at it
    scene.stage.cut_to_slate()
    scene.wait(2)
    again = Feed(scene, zero=10.0)
    again.run(1.2)
    starts = {name: [one.start for one in scene.recorder.of(name) if one.discontinuity] for name in scene.pictures}
    assert starts["720p"][-1] == starts["360p"][-1]
    assert len({scene.ends()[name] for name in scene.pictures}) == 1


@pytest.mark.parametrize("profile", [ULTRA, LOW, STANDARD], ids=lambda one: one.name)
@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_over_all_seams_pictures_follow_each_other_without_a_hole(profile: Profile, fps: int) -> None:
    scene = Scene(lineup(profile, fps))
    for number in range(3):
        feed = Feed(scene, zero=10 + 7 * number, skew=0.013 * number)
        feed.run(3.3)
        scene.stage.cut_to_slate()
        scene.wait(2.7)
    scene.stage.end()
    for name in scene.pictures:
        assert [float(seam) for seam in seams(scene.recorder.of(name))] == pytest.approx(
            [0.0] * (len(scene.recorder.of(name)) - 1), abs=float(1 / scene.planned.fps) / 2 + 1e-6
        )
    last = scene.recorder.of("720p")[-1].number
    for name in (*scene.pictures, SOUND):
        numbers = [one.number for one in scene.recorder.of(name) if one.number <= last]
        assert numbers == list(range(last + 1))


@pytest.mark.parametrize("skew", [-0.1, 0.0, 0.05, 0.3])
def test_sound_keeps_its_distance_from_the_picture_to_half_a_packet(skew: float) -> None:
    scene = Scene()
    Feed(scene).run(2)
    scene.stage.cut_to_slate()
    scene.wait(2)
    feed = Feed(scene, zero=20.0, skew=skew)
    feed.run(2)
    picture, sound = scene.ends()["720p"], scene.ends()[SOUND]
    # Both have given as much as they made; what is on the shelf is as far apart as what came in.
    assert scene.stage.on is feed.cue
    made = {name: feed._made(name) for name in ("720p", SOUND)}
    assert sound - picture == pytest.approx(float(made[SOUND] - made["720p"]), abs=float(PACKET))


def test_silence_fills_what_a_feed_without_sound_does_not_bring() -> None:
    scene = Scene()
    feed = Feed(scene, names=scene.pictures)
    feed.run(3)
    assert scene.ends()[SOUND] == pytest.approx(scene.ends()["720p"], abs=0.2)


def test_the_slates_picture_goes_with_sound_alone() -> None:
    scene = Scene()
    feed = Feed(scene, names=[SOUND])
    feed.run(3)
    for name in scene.pictures:
        assert scene.ends()[name] == pytest.approx(scene.ends()[SOUND], abs=0.21)


def test_a_hole_in_the_sound_is_filled_with_silence() -> None:
    scene = Scene()
    feed = Feed(scene)
    feed.run(1.5)
    before = scene.ends()[SOUND]
    feed._frame[SOUND] += 90  # what a microphone that was pulled out leaves
    feed.give(SOUND)
    assert scene.ends()[SOUND] == pytest.approx(before + 90 * float(PACKET) + 9 * float(PACKET), abs=0.02)


def test_no_part_is_longer_than_was_announced() -> None:
    scene = Scene(lineup(LOW, 25))
    Feed(scene).run(2.5)
    scene.stage.cut_to_slate()
    scene.wait(4)
    Feed(scene, zero=30).run(2.5)
    for name in (*scene.pictures, SOUND):
        found = scene.shelf.find(f"{name}/index.m3u8", "")
        text = bytes(found.body).decode()  # type: ignore[union-attr]  # it is there
        target = float(text.split("PART-TARGET=")[1].split()[0])
        parts = [float(line.split("DURATION=")[1].split(",")[0]) for line in text.splitlines() if "X-PART:" in line]
        assert parts
        assert max(parts) <= target


def test_one_feed_follows_another_without_a_hole() -> None:
    scene = Scene()
    main, backup = Feed(scene), Feed(scene, zero=400)
    main.run(2)
    for name in backup.names:
        for _ in range(3):
            backup.give(name)
    assert scene.stage.cut_in(backup.cue)
    backup.run(2)
    scene.stage.end()
    for name in scene.pictures:
        assert all(abs(seam) < FRAME for seam in seams(scene.recorder.of(name)))


def test_a_feed_that_waits_long_is_cut_in_where_it_is_now() -> None:
    scene = Scene()
    Feed(scene).run(1)
    scene.stage.cut_to_slate()
    waiting = Feed(scene, zero=50)
    for _ in range(300):
        for name in waiting.names:
            waiting.give(name)
    before = scene.stage.now()
    assert scene.stage.cut_in(waiting.cue)
    assert scene.shelf.ends["720p"] - before <= 2 * scene.planned.profile.segment + scene.planned.part


def test_a_rung_that_is_dropped_keeps_nothing_else_from_going_on() -> None:
    scene = Scene()
    feed = Feed(scene)
    feed.run(1)
    scene.stage.drop("720p")
    scene.stage.cut_to_slate()
    scene.wait(1)
    again = Feed(scene, names=("360p", SOUND), zero=70)
    again.run(1)
    assert scene.stage.on is again.cue
    assert "720p" not in scene.ends()


@pytest.mark.parametrize("late", range(22), ids=str)
def test_no_sound_is_lost_wherever_it_begins_between_two_packets(late: int) -> None:
    scene = Scene()
    feed = Feed(scene, skew=late / 1000)
    feed.run(1)
    scene.stage.end()
    first = scene.recorder.of(SOUND)[0]
    given = sum(read_fragment(part, 48_000, Defaults()).duration for part in first.parts)
    assert given / 48_000 == pytest.approx(float(first.duration), abs=0.022)


def test_sound_that_stops_is_silence_until_it_comes_again() -> None:
    scene = Scene()
    feed = Feed(scene)
    feed.run(1.5)
    for _ in range(25):
        for name in scene.pictures:
            feed.give(name)
        feed._frame[SOUND] += 9  # nothing comes, and time goes by
    assert scene.ends()[SOUND] == pytest.approx(scene.ends()["720p"], abs=0.3)
    feed.give(SOUND)
    assert scene.ends()[SOUND] == pytest.approx(float(feed._made(SOUND)), abs=0.1)


def test_a_feeds_own_encoder_is_followed_by_another_without_a_hole_and_without_much_twice() -> None:
    scene = Scene()
    before, after = Feed(scene), Feed(scene, zero=400)
    before.run(1.6)
    for name in after.names:
        after.give(name)
    assert scene.stage.cut_in(after.cue, fresh=True)
    after.run(1.2)
    scene.stage.end()
    for name in scene.pictures:
        assert all(abs(seam) < FRAME for seam in seams(scene.recorder.of(name)))


def test_a_keyframe_that_is_long_past_is_not_fresh() -> None:
    scene = Scene()
    Feed(scene).run(1)
    after = Feed(scene, zero=400)
    for _ in range(4):
        for name in after.names:
            after.give(name)
    assert not scene.stage.cut_in(after.cue, fresh=True)


def test_a_rung_that_is_made_again_is_there_again() -> None:
    scene = Scene()
    Feed(scene).run(1.2)
    scene.stage.drop("720p")
    scene.stage.cut_to_slate()
    Feed(scene, names=("360p", SOUND), zero=50).run(2)
    scene.stage.cut_to_slate()
    scene.wait(1)
    whole = Feed(scene, zero=90)
    whole.run(2)
    assert scene.stage.on is whole.cue
    assert scene.ends()["720p"] == pytest.approx(scene.ends()["360p"], abs=0.01)
    numbers = {name: scene.recorder.of(name)[-1].number for name in scene.pictures}
    assert len(set(numbers.values())) == 1
