"""A read as a value: SQL, its parameters, and what a row becomes. Runs in a transaction or on a reader alike."""

import base64
import binascii
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass

T = TypeVar("T")
Params = Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True, slots=True)
class Query(Generic[T]):
    sql: str
    params: Params
    make: Callable[[sqlite3.Row], T]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the opaque cursor of the page behind it, None on the last."""

    items: Sequence[T]
    next: str | None

    @classmethod
    def of(cls, rows: Sequence[T], limit: int, key: Callable[[T], Sequence[int | str]]) -> "Page[T]":
        """A page from up to `limit` + 1 rows; the one too many only tells that there is more."""
        shown = rows[:limit]
        return cls(shown, _encode(key(shown[-1])) if len(rows) > limit else None)


def keyset(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The key that `cursor` holds, one value of each of `kinds`; None without a cursor. Raises InvalidInput."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        key = None
    fits = isinstance(key, list) and len(key) == len(kinds)
    if not fits or not all(type(value) is kind and _storable(value) for value, kind in zip(key, kinds, strict=True)):
        raise InvalidInput.field("cursor", text("This cursor is not one that a list of this kind gave out."))
    return tuple(key)


def _storable(value: Any) -> bool:
    """SQLite takes 64-bit integers and UTF-8 texts; JSON can hold halves of surrogate pairs, which UTF-8 can't."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return not any("\ud800" <= sign <= "\udfff" for sign in str(value))


def _encode(key: Sequence[int | str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(key), separators=(",", ":")).encode()).decode().rstrip("=")
