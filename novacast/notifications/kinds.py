"""What mails and notices are about, and by which ways each may reach a person. Pure.

What belongs to an account, an order or a membership is part of the contract, and is always mailed. Of everything else
a person decides; what would be advertising unless they asked for it is mailed to nobody who did not.
"""

from collections.abc import Mapping
from enum import StrEnum

from novacast.i18n import Text, text
from novacast.records import dataclass


class Way(StrEnum):
    MAIL = "mail"
    PUSH = "push"
    """Web Push, to browsers in which the person allowed it."""
    PAGE = "page"
    """On this site: the list of notices, and a line on the page that is open."""


class Kind(StrEnum):
    ON_AIR = "on_air"
    VIDEO = "video"
    TICKET_ON_AIR = "ticket_on_air"
    EVENT_DAY = "event_day"
    EVENT_HOUR = "event_hour"
    REMINDER = "reminder"
    MENTION = "mention"
    ORDERS = "orders"
    MEMBERSHIPS = "memberships"
    ACCOUNT = "account"
    SERVER = "server"


_ALL = frozenset(Way)
_HERE = frozenset({Way.PUSH, Way.PAGE})
_MAILED = frozenset({Way.MAIL})


@dataclass(frozen=True, slots=True)
class Rule:
    name: Text
    about: Text
    ways: frozenset[Way] = _ALL
    wanted: frozenset[Way] = frozenset()
    """Those that are on where a person chose nothing."""
    fixed: frozenset[Way] = frozenset()
    """Those of `wanted` that can't be switched off; `why` says the reason."""
    why: Text | None = None

    def switchable(self, way: Way) -> bool:
        return way in self.ways - self.fixed


_CONTRACT = text("They are part of what you bought: by law and for your own sake they are always sent.")

RULES: Mapping[Kind, Rule] = {
    Kind.ON_AIR: Rule(
        text("Going live"), text("A house or channel that you follow is on air."), wanted=_HERE
    ),
    Kind.VIDEO: Rule(
        text("New videos"), text("A house that you follow has a new video."), wanted=frozenset({Way.PAGE})
    ),
    Kind.TICKET_ON_AIR: Rule(
        text("Your ticket's programme is on air"), text("What you have a ticket for can be watched now."), wanted=_ALL
    ),
    Kind.EVENT_DAY: Rule(
        text("Events, the day before"), text("Hour and place of what you have tickets for."), wanted=_ALL
    ),
    Kind.EVENT_HOUR: Rule(
        text("Events, the hour before"), text("What you have tickets for begins soon."), wanted=_HERE
    ),
    Kind.REMINDER: Rule(
        text("Reminders"), text("Of programmes on whose pages you asked for it."), ways=_MAILED, wanted=_MAILED
    ),
    Kind.MENTION: Rule(
        text("Mentions"), text("Somebody named you in a chat while you were away."), wanted=_HERE
    ),
    Kind.ORDERS: Rule(
        text("Orders and tickets"),
        text("Tickets, payments, what is cancelled or moved, places that came free."),
        _MAILED, _MAILED, _MAILED, _CONTRACT,
    ),
    Kind.MEMBERSHIPS: Rule(
        text("Memberships"), text("That one begins, is paid, or ends."), _MAILED, _MAILED, _MAILED, _CONTRACT
    ),
    Kind.ACCOUNT: Rule(
        text("Your account"), text("Links that you asked for, and changes that you should know of."),
        _MAILED, _MAILED, _MAILED, text("They keep others out of your account."),
    ),
    Kind.SERVER: Rule(
        text("This server"), text("Alarms and webhooks, for those who run it."),
        frozenset({Way.MAIL, Way.PUSH}), frozenset({Way.MAIL, Way.PUSH}), _MAILED,
        text("Who gets these mails is said in the server's settings."),
    ),
}  # fmt: skip
"""In the order of the page."""

_OF_KINDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.ON_AIR: ("on_air",),
    Kind.VIDEO: ("new_video",),
    Kind.TICKET_ON_AIR: ("ticket_on_air",),
    Kind.EVENT_DAY: ("event_day",),
    Kind.EVENT_HOUR: ("event_hour",),
    Kind.REMINDER: ("reminder", "reminder_cancelled", "reminder_moved"),
    Kind.MENTION: ("mentioned",),
    Kind.ORDERS: (
        "joint_awaiting", "joint_expired", "joint_paid",
        "order_awaiting", "order_cancelled", "order_changed", "order_expired", "order_paid", "order_partly_cancelled",
        "order_returned", "performance_cancelled", "performance_moved", "purchase_awaiting", "purchase_expired",
        "purchase_paid", "purchase_returned", "purchase_undone", "ticket_handed_on", "ticket_offered",
        "ticket_received", "waiting_confirm", "waiting_offer",
    ),
    Kind.MEMBERSHIPS: (
        "membership_begun", "membership_ended", "membership_suspended", "membership_trial_ending", "membership_unpaid",
    ),
    Kind.ACCOUNT: (
        "account_moved", "address_taken", "email_change", "email_changed", "invitation", "passkey_added",
        "passkey_removed", "passkey_suspected", "password_changed", "password_reset", "provider_linked",
        "provider_unlinked", "second_factor_off", "second_factor_on", "sign_up",
    ),
    Kind.SERVER: ("alarm", "webhook_failing", "webhook_gone"),
}  # fmt: skip
KINDS: Mapping[str, Kind] = {template: kind for kind, templates in _OF_KINDS.items() for template in templates}
"""Of every template of a mail."""


def reader_of(person_id: str | None, address: str) -> str:
    """By whom choices are kept: a person's id, or the address of somebody without an account. No id has an @."""
    return person_id or address.strip().casefold()
