"""Incidents in words, in the language that is being spoken."""

from novacast.i18n import gettext as _
from novacast.payments.incidents.models import Kind


def kind_name(kind: Kind) -> str:
    return {
        Kind.UNFULFILLABLE: _("Paid after its places were given back"),
        Kind.MISMATCH: _("What came is not what was asked for"),
        Kind.SURPLUS: _("Paid more than once"),
        Kind.ELSEWHERE: _("Given back at the provider, not from here"),
        Kind.DISPUTED: _("A bank took a payment back"),
        Kind.INQUIRED: _("A bank asks about a payment"),
        Kind.LOST: _("A dispute was lost"),
        Kind.REFUND_FAILED: _("A refund came to nothing"),
        Kind.NOT_TRADED: _("A ticket was not given back for a dearer one"),
        Kind.MEMBERSHIP_LATE: _("Paid for a membership that had ended"),
        Kind.MEMBERSHIP_MISMATCH: _("A membership is not what was agreed"),
        Kind.MEMBERSHIP_ELSEWHERE: _("Given back at the provider, not from here"),
        Kind.MEMBERSHIP_DISPUTED: _("A bank took a payment back"),
        Kind.MEMBERSHIP_INQUIRED: _("A bank asks about a payment"),
        Kind.MEMBERSHIP_LOST: _("A dispute was lost"),
        Kind.MEMBERSHIP_REFUND_FAILED: _("A refund came to nothing"),
        Kind.MEMBERSHIP_REFUND_MISMATCH: _("What was given back is not what was asked for"),
        Kind.PAYOUT: _("The provider's account and the books differ"),
    }[kind]


def what_to_do(kind: Kind) -> str:
    return {
        Kind.UNFULFILLABLE: _("Places are looked for; where there are none, the money goes back by itself."),
        Kind.MISMATCH: _("Nothing was issued. Compare it at the provider, and give it back there or sell again."),
        Kind.SURPLUS: _("It goes back by itself. Nothing is to be done unless the refund fails."),
        Kind.ELSEWHERE: _("The tickets are still valid. Cancel the order if they should not be."),
        Kind.DISPUTED: _("Answer the bank at the provider before the time is up; the evidence is on the order's page."),
        Kind.INQUIRED: _("Nothing was taken. Answer under Disputes before the time is up, else it may be."),
        Kind.LOST: _("The money is gone. Cancel the order to free its places."),
        Kind.REFUND_FAILED: _("It is owed still: try again, or give it back another way."),
        Kind.NOT_TRADED: _(
            "It was used, handed on or void when the dearer one was paid. Give one of them back if that is not right."
        ),
        Kind.MEMBERSHIP_LATE: _(
            "What came by card goes back by itself; else give it back, or begin another membership."
        ),
        Kind.MEMBERSHIP_MISMATCH: _("It opens nothing by that. Compare it at the provider."),
        Kind.MEMBERSHIP_ELSEWHERE: _("The membership goes on. End it if it should not."),
        Kind.MEMBERSHIP_DISPUTED: _("The membership has ended. Answer the bank at the provider before the time is up."),
        Kind.MEMBERSHIP_INQUIRED: _("Nothing was taken. Answer under Disputes before the time is up, else it may be."),
        Kind.MEMBERSHIP_LOST: _("The money is gone, and the membership has ended."),
        Kind.MEMBERSHIP_REFUND_FAILED: _("It is owed still: try again, or give it back another way."),
        Kind.MEMBERSHIP_REFUND_MISMATCH: _("It counts as not given back yet. Compare it at the provider."),
        Kind.PAYOUT: _("Compare both; the books follow what the provider says of each payment."),
    }[kind]
