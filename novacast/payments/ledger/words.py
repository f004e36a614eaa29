"""Accounts as people call them."""

from datetime import date

from babel.dates import format_date

from novacast.i18n import gettext as _
from novacast.payments.ledger.reading import Month
from novacast.words import locale, percent


def account_name(account: str) -> str:
    kind, _colon, rest = account.partition(":")
    match kind:
        case "clearing" if rest == "elsewhere":
            return _("Paid elsewhere, before it was imported")
        case "clearing":
            return _("At %(provider)s") % {"provider": rest.capitalize()}
        case "deferred":
            return _("Paid, not played yet (net, %(rate)s)") % {"rate": percent(int(rest))}
        case "revenue":
            return _("Revenue (net, %(rate)s)") % {"rate": percent(int(rest))}
        case "tax":
            return _("Tax of %(rate)s") % {"rate": percent(int(rest))}
    return {
        "cash": _("Cash"),
        "bank": _("Bank"),
        "card_terminal": _("Card terminal"),
        "receivable": _("Transfers waited for"),
        "ordered": _("Ordered, not paid"),
        "refunds_owed": _("Refunds owed"),
        "fees": _("Fees of providers"),
        "disputes": _("Disputed"),
        "losses": _("Losses"),
    }[account]


def month_name(month: Month) -> str:
    return str(format_date(date(month.year, month.month, 1), "LLLL y", locale=locale()))
