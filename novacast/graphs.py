"""Graphs as numbers: where the bars of an SVG stand. The template draws them, and a table that says the same."""

from collections.abc import Sequence

from novacast.records import dataclass

WIDTH, HEIGHT = 360, 130
"""Of the drawing's own units, which are about pixels on a phone: its words shrink with it."""
GAP = 0.25
"""Of a bar's share of the width."""
LABELS = 5
"""Words below the bars at most, so that they do not run into each other."""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: str
    """In words, as the table has it."""
    x: float
    y: float
    width: float
    height: float
    middle: float
    labelled: bool


@dataclass(frozen=True, slots=True)
class Graph:
    name: str
    """For ids, of letters."""
    title: str
    heads: tuple[str, str]
    """Of the table's columns."""
    bars: Sequence[Bar]
    most: str
    """The highest bar's value, in words."""
    width: int = WIDTH
    height: int = HEIGHT

    @classmethod
    def of(cls, name: str, title: str, heads: tuple[str, str], rows: Sequence[tuple[str, float, str]]) -> "Graph":
        """`rows`: label, value of 0 or more, value in words."""
        top = max((value for _, value, _ in rows), default=0)
        share = WIDTH / max(len(rows), 1)
        every = -(-len(rows) // LABELS)
        bars = []
        for at, (label, value, words) in enumerate(rows):
            tall = round(HEIGHT * value / top, 1) if top else 0.0
            # Little is not nothing: it stays visible.
            tall = max(tall, 2.0) if value else 0.0
            x = share * (at + GAP / 2)
            bars.append(
                Bar(
                    label,
                    words,
                    round(x, 1),
                    round(HEIGHT - tall, 1),
                    round(share * (1 - GAP), 1),
                    tall,
                    round(share * (at + 0.5), 1),
                    at % every == 0,
                )
            )
        most = next((words for _, value, words in rows if value == top), "")
        return cls(name, title, heads, bars, most)

    @property
    def empty(self) -> bool:
        return all(bar.height == 0 for bar in self.bars)
