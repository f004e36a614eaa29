"""Tickets as PDF, a page of A5 for each.

Letters come from DejaVu Sans, which has Latin, Greek, Cyrillic, Arabic, Hebrew and some more; what it lacks, from
Unifont, whose drawn letters are plain but cover nearly all scripts. What reads from right to left is shaped.
"""

import logging
import unicodedata
from io import BytesIO
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

from novacast.i18n import gettext as _
from novacast.tickets.papers.models import Paper, Sheet
from novacast.tickets.papers.qr import png
from novacast.tickets.words import hour_there

WIDTH, HEIGHT, EDGE = 148.0, 210.0, 12.0
CODE = 76.0
"""Millimetres of the QR code's side: a module is about 1.7 mm, which every scanner reads."""
INK, SOFT, BAD = (35, 26, 28), (95, 82, 84), (168, 20, 31)
logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every table that it leaves out
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_TEXT, _DRAWN = "dejavu", "unifont"


class TicketPdf:
    def __init__(self, fonts: Path) -> None:
        """`fonts`: the folder that holds them, one folder each."""
        self._plain = fonts / "dejavu" / "DejaVuSans.ttf"
        self._bold = fonts / "dejavu" / "DejaVuSans-Bold.ttf"
        self._drawn = fonts / "unifontex" / "unifontex-latin-400-normal.woff"

    def write(self, sheet: Sheet) -> bytes:
        """In the language that is being spoken."""
        page = _Page()
        page.add_font(_TEXT, "", self._plain)
        page.add_font(_TEXT, "B", self._bold)
        if page.lacks(_words(sheet)):
            page.add_font(_DRAWN, "", self._drawn)
            # Its BASE table is cut short, and nothing here sets lines of different scripts beside each other.
            del _font(page, _DRAWN).ttfont["BASE"]
            page.set_fallback_fonts([_DRAWN], exact_match=False)
        page.set_title(sheet.event.title)
        page.set_creator("NovaCast")
        for paper in sheet.papers:
            page.ticket(sheet, paper)
        return bytes(page.output())


class _Page(FPDF):
    def __init__(self) -> None:
        super().__init__(format=(WIDTH, HEIGHT))
        self.set_margins(EDGE, EDGE)
        self.set_auto_page_break(False)
        self.set_lang("")

    def lacks(self, words: str) -> bool:
        """Whether some sign of these has no letter in the first font."""
        known = _font(self, _TEXT).cmap
        return any(ord(sign) not in known for sign in words if not sign.isspace())

    def ticket(self, sheet: Sheet, paper: Paper) -> None:
        event, performance = sheet.event, sheet.performance
        self.add_page()
        if sheet.test:
            self._line(_("Test: worth nothing at any door"), 11, bold=True, colour=BAD)
        self._line(event.title, 19, bold=True)
        self._line(hour_there(performance.starts_at, event.timezone), 11)
        self._line(event.venue, 11, colour=SOFT)
        self.ln(3)
        self._line(" · ".join(one for one in (paper.item.name, paper.seat) if one), 14, bold=True)
        self._line(paper.name, 12)
        side = min(CODE, HEIGHT - EDGE - 24 - self.get_y())
        self.image(BytesIO(png(paper.code)), x=(WIDTH - side) / 2, y=self.get_y() + 5, w=side, h=side)
        self.set_y(HEIGHT - EDGE - 14)
        number = f"{sheet.order_code} · {paper.number}.{paper.serial}"
        self._line(number, 9, colour=SOFT, align=Align.C)
        self._line(
            _("Show it to nobody but the door: the code lets in whoever comes first."), 8, colour=SOFT, align=Align.C
        )

    def _line(
        self, words: str, size: float, *, bold: bool = False, colour: tuple[int, int, int] = INK, align: Align = Align.X
    ) -> None:
        if not words:
            return
        right = any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in words)
        # The drawn font is not made for shaping, and takes minutes of it.
        self.set_text_shaping(right and not self.lacks(words))
        self.set_font(_TEXT, "B" if bold else "", size)
        self.set_text_color(*colour)
        if align is Align.X:
            align = Align.R if right else Align.L
        self.multi_cell(0, size * 0.45, words, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT, max_line_height=None)
        self.ln(1)


def _font(page: FPDF, name: str) -> TTFFont:
    font = page.fonts[name]
    assert isinstance(font, TTFFont), "it came from a file"
    return font


def _words(sheet: Sheet) -> str:
    """All that comes from people."""
    own = [sheet.event.title, sheet.event.venue]
    return "".join([*own, *(f"{one.name}{one.item.name}{one.seat}" for one in sheet.papers)])
