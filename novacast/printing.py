"""Pages of PDF with whatever scripts people write in.

Letters come from DejaVu Sans, which has Latin, Greek, Cyrillic, Arabic, Hebrew and some more; those of scripts that
join or stack their letters from a Noto font of the script, emoji from Noto Emoji; what all of them lack, from Unifont,
whose drawn letters are plain but cover nearly all scripts. What no font has is shown as U+FFFD, never left out.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import uharfbuzz as hb
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import HarfBuzzFont, TTFFont
from fpdf.line_break import Fragment

from novacast.lettering import DRAWN, TEXT, UNKNOWN, is_plain, reads_right_to_left, runs, scripts_of

INK, SOFT, BAD = (35, 26, 28), (95, 82, 84), (168, 20, 31)
Colour = tuple[int, int, int]
A4 = (210.0, 297.0)
logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every table that it leaves out
_MEASURES = frozenset({"GDEF", "GPOS", "GSUB", "GlyphOrder", "OS/2", "cmap", "head", "hhea", "hmtx", "maxp"})
"""Tables of a font that say how wide its letters are, and how they join."""


class Paper(FPDF):
    def __init__(self, fonts: Path, words: str, *, size: tuple[float, float] = A4, edge: float = 20.0) -> None:
        """`fonts`: the folder that holds them, one folder each. `words`: all that comes from people. Sizes in
        millimetres."""
        super().__init__(format=size)
        self.edge = edge
        self.set_margins(edge, edge)
        self.set_auto_page_break(False)
        self.set_lang("")
        self.set_creator("NovaCast")
        self.add_font(TEXT, "", fonts / "dejavu" / "DejaVuSans.ttf")
        self.add_font(TEXT, "B", fonts / "dejavu" / "DejaVuSans-Bold.ttf")
        self._letters: dict[str, Mapping[int, str]] = {TEXT: self._font(TEXT).cmap}
        for name in scripts_of(words):
            if (file := fonts / "noto" / name / "400.woff").is_file():
                self._join(name, file)
        if any(UNKNOWN in run for _name, run in runs(words, self._letters)):
            self._join(DRAWN, fonts / "unifontex" / "unifontex-latin-400-normal.woff")
            # Its BASE table is cut short, and nothing here sets lines of different scripts beside each other.
            del self._font(DRAWN).ttfont["BASE"]
        self.set_fallback_fonts([one for one in self._letters if one != TEXT], exact_match=False)

    def paragraph(
        self, words: str, size: float, *, bold: bool = False, colour: Colour = INK, align: Align = Align.X
    ) -> None:
        """A paragraph in points; nothing where there are no words."""
        if not words:
            return
        right = self._write_as(words, size, bold=bold, colour=colour)
        if align is Align.X:
            align = Align.R if right else Align.L
        self._room(size * 0.45)
        self.multi_cell(0, size * 0.45, words, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT, max_line_height=None)
        self.ln(1)

    def row(
        self, cells: Sequence[str], widths: Sequence[float], *, size: float = 9, bold: bool = False, numbers: int = 0
    ) -> None:
        """Of a table; the last `numbers` cells stand at their right edge. What is too long for its cell is cut."""
        height = size * 0.55
        self._room(height)
        for at, (words, width) in enumerate(zip(cells, widths, strict=True)):
            self._write_as(words, size, bold=bold, colour=INK)
            shown = words
            while shown and self.get_string_width(shown) > width - 2:
                shown = shown[:-1]
            align = Align.R if at >= len(cells) - numbers else Align.L
            self.cell(width, height, shown, align=align, new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.ln(height)

    def rule(self) -> None:
        self.ln(1)
        self.set_draw_color(*SOFT)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(1.5)

    def _room(self, height: float) -> None:
        """A new page where this one has not so much left."""
        if self.get_y() + height > self.h - self.edge:
            self.add_page()

    def _write_as(self, words: str, size: float, *, bold: bool, colour: Colour) -> bool:
        """Whether they are read from right to left."""
        self.set_text_shaping(not is_plain(words))
        self.set_font(TEXT, "B" if bold else "", size)
        self.set_text_color(*colour)
        return reads_right_to_left(words)

    def _parse_chars(
        self, text: str, markdown: bool, *, _initial_emphasis: tuple[bool, bool, bool, bool] | None = None
    ) -> Iterator[Fragment]:
        """In place of the library's own way, which takes a font for each sign and so parts what joins."""
        for name, run in runs(text, self._letters):
            state = self._get_current_graphics_state()
            own = state.current_font
            if name != TEXT or (isinstance(own, TTFFont) and any(ord(sign) not in own.cmap for sign in run)):
                state.font_family, state.font_style, state.current_font = name, "", self._font(name)
            yield Fragment(run, state, self.k)

    def _join(self, name: str, file: Path) -> None:
        """One more font, for what those before it lack."""
        self.add_font(name, "", file)
        font = self._font(name)
        font._hbfont = HarfBuzzFont(hb.Face(_measures(file)))  # noqa: SLF001 - there is no public way
        self._letters[name] = font.cmap

    def _font(self, name: str) -> TTFFont:
        font = self.fonts[name]
        assert isinstance(font, TTFFont), "it came from a file"
        return font


@lru_cache(maxsize=32)
def _measures(file: Path) -> bytes:
    """A font without its letters. The library would write all of its tables anew, which takes seconds."""
    packed = BytesIO()
    with TTFont(file, lazy=True) as font:
        font.flavor = None
        for table in set(font.keys()) - _MEASURES:
            del font[table]
        font.save(packed, reorderTables=None)
    return packed.getvalue()
