"""A table whose rows are known by a key, so that what changes is changed in place and the cursor stays where it is."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import DataTable, Input, Static
from textual.widgets.data_table import CellDoesNotExist

Cells = Sequence[str]


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

    def action_to_rows(self) -> None:
        self.screen.query_one(Listing).table.focus()


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
        self.table: DataTable[str] = DataTable(cursor_type="row", zebra_stripes=True)
        self._heads: tuple[str, ...] = ()
        self._rows: dict[str, tuple[str, ...]] = {}
        self._empty = Static("", classes="empty")

    def compose(self) -> ComposeResult:
        field = SearchField(placeholder="search: type, then Enter; Esc shows all again", compact=True)
        field.display = False
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

    def search(self) -> None:
        field = self.query_one(SearchField)
        field.display = True
        field.focus()

    def fill(self, heads: Sequence[str], rows: Mapping[str, Cells], empty: str) -> None:
        """`empty` is said where there are none."""
        fresh = {key: tuple(cells) for key, cells in rows.items()}
        if tuple(heads) != self._heads or list(fresh) != list(self._rows):
            self._rebuild(tuple(heads), fresh)
        else:
            self._change(fresh)
        self._rows = fresh
        self.table.display = bool(fresh)
        self._empty.display = not fresh
        self._empty.update(f"Nothing is found for “{self.words}”." if self.words else empty)

    def _rebuild(self, heads: tuple[str, ...], rows: Mapping[str, tuple[str, ...]]) -> None:
        before, at = self.key, self.table.cursor_row
        with self.app.batch_update():
            self.table.clear(columns=heads != self._heads)
            if heads != self._heads:
                for head in heads:
                    self.table.add_column(head, key=head)
                self._heads = heads
            for key, cells in rows.items():
                self.table.add_row(*cells, key=key)
            order = list(rows)
            to = order.index(before) if before in rows and before is not None else min(at, len(order) - 1)
            self.table.move_cursor(row=max(to, 0), animate=False)

    def _change(self, rows: Mapping[str, tuple[str, ...]]) -> None:
        for key, cells in rows.items():
            for head, cell, was in zip(self._heads, cells, self._rows[key], strict=True):
                if cell != was:
                    self.table.update_cell(key, head, cell, update_width=True)

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
