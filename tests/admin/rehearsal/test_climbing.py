"""The search for the number that a house can take."""

import pytest

from novacast_admin.rehearsal.climbing import Climb


def found(climb: Climb, takes: int, share: float = 0.0005) -> list[int]:
    """What was tried, of a house that takes so many."""
    tried: list[int] = []
    while (number := climb.next()) is not None:
        tried.append(number)
        climb.note(number, number * share, good=number <= takes)
        assert len(tried) < 40
    return tried


@pytest.mark.parametrize("takes", [1, 7, 25, 90, 333, 1500, 7999])
def test_it_ends_near_what_the_house_takes_and_never_above(takes: int) -> None:
    climb = Climb(25, 8000)
    found(climb, takes)
    assert climb.best <= takes
    assert climb.best * 1.2 >= min(takes, 8000) or takes - climb.best <= 1


def test_a_house_that_takes_everything_is_asked_for_the_most_and_no_more() -> None:
    climb = Climb(25, 300)
    assert found(climb, 10**6)[-1] == 300
    assert climb.worst is None


def test_one_that_takes_nothing_is_known_soon() -> None:
    climb = Climb(25, 8000)
    assert found(climb, 0) == [25, 25, 6, 1]
    assert climb.best == 0


def test_what_was_too_much_once_is_tried_again_before_it_is_believed() -> None:
    climb = Climb(10, 100)
    climb.note(10, 0.1, good=True)
    wanted = climb.next()
    assert wanted is not None
    climb.note(wanted, 0.1, good=False)
    assert climb.next() == wanted
    climb.note(wanted, 0.1, good=True)
    assert climb.worst is None
    assert (climb.next() or 0) > wanted


def test_leaps_grow_smaller_the_less_of_a_core_is_left() -> None:
    near, far = Climb(100, 10_000), Climb(100, 10_000)
    near.note(100, 0.7, good=True)
    far.note(100, 0.01, good=True)
    assert (near.next() or 0) < (far.next() or 0)
