"""Numbers of the seats in a row. Pure."""

from collections.abc import Sequence

from novacast.tickets.seatmaps.document import Chair, Numbering, Scheme


def chairs(listed: Sequence[Chair], count: int, numbering: Numbering, aisles: Sequence[int] = ()) -> Sequence[Chair]:
    """A row names its seats from left to right, or only how many it has, and behind how many of them aisles are."""
    if listed:
        return listed
    return tuple(Chair(number, aisle=place in aisles) for place, number in enumerate(numbers(count, numbering)))


def numbers(count: int, how: Numbering) -> list[str]:
    """From left to right."""
    if how.scheme is Scheme.SPLIT:
        left = (count + 1) // 2
        found = [2 * n + 1 for n in reversed(range(left))] + [2 * n + 2 for n in range(count - left)]
        values = [how.start - 1 + one for one in found]
    else:
        values = [how.start + how.step * n for n in range(count)]
    if how.leftwards:
        values.reverse()
    return [letters(one) if how.scheme is Scheme.LETTERS else str(one) for one in values]


def letters(number: int) -> str:
    """1 is A, 26 Z, 27 AA, as columns of a table are counted; what is below 1 is A."""
    found = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found or "A"
