"""Which seats are best, who is left alone, and maps that change while they are sold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.errors import Conflict, InvalidInput
from novacast.identity import timely_id
from novacast.tickets.holds.models import LonelySeat, SeatsTaken, SoldOut, Wish
from novacast.tickets.seatmaps.choice import Layout
from novacast.tickets.seatmaps.models import seats_of
from tests.tickets.box import GUEST, OWNER, Box, hall, seat

LAYOUT = Layout(seats_of(hall("AB", 10)))


def names(layout: Layout, count: int, *taken: str) -> list[str]:
    best = layout.best(count, taken)
    assert best is not None
    return [one.seat_id for one in best.seats]


def test_the_best_seats_are_in_the_middle_of_the_first_row() -> None:
    assert names(LAYOUT, 2) == [seat("A", 5), seat("A", 6)]
    assert names(LAYOUT, 2, seat("A", 5), seat("A", 6)) == [seat("A", 3), seat("A", 4)]


def test_nobody_is_left_alone_where_that_can_be_helped() -> None:
    taken = [seat("A", n) for n in (4, 8, 9, 10)]
    # 5, 6, 7 are free in the middle: two of them would leave one, so the pair comes from elsewhere.
    assert set(names(LAYOUT, 2, *taken)).isdisjoint({seat("A", 5), seat("A", 6), seat("A", 7)})


def test_what_does_not_fit_side_by_side_is_given_near_each_other() -> None:
    best = LAYOUT.best(11, ())
    assert best is not None
    assert not best.together
    assert len({one.seat_id for one in best.seats}) == 11
    assert LAYOUT.best(21, ()) is None


@given(st.sets(st.sampled_from(sorted(LAYOUT.by_id))), st.integers(1, 6))
def test_the_best_are_free_and_as_many_as_asked_for(taken: set[str], count: int) -> None:
    best = LAYOUT.best(count, taken)
    if best is None:
        assert len(LAYOUT.by_id) - len(taken) < count
        return
    chosen = {one.seat_id for one in best.seats}
    assert len(chosen) == count
    assert not chosen & taken
    if best.together and LAYOUT.has_better(count, taken, ""):
        assert not LAYOUT.lonely(best.seats, taken)


def test_an_aisle_parts_neighbours() -> None:
    row = {"name": "A", "seats": [{"number": "1"}, {"number": "2", "aisle": True}, {"number": "3"}]}
    layout = Layout(seats_of({"sections": [{"name": "S", "rows": [row]}]}))
    assert names(layout, 2) == ["S/A/2", "S/A/3"]
    assert not layout.lonely([layout.by_id["S/A/2"], layout.by_id["S/A/3"]], ())


def test_a_map_with_two_seats_of_one_id_is_refused() -> None:
    row = {"name": "A", "seats": [{"number": "1", "id": "x"}, {"number": "2", "id": "x"}]}
    with pytest.raises(InvalidInput, match="Two seats have the id x"):
        seats_of({"sections": [{"name": "S", "rows": [row]}]})


async def test_a_seat_that_somebody_has_is_refused_by_name_with_what_is_free_instead(box: Box) -> None:
    await box.seated(seat("A", 5), seat("A", 6))
    with pytest.raises(SeatsTaken, match="Somebody else has Stalls A 5") as refused:
        await box.seated(seat("A", 5), seat("A", 4))
    assert [one.field for one in refused.value.errors] == [seat("A", 5)]
    await box.clean()


async def test_a_lonely_seat_is_refused_only_while_there_is_a_better_choice(box: Box) -> None:
    with pytest.raises(LonelySeat, match="Stalls A 1 alone"):
        await box.seated(seat("A", 2), seat("A", 3))
    await box.take(Wish(box.seats.id, seats=tuple(seat("B", n) for n in range(1, 11))))
    await box.take(Wish(box.seats.id, seats=tuple(seat("A", n) for n in range(4, 11))))
    # What is left is 1, 2, 3 of one row: no pair of them would leave nobody alone.
    await box.seated(seat("A", 2), seat("A", 3))
    await box.seated(seat("A", 1))
    with pytest.raises(SoldOut):
        await box.take(Wish(box.seats.id, 1))


async def test_a_map_that_changes_while_it_is_sold_loses_no_sold_seat(box: Box) -> None:
    await box.bought(await box.seated(seat("B", 10)))
    maps = box.own.seat_maps
    assert box.night.map_id is not None
    smaller = await maps.change(OWNER, box.night.map_id, "Hall", hall("AB", 8))
    assert smaller.version == 2
    found = await maps.apply(OWNER, box.night.id, box.night.map_id, only_look=True)
    assert (found.lost, len(found.removed)) == ((seat("B", 10),), 4)
    with pytest.raises(Conflict, match="Stalls/B/10"):
        await maps.apply(OWNER, box.night.id, box.night.map_id, only_look=False)
    await maps.change(
        OWNER,
        box.night.map_id,
        "Hall",
        hall("AB", 10) | {"sections": [*hall("AB", 10)["sections"], *hall("C", 2)["sections"]]},
    )  # type: ignore[misc]  # a test's loose document
    added = await maps.apply(OWNER, box.night.id, box.night.map_id, only_look=False)
    assert len(added.added) == 2
    _, placed = await maps.seats(GUEST, box.night.id, box.clock.now())
    states = {one.seat.seat_id: one.state for one in placed}
    assert len(states) == 22
    assert states[seat("B", 10)] == "sold"
    await box.seated(seat("C", 1), seat("C", 2))
    await box.clean()


async def test_a_seat_that_a_map_leaves_out_is_sold_no_more(box: Box) -> None:
    await box.own.holds.release(box.token(await box.seated(seat("B", 10))))
    assert box.night.map_id is not None
    await box.own.seat_maps.change(OWNER, box.night.map_id, "Hall", hall("AB", 8))
    await box.own.seat_maps.apply(OWNER, box.night.id, box.night.map_id, only_look=False)
    for gone in (seat("B", 10), seat("B", 9)):
        with pytest.raises(InvalidInput, match="no such seats"):
            await box.seated(gone)
    assert await box.left(box.seats) == 16


def test_ids_that_are_made_one_after_the_other_stand_in_that_order() -> None:
    made = [timely_id(1_800_000_000_000_000 + n * 1000) for n in range(1000)]
    assert made == sorted(made)
    assert len({timely_id(5) for _ in range(1000)}) == 1000
    assert {len(one) for one in made} == {20}
