"""Amounts as Stripe counts them. Pure.

Ours are in the minor unit of ISO 4217 as CLDR writes the currency; Stripe's of most currencies are in hundredths, and
of some not (docs.stripe.com/currencies, "Zero-decimal currencies", "Three-decimal currencies", "Special cases").
"""

from babel.numbers import get_currency_precision

from novacast.i18n import text
from novacast.money import PaymentRefused

_NONE = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())  # noqa: SIM905 - as Stripe lists them
_THREE = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_TENS = 10
"""The last digit of those with three must be zero."""
_WHOLE = frozenset({"ISK", "UGX"})
"""Written in hundredths, of which there must be none."""
STRANGE = -1
"""An amount that can't be said in our minor unit, and so is never the one that was asked for."""


def digits(currency: str) -> int:
    """Behind the point, as Stripe counts."""
    if currency in _NONE:
        return 0
    return 3 if currency in _THREE else 2


def _shift(currency: str) -> int:
    """Digits that Stripe has and we have not."""
    return digits(currency) - int(get_currency_precision(currency))


def theirs(amount: int, currency: str) -> int:
    """Raises PaymentRefused for what Stripe can't be asked for."""
    more = _shift(currency)
    found, rest = (amount * int(10**more), 0) if more >= 0 else divmod(amount, int(10**-more))
    if rest or (currency in _THREE and found % _TENS):
        raise PaymentRefused(text("This amount can't be paid by card. Choose another way to pay."), "amount")
    return found


def ours(amount: int, currency: str) -> int:
    less = _shift(currency)
    found, rest = divmod(amount, int(10**less)) if less >= 0 else (amount * int(10**-less), 0)
    return STRANGE if rest else found
