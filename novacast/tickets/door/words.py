"""Verdicts and devices as pages say them, in the language that is being spoken."""

from novacast.i18n import gettext as _
from novacast.tickets.door.devices.models import State
from novacast.tickets.door.models import Verdict


def said(verdict: Verdict) -> str:
    """What the house would have said of somebody who is inside by now."""
    return {
        Verdict.OK: _("good"),
        Verdict.EXIT: _("good"),
        Verdict.USED: _("already used"),
        Verdict.NOT_INSIDE: _("nobody is inside with it"),
        Verdict.WRONG_LIST: _("for another list"),
        Verdict.TOO_EARLY: _("too early"),
        Verdict.TOO_LATE: _("too late"),
        Verdict.VOID: _("void"),
        Verdict.FORGED: _("not ours, or signed with a key that was replaced"),
    }[verdict]


def device_badge(state: State) -> tuple[str, str]:
    return {
        "waiting": (_("waits for its code"), "busy"),
        "lapsed": (_("its code has run out"), ""),
        "paired": (_("paired"), "good"),
        "revoked": (_("revoked"), "bad"),
        "over": (_("over"), ""),
    }[state]
