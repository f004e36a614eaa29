"""A curve over some minutes, drawn in dots: two columns and four rows of them in each letter."""

from collections.abc import Callable, Sequence

from rich.text import Text

from novacast_admin.tui.curves import KEPT
from novacast_admin.tui.widgets.panels import Panel

DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Of a Braille letter, by column from the left and row from the bottom (Unicode 15, 2800)."""
EMPTY = 0x2800


def plotted(values: Sequence[float], width: int, height: int, most: int = KEPT) -> list[str]:
    """Lines from the top: `most` values across, the newest on the right, between nothing and their largest. Each column
    of dots is filled up to the largest of its values, so that no peak is lost."""
    columns, rows = width * 2, height * 4
    shown = values[-most:]
    top = max(shown, default=0.0)
    cells = [[EMPTY] * width for _ in range(height)]
    for column, value in _columns(shown, columns, most):
        for row in range(max(1, round(value / top * rows)) if top > 0 else 1):
            cells[height - 1 - row // 4][column // 2] |= DOTS[column % 2][row % 4]
    return ["".join(map(chr, line)) for line in cells]


def _columns(values: Sequence[float], columns: int, most: int) -> list[tuple[int, float]]:
    first = most - len(values)
    found: dict[int, float] = {}
    for number, value in enumerate(values, first):
        column = number * columns // most
        found[column] = max(found.get(column, 0.0), value)
    return sorted(found.items())


class Plot(Panel):
    """`unit` writes a value for people."""

    def __init__(self, title: str, unit: Callable[[float], str], *, id: str) -> None:
        super().__init__(title, id=id)
        self._unit = unit
        self._values: Sequence[float] = ()

    def show(self, values: Sequence[float]) -> None:
        self._values = values
        width, height = self.size.width, self.size.height
        if not (self.display and width and height):
            return
        now = self._unit(values[-1]) if values else "–"
        self.border_subtitle = f"{now}, most {self._unit(max(values, default=0.0))} in ten minutes"
        self.say(Text("\n".join(plotted(values, width, height)), "cyan"))

    def on_resize(self) -> None:
        self.show(self._values)
