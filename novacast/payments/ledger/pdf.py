"""A month of the ledger as PDF."""

from pathlib import Path

from novacast.i18n import gettext as _
from novacast.payments.ledger.reading import Statement
from novacast.payments.ledger.words import account_name, month_name
from novacast.printing import BAD, SOFT, Paper
from novacast.words import money

_WIDTHS = (70.0, 25.0, 25.0, 25.0, 25.0)


def written(statement: Statement, house: str, fonts: Path) -> bytes:
    """In the language that is being spoken. `house`: its name."""
    title = _("Statement of %(month)s") % {"month": month_name(statement.month)}
    page = Paper(fonts, house, foot=title)
    page.set_title(f"{house}: {title}")
    page.add_page()
    if statement.test:
        page.paragraph(_("Test: nothing of this is real"), 11, bold=True, colour=BAD)
    page.paragraph(house, 11, colour=SOFT)
    page.paragraph(title, 16, bold=True)
    for currency in sorted({one.currency for one in statement.movements}):
        page.ln(4)
        page.paragraph(currency, 12, bold=True)
        page.row([_("Account"), _("Before"), _("Debit"), _("Credit"), _("After")], _WIDTHS, bold=True, numbers=4)
        page.rule()
        for one in (one for one in statement.movements if one.currency == currency):
            amounts = [money(amount, currency) for amount in (one.opening, one.debits, one.credits, one.closing)]
            page.row([account_name(one.account), *amounts], _WIDTHS, size=8, numbers=4)
    if not statement.movements:
        page.paragraph(_("Nothing moved."), 10)
    page.ln(4)
    meaning = _("Debits less credits: what is there is above nothing, what is earned or owed below.")
    page.paragraph(meaning, 8, colour=SOFT)
    return bytes(page.output())
