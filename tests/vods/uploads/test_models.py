"""Texts of the protocol."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.errors import InvalidInput, Malformed, TooLarge
from novacast.vods.models import Visibility
from novacast.vods.uploads.models import Checksum, Wish, parse_metadata


def header(**values: str) -> str:
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in values.items())


def test_metadata_becomes_a_wish_with_a_title_from_the_file_name() -> None:
    wish = Wish.of(header(filename="../../My_first film.mp4", filetype="video/mp4"))
    assert (wish.filename, wish.title, wish.visibility, wish.org_id) == (
        "My_first film.mp4",
        "My first film",
        Visibility.PRIVATE,
        None,
    )
    assert Wish.of("").title == "video"
    assert Wish.of(header(title=" Ünïcode ", visibility="public", organization="o")).title == "Ünïcode"


@pytest.mark.parametrize(
    "text",
    ["a b c", "a !!!", "a YQ==,a YQ==", ",", "a\tb", "ä YQ==", "a /w==", "x" * 65, "a YQ"],
)
def test_broken_metadata_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_metadata(text)


def test_metadata_is_limited_in_length_and_keys() -> None:
    with pytest.raises(TooLarge):
        parse_metadata("a " + "A" * 9000)
    with pytest.raises(TooLarge):
        parse_metadata(",".join(f"k{n}" for n in range(33)))


def test_wishes_that_make_no_sense_name_their_field() -> None:
    for field, value in (("visibility", "everyone"), ("language", "klingon!"), ("title", "x" * 201)):
        with pytest.raises(InvalidInput) as caught:
            Wish.of(header(**{field: value}))
        assert caught.value.errors[0].field == field


@given(st.text(max_size=200))
def test_no_metadata_header_does_more_than_be_refused(text: str) -> None:
    try:
        Wish.of(text)
    except InvalidInput as error:
        assert error.message  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("text", ["sha1", "sha1 ", "sha1 !!!", "crc32 AAAA", "sha1 AAAA", "", "md5 " + "A" * 1000])
def test_broken_checksums_are_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        Checksum.parse(text)
