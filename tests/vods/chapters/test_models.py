"""How chapters are written and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.clock import SECOND
from novacast.errors import InvalidInput
from novacast.vods.chapters.models import (
    MOST,
    Chapter,
    checked,
    clock,
    found_in,
    instant,
    of_file,
    parse,
    seconds_of,
    webvtt,
    written,
)


@pytest.mark.parametrize(
    ("line", "seconds", "title"),
    [
        ("0:00 Intro", 0, "Intro"),
        ("00:00 - Intro", 0, "Intro"),
        ("- 1:02:03 The storm", 3723, "The storm"),
        ("[12:30] Act two", 750, "Act two"),
        ("(12:30) – Act two", 750, "Act two"),
        ("75:00 | Late", 4500, "Late"),
        ("1:02.5 Half", 62.5, "Half"),
    ],
)
def test_a_line_is_a_time_and_a_title(line: str, seconds: float, title: str) -> None:
    assert parse(line) == (Chapter(round(seconds * SECOND), title),)


@pytest.mark.parametrize("line", ["Intro", "12:30", "1:75 No such second", "1:60:00 No such minute", "-1:00 Before"])
def test_a_line_that_is_no_chapter_is_named(line: str) -> None:
    if line.startswith("-"):
        assert parse(line) == (Chapter(60 * SECOND, "Before"),)
        return
    with pytest.raises(InvalidInput, match="Line 2"):
        parse(f"0:00 Begin\n{line}")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    given = [Chapter(0, "One"), Chapter(0, "Two"), Chapter(SECOND, " "), Chapter(99 * SECOND, "Late")]
    with pytest.raises(InvalidInput) as refused:
        checked(given, 60 * SECOND)
    assert [(one.field, one.code) for one in refused.value.errors] == [
        ("chapters.1", "duplicate"),
        ("chapters.2", "required"),
        ("chapters.3", "out_of_range"),
    ]
    with pytest.raises(InvalidInput, match="most"):
        checked([Chapter(n, "x") for n in range(MOST + 1)], None)


def test_chapters_come_in_the_order_of_their_times_in_whatever_order_they_are_given() -> None:
    assert [one.title for one in checked([Chapter(9, "B"), Chapter(0, "A")], None)] == ["A", "B"]


def test_what_a_file_says_is_taken_as_far_as_it_makes_sense() -> None:
    marks = [(5 * SECOND, "B\n2"), (0, "A"), (0, "again"), (3, "  "), (99 * SECOND, "after the end"), (-4, "before")]
    assert of_file(marks, 60 * SECOND) == (Chapter(0, "A"), Chapter(5 * SECOND, "B 2"))


def test_a_description_offers_its_lines_only_if_they_make_sense_together() -> None:
    description = "A fine evening.\n\n0:00 Overture\n0:40 Scene\nDoors at 19:30 o'clock"
    assert [one.title for one in found_in(description, 60 * SECOND)] == ["Overture", "Scene"]
    assert found_in(description, 30 * SECOND) == ()
    assert found_in("19:30 Doors", None) == ()


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    seconds_of(text)
    found_in(text, None)
    try:
        chapters = checked(parse(text), None)
    except InvalidInput:
        return
    assert checked(parse(written(chapters)), None) == chapters


@given(st.integers(0, 10**9).map(lambda n: n * 1000))
def test_an_instant_survives_being_written(at: int) -> None:
    assert instant(clock(at)) == at


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("95", 95), ("95.5", 95.5), ("1m35s", 95), ("1h", 3600), ("1:35", 95), ("", None), ("-5", None), ("1e9", None)],
)
def test_addresses_say_times_in_several_ways(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


def test_a_track_lasts_to_the_end_and_its_titles_are_no_markup() -> None:
    track = webvtt([Chapter(0, "A & <b>"), Chapter(61 * SECOND + 500_000, "B --> C")], 3600 * SECOND)
    assert track == (
        "WEBVTT\n\n00:00:00.000 --> 00:01:01.500\nA &amp; &lt;b&gt;\n\n00:01:01.500 --> 01:00:00.000\nB --&gt; C\n"
    )
    assert webvtt([], None) == "WEBVTT\n"
