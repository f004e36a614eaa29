"""What a mail says in a preview. A template that wants another word than these can't be shown, and a test says so."""

from collections.abc import Mapping

from novacast.clock import HOUR
from novacast.words import date_of, hour_in, money

PERSON = "Ada Byron"
ADDRESS = "ada@example.org"
AT = 1_924_974_000_000_000
"""31 December 2030, 20:00 in Vienna."""
ZONE = "Europe/Vienna"
_DAYS = frozenset({"membership_begun", "membership_ended", "membership_suspended", "membership_unpaid"})
"""Mails that name a day, and no hour."""


def sample(template: str, root: str) -> Mapping[str, str]:
    """In the language that is being spoken. `root`: the public address of the server."""
    total = money(4800, "EUR")
    return {
        "name": PERSON,
        "title": "Hamlet",
        "house": "The Playhouse",
        "organization": "The Playhouse",
        "venue_name": "Main hall, 1 High Street",
        "when": date_of(AT) if template in _DAYS else hour_in(AT, ZONE),
        "before": hour_in(AT - 24 * HOUR, ZONE),
        "until": hour_in(AT - HOUR, ZONE),
        "due": hour_in(AT - 48 * HOUR, ZONE),
        "code": "7KQ2M",
        "lines": f"Stalls · S/A/12: {money(2400, 'EUR')}\nStalls · S/A/13: {money(2400, 'EUR')}",
        "total": total,
        "back": money(2400, "EUR"),
        "bank": "The Playhouse\nAT61 1904 3002 3457 3201",
        "sender": "Charles",
        "receiver": "Charles",
        "inviter": "Charles",
        "role": "producer",
        "message": "4.2 GB",
        "passkey": "Ada's phone",
        "provider": "login.example.org",
        "over": "",
        "test": "",
        "many": "",
        "tickets": "yes",
        "partly": "",
        "url": f"{root}/example",
        "watch": f"{root}/watch/example",
        "stop": f"{root}/reminders/stop?token=example",
    }
