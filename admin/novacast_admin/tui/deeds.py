"""What can be done on a screen: each with a key, a label in the footer, a tooltip, and a line in the palette."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Deed:
    key: str
    name: str
    """Its screen has a method `do_NAME`, which is given what is under the cursor."""
    label: str
    about: str
    """A sentence: the tooltip, and what the palette says."""
    views: tuple[str, ...] = ()
    """Where it can be done; empty: in all views of its screen."""
    on_row: bool = True
    """Whether it is done to the row under the cursor."""
    offline: bool = False


def bindings(deeds: Iterable[Deed]) -> list[BindingType]:
    return [Binding(one.key, f"deed('{one.name}')", one.label, tooltip=one.about) for one in deeds]
