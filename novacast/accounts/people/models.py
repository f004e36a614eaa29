"""A person, and what names, addresses and languages must be."""

import re
import unicodedata

from novacast import i18n
from novacast.errors import InvalidInput
from novacast.identity import Principal, Role
from novacast.records import dataclass

LONGEST_NAME = 100
LONGEST_EMAIL = 254
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
_JOINERS = "\u200c\u200d"
"""Format characters that Persian, Indic scripts and emoji need; the others only serve to deceive."""


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    email: str
    name: str
    language: str
    created_at: int
    second_factor: bool


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom another slice writes to, and what they may see now; no session stands behind it."""

    email: str
    principal: Principal


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody is to an organization, for other slices that must know it inside of their own transaction."""

    name: str
    joined_at: int
    verified: bool
    """Whether the mail address is proven: a link to it made the account, or the operator vouched for it."""
    role: Role | None


@dataclass(frozen=True, slots=True)
class Account:
    """A person with the stored credentials. Never leaves the slice."""

    person: Person
    email_key: str
    password: str
    totp_secret: bytes | None
    totp_pending: bytes | None
    totp_counter: int


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """`text` is what mail is sent to; two addresses are the same account's when their `key` is equal."""

    text: str
    key: str

    @classmethod
    def parse(cls, text: str, field: str = "email") -> "EmailAddress":
        """Raises InvalidInput for `field`. No DNS is asked: the answered mail is the proof."""
        # Its tables of letters are loaded for the first address, and not with the server.
        from email_validator import EmailNotValidError, validate_email

        if len(text) > LONGEST_EMAIL:
            raise InvalidInput.field(
                field, i18n.text("An address has at most {most} characters.", most=LONGEST_EMAIL), "too_long"
            )
        try:
            valid = validate_email(text.strip(), check_deliverability=False, test_environment=True)
        except EmailNotValidError as error:
            message = i18n.text("This is no address that mail can be sent to. Write it like ada@example.org.")
            raise InvalidInput.field(field, message, "email") from error
        return cls(valid.normalized, f"{valid.local_part.casefold()}@{(valid.ascii_domain or valid.domain).lower()}")


def clean_name(text: str, field: str = "name") -> str:
    """A name with single spaces. Raises InvalidInput for what could break a line, reverse it, or carry a link."""
    name = " ".join(unicodedata.normalize("NFC", text[: LONGEST_NAME * 4]).split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput.field(
            field, i18n.text("A name has from 1 to {most} characters.", most=LONGEST_NAME), "length"
        )
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") and sign not in _JOINERS for sign in name):
        raise InvalidInput.field(field, i18n.text("A name can't hold control characters."), "characters")
    if "://" in name or "www." in name.casefold():
        raise InvalidInput.field(field, i18n.text("A name can't hold a link."), "link")
    return name


def clean_language(text: str, field: str = "language") -> str:
    """A language tag by shape (BCP 47); one that has no translation shows the default's texts."""
    if not _LANGUAGE.fullmatch(text):
        raise InvalidInput.field(field, i18n.text("This is no language tag such as en or de-AT."), "language")
    return text
