"""Disputes as people read them."""

from novacast.i18n import gettext as _
from novacast.money import Standing

ANSWERED = {"stripe": "https://dashboard.stripe.com/disputes/{reference}"}


def answer_address(provider: str, reference: str) -> str:
    """Where a provider takes the answer; empty where it has no such page."""
    return ANSWERED.get(provider, "").format(reference=reference)


def whole_dispute(reference: str) -> str:
    """What the provider calls it, also where this is a part of it: see `dividing`."""
    return reference.partition("/")[0]


def state_name(state: Standing) -> str:
    return {
        "open": _("To be decided"),
        "won": _("It stays here"),
        "lost": _("The bank keeps it"),
        "asked": _("The bank only asks"),
        "answered": _("Answered"),
        "closed": _("The bank let it rest"),
    }[state]


def reason_name(code: str) -> str:
    """Of the codes that Stripe's API reference lists for a dispute's `reason`; another one stands as it came."""
    return {
        "bank_cannot_process": _("The bank can't process it"),
        "check_returned": _("The cheque was returned"),
        "credit_not_processed": _("What was to be given back did not come"),
        "customer_initiated": _("The buyer asked their bank for it"),
        "debit_not_authorized": _("The buyer did not allow the debit"),
        "duplicate": _("Paid twice"),
        "fraudulent": _("The buyer did not pay it themselves"),
        "general": _("No reason was given"),
        "incorrect_account_details": _("The details of the account are wrong"),
        "insufficient_funds": _("Too little money on the account"),
        "noncompliant": _("Against the rules of the card network"),
        "product_not_received": _("What was bought did not come"),
        "product_unacceptable": _("What was bought is not as described"),
        "subscription_canceled": _("The membership was ended before"),
        "unrecognized": _("The buyer does not know the payment"),
    }.get(code, code.replace("_", " "))
