"""Filters of RFC 7644, section 3.4.2.2, read into a tree: a store makes SQL of it, and it judges documents. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

from novacast.accounts.scim.models import GROUP, USER, invalid
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass

LONGEST, DEEPEST, MOST_TERMS = 4000, 20, 60
OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})
_TOKEN = re.compile(r'\s*(?:([()\[\]])|("(?:[^"\\]|\\.)*")|([^\s()\[\]"]+))')


@dataclass(frozen=True, slots=True)
class Comparison:
    path: str
    """Without its schema, in lower case: `emails.value`."""
    operator: str
    """One of OPERATORS, or `pr`."""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Both:
    left: "Filter"
    right: "Filter"


@dataclass(frozen=True, slots=True)
class Either:
    left: "Filter"
    right: "Filter"


@dataclass(frozen=True, slots=True)
class Not:
    of: "Filter"


Filter = Comparison | Both | Either | Not


def parsed(written: str) -> Filter:
    """Raises InvalidInput."""
    return _Reader(written).whole()


def bare(path: str) -> str:
    """Without the schema that it may begin with."""
    for urn in (USER, GROUP):
        if path.lower().startswith(f"{urn.lower()}:"):
            return path[len(urn) + 1 :]
    return path


def matches(found: Filter, value: Any) -> bool:
    """Whether a complex value, or a simple one by the name `value`, is meant."""
    match found:
        case Both(left, right):
            return matches(left, value) and matches(right, value)
        case Either(left, right):
            return matches(left, value) or matches(right, value)
        case Not(of):
            return not matches(of, value)
        case Comparison():
            return _compared(found, _inside(value, found.path))


def _inside(value: Any, path: str) -> Any:
    if not isinstance(value, Mapping):
        return value if path == "value" else None
    return next((one for name, one in value.items() if name.lower() == path), None)


def _compared(found: Comparison, has: Any) -> bool:
    if found.operator == "pr":
        return has not in (None, "", [])
    if found.operator == "ne":
        return not _same(has, found.value)
    if found.operator == "eq":
        return _same(has, found.value)
    if not isinstance(has, str) or not isinstance(found.value, str):
        return False
    left, right = has.casefold(), found.value.casefold()
    tests = {"co": right in left, "sw": left.startswith(right), "ew": left.endswith(right), "gt": left > right,
             "ge": left >= right, "lt": left < right, "le": left <= right}  # fmt: skip
    return tests[found.operator]


def _same(has: Any, wanted: Any) -> bool:
    if isinstance(has, str) and isinstance(wanted, str):
        return has.casefold() == wanted.casefold()
    return bool((has or False) == wanted if isinstance(wanted, bool) else has == wanted)


class _Reader:
    def __init__(self, written: str) -> None:
        if len(written) > LONGEST:
            raise _wrong()
        self._tokens, at = list[str](), 0
        stripped = written.rstrip()
        while at < len(stripped):
            found = _TOKEN.match(stripped, at)
            if found is None:
                raise _wrong()
            self._tokens.append(found[1] or found[2] or found[3])
            at = found.end()
        self._at, self._depth, self._terms = 0, 0, 0

    def whole(self) -> Filter:
        found = self._either("")
        if self._at < len(self._tokens):
            raise _wrong()
        return found

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        found = self._peek()
        if not found:
            raise _wrong()
        self._at += 1
        return found

    def _either(self, within: str) -> Filter:
        found = self._both(within)
        while self._peek().lower() == "or":
            self._at += 1
            found = Either(found, self._both(within))
        return found

    def _both(self, within: str) -> Filter:
        found = self._term(within)
        while self._peek().lower() == "and":
            self._at += 1
            found = Both(found, self._term(within))
        return found

    def _term(self, within: str) -> Filter:
        self._depth += 1
        self._terms += 1
        if self._depth > DEEPEST or self._terms > MOST_TERMS:
            raise _wrong()
        try:
            return self._one(within)
        finally:
            self._depth -= 1

    def _one(self, within: str) -> Filter:
        if self._peek().lower() == "not":
            self._at += 1
            return Not(self._grouped(within))
        if self._peek() == "(":
            return self._grouped(within)
        path = f"{within}{bare(self._next()).lower()}"
        if not re.fullmatch(r"[a-z$][\w$.-]*", path):
            raise _wrong()
        if self._peek() == "[":
            self._at += 1
            found = self._either(f"{path}.")
            self._close("]")
            return found
        operator = self._next().lower()
        if operator == "pr":
            return Comparison(path, "pr")
        if operator not in OPERATORS:
            raise _wrong()
        return Comparison(path, operator, self._value())

    def _grouped(self, within: str) -> Filter:
        self._close("(")
        found = self._either(within)
        self._close(")")
        return found

    def _close(self, sign: str) -> None:
        if self._next() != sign:
            raise _wrong()

    def _value(self) -> Any:
        written = self._next()
        try:
            value = json.loads(written if written[:1] == '"' else written.lower())
        except ValueError as error:
            raise _wrong() from error
        if value is not None and not isinstance(value, (str, int, float, bool)):
            raise _wrong()
        if isinstance(value, str) and not value.isascii() and value != value.encode("utf-8", "replace").decode():
            raise _wrong()  # half of a surrogate pair: no database takes it
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise _wrong()
        return value


def _wrong() -> InvalidInput:
    return invalid("invalidFilter", text("This filter can't be read."))
