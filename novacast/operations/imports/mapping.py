"""The file that says which column is which: TOML or JSON, and lines made by it."""

import json
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from novacast.errors import FieldError, InvalidInput
from novacast.i18n import Text, text
from novacast.importing import Kind, Line
from novacast.operations.imports.fields import FIELDS, HI_EVENTS
from novacast.operations.imports.models import LONGEST_CELL, Arrangement

LARGEST = 2**20
"""Bytes."""
_PARTS = ("source", "columns", "defaults", "values", "performances", "items")
_LONGEST_SOURCE = 40
_OF_ORDER = re.compile(r"(O-.+)-\d+\Z")
"""Hi.Events' id of a ticket: that of its order, and a number. Newer ones say nothing of the order."""


def read(raw: bytes, kind: Kind) -> Arrangement:
    """Raises InvalidInput with all that is wrong."""
    if len(raw) > LARGEST:
        raise InvalidInput.field("mapping", text("A mapping file has at most {most} bytes.", most=LARGEST))
    try:
        written = raw.decode("utf-8-sig")
        found = json.loads(written) if written.lstrip().startswith("{") else tomllib.loads(written)
    except (ValueError, RecursionError) as error:
        said = text("The mapping file is neither TOML nor JSON: {why}.", why=str(error)[:200])
        raise InvalidInput.field("mapping", said) from error
    return checked(found, kind)


def checked(found: Mapping[str, Any], kind: Kind) -> Arrangement:
    """Raises InvalidInput."""
    errors = [_unknown(name, _PARTS, name) for name in found if name not in _PARTS]
    names = [field.name for field in FIELDS[kind]]
    for part in ("columns", "defaults", "values"):
        errors += [_unknown(f"{part}.{name}", names, name) for name in _table(found, part) if name not in names]
    source = found.get("source", "")
    if not isinstance(source, str) or len(source) > _LONGEST_SOURCE or (source and not source.isprintable()):
        errors.append(FieldError("source", "invalid", text("A source is a short name.")))
    if errors:
        raise InvalidInput(errors[0].message, errors=errors)
    values = {name: _texts(one, f"values.{name}") for name, one in _table(found, "values").items()}
    return Arrangement(
        _texts(_table(found, "columns"), "columns"),
        _texts(_table(found, "defaults"), "defaults"),
        {name: {key.casefold(): one for key, one in table.items()} for name, table in values.items()},
        {part: _texts(_table(found, part), part) for part in ("performances", "items") if found.get(part)},
        source,
    )


def document(mapping: Arrangement) -> dict[str, Any]:
    """As JSON; `checked` reads it."""
    parts = {
        "source": mapping.source,
        "columns": dict(mapping.columns),
        "defaults": dict(mapping.defaults),
        "values": {name: dict(one) for name, one in mapping.values.items()},
        **{name: dict(one) for name, one in mapping.links.items()},
    }
    return {name: one for name, one in parts.items() if one}


def line(mapping: Arrangement, cells: Mapping[str, str], kind: Kind, source: str) -> Line:
    """A row by the names of our fields."""
    found: dict[str, str] = {}
    for name, heading in mapping.columns.items():
        value = cells.get(heading, "").replace("\0", "").strip()[:LONGEST_CELL]
        value = mapping.values.get(name, {}).get(value.casefold(), value)
        if value:
            found[name] = value
    for name, value in mapping.defaults.items():
        found.setdefault(name, value)
    names = [found.pop(part) for part in ("first_name", "last_name") if part in found]
    if names:
        found.setdefault("name", " ".join(names))
    if variation := found.pop("variation", ""):
        found["ticket"] = f"{found['ticket']} – {variation}" if "ticket" in found else variation
    if source == HI_EVENTS and kind is Kind.ORDERS and (of := _OF_ORDER.match(found.get("order", ""))):
        found["order"] = of[1]
    return found


def key(kind: Kind, found: Line) -> str:
    """What rows of one record share; empty: each is one."""
    match kind:
        case Kind.USERS:
            return ""
        case Kind.EVENTS:
            return found.get("event") or found.get("title", "")
    return f"{found.get('event', '')}/{found['order']}" if "order" in found else ""


def _table(found: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    value = found.get(part, {})
    if not isinstance(value, Mapping):
        raise InvalidInput.field(part, text("[{part}] must be a table.", part=part))
    return value


def _texts(table: Any, part: str) -> dict[str, str]:
    if not isinstance(table, Mapping):
        raise InvalidInput.field(part, text("[{part}] must be a table.", part=part))
    for name, value in table.items():
        if not isinstance(value, (str, int, float)):
            raise InvalidInput.field(f"{part}.{name}", text("This must be a text."), "string_type")
    return {
        str(name): (("yes" if value else "no") if isinstance(value, bool) else str(value))
        for name, value in table.items()
    }


def _unknown(field: str, known: Any, name: str) -> FieldError:
    near = get_close_matches(name[:100], known, 1)
    said: Text = text("There is no field {name}.", name=name[:100])
    if near:
        said = text("There is no field {name}. Did you mean {near}?", name=name[:100], near=near[0])
    return FieldError(field, "unknown", said)
