"""Which seats are best, and which choices leave a seat alone that nobody will take. Pure."""

from collections.abc import Collection, Iterator, Sequence

from novacast.records import dataclass
from novacast.tickets.seatmaps.document import SeatKind
from novacast.tickets.seatmaps.models import Seat

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
        self._boxes = [(row, _box(row)) for row in self._rows.values()]
        self._places = {name: {seat.place: seat for seat in row} for name, row in self._rows.items()}

    def row_of(self, seat: Seat) -> Run:
        return self._rows[seat.section, seat.row]

    def near(self, seat: Seat, places: int) -> Iterator[Seat]:
        """Those of its row at most so many places away, itself among them."""
        row = self._places[seat.section, seat.row]
        for place in range(seat.place - places, seat.place + places + 1):
            if (found := row.get(place)) is not None:
                yield found

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

    def nearest(self, chosen: Sequence[Seat], taken: Collection[str]) -> Run | None:
        """As many of the same category as were chosen, side by side, that leave nobody alone: those nearest to the
        middle of what was chosen. None: there are none."""
        middle = sum(one.x for one in chosen) / len(chosen), sum(one.y for one in chosen) / len(chosen)
        best: tuple[float, int] | None = None
        found: Run | None = None
        for row, box in sorted(self._boxes, key=lambda one: _beyond(one[1], middle)):
            if best is not None and _beyond(box, middle) >= best[0]:
                break
            for run in _runs(row, len(chosen), taken, chosen[0].category):
                far = (run[0].x + run[-1].x) / 2 - middle[0], (run[0].y + run[-1].y) / 2 - middle[1]
                score = far[0] ** 2 + far[1] ** 2, run[0].rank
                if (best is None or score < best) and not _leaves_alone(row, run, taken):
                    best, found = score, run
        return found

    def lonely(self, chosen: Sequence[Seat], taken: Collection[str]) -> tuple[Seat, ...]:
        """Free seats that `chosen` would leave without a free neighbour, and that had one. Whoever needs a place for a
        wheelchair, or beside one, may take any; and such a place is left alone by nobody."""
        if any(one.kind is not SeatKind.NORMAL for one in chosen):
            return ()
        ids = {one.seat_id for one in chosen}
        after = ids.union(taken)
        beside = {one.seat_id: one for seat in chosen for one in self.near(seat, 1) if one.kind is SeatKind.NORMAL}
        left = [one for one in beside.values() if self._alone(one, after) and not self._alone(one, taken)]
        order = {name: at for at, name in enumerate(dict.fromkeys((one.section, one.row) for one in chosen))}
        return tuple(sorted(left, key=lambda one: (order[one.section, one.row], one.place)))

    def _alone(self, seat: Seat, taken: Collection[str]) -> bool:
        """Whether it is free and nobody could sit beside it."""
        free = [one for one in self.near(seat, 1) if one.seat_id not in taken and not one.blocked]
        return free == [seat]

    def leaves_alone(self, run: Run, taken: Collection[str]) -> bool:
        """Whether seats side by side leave one beside them alone."""
        return _leaves_alone(self.row_of(run[0]), run, taken)


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
        return seat is not None and seat.seat_id not in taken and not seat.blocked and seat.kind is SeatKind.NORMAL

    return (free(first - 1) and not free(first - 2)) or (free(last + 1) and not free(last + 2))


def _box(row: Run) -> tuple[int, int, int, int]:
    across, along = [one.x for one in row], [one.y for one in row]
    return min(across), min(along), max(across), max(along)


def _beyond(box: tuple[int, int, int, int], point: tuple[float, float]) -> float:
    """Square of how far a point is from a box; 0 within it."""
    across = max(box[0] - point[0], 0, point[0] - box[2])
    along = max(box[1] - point[1], 0, point[1] - box[3])
    return across * across + along * along
