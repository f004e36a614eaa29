import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novacast.errors import Malformed
from novacast.live.rtmp import amf0

words = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=40)
@given(st.lists(values, max_size=3))
def test_values_come_back_as_they_were_written(wanted: list[amf0.Value]) -> None:
    assert amf0.read(amf0.written(*wanted)) == wanted


def test_what_encoders_send_beside_that_is_read() -> None:
    array = b"\x08\0\0\0\x02" + b"\0\x05width" + b"\0\x40\x9e\0\0\0\0\0\0" + b"\0\x06stereo\x01\x01" + b"\0\0\x09"
    typed = b"\x10\0\x03abc" + b"\0\x01a\x05" + b"\0\0\x09"
    date = b"\x0b\x42\x76\xdb\x37\x97\x70\x00\x00\x00\x00"
    odd = b"\x06" + b"\x07\0\x01" + b"\x0d" + b"\x0c\0\0\0\x02hi" + b"\x0f\0\0\0\x01x"
    found = amf0.read(array + typed + date + odd)
    assert found[0] == {"width": 1920.0, "stereo": True}
    assert found[1] == {"a": None}
    assert isinstance(found[2], float)
    assert found[3:] == [None, None, None, "hi", "x"]


def test_a_long_string_stays_whole() -> None:
    assert amf0.read(amf0.written("ä" * 40_000)) == ["ä" * 40_000]


@pytest.mark.parametrize(
    "data",
    [
        b"\x02\0\x05abc",
        b"\x00\x40",
        b"\x03\0\x01a",
        b"\x03\0\x01a\x05",
        b"\x0a\xff\xff\xff\xff",
        b"\x0a\0\0\0\x02\x05",
        b"\x0c\xff\xff\xff\xffabc",
        b"\x11\x0a",
        b"\xff",
        b"\x03\0\x01a" * 40,
        b"\x0a\0\0\0\x01" * 40,
        b"\x05" * 5000,
    ],
)
def test_what_is_cut_off_too_deep_or_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        amf0.read(data)
