"""`dataclass` of the standard library, with a class's methods written when one of them is first called.

The library writes five to nine methods for each class and compiles them one by one: a third of the time in which a
program of nine hundred such classes starts, most of which it then never makes one of. Here a class has its fields and
slots at once, so that `fields`, `replace` and `asdict` know it, and stand-ins for its methods. The first of them that
is called has the library write them all in their place.

What only the library's methods would refuse where the class stands, a frozen class below one that is not or a field
without a default behind one that has one, is left to the type checker, which takes this for the library's own.
"""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

__all__ = ["dataclass"]

T = TypeVar("T")
Method = Callable[..., Any]


def _dataclass(
    cls: type[T] | None = None,
    /,
    *,
    frozen: bool = False,
    slots: bool = False,
    kw_only: bool = False,
    eq: bool = True,
    order: bool = False,
) -> type[T] | Callable[[type[T]], type[T]]:
    """With the options that the house uses, which mean what they mean in the library."""

    def made(bare: type[T]) -> type[T]:
        cls = _with_fields(bare, slots, kw_only)
        _add_stand_ins(cls, _missing(cls, frozen, eq, order), partial(_written, cls, frozen, eq, order))
        if frozen:
            _freeze(cls, slots)
        return cls

    return made if cls is None else made(cls)


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _dataclass


def _with_fields(bare: type[T], slots: bool, kw_only: bool) -> type[T]:
    if bare.__doc__ is None:
        # The library would put a signature there, and there is none yet.
        bare.__doc__ = bare.__name__
    return dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(bare)


def _missing(cls: type[Any], frozen: bool, eq: bool, order: bool) -> Sequence[str]:
    """Names of the methods that the library would write: what a class says itself stands."""
    own = vars(cls)
    names = [
        "__init__",
        "__repr__",
        *(("__eq__",) if eq else ()),
        *(("__lt__", "__le__", "__gt__", "__ge__") if order else ()),
    ]
    missing = [name for name in names if name not in own]
    # Python itself puts None there for a class with an `__eq__` of its own.
    if eq and own.get("__hash__") is None:
        missing.append("__hash__")
    return missing


def _add_stand_ins(cls: type[Any], names: Sequence[str], write: Callable[[], type[Any]]) -> None:
    def stand_in(name: str) -> Method:
        def method(self: Any, /, *args: Any, **kwargs: Any) -> Any:
            written = write()
            for each in names:
                setattr(cls, each, vars(written)[each])
            return getattr(cls, name)(self, *args, **kwargs)

        return method

    for name in names:
        setattr(cls, name, stand_in(name))


def _written(cls: type[Any], frozen: bool, eq: bool, order: bool) -> type[Any]:
    """A class of the library's whose methods fit `cls`: with the same fields, those of its bases among them."""
    names: dict[str, Any] = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    names["__annotations__"] = {}
    for field in dataclasses.fields(cls):
        names["__annotations__"][field.name] = field.type
        names[field.name] = _copy(field)
    if hasattr(cls, "__post_init__"):
        names["__post_init__"] = None  # the written __init__ calls that of the instance
    return dataclasses.dataclass(frozen=frozen, eq=eq, order=order)(type(cls.__name__, (), names))


def _copy(field: "dataclasses.Field[Any]") -> Any:
    said = ("default", "default_factory", "init", "repr", "hash", "compare", "kw_only")
    return dataclasses.field(**{name: getattr(field, name) for name in said})


def _freeze(cls: type[Any], slots: bool) -> None:
    more: dict[str, Method] = {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    if slots:
        more |= {"__getstate__": _state, "__setstate__": _restore}
    for name, method in more.items():
        if name not in vars(cls):
            setattr(cls, name, method)


def _refuse_to_set(self: object, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: Sequence[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
