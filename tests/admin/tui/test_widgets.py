"""What the console's screens are made of, apart from a screen."""

from novacast_admin.tui.widgets.banner import Way, shortened
from novacast_admin.tui.widgets.plot import plotted

WAYS = [
    Way("1", "tonight", "Tonight", "Tonight"),
    Way("2", "streams", "Streams", "Air"),
    Way("5", "chat", "Chat", "Chat"),
]


def test_names_of_screens_give_way_where_it_is_narrow_and_the_open_one_does_not() -> None:
    assert shortened(WAYS, "chat", 100) == {"tonight": "Tonight", "streams": "Streams", "chat": "Chat"}
    assert shortened(WAYS, "tonight", 15) == {"tonight": "Tonight", "streams": "Air", "chat": "Chat"}
    assert shortened(WAYS, "tonight", 0) == {"tonight": "Tonight", "streams": "Ai", "chat": "Ch"}


def test_a_curve_is_as_high_as_its_largest_value_and_no_peak_is_lost() -> None:
    assert plotted([], 2, 2) == ["\u2800\u2800"] * 2
    assert plotted([0.0, 0.0], 1, 1, most=2) == ["\u28c0"]
    assert plotted([1.0, 1.0], 1, 1, most=2) == ["\u28ff"]
    assert plotted([9.0], 2, 1, most=4) == ["\u2800\u28b8"]
    peak = [0.0] * 300 + [8.0] + [0.0] * 299
    top = plotted(peak, 10, 4)[0]
    assert [letter for letter in top if letter != "\u2800"] == ["\u2847"]
