"""What a console's process and a browser say, and what is refused of it."""

import json

import pytest

from novacast.errors import Malformed
from novacast.operations.console.packets import BEGUN, DATA, META, MOST, Unpacking, meta, packet
from novacast.operations.console.terminal import TALLEST, WIDEST, read


def test_packets_come_whole_however_they_are_cut() -> None:
    stream = b"a warning\n" + BEGUN + packet(DATA, b"\x1b[2J") + meta({"type": "exit"}) + packet(DATA, b"")
    for step in (1, 2, 7, len(stream)):
        unpacking = Unpacking()
        found = [one for at in range(0, len(stream), step) for one in unpacking.feed(stream[at : at + step])]
        assert [kind for kind, _ in found] == [DATA, META, DATA]
        assert found[0][1] == b"\x1b[2J"
        assert json.loads(found[1][1]) == {"type": "exit"}


def test_what_never_begins_or_is_too_large_is_refused() -> None:
    with pytest.raises(Malformed):
        list(Unpacking().feed(b"x" * 100_000))
    with pytest.raises(Malformed):
        list(Unpacking().feed(BEGUN + DATA + (MOST + 1).to_bytes(4, "big")))


def test_a_browser_may_type_resize_and_say_that_it_is_there() -> None:
    assert read('["stdin", "é"]') == ("stdin", "é")
    assert read('["ping", "17"]') == ("ping", "17")
    assert read('["focus"]') == ("focus", None)
    assert read('["resize", {"width": 120, "height": 40}]') == ("resize", {"width": 120, "height": 40})
    huge = read('["resize", {"width": 1000000, "height": 1000000, "type": "quit"}]')
    assert huge == ("resize", {"width": WIDEST, "height": TALLEST})


@pytest.mark.parametrize(
    "said",
    [
        "", "{}", "[]", "7", "null", '["stdin"]', '["stdin", 7]', '["quit"]', '["resize", {}]', '["resize", 7]',
        '["resize", {"width": "1", "height": 2}]', '["resize", {"width": 1.5, "height": 2}]', "[" * 9999,
        '["deliver_chunk_request", {}]',
    ],
)  # fmt: skip
def test_anything_else_is_refused(said: str) -> None:
    with pytest.raises(Malformed):
        read(said)
