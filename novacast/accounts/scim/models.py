"""Users and groups as a provisioning client has them, and what it may say of them. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from novacast.accounts.people.models import EmailAddress
from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import Text, text
from novacast.identity import Role
from novacast.records import dataclass

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_ANSWER = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

LONGEST = 254
MOST_MEMBERS = 10_000
MOST_RESULTS = 200
LARGEST = 2**20
"""Bytes of a request."""
MOST_OPERATIONS = 500
"""Of one bulk request."""
_BOUND = re.compile(r"([a-z0-9-]{1,40})[:/]\s*([a-z_ -]{4,12})\Z")
Document = Mapping[str, Any]


def invalid(kind: str, message: Text) -> InvalidInput:
    """`kind`: a scimType of RFC 7644, table 9."""
    return InvalidInput(message, errors=[FieldError("", kind, message)])


def taken(message: Text) -> Conflict:
    return Conflict(message, errors=[FieldError("", "uniqueness", message)])


@dataclass(frozen=True, slots=True)
class Order:
    """RFC 7644, section 3.4.2.3."""

    path: str
    down: bool = False


@dataclass(frozen=True, slots=True)
class User:
    id: str
    user_name: str
    display_name: str
    email: str
    active: bool
    external_id: str | None
    extra: Mapping[str, Any]
    """What is kept as it was given: `name`, `emails`, `preferredLanguage`."""
    created_at: int
    changed_at: int
    operator: bool = False
    groups: Sequence[tuple[str, str]] = ()
    """Id and name."""


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: str
    external_id: str | None
    org_id: str | None
    role: Role | None
    """What its members are in `org_id`."""
    created_at: int
    changed_at: int
    members: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class GivenUser:
    user_name: str
    display_name: str
    email: EmailAddress
    active: bool
    external_id: str | None
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document) -> "GivenUser":
        """Raises InvalidInput."""
        user_name = _text(document, "userName")
        if not user_name:
            raise invalid("invalidValue", text("A user needs a userName."))
        name = document.get("name") if isinstance(document.get("name"), Mapping) else {}
        parts = {key: _text(name, key) for key in ("formatted", "givenName", "familyName")}
        parts = {key: one for key, one in parts.items() if one}
        whole = parts.get("formatted") or " ".join(parts[key] for key in ("givenName", "familyName") if key in parts)
        emails = _emails(document)
        email = next((one for one in emails if one.get("primary")), emails[0] if emails else {"value": user_name})
        extra = {"name": parts, "emails": emails, "preferredLanguage": _text(document, "preferredLanguage")}
        try:
            address = EmailAddress.parse(str(email["value"]))
        except InvalidInput as error:
            said = text("A user needs an address: in emails, or as userName.")
            raise invalid("invalidValue", said) from error
        return cls(
            user_name=user_name,
            display_name=_text(document, "displayName") or whole or user_name,
            email=address,
            active=_flag(document.get("active", True)),
            external_id=_text(document, "externalId") or None,
            extra={key: one for key, one in extra.items() if one},
        )


@dataclass(frozen=True, slots=True)
class GivenGroup:
    name: str
    external_id: str | None
    members: Sequence[str]

    @classmethod
    def of(cls, document: Document) -> "GivenGroup":
        """Raises InvalidInput."""
        name = _text(document, "displayName")
        if not name:
            raise invalid("invalidValue", text("A group needs a displayName."))
        given = document.get("members") or []
        if not isinstance(given, list) or len(given) > MOST_MEMBERS:
            raise invalid("invalidValue", text("A group has a list of at most {most} members.", most=MOST_MEMBERS))
        members = [_text(one, "value") if isinstance(one, Mapping) else "" for one in given]
        return cls(name, _text(document, "externalId") or None, list(dict.fromkeys(filter(None, members))))


def bound(name: str) -> tuple[str, Role] | None:
    """A group that is called `short-name:role` says by that what its members are, and where."""
    found = _BOUND.match(name.strip().casefold())
    role = "" if found is None else found[2].strip().replace(" ", "_").replace("-", "_")
    return (found[1], Role(role)) if found is not None and role in set(Role) else None


def strongest(roles: Sequence[Role]) -> Role | None:
    return next((role for role in Role if role in roles), None)


def _emails(document: Document) -> list[dict[str, Any]]:
    given = document.get("emails")
    if given is None:
        return []
    if not isinstance(given, list):
        raise invalid("invalidValue", text("emails is a list of addresses."))
    found = []
    for one in given[:20]:
        if isinstance(one, Mapping) and _text(one, "value"):
            kept = {"value": _text(one, "value"), "type": _text(one, "type"), "primary": bool(one.get("primary"))}
            found.append({key: value for key, value in kept.items() if value})
    return found


def _text(document: Any, key: str) -> str:
    value = document.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST:
        raise invalid("invalidValue", text("{name} is a text of at most {most} characters.", name=key, most=LONGEST))
    return value.encode("utf-8", "replace").decode().replace("\0", "").strip()


def _flag(value: Any) -> bool:
    """Some clients write it as a text."""
    if isinstance(value, str):
        return value.casefold() != "false"
    if value is None:
        return True
    if not isinstance(value, bool):
        raise invalid("invalidValue", text("active is true or false."))
    return value
