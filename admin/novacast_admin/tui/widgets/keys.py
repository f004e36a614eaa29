"""All keys of a screen, to read."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from rich.table import Table

Line = tuple[str, str, str]
"""A key, what it does in a word or two, and in a sentence."""
KEYS = {
    "enter": "Enter",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "ctrl+f": "Ctrl+F",
    "ctrl+p": "Ctrl+P",
    "f2": "F2",
    "f5": "F5",
}


class Keys(ModalScreen[None]):
    """`here`: what the keys of the screen do; `everywhere`: those that hold on each."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q,question_mark", "leave", "Close")]

    def __init__(self, title: str, here: Iterable[Line], everywhere: Iterable[Line]) -> None:
        super().__init__()
        self._title, self._here, self._everywhere = title, here, everywhere

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide") as box:
            box.border_title = f"Keys of {self._title}"
            with VerticalScroll():
                yield Static(_table(self._here))
                yield Static("\nEverywhere", classes="hint")
                yield Static(_table(self._everywhere))
            yield Static("The arrow keys show the rest, Esc closes it.", classes="hint")

    def action_leave(self) -> None:
        self.dismiss(None)


def _table(lines: Iterable[Line]) -> "Table":
    from rich.table import Table  # which no first screen waits for

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(no_wrap=True)
    table.add_column()
    for key, label, about in lines:
        table.add_row(Text(key), Text(label), Text(about))
    return table


def named(bindings: Iterable[BindingType]) -> Iterable[Line]:
    """As the keys stand on a keyboard."""
    for one in bindings:
        if isinstance(one, Binding):
            yield one.key_display or KEYS.get(one.key, one.key), one.description, one.tooltip
