"""Where seats stand, how they are numbered, and documents that come back as they were."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.errors import InvalidInput
from novacast.tickets.seatmaps.bodies import MapDocumentBody
from novacast.tickets.seatmaps.document import Numbering, Scheme
from novacast.tickets.seatmaps.examples import playhouse
from novacast.tickets.seatmaps.geometry import Drawing, drawn, settled
from novacast.tickets.seatmaps.hall.bodies import HallBody
from novacast.tickets.seatmaps.hall.wire import outlined
from novacast.tickets.seatmaps.numbering import letters, numbers


def hall(*rows: dict[str, Any], **section: Any) -> Drawing:
    return drawn({"format": 2, "sections": [{"name": "S", "x": 0, "y": 0, "rows": list(rows), **section}]})


def points(drawing: Drawing) -> list[tuple[int, int]]:
    return [(one.x, one.y) for one in drawing.seats]


def test_rows_stand_behind_one_another_around_one_middle() -> None:
    found = hall({"name": "A", "count": 2}, {"name": "B", "count": 3}, spacing=50, distance=80)
    assert points(found) == [(-25, 0), (25, 0), (-50, 80), (0, 80), (50, 80)]


def test_a_curved_row_stands_on_its_circle_with_its_ends_towards_the_stage() -> None:
    found = hall({"name": "A", "count": 21}, {"name": "B", "count": 21}, radius=1000, spacing=60, distance=90)
    for one in found.seats:
        radius = 1000 if one.row == "A" else 1090
        assert abs(math.hypot(one.x, one.y + 1000) - radius) <= 1, one
    first, middle = found.seats[0], found.seats[10]
    assert (middle.x, middle.y) == (0, 0)
    assert first.y < middle.y
    apart = [math.dist(*pair) for pair in zip(points(found)[:20], points(found)[1:21], strict=True)]
    assert all(abs(one - 60) < 2 for one in apart), "along the curve they are as far apart as in a straight row"


def test_a_section_is_turned_around_its_first_row() -> None:
    assert points(hall({"name": "A", "count": 3}, {"name": "B", "count": 1}, turn=90, spacing=50, distance=80)) == [
        (0, -50),
        (0, 0),
        (0, 50),
        (-80, 0),
    ]


def test_an_aisle_leaves_a_place_out() -> None:
    found = hall({"name": "A", "count": 4, "aisles": [2]}, spacing=50)
    assert [one.x for one in found.seats] == [-100, -50, 50, 100]
    assert [one.place for one in found.seats] == [1, 2, 4, 5]


def test_sections_without_a_place_are_laid_out_behind_one_another() -> None:
    rows = [{"name": "A", "count": 2}, {"name": "B", "count": 2}]
    found = drawn({"format": 2, "sections": [{"name": "Stalls", "rows": rows}, {"name": "Balcony", "rows": rows}]})
    assert sorted({one.y for one in found.seats}) == [0, 90, 290, 380]


def test_people_sit_around_a_table() -> None:
    tables = [
        {"name": "T1", "x": 0, "y": 0, "count": 4, "width": 120},
        {"name": "T2", "shape": "rectangle", "x": 1000, "y": 0, "count": 5, "width": 180, "depth": 80},
    ]
    found = drawn({"format": 2, "sections": [{"name": "S", "x": 0, "y": 0, "tables": tables}]})
    assert points(found)[:4] == [(0, -100), (100, 0), (0, 100), (-100, 0)]
    assert points(found)[4:] == [(940, -80), (1000, -80), (1060, -80), (1045, 80), (955, 80)]
    assert {one.row for one in found.seats} == {"T1", "T2"}


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Numbering(), "1 2 3 4 5"),
        (Numbering(start=101), "101 102 103 104 105"),
        (Numbering(step=2), "1 3 5 7 9"),
        (Numbering(start=2, step=2, leftwards=True), "10 8 6 4 2"),
        (Numbering(Scheme.SPLIT), "5 3 1 2 4"),
        (Numbering(Scheme.LETTERS), "A B C D E"),
        (Numbering(Scheme.LETTERS, start=25), "Y Z AA AB AC"),
    ],
)
def test_seats_are_numbered_by_every_scheme(how: Numbering, expected: str) -> None:
    assert numbers(5, how) == expected.split()


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_no_two_numbers_have_the_same_letters(one: int, other: int) -> None:
    assert (letters(one) == letters(other)) is (one == other)


def test_a_map_of_before_keeps_the_places_of_its_seats() -> None:
    """Format 1 counted ten units from seat to seat."""
    row = {"name": "A", "seats": [{"number": "1", "x": 10, "y": 20}, {"number": "2"}]}
    assert points(drawn({"sections": [{"name": "S", "rows": [row]}]}))[0] == (50, 100)


def test_a_name_that_changes_leaves_ids_as_they_are() -> None:
    before = hall({"name": "A", "count": 2})
    after = drawn(
        {"format": 2, "sections": [{"name": "Parquet", "key": "S", "rows": [{"name": "I", "key": "A", "count": 2}]}]}
    )
    assert [one.seat_id for one in after.seats] == [one.seat_id for one in before.seats]


def test_what_is_wrong_is_named() -> None:
    with pytest.raises(InvalidInput, match="needs a seat"):
        drawn({"format": 2, "sections": [{"name": "S"}]})
    with pytest.raises(InvalidInput, match="30000 seats are the most"):
        hall(*({"name": str(n), "count": 1000} for n in range(31)))
    with pytest.raises(InvalidInput, match="same name"):
        drawn(playhouse() | {"categories": [{"name": "A"}, {"name": "A"}]})


def test_the_playhouse_has_300_seats_and_all_of_it_is_drawn() -> None:
    body = MapDocumentBody.model_validate(playhouse())
    found = drawn(body.document())
    assert len(found.seats) == 300
    assert [one.name for one in found.categories] == ["Front stalls", "Stalls", "Balcony"]
    left, top, width, height = found.box
    assert all(left < one.x < left + width and top < one.y < top + height for one in found.seats)
    close = {(one.x // 40, one.y // 40) for one in found.seats}
    assert len(close) == 300, "no two seats stand in one place"
    assert HallBody.model_validate(outlined(found, "tag")).seats == 300


NAMES = st.text("ABCdef 12ä", min_size=1, max_size=6).filter(str.strip)
PLACES = st.none() | st.integers(-5000, 5000)
ROWS = st.fixed_dictionaries(
    {"name": NAMES, "count": st.integers(1, 12)},
    optional={
        "numbering": st.fixed_dictionaries({}, optional={"scheme": st.sampled_from(["split", "letters"])}),
        "y": PLACES,
        "turn": st.integers(-360, 360),
        "radius": PLACES,
        "aisles": st.lists(st.integers(1, 12), max_size=2),
    },
)
SECTIONS = st.fixed_dictionaries(
    {"name": NAMES, "rows": st.lists(ROWS, min_size=1, max_size=3)},
    optional={"x": PLACES, "y": PLACES, "turn": st.integers(-360, 360), "radius": st.integers(-5000, 5000)},
)


@given(st.lists(SECTIONS, min_size=1, max_size=3), st.sampled_from([1, 2]))
def test_what_is_exported_and_imported_is_the_same_hall(sections: list[dict[str, Any]], format_: int) -> None:
    document = MapDocumentBody.model_validate({"format": format_, "sections": sections}).document()
    again = MapDocumentBody.model_validate(document)
    assert again.document() == document
    try:
        found = drawn(document)
    except InvalidInput:
        return
    whole = MapDocumentBody.model_validate(again.model_dump(mode="json")).document()
    assert drawn(whole) == found
    assert drawn(MapDocumentBody.model_validate(settled(document)).document()) == found
