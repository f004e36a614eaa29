"""What JSON and NFO beside a video say, and what of it has no place."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.clock import SECOND
from novacast.vods.imports.metadata import LARGEST, joined, metadata
from novacast.vods.imports.models import Chapter, Metadata

INFO, NFO = Path("film.info.json"), Path("film.nfo")


def left(told: Metadata) -> set[str]:
    return {one.what for one in told.unmapped}


def test_what_yt_dlp_wrote_is_taken_over_as_far_as_there_is_a_place() -> None:
    told = metadata(
        INFO,
        json.dumps(
            {
                "title": "The storm", "description": "A walk.\nIn wind.", "language": "eng", "uploader": "Ada",
                "tags": ["wind"], "categories": [], "formats": [{"url": "https://example.org"}], "age_limit": 18,
                "chapters": [
                    {"start_time": 65.5, "title": "Rain", "end_time": 90}, {"start_time": 0, "title": "Start"},
                    {"start_time": "x", "title": "Odd"},
                ],
            }
        ).encode(),
    )  # fmt: skip
    assert (told.title, told.description, told.language) == ("The storm", "A walk.\nIn wind.", "en")
    assert told.chapters == (Chapter(0, "Start"), Chapter(65 * SECOND + SECOND // 2, "Rain"))
    assert left(told) == {"uploader", "tags", "age_limit", "chapters"}


def test_what_kodi_wrote_is_taken_over_as_far_as_there_is_a_place() -> None:
    told = metadata(
        NFO,
        b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <movie><title>Der Sturm</title><plot>Wind &amp; Regen.</plot><tagline>Nass.</tagline><year>2021</year>
        <actor><name>Ada</name></actor><genre></genre><fileinfo><streamdetails/></fileinfo></movie>
        https://www.example.org/title/tt1""",
    )
    assert (told.title, told.description) == ("Der Sturm", "Wind & Regen.")
    assert left(told) == {"year", "actor", "tagline"}


def test_of_several_episodes_in_one_file_the_first_is_read() -> None:
    told = metadata(
        NFO, b"<episodedetails><title>One</title></episodedetails><episodedetails><title>Two</title></episodedetails>"
    )
    assert told.title == "One"
    assert left(told) == {"file"}


def test_what_several_files_say_is_joined_and_the_first_is_believed() -> None:
    both = joined([Metadata(title="One"), Metadata(title="Two", description="Told", language="de")])
    assert (both.title, both.description, both.language) == ("One", "Told", "de")


def test_too_long_texts_are_cut_and_told() -> None:
    told = metadata(
        INFO, json.dumps({"title": "x" * 500, "description": "y" * 20_000, "language": "klingon!"}).encode()
    )
    assert (len(told.title), len(told.description), told.language) == (200, 10_000, "")
    assert left(told) == {"title", "description", "language"}


BOMB = b"""<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><movie><title>&b;</title></movie>"""
THIEF = b"""<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]><movie><title>&a;</title></movie>"""


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        (INFO, b"{", "no JSON"),
        (INFO, b"[1, 2]", "no object"),
        (INFO, b"[" * 100_000, "no JSON"),
        (INFO, b"\xff\xfe\x00", "no JSON"),
        (INFO, b'{"_type": "playlist", "title": "All"}', "list of videos"),
        (INFO, b" " * (LARGEST + 1), "larger than"),
        (NFO, b"https://www.example.org/title/tt1", "no XML"),
        (NFO, b"<movie><title>x</movie>", "no XML"),
        (NFO, BOMB, "defines entities"),
        (NFO, THIEF, "defines entities"),
        (NFO, BOMB.decode().replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16"), "defines entities"),
    ],
)
def test_what_can_not_be_read_is_told_and_nothing_of_it_taken(path: Path, content: bytes, words: str) -> None:
    told = metadata(path, content)
    assert told == Metadata(unmapped=told.unmapped)
    [one] = told.unmapped
    assert words in one.why


@given(st.binary(max_size=200), st.sampled_from([INFO, NFO]))
def test_no_file_breaks_an_import(content: bytes, path: Path) -> None:
    told = metadata(path, content)
    assert len(told.title) <= 200


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["title", "start_time"]), inner),
)


@given(st.dictionaries(st.sampled_from(["title", "description", "language", "chapters", "tags"]), JSON))
def test_no_shape_of_json_breaks_an_import(told: dict[str, object]) -> None:
    read = metadata(INFO, json.dumps(told).encode())
    assert isinstance(read.title, str)
    assert all(isinstance(chapter.at, int) and chapter.title for chapter in read.chapters)


def test_half_characters_of_json_are_replaced() -> None:
    told = metadata(
        INFO,
        rb'{"title": "a\ud800", "description": "b\udfff", "language": "\ud800", '
        rb'"chapters": [{"start_time": 0, "title": "c\ud800"}]}',
    )
    assert (told.title, told.description, told.chapters) == ("a?", "b?", (Chapter(0, "c?"),))
    for one in told.unmapped:
        str(one.why).encode()
