"""How long things are kept: rules that slices make, and operations carries out and tells of.

A rule only ever takes what the books do not need: what was sold, paid and written down of money stays.
"""

from collections.abc import Callable

from novacast.clock import DAY
from novacast.database import Query, Transaction
from novacast.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    name: str
    """Of the setting under `[retention]`, without its `_days`."""
    about: str
    """What goes, as an English sentence without its full stop."""
    days: int
    """0: never."""
    due: Callable[[int], Query[int]]
    """How many rows are older than an instant."""
    forget: Callable[[Transaction, int, int], int]
    """Of these so many at most; how many went."""

    def before(self, now: int) -> int:
        return now - self.days * DAY


def number(sql: str, *params: object) -> Query[int]:
    return Query(sql, params, lambda row: int(row[0]))
