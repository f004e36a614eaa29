"""Who had a trial. Pure."""

from enum import StrEnum

_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
"""Mailboxes whose names may be written with dots or without, and where they are."""


class Why(StrEnum):
    """That there is no trial."""

    HAD = "had"
    """This account was a member before."""
    EMAIL = "email"
    """Somebody had one with this address, or one that leads to the same mailbox."""
    CARD = "card"
    """Somebody had one with this card."""


def mailbox(email: str) -> str:
    """One writing of all addresses that commonly lead to the same mailbox: of any case, with a detail behind a plus
    (RFC 5233), at Google with dots or without. Who has a mailbox more is somebody else by this."""
    local, _at, domain = email.strip().casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), _DOTLESS[domain]
    return f"{local}@{domain}"
