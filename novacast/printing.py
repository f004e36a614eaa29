"""Pages of PDF with whatever scripts people write in.

Letters come from DejaVu Sans, which has Latin, Greek, Cyrillic, Arabic, Hebrew and some more; what it lacks, from
Unifont, whose drawn letters are plain but cover nearly all scripts. What reads from right to left is shaped.
"""

import logging
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

INK, SOFT, BAD = (35, 26, 28), (95, 82, 84), (168, 20, 31)
Colour = tuple[int, int, int]
A4 = (210.0, 297.0)
logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every table that it leaves out
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_TEXT, _DRAWN = "dejavu", "unifont"


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
        self.add_font(_TEXT, "", fonts / "dejavu" / "DejaVuSans.ttf")
        self.add_font(_TEXT, "B", fonts / "dejavu" / "DejaVuSans-Bold.ttf")
        if self.lacks(words):
            self.add_font(_DRAWN, "", fonts / "unifontex" / "unifontex-latin-400-normal.woff")
            # Its BASE table is cut short, and nothing here sets lines of different scripts beside each other.
            del self._font(_DRAWN).ttfont["BASE"]
            self.set_fallback_fonts([_DRAWN], exact_match=False)

    def lacks(self, words: str) -> bool:
        """Whether some sign of these has no letter in the first font."""
        known = self._font(_TEXT).cmap
        return any(ord(sign) not in known for sign in words if not sign.isspace())

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
        right = any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in words)
        # The drawn font is not made for shaping, and takes minutes of it.
        self.set_text_shaping(right and not self.lacks(words))
        self.set_font(_TEXT, "B" if bold else "", size)
        self.set_text_color(*colour)
        return right

    def _font(self, name: str) -> TTFFont:
        font = self.fonts[name]
        assert isinstance(font, TTFFont), "it came from a file"
        return font
