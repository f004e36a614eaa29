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
from fpdf.enums import Align, MethodReturnValue, XPos, YPos
from fpdf.fonts import HarfBuzzFont, TTFFont
from fpdf.line_break import Fragment

from novacast.lettering import DRAWN, TEXT, UNKNOWN, is_plain, reads_right_to_left, runs, scripts_of

INK, SOFT, BAD = (35, 26, 28), (95, 82, 84), (168, 20, 31)
Colour = tuple[int, int, int]
A4 = (210.0, 297.0)
MOST_OF_CELL = 300
logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every table that it leaves out
_MEASURES = frozenset({"GDEF", "GPOS", "GSUB", "GlyphOrder", "OS/2", "cmap", "head", "hhea", "hmtx", "maxp"})
"""Tables of a font that say how wide its letters are, and how they join."""


class Paper(FPDF):
    def __init__(
        self, fonts: Path, words: str, *, size: tuple[float, float] = A4, edge: float = 20.0, foot: str = ""
    ) -> None:
        """`fonts`: the folder that holds them, one folder each. `words`: all that comes from people. Sizes in
        millimetres. `foot`: what stands at the foot of each page, before its number; empty: nothing does."""
        super().__init__(format=size)
        self.edge, self.foot = edge, foot
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
        """Of a table; the last `numbers` cells stand at their right edge, smaller where they would not fit. Any other
        takes as many lines as it needs, and is cut after `MOST_OF_CELL` letters."""
        shown = [one if len(one) <= MOST_OF_CELL else one[: MOST_OF_CELL - 1] + "…" for one in cells]
        words, height = len(cells) - numbers, size * 0.55
        tall = max([height, *(self._tall(one, widths[at], size, bold=bold) for at, one in enumerate(shown[:words]))])
        self._room(tall)
        top = self.get_y()
        for at, (one, width) in enumerate(zip(shown, widths, strict=True)):
            right = self._write_as(one, size, bold=bold, colour=INK)
            if at < words:
                align = Align.R if right else Align.L
                self.multi_cell(width, height, one, align=align, new_x=XPos.RIGHT, new_y=YPos.TOP)
            else:
                self._fit(one, width)
                self.cell(width, height, one, align=Align.R, new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.set_xy(self.l_margin, top + tall)

    def rule(self) -> None:
        self.ln(1)
        self.set_draw_color(*SOFT)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(1.5)

    def _tall(self, words: str, width: float, size: float, *, bold: bool) -> float:
        """Of a cell; one line at least."""
        line = size * 0.55
        self._write_as(words, size, bold=bold, colour=INK)
        if not words or self.get_string_width(words) < width - 2 * self.c_margin:
            return line
        found = self.multi_cell(width, line, words, dry_run=True, output=MethodReturnValue.HEIGHT)
        return max(line, float(str(found)))

    def _fit(self, words: str, width: float) -> None:
        """A number is never parted or cut."""
        wide, room = self.get_string_width(words), width - 2 * self.c_margin
        if wide > room:
            self.set_font_size(self.font_size_pt * room / wide)

    def footer(self) -> None:
        """The library calls it at each page's end."""
        if self.foot:
            self._write_as(self.foot, 7, bold=False, colour=SOFT)
            self.set_xy(self.l_margin, self.h - self.edge * 0.6)
            self.cell(0, 3, f"{self.foot} · {self.page_no()}", align=Align.R)

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
