"""An invoice as PDF, made anew from its row each time it is asked for."""

from pathlib import Path

from babel.dates import format_date

from novacast.clock import moment
from novacast.i18n import gettext as _
from novacast.payments.invoices.models import Document, Kind
from novacast.printing import BAD, SOFT, Paper
from novacast.words import locale, money, percent

_WIDTHS = (86.0, 18.0, 26.0, 40.0)


def written(one: Document, fonts: Path) -> bytes:
    """In the language that is being spoken."""
    seller = one.seller
    people = [seller.name, *seller.address, seller.number, seller.note, *one.buyer, one.subject]
    page = Paper(fonts, "".join([*people, *(row.text for row in one.rows)]), foot=one.name)
    page.set_title(one.name)
    page.add_page()
    if one.test:
        page.paragraph(_("Test: nothing of this is real"), 11, bold=True, colour=BAD)
    page.paragraph(" · ".join([seller.name, *seller.address]), 8, colour=SOFT)
    page.ln(8)
    for line in one.buyer:
        page.paragraph(line, 10)
    page.ln(10)
    title = _("Credit note %(name)s") if one.kind is Kind.CREDIT_NOTE else _("Invoice %(name)s")
    page.paragraph(title % {"name": one.name}, 16, bold=True)
    day = format_date(moment(one.at), "long", locale=locale())
    page.paragraph(_("Date: %(day)s") % {"day": day}, 10)
    if one.corrected:
        page.paragraph(_("Takes back of invoice %(name)s") % {"name": one.corrected}, 10)
    page.paragraph(one.subject, 10)
    _rows(page, one)
    page.ln(8)
    page.paragraph(_("Tax number: %(number)s") % {"number": seller.number}, 9, colour=SOFT)
    for line in seller.note.splitlines():
        page.paragraph(line, 9, colour=SOFT)
    return bytes(page.output())


def _rows(page: Paper, one: Document) -> None:
    page.ln(4)
    page.row([_("What"), _("Units"), _("Tax"), _("Amount")], _WIDTHS, bold=True, numbers=3)
    page.rule()
    for row in one.rows:
        cells = [row.text, str(row.units), percent(row.tax_bp), money(row.gross, one.currency)]
        page.row(cells, _WIDTHS, numbers=3)
    page.rule()
    for taxed in one.taxes:
        rate = percent(taxed.tax_bp)
        net = _("Net at %(rate)s") % {"rate": rate}
        page.row([net, "", "", money(taxed.net, one.currency)], _WIDTHS, numbers=1)
        page.row([_("Tax of %(rate)s") % {"rate": rate}, "", "", money(taxed.tax, one.currency)], _WIDTHS, numbers=1)
    page.row([_("Total"), "", "", money(one.total, one.currency)], _WIDTHS, size=11, bold=True, numbers=1)
