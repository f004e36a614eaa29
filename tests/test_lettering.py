"""Names of the whole world on paper: what joins stays together, and nothing is left out without a sign of it."""

import re
from pathlib import Path

import pytest

import novacast
from novacast.lettering import DRAWN, EMOJI, TEXT, UNKNOWN, reads_right_to_left, runs, scripts_of
from novacast.printing import MOST_OF_CELL, Paper

FONTS = Path(novacast.__file__).parent / "web" / "static" / "vendor"
NAMES = {
    "Zoë Łukasz": {"DejaVuSans"},
    "محمد بن عبد الله": {"DejaVuSans"},
    "דוד בן־גוריון": {"DejaVuSans"},
    "山田 太郎": {"UnifontExMono", "DejaVuSans"},
    "கண்ணன்": {"NotoSansTamil"},
    "राम प्रसाद": {"NotoSansDevanagari", "DejaVuSans"},
    "ශ්‍රී": {"NotoSansSinhala"},
    "สมชาย": {"NotoSansThai"},
    "👩🏽‍🎤 Zoë": {"NotoEmoji", "DejaVuSans"},
}


def written(words: str) -> tuple[bytes, set[str]]:
    """A page with it, and the fonts that it is set in."""
    page = Paper(FONTS, words)
    page.add_page()
    page.paragraph(words, 12)
    page.paragraph(words, 12, bold=True)
    page.row([words, "1"], [20, 20], numbers=1)
    pdf = bytes(page.output())
    return pdf, {one.decode() for one in re.findall(rb"/BaseFont /MPDFAA\+(\w+)", pdf)}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_set_in_letters_of_its_script(name: str) -> None:
    pdf, fonts = written(name)
    plain = {one.removesuffix("Bold").removesuffix("Regular").removesuffix("Book") for one in fonts}
    assert NAMES[name] <= plain | {"DejaVuSans"}
    assert len(pdf) < 100_000


def test_what_belongs_to_one_letter_stays_in_one_stretch() -> None:
    signs = {
        TEXT: set(range(0x20, 0x7F)),
        "sinhala": {*range(0x0D80, 0x0E00), 0x200D},
        EMOJI: {0x200D, *range(0x1F300, 0x1FB00)},
    }
    assert list(runs("ශ්‍රී", signs)) == [("sinhala", "ශ්‍රී")]
    assert list(runs("Zo 👩🏽‍🎤!", signs)) == [(TEXT, "Zo "), (EMOJI, "👩🏽‍🎤"), (TEXT, "!")]


def test_hebrew_beside_arabic_is_joined_apart() -> None:
    words = "שלום سلام"
    assert [run for _name, run in runs(words, {TEXT: {ord(sign) for sign in words}})] == ["שלום ", "سلام"]


def test_what_no_font_has_is_seen_to_be_missing() -> None:
    assert list(runs("a\ue000b\u0007", {TEXT: {ord("a"), ord("b")}})) == [(TEXT, f"a{UNKNOWN}b")]
    pdf, _fonts = written("\ue000 \U0003fffd")
    assert pdf.startswith(b"%PDF")


def test_only_scripts_that_are_there_are_looked_for() -> None:
    assert scripts_of("Zoë 山田") == []
    assert scripts_of("राम 🎤") == ["devanagari", EMOJI]
    assert DRAWN not in scripts_of("山田")


@pytest.mark.parametrize(
    ("words", "right"),
    [("محمد Smith", True), ("Hall القاهرة", False), ("12 · דוד", True), ("– 12 –", False), ("", False)],
)
def test_the_first_letter_says_from_where_a_line_is_read(words: str, right: bool) -> None:
    assert reads_right_to_left(words) is right


def rows(words: str, number: str) -> float:
    """How many lines a row of a table takes."""
    page = Paper(FONTS, words)
    page.add_page()
    top = page.get_y()
    page.row([words, number], [40, 25], size=10, numbers=1)
    lines = round((page.get_y() - top) / 5.5, 3)
    page.output()  # which closes its fonts
    return lines


def test_a_long_name_takes_more_lines_of_its_row_and_a_number_only_smaller_letters() -> None:
    assert rows("Stalls", "€1.00") == rows("", "€1.00") == 1
    assert rows("Premiere with an introduction, a glass of wine and the book", "€1.00") == 3
    assert rows("Donaudampfschifffahrtsgesellschaftskapitän", "€1.00") > 1
    assert rows("Stalls", "€123,456,789,012.00") == 1
    assert rows("محمد " * 20, "1") > 1
    assert rows("word " * 2000, "1") == rows("word " * (MOST_OF_CELL // 5), "1")
