"""PATCH of RFC 7644, section 3.5.2, done to a document. Pure.

Identity providers differ in how they write it: operations in capitals, `active` as a text, paths as names of members
of a value without a path, members to remove as a value. All of these are understood.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

from novacast.accounts.scim.filters import Filter, bare, matches, parsed
from novacast.accounts.scim.models import Document, invalid
from novacast.i18n import text
from novacast.records import dataclass

MOST = 1000
"""Operations in one request."""
SINGLE = {"username": "userName", "displayname": "displayName", "externalid": "externalId", "active": "active",
          "preferredlanguage": "preferredLanguage"}  # fmt: skip
COMPLEX = {"name": "name"}
MANY = {"emails": "emails", "members": "members"}
_NAMES = SINGLE | COMPLEX | MANY
_PARTS = {one.lower(): one for one in ("formatted", "givenName", "familyName", "value", "type", "primary", "display")}
_READ_ONLY = frozenset({"id", "meta", "groups", "schemas"})
_PATH = re.compile(r"([A-Za-z$][\w$-]*)(?:\[(.+)\])?(?:\.([\w$-]+))?\Z")


@dataclass(frozen=True, slots=True)
class _Path:
    name: str
    """As ours is written; empty: it is none of ours."""
    where: Filter | None
    part: str


def patched(document: Document, body: Document) -> dict[str, Any]:
    """Raises InvalidInput."""
    operations = _get(body, "operations")
    if not isinstance(operations, list) or not operations or len(operations) > MOST:
        raise invalid("invalidSyntax", text("A PATCH has a list of Operations."))
    found = copy.deepcopy(dict(document))
    for one in operations:
        if not isinstance(one, Mapping):
            raise invalid("invalidSyntax", text("A PATCH has a list of Operations."))
        _apply(found, str(_get(one, "op") or "").lower(), _get(one, "path"), _get(one, "value"))
    return found


def _apply(found: dict[str, Any], op: str, path: Any, value: Any) -> None:
    if op not in ("add", "replace", "remove"):
        raise invalid("invalidSyntax", text("An operation is add, replace or remove."))
    if path:
        _at(found, op, _path(str(path)), value)
        return
    if op == "remove":
        raise invalid("noTarget", text("What is to be removed needs a path."))
    if not isinstance(value, Mapping):
        raise invalid("invalidValue", text("Without a path the value is an object."))
    for name, one in value.items():
        if bare(str(name)).lower() not in _READ_ONLY and not str(name).lower().startswith(
            "urn:ietf:params:scim:schemas:ext"
        ):
            _at(found, op, _path(str(name)), one)


def _path(written: str) -> _Path:
    """Raises InvalidInput for one that is none, or of what nobody may change."""
    found = _PATH.match(bare(written))
    if found is None:
        if written.lower().startswith("urn:"):
            return _Path("", None, "")  # another schema's
        raise invalid("invalidPath", text("This path can't be read."))
    name, where, part = found.groups()
    if name.lower() in _READ_ONLY:
        raise invalid("mutability", text("{name} is not for a client to change.", name=name))
    return _Path(
        _NAMES.get(name.lower(), ""),
        None if where is None else parsed(where),
        _PARTS.get((part or "").lower(), part or ""),
    )


def _at(found: dict[str, Any], op: str, path: _Path, value: Any) -> None:
    if not path.name:
        return  # attributes that we have not are nobody's mistake
    if path.name in MANY.values():
        _many(found, op, path, value)
    elif path.part and path.name not in COMPLEX.values():
        raise invalid("invalidPath", text("This path can't be read."))
    elif path.part:
        part = _object(found.get(path.name))
        _set(part, op, path.part, value)
        found[path.name] = part
    elif path.name in COMPLEX.values() and op == "add" and isinstance(value, Mapping):
        found[path.name] = {**_object(found.get(path.name)), **value}
    else:
        _set(found, op, path.name, value)


def _set(into: dict[str, Any], op: str, name: str, value: Any) -> None:
    if op == "remove":
        into.pop(name, None)
    else:
        into[name] = value


def _many(found: dict[str, Any], op: str, path: _Path, value: Any) -> None:
    has = _listed(found.get(path.name) or [])
    if path.where is not None:
        found[path.name] = _chosen(has, op, path, path.where, value)
    elif op == "remove" and value:
        gone = {_value(one) for one in _listed(value)}
        found[path.name] = [one for one in has if _value(one) not in gone]
    elif op == "remove":
        found.pop(path.name, None)
    elif op == "replace":
        found[path.name] = _listed(value)
    else:
        new = _listed(value)
        if any(one.get("primary") for one in new):
            has = [{**one, "primary": False} for one in has]
        known = {_value(one) for one in new}
        found[path.name] = [*(one for one in has if _value(one) not in known), *new]


def _chosen(has: list[Any], op: str, path: _Path, where: Filter, value: Any) -> list[Any]:
    meant = [number for number, one in enumerate(has) if matches(where, one)]
    if op == "remove" and not path.part:
        return [one for number, one in enumerate(has) if number not in meant]
    if not meant:
        if op == "add" and path.part:
            return [*has, {path.part: value}]
        raise invalid("noTarget", text("Nothing is meant by this path."))
    for number in meant:
        if path.part:
            part = dict(has[number])
            _set(part, op, path.part, value)
            has[number] = part
        else:
            if not isinstance(value, Mapping):
                raise invalid("invalidValue", text("This value is an object."))
            has[number] = {**has[number], **value} if op == "add" else dict(value)
    return has


def _listed(value: Any) -> list[dict[str, Any]]:
    found = value if isinstance(value, list) else [value]
    return [dict(one) if isinstance(one, Mapping) else {"value": one} for one in found]


def _object(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _value(one: Mapping[str, Any]) -> str:
    return str(one.get("value"))


def _get(document: Document, name: str) -> Any:
    return next((one for key, one in document.items() if str(key).lower() == name), None)
