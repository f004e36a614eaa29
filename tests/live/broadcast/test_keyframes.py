from collections.abc import Iterable
from fractions import Fraction

import pytest

from novacast.live.broadcast.keyframes import AGAIN, Keyframes, fits
from novacast.live.flv import Facts
from novacast.live.ingest import Kind, Tag


def seen(times: Iterable[int], *, delay: int = 0, into: Keyframes | None = None) -> Keyframes:
    found = into or Keyframes()
    for time in times:
        found.note(Tag(Kind.VIDEO, time, bytes(100)), Facts("h264", "frame", keyframe=True, composition=delay))
        found.note(Tag(Kind.VIDEO, time + 33, bytes(25)), Facts("h264", "frame"))
    return found


def test_their_distance_is_believed_after_three() -> None:
    assert seen([0, 2000]).distance is None
    assert seen([0, 2000, 4000]).distance == 2


@pytest.mark.parametrize("times", [[0, 1000, 3000], [0, 8000, 16000], [0, 0, 0]], ids=str)
def test_irregular_and_rare_ones_have_none(times: list[int]) -> None:
    found = seen(times)
    assert found.known
    assert found.distance is None


def test_milliseconds_that_were_rounded_are_regular() -> None:
    distance = seen([0, 1033, 2067]).distance
    assert distance is not None
    assert float(distance) == pytest.approx(1.0335)


def test_what_was_irregular_must_be_regular_for_long() -> None:
    found = seen([0, 1000, 2000, 3000])
    seen([3500], into=found)
    assert found.distance is None
    seen((3500 + 1000 * number for number in range(1, AGAIN)), into=found)
    assert found.distance is None
    seen((3500 + 1000 * number for number in range(AGAIN, AGAIN + 3)), into=found)
    assert found.distance == 1


def test_pictures_that_change_their_order_are_fine_while_they_do_it_alike() -> None:
    found = seen([0, 1000, 2000], delay=66)
    assert found.distance == 1
    seen([3000], delay=33, into=found)
    assert found.distance is None


def test_the_rate_is_that_of_the_largest_group() -> None:
    assert seen([0, 1000, 2000]).rate == 1000


@pytest.mark.parametrize(
    ("distance", "segment", "target", "fit"),
    [("1", "1", 1, True), ("1/2", "1", 1, True), ("2", "2", 2, True), ("2", "1", 1, False), ("3/2", "2", 2, False),
     ("1.4", "1", 1, True), ("2/3", "2", 2, True)],
)  # fmt: skip
def test_whole_groups_make_segments_that_are_not_told_longer_than_the_target(
    distance: str, segment: str, target: int, fit: bool
) -> None:
    assert fits(Fraction(distance), Fraction(segment), target) is fit
    assert not fits(None, Fraction(segment), target)
