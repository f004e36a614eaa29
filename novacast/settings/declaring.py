"""How a setting is declared: its default, bounds and sentence for the manual."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any


def setting(
    default: Any,
    doc: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    meant: Mapping[str, str] | None = None,
    secret: bool = False,
) -> Any:
    """A setting with its sentence for the manual and its bounds, of a list's each part; `secret` values are masked when
    shown. `meant`: what is no choice -> the choice that it may stand for.
    """
    metadata = {"doc": doc, "low": low, "high": high, "choices": choices, "meant": meant or {}, "secret": secret}
    if isinstance(default, (list, dict)):
        raise TypeError("defaults are immutable: use a tuple")
    return field(default=default, metadata=metadata)
