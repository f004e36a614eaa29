"""Kinds of tickets of a whole event, by their names: each of its performances has them under other ids. Pure."""

from collections.abc import Collection, Sequence

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class EventKinds:
    """`rows`: id, performance's id and name of each."""

    rows: Sequence[tuple[str, str, str]]

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(name for _id, _perf, name in self.rows))

    def ids(self, names: Collection[str], perf_id: str | None = None) -> tuple[str, ...]:
        """Of one performance, or of all."""
        return tuple(id_ for id_, perf, name in self.rows if name in names and perf_id in (None, perf))

    def named(self, ids: Collection[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for id_, _perf, name in self.rows if id_ in ids))
