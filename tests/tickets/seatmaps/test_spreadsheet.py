"""Seat maps as tables: what goes out comes in again."""

from typing import Any

import pytest
from hypothesis import given

from novacast.errors import InvalidInput
from novacast.tickets.seatmaps import spreadsheet
from novacast.tickets.seatmaps.bodies import MapDocumentBody
from novacast.tickets.seatmaps.examples import playhouse
from novacast.tickets.seatmaps.geometry import drawn, seats_of
from tests.tickets.seatmaps.test_geometry import SECTIONS


def test_the_playhouse_comes_back_from_a_table() -> None:
    seats = seats_of(playhouse())
    table = spreadsheet.written(drawn(playhouse()))
    assert table.splitlines()[:2] == [
        "section,row,number,category,kind,aisle,x,y,rank,id",
        "Stalls,A,1,Front stalls,normal,,-485,-87,17,Stalls/A/1",
    ]
    document = spreadsheet.read(table)
    assert sorted(seats_of(document), key=str) == sorted(seats, key=str)
    assert MapDocumentBody.model_validate(document).document() == document


@given(SECTIONS)
def test_whatever_is_drawn_comes_back_from_a_table(section: dict[str, Any]) -> None:
    """But for sections and rows of one name, which a table can't tell apart, and spaces around names."""
    section["name"] = section["name"].strip()
    for number, row in enumerate(section["rows"]):
        row["name"] = f"{row['name'].strip()}{number}"
    document = {"format": 2, "sections": [section]}
    try:
        seats = seats_of(document)
    except InvalidInput:
        return
    assert seats_of(spreadsheet.read(spreadsheet.written(drawn(document)))) == seats


def test_a_table_from_a_spreadsheet_is_taken_as_it_is_saved() -> None:
    """With a byte order mark, semicolons, and no more than three columns."""
    found = seats_of(spreadsheet.read("\ufeffsection;row;number\r\nStalls;A;1\r\nStalls;A;2\r\n"))
    assert [(one.seat_id, one.place) for one in found] == [("Stalls/A/1", 1), ("Stalls/A/2", 2)]


def test_what_a_spreadsheet_would_run_is_text_and_comes_back() -> None:
    document = {"format": 2, "sections": [{"name": "=1+1", "rows": [{"name": "A", "count": 1}]}]}
    document["sections"][0]["rows"][0]["seats"] = [{"number": "1", "id": "one"}]  # type: ignore[index]  # a loose document
    table = spreadsheet.written(drawn(document))
    assert table.splitlines()[1].startswith("'=1+1,A,1")
    assert seats_of(spreadsheet.read(table)) == seats_of(document)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "has no section"),
        ("section,row\nS,A\n", "has no number"),
        ("section,row,number\nS,A,\n", "Line 2: a seat's number"),
        ("section,row,number,kind\nS,A,1,throne\n", "Line 2: a kind is one of normal, wheelchair, companion"),
        ("section,row,number,x\nS,A,1,\u00b2\n", "Line 2: x is no whole number"),
    ],
)
def test_a_line_that_can_not_be_is_named(table: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        spreadsheet.read(table)
