"""Things of a box office without one, for rules that need no database."""

from dataclasses import replace
from typing import Any

from novacast.tickets.codes.models import Code
from novacast.tickets.events.models import Item
from novacast.tickets.models import ItemKind

_CODE = Code(
    "c",
    "org1",
    "e",
    None,
    "SPRING",
    "",
    0,
    0,
    False,
    False,
    None,
    None,
    None,
    None,
    None,
    None,
    active=True,
    created_at=0,
)
_ITEM = Item("i", 1, "p", "Standing", ItemKind.GENERAL, False, 1000, False, 0, 0, 20, False, None, True, 0)


def code(**values: Any) -> Code:
    return replace(_CODE, **values)


def item(**values: Any) -> Item:
    return replace(_ITEM, **values)
