"""What the tools read of a server's answers, and the look that a console takes before it is loaded."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from novacast.errors import Unavailable
from novacast.overview import Tonight
from novacast_admin.client import Place
from novacast_admin.first_look import FirstLook
from novacast_admin.reading import read
from novacast_admin.records import Deed, Job, Oddity, Sweep
from tests.admin.tui.recording import FILE, OVERVIEW, told_again


def test_answers_are_read_with_what_is_within_them_and_newer_fields_are_let_pass() -> None:
    told = {"what": "short", "subject": "o1", "detail": "5 EUR", "newer": [1]}
    assert read(list[Oddity], [told]) == [Oddity("short", "o1", "5 EUR")]
    assert read(Sweep, {"items": [], "young": 3, "free": 7}) == Sweep([], 3, 7)
    deed = {"n": 1, "at": "", "actor": "", "name": "", "address": "", "action": "", "subject": {"id": "x"}}
    found = read(Deed, {**deed, "details": {"a": [1]}, "status": None, "request_id": ""})
    assert (found.subject, found.details, found.status) == ({"id": "x"}, {"a": [1]}, None)
    evening = read(Tonight, json.loads(FILE.read_text())[OVERVIEW])
    assert [one.programme.state for one in evening.programmes] == ["on_air", "interrupted"]
    assert evening.programmes[1].programme.fps is None


@pytest.mark.parametrize(
    "told",
    [
        {"what": "short", "subject": "o1"},
        {"what": 1, "subject": "o1", "detail": ""},
        {"what": None, "subject": "", "detail": ""},
        [],
    ],
)
def test_an_answer_of_another_shape_is_refused_with_words(told: object) -> None:
    with pytest.raises(Unavailable, match="same version"):
        read(Oddity, told)
    with pytest.raises(Unavailable):
        read(list[Job], {"items": []})


async def test_the_first_look_brings_the_evening_or_nothing(tmp_path: Path) -> None:
    place = Place.local(tmp_path / "data")
    assert FirstLook(place).told() is None
    async with told_again(tmp_path / "data"):
        looks = [FirstLook(place), FirstLook(replace(place, token="secret"))]
        for look in looks:
            told = await look.later()
            assert told is not None
            assert json.loads(told) == json.loads(FILE.read_text())[OVERVIEW]
    assert FirstLook(Place.remote("https://tickets.example.org", "secret")).told() is None
