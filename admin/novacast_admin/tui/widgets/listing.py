"""A table whose rows are known by a key, so that what changes is changed in place and the cursor stays where it is."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import DataTable, Input, Static
from textual.widgets.data_table import CellDoesNotExist

Cells = Sequence[str]
LEAST, FEW = 12, 5
"""Letters that a column keeps however narrow the table is, if it has as many; where that is too narrow, the second. The
first column, by which one knows the row, keeps the first."""


class SearchField(Input):
    """Where one types what to look for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Show all again"),
        Binding("down", "to_rows", "To the rows"),
    ]

    def action_leave(self) -> None:
        self.value = ""
        self.action_to_rows()
        self.display = False
        self.disabled = True

    def action_to_rows(self) -> None:
        self.screen.query_one(Listing).table.focus()


class Rows(DataTable[Text]):
    """Enter is its screen's: a table would take it to say that a row was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.tell", "More", show=False)]


class Listing(Vertical):
    """Fill it with `fill`. Typing into its search field says `Sought`; moving over its rows says `Chosen`."""

    class Sought(Message):
        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Chosen(Message):
        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.table = Rows(cursor_type="row", zebra_stripes=True)
        self._heads: tuple[str, ...] = ()
        self._rows: dict[str, tuple[str, ...]] = {}
        self._widths: tuple[int, ...] = ()
        self._empty = Static("", classes="empty")

    def compose(self) -> ComposeResult:
        field = SearchField(placeholder="search: type, then Enter; Esc shows all again", compact=True)
        field.display, field.disabled = False, True
        yield field
        yield self.table
        yield self._empty

    @property
    def key(self) -> str | None:
        """Of the row under the cursor."""
        try:
            return self.table.coordinate_to_cell_key(self.table.cursor_coordinate).row_key.value
        except CellDoesNotExist:
            return None

    @property
    def words(self) -> str:
        return self.query_one(SearchField).value.strip()

    def search(self, words: str = "") -> None:
        """Somebody is about to type; with `words` they have."""
        field = self.query_one(SearchField)
        field.display, field.disabled = True, False
        if words:
            field.value = words
            self.table.focus()
        else:
            field.focus()

    def fill(self, heads: Sequence[str], rows: Mapping[str, Cells], empty: str) -> None:
        """`empty` is said where there are none."""
        fresh = {key: tuple(" ".join(cell.splitlines()) for cell in cells) for key, cells in rows.items()}
        before, self._widths = self._widths, _widths(heads, fresh.values(), self.size.width)
        if tuple(heads) != self._heads or list(fresh) != list(self._rows) or before != self._widths:
            self._rebuild(tuple(heads), fresh)
        else:
            self._change(fresh)
        self._rows = fresh
        self.table.display = bool(fresh)
        if fresh and self.screen.focused is None:  # it goes from a table that is hidden for want of rows
            self.table.focus()
        self._empty.display = not fresh
        self._empty.update(f"Nothing is found for “{self.words}”." if self.words else empty)

    def _rebuild(self, heads: tuple[str, ...], rows: Mapping[str, tuple[str, ...]]) -> None:
        before, at = self.key, self.table.cursor_row
        with self.app.batch_update():
            self.table.clear(columns=True)
            for head, width in zip(heads, self._widths, strict=True):
                self.table.add_column(head, key=head, width=width)
            self._heads = heads
            for key, cells in rows.items():
                self.table.add_row(*map(_cut, cells, self._widths), key=key)
            order = list(rows)
            to = order.index(before) if before in rows and before is not None else min(at, len(order) - 1)
            self.table.move_cursor(row=max(to, 0), animate=False)

    def _change(self, rows: Mapping[str, tuple[str, ...]]) -> None:
        for key, cells in rows.items():
            for head, width, cell, was in zip(self._heads, self._widths, cells, self._rows[key], strict=True):
                if cell != was:
                    self.table.update_cell(key, head, _cut(cell, width))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Sought(event.value.strip()))

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        self.table.focus()

    @on(DataTable.RowHighlighted)
    def _moved(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        if event.row_key.value is not None:
            self.post_message(self.Chosen(event.row_key.value))

    def on_focus(self, event: events.Focus) -> None:
        self.table.focus()

    def on_resize(self) -> None:
        rows = self._rows
        if (widths := _widths(self._heads, rows.values(), self.size.width)) != self._widths:
            self._widths = widths
            self._rebuild(self._heads, rows)


def _widths(heads: Sequence[str], rows: Collection[Cells], room: int) -> tuple[int, ...]:
    """Of the columns, so that all are seen: where they don't fit the widest give way, down to `LEAST`, then `FEW`."""
    widths = [max(map(cell_len, column)) for column in zip(heads, *rows, strict=True)]
    if not room:
        return tuple(widths)
    widths = [min(width, room) for width in widths]
    _narrow(widths, range(len(widths)), LEAST, room)
    _narrow(widths, range(1, len(widths)), FEW, room)
    return tuple(widths)


def _narrow(widths: list[int], which: Sequence[int], least: int, room: int) -> None:
    """Takes letter by letter from the widest of them, so that equal ones stay equal."""
    over = sum(widths) + 2 * len(widths) + 2 - room  # a space on both sides of each, two columns for the scrollbar
    for _ in range(over):
        widest = max(which, key=lambda one: widths[one])
        if widths[widest] <= least:
            return
        widths[widest] -= 1


def _cut(cell: str, width: int) -> Text:
    """Never a str: what people wrote is not to be read as markup."""
    return Text(cell if cell_len(cell) <= width else f"{set_cell_size(cell, max(width - 1, 0)).rstrip()}…")
