"""Tickets as PDF, a page of A5 for each."""

from io import BytesIO
from pathlib import Path

from fpdf.enums import Align

from novacast import printing
from novacast.i18n import gettext as _
from novacast.printing import BAD, SOFT
from novacast.tickets.papers.models import Paper, Sheet
from novacast.tickets.papers.qr import png
from novacast.tickets.words import hour_there

WIDTH, HEIGHT, EDGE = 148.0, 210.0, 12.0
CODE = 76.0
"""Millimetres of the QR code's side: a module is about 1.7 mm, which every scanner reads."""


class TicketPdf:
    def __init__(self, fonts: Path) -> None:
        """`fonts`: the folder that holds them, one folder each."""
        self._fonts = fonts

    def write(self, sheet: Sheet) -> bytes:
        """In the language that is being spoken."""
        page = printing.Paper(self._fonts, _words(sheet), size=(WIDTH, HEIGHT), edge=EDGE)
        page.set_title(sheet.event.title)
        for paper in sheet.papers:
            _ticket(page, sheet, paper)
        return bytes(page.output())


def _ticket(page: printing.Paper, sheet: Sheet, paper: Paper) -> None:
    event, performance = sheet.event, sheet.performance
    page.add_page()
    if sheet.test:
        page.paragraph(_("Test: worth nothing at any door"), 11, bold=True, colour=BAD)
    page.paragraph(event.title, 19, bold=True)
    page.paragraph(hour_there(performance.starts_at, event.timezone), 11)
    page.paragraph(event.venue, 11, colour=SOFT)
    page.ln(3)
    page.paragraph(" · ".join(one for one in (paper.item.name, paper.seat) if one), 14, bold=True)
    page.paragraph(paper.name, 12)
    side = min(CODE, HEIGHT - EDGE - 24 - page.get_y())
    page.image(BytesIO(png(paper.code)), x=(WIDTH - side) / 2, y=page.get_y() + 5, w=side, h=side)
    page.set_y(HEIGHT - EDGE - 14)
    page.paragraph(f"{sheet.order_code} · {paper.number}.{paper.serial}", 9, colour=SOFT, align=Align.C)
    page.paragraph(
        _("Show it to nobody but the door: the code lets in whoever comes first."), 8, colour=SOFT, align=Align.C
    )


def _words(sheet: Sheet) -> str:
    """All that comes from people."""
    own = [sheet.event.title, sheet.event.venue]
    return "".join([*own, *(f"{one.name}{one.item.name}{one.seat}" for one in sheet.papers)])
