"""JSON of the API as the shapes of `records` and `novacast.overview`: dataclasses of plain values, lists and mappings.

A library that does as much takes longer to load than the console to be drawn.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from novacast.errors import Unavailable

T = TypeVar("T")
Reader = Callable[[Any], Any]


def parsed(data: str | bytes) -> Any:
    """Raises Unavailable for what is no JSON."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise stranger() from error


def stranger() -> Unavailable:
    return Unavailable("What answers there does not speak as a NovaCast server does.")


def read(kind: type[T], told: Any) -> T:
    """Fields that `kind` does not have are let pass. Raises Unavailable for what is of another shape."""
    shape: Any = kind
    try:
        found: T = _reader(shape)(told)
    except (TypeError, KeyError) as error:
        raise Unavailable(
            "The server answers in a shape that is not known here. Are it and these tools of the same version?"
        ) from error
    return found


@cache
def _reader(kind: Any) -> Reader:
    origin, of = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _record(kind)
    if origin in (Sequence, list):
        return _list(_reader(of[0]))
    if origin is Mapping:
        return _mapping(_reader(of[1]))
    if origin in (Union, UnionType):
        (other,) = (one for one in of if one is not NoneType)
        return _optional(_reader(other))
    return _plain((int, float) if kind is float else object if kind is Any else kind)


def _record(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    fields = [(one.name, _reader(hints[one.name]), _wanted(one)) for one in dataclasses.fields(kind)]

    def read_one(told: Any) -> Any:
        return kind(**{name: reader(told[name]) for name, reader, wanted in fields if wanted or name in told})

    return read_one


def _wanted(one: "dataclasses.Field[Any]") -> bool:
    return one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING


def _list(item: Reader) -> Reader:
    a_list = _plain(list)
    return lambda told: [item(one) for one in a_list(told)]


def _mapping(value: Reader) -> Reader:
    a_mapping = _plain(dict)
    return lambda told: {key: value(one) for key, one in a_mapping(told).items()}


def _optional(other: Reader) -> Reader:
    return lambda told: None if told is None else other(told)


def _plain(kinds: Any) -> Reader:
    def read_one(told: Any) -> Any:
        if not isinstance(told, kinds):
            raise TypeError(f"{told!r} is no {kinds}")
        return told

    return read_one
