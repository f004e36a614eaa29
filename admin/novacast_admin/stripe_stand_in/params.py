"""Parameters as the SDK writes them (a form with brackets), held against the SDK's own types of them."""

import re
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import stripe._request_options as request_options
from stripe import StripeContext
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import get_type_hints, is_typeddict

from novacast_admin.stripe_stand_in.errors import Refusal

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_OPTIONS = frozenset(request_options.RequestOptions.__annotations__)
"""Of a call, not of what is sent."""


def decoded(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0]=c` is {"a": {"b": ["c"]}}."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        path = [head, *_BRACKETS.findall(f"[{rest}" if rest else "")]
        here = root
        for part in path[:-1]:
            here = here.setdefault(part, {})
            if not isinstance(here, dict):
                raise Refusal(f"Invalid object: {name}", param=name, saved=False)
        here[path[-1]] = value
    return {name: _listed(value) for name, value in root.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(each) for name, each in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def checked(kind: type, given: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Everything known, typed and there that must be. `kind`: a TypedDict of `stripe.params`. Raises Refusal."""
    hints = _hints(kind)
    found: dict[str, Any] = {}
    for name, value in given.items():
        at = f"{path}[{name}]" if path else name
        if name not in hints:
            raise Refusal(f"Received unknown parameter: {at}", code="parameter_unknown", param=at, saved=False)
        found[name] = _coerced(value, hints[name], at)
    for name in sorted(getattr(kind, "__required_keys__", ()) & hints.keys()):
        if name not in found:
            at = f"{path}[{name}]" if path else name
            raise Refusal(f"Missing required param: {at}.", code="parameter_missing", param=at, saved=False)
    return found


@cache
def _hints(kind: type) -> dict[str, Any]:
    names = {**vars(request_options), "StripeContext": StripeContext}
    hints = get_type_hints(kind, localns={**names, **vars(sys.modules[kind.__module__])})
    return {name: hint for name, hint in hints.items() if name not in _OPTIONS}


def _coerced(value: Any, hint: Any, at: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _one_of(value, get_args(hint), at)
    if origin is Literal:
        if value in get_args(hint):
            return value
        raise Refusal(f"Invalid {at}: must be one of {', '.join(map(str, get_args(hint)))}", param=at, saved=False)
    if origin is list:
        if not isinstance(value, list):
            raise Refusal("Invalid array", param=at, saved=False)
        return [_coerced(each, get_args(hint)[0], f"{at}[{number}]") for number, each in enumerate(value)]
    if origin in (dict, UntypedStripeObject):
        return _mapping(value, at)
    if is_typeddict(hint):
        if not isinstance(value, dict):
            raise Refusal("Invalid object", param=at, saved=False)
        return checked(hint, value, at)
    return _plain(value, hint, at)


def _mapping(value: Any, at: str) -> Any:
    """Stripe's metadata: up to 50 pairs, names of 40 and values of 500 letters."""
    if not isinstance(value, dict) or any(not isinstance(each, str) for each in value.values()):
        raise Refusal("Invalid object", param=at, saved=False)
    if len(value) > 50 or any(len(name) > 40 or len(each) > 500 for name, each in value.items()):
        raise Refusal(f"{at} can have up to 50 keys, each up to 40 characters long", param=at, saved=False)
    return value


def _one_of(value: Any, hints: tuple[Any, ...], at: str) -> Any:
    """Where names are listed beside `str`, the SDK lets newer ones pass; Stripe itself does not."""
    listed = [each for hint in hints if get_origin(hint) is Literal for each in get_args(hint) if each != ""]
    refused: Refusal | None = None
    for hint in sorted(hints, key=lambda one: one is str):
        if hint is type(None) or (hint is str and listed):
            continue
        try:
            return _coerced(value, hint, at)
        except Refusal as error:
            refused = error
    raise refused or Refusal(f"Invalid {at}", param=at, saved=False)


def _plain(value: Any, hint: Any, at: str) -> Any:
    if hint is Any:
        return value
    if not isinstance(value, str):
        raise Refusal("Invalid string", param=at, saved=False)
    if hint is bool and value in ("true", "false"):
        return value == "true"
    if hint is int and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    if hint in (float, Decimal) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        return value if hint is Decimal else float(value)
    if hint is str:
        return value
    kind = {bool: "boolean", int: "integer"}.get(hint, "decimal")
    raise Refusal(f"Invalid {kind}: {value}", code=f"parameter_invalid_{kind}", param=at, saved=False)
