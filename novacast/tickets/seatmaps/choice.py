"""Which seats are best, and which choices leave a seat alone that nobody will take. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from novacast.tickets.seatmaps.models import Seat, SeatKind

Run = tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Best:
    seats: tuple[Seat, ...]
    together: bool
    """All in one row, side by side."""


class Layout:
    """A performance's seats, row by row. Never changed: another version of the map is another layout."""

    def __init__(self, seats: Sequence[Seat]) -> None:
        rows: dict[tuple[str, str], list[Seat]] = {}
        for seat in seats:
            rows.setdefault((seat.section, seat.row), []).append(seat)
        self.by_id = {seat.seat_id: seat for seat in seats}
        self._rows = {name: tuple(sorted(row, key=lambda one: one.place)) for name, row in rows.items()}
        self._best_first = sorted(self._rows.values(), key=lambda row: min(one.rank for one in row))

    def row_of(self, seat: Seat) -> Run:
        return self._rows[seat.section, seat.row]

    def best(self, count: int, taken: Collection[str], category: str | None = None) -> Best | None:
        """The best `count` free seats: side by side and leaving nobody alone; else side by side; else near each other.

        None: there are not so many. `category` None: any. Seats for wheelchairs are only given to who names them.
        """
        found = self._together(count, taken, category)
        if found is not None:
            return Best(found, together=True)
        apart: list[Seat] = []
        gone = set(taken)
        while len(apart) < count:
            size = count - len(apart)
            while size and (run := self._together(size, gone, category)) is None:
                size -= 1
            if not size or run is None:
                return None
            apart += run
            gone |= {one.seat_id for one in run}
        return Best(tuple(apart), together=False)

    def _together(self, count: int, taken: Collection[str], category: str | None) -> Run | None:
        best: tuple[bool, int, int] | None = None
        chosen: Run | None = None
        for row in self._best_first:
            if best is not None and not best[0] and min(one.rank for one in row) > best[1]:
                break
            for run in _runs(row, count, taken, category):
                score = (_leaves_alone(row, run, taken), max(one.rank for one in run), sum(one.rank for one in run))
                if best is None or score < best:
                    best, chosen = score, run
        return chosen

    def lonely(self, chosen: Sequence[Seat], taken: Collection[str]) -> tuple[Seat, ...]:
        """Free seats that `chosen` would leave without a free neighbour, and that had one."""
        found: list[Seat] = []
        ids = {one.seat_id for one in chosen}
        for name in dict.fromkeys((one.section, one.row) for one in chosen):
            row = self._rows[name]
            found += _alone(row, ids | set(taken)) - _alone(row, taken)
        return tuple(found)

    def has_better(self, count: int, taken: Collection[str], category: str) -> bool:
        """Whether so many seats side by side are to be had that leave nobody alone."""
        return any(
            not _leaves_alone(row, run, taken) for row in self._best_first for run in _runs(row, count, taken, category)
        )


def _runs(row: Run, count: int, taken: Collection[str], category: str | None) -> Iterator[Run]:
    """Every `count` free seats side by side."""
    free = [
        one.seat_id not in taken
        and not one.blocked
        and one.kind is SeatKind.NORMAL
        and (category is None or one.category == category)
        for one in row
    ]
    length = 0
    for end, good in enumerate(free):
        if not good:
            length = 0
        elif length and row[end].place != row[end - 1].place + 1:
            length = 1
        else:
            length += 1
        if length >= count:
            yield row[end - count + 1 : end + 1]


def _leaves_alone(row: Run, run: Run, taken: Collection[str]) -> bool:
    """Only the seats beside a run can be left alone by it."""
    first, last = run[0].place, run[-1].place
    places = {one.place: one for one in row}

    def free(place: int) -> bool:
        seat = places.get(place)
        return seat is not None and seat.seat_id not in taken and not seat.blocked

    return (free(first - 1) and not free(first - 2)) or (free(last + 1) and not free(last + 2))


def _alone(row: Run, taken: Collection[str]) -> set[Seat]:
    free = {one.place for one in row if one.seat_id not in taken and not one.blocked}
    return {one for one in row if one.place in free and not free & {one.place - 1, one.place + 1}}
