"""Users, groups and lists as RFC 7643 writes them. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from novacast.accounts.scim.filters import bare
from novacast.accounts.scim.models import GROUP, LIST, USER, Document, Group, User
from novacast.clock import iso
from novacast.errors import PreconditionFailed
from novacast.i18n import text
from novacast.security.keys import digest

PATH = "/scim/v2"
ALWAYS = frozenset({"schemas", "id"})


def user(one: User, root: str) -> dict[str, Any]:
    """`root`: public address of the server."""
    found = {
        "schemas": [USER],
        "id": one.id,
        "externalId": one.external_id,
        "userName": one.user_name,
        "displayName": one.display_name,
        "name": one.extra.get("name"),
        "emails": _emails(one),
        "active": one.active,
        "preferredLanguage": one.extra.get("preferredLanguage"),
        "groups": [
            {"value": id_, "$ref": f"{root}{PATH}/Groups/{id_}", "display": name} for id_, name in one.groups
        ],
        "meta": _meta("User", f"{root}{PATH}/Users/{one.id}", one.created_at, one.changed_at),
    }  # fmt: skip
    return _versioned(found)


def group(one: Group, root: str) -> dict[str, Any]:
    found = {
        "schemas": [GROUP],
        "id": one.id,
        "externalId": one.external_id,
        "displayName": one.name,
        "members": [
            {"value": id_, "$ref": f"{root}{PATH}/Users/{id_}", "type": "User"} for id_ in one.members
        ],
        "meta": _meta("Group", f"{root}{PATH}/Groups/{one.id}", one.created_at, one.changed_at),
    }  # fmt: skip
    return _versioned(found)


def version(document: Document) -> str:
    """Of what it says, whenever it was said: a weak ETag (RFC 7644, section 3.14)."""
    told = {name: value for name, value in document.items() if name != "meta"}
    for name in ("members", "groups"):
        if name in told:
            told[name] = sorted(told[name], key=lambda one: str(one["value"]))
    raw = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return f'W/"{digest(raw).hex()[:20]}"'


def fits(written: str, document: Document) -> bool:
    """Whether what If-Match or If-None-Match names is this one as it is now; `*` is any. Compared weakly (RFC 9110,
    section 8.8.3.2)."""
    given = {one.strip().removeprefix("W/") for one in written.split(",")}
    return "*" in given or version(document).removeprefix("W/") in given


def demand(written: str, document: Document) -> None:
    """`written`: of If-Match; empty: whatever it is. Raises PreconditionFailed."""
    if written and not fits(written, document):
        raise PreconditionFailed(text("It was changed since. Read it again, and decide anew."))


def _versioned(found: dict[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in found.items() if value not in (None, [], {}, "")}
    return made | {"meta": {**made["meta"], "version": version(made)}}


def listed(total: int, start: int, resources: Sequence[Document]) -> dict[str, Any]:
    """`start` counts from 1."""
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }


def narrowed(document: Document, attributes: Iterable[str], without: Iterable[str]) -> Document:
    """As a client asks for it (RFC 7644, section 3.9); a part of an attribute brings all of it."""
    only = {bare(one).partition(".")[0].lower() for one in attributes}
    less = {bare(one).lower() for one in without}

    def shown(name: str) -> bool:
        return name in ALWAYS or ((not only or name.lower() in only) and name.lower() not in less)

    return {name: value for name, value in document.items() if shown(name)}


def _emails(one: User) -> list[Mapping[str, Any]]:
    """As they were given; where the person has changed their address since, with that one."""
    given = [dict(each) for each in one.extra.get("emails", ())]
    if any(each["value"].casefold() == one.email.casefold() for each in given):
        return list(given)
    return [{"value": one.email, "primary": True}]


def _meta(kind: str, location: str, created_at: int, changed_at: int) -> Document:
    return {
        "resourceType": kind,
        "created": iso(created_at),
        "lastModified": iso(changed_at),
        "location": location,
    }
