"""Organizations, their members, and invitations to become one."""

import re
import unicodedata

from novacast import i18n
from novacast.errors import InvalidInput
from novacast.identity import Role
from novacast.records import dataclass

LONGEST_SLUG = 40
LONGEST_DESCRIPTION = 2000
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    name: str
    slug: str
    description: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Membership:
    """An organization as one of its members sees it."""

    organization: Organization
    role: Role


@dataclass(frozen=True, slots=True)
class Member:
    org_id: str
    person_id: str
    name: str
    email: str
    role: Role
    joined_at: int


@dataclass(frozen=True, slots=True)
class Invitation:
    id: str
    org_id: str
    email: str
    email_key: str
    role: Role
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as the invited sees it before accepting. `has_account`: whether to log in or to sign up."""

    organization: str
    email: str
    role: Role
    has_account: bool


def clean_slug(slug: str, field: str = "slug") -> str:
    if len(slug) > LONGEST_SLUG or not _SLUG.fullmatch(slug):
        raise InvalidInput.field(
            field,
            i18n.text("A short name has up to {most} of a-z, 0-9 and hyphens in between.", most=LONGEST_SLUG),
            "slug",
        )
    return slug


def slug_from(name: str) -> str:
    """A short name made of a name; `org` if none of its letters are Latin."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[: LONGEST_SLUG - 6].strip("-") or "org"


def clean_description(text: str, field: str = "description") -> str:
    description = unicodedata.normalize("NFC", text).strip()
    if len(description) > LONGEST_DESCRIPTION:
        raise InvalidInput.field(
            field, i18n.text("A description has at most {most} characters.", most=LONGEST_DESCRIPTION), "too_long"
        )
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\r\t" for sign in description):
        raise InvalidInput.field(field, i18n.text("A description can't hold control characters."), "characters")
    return description
