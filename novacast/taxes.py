"""The tax within prices and fees. Prices include it: of 119 at 19 % the tax is 19. Pure.

Per rate it is reckoned once, from the sum, and rounded half up to the currency's minor unit, so that an order's figures
are those of its sum; the lines' shares are the differences of what is reckoned line by line up to each, and so add up
to it.
"""

from collections.abc import Sequence

from novacast.records import dataclass

WHOLE = 10_000
"""Basis points."""


@dataclass(frozen=True, slots=True)
class Taxed:
    """All that is taxed at one rate. Minor units."""

    tax_bp: int
    gross: int
    tax: int

    @property
    def net(self) -> int:
        return self.gross - self.tax


def within(gross: int, tax_bp: int) -> int:
    """The tax in a sum that includes it, rounded half up."""
    whole = WHOLE + tax_bp
    return (2 * gross * tax_bp + whole) // (2 * whole)


def breakdown(amounts: Sequence[tuple[int, int]]) -> Sequence[Taxed]:
    """Of pairs of an amount and its rate; the highest rate first."""
    sums: dict[int, int] = {}
    for gross, tax_bp in amounts:
        sums[tax_bp] = sums.get(tax_bp, 0) + gross
    return [Taxed(rate, gross, within(gross, rate)) for rate, gross in sorted(sums.items(), reverse=True)]


def shares(amounts: Sequence[tuple[int, int]]) -> Sequence[int]:
    """The tax in each, so that those of one rate add up to the rate's."""
    sums: dict[int, int] = {}
    found: list[int] = []
    for gross, tax_bp in amounts:
        before = sums.get(tax_bp, 0)
        sums[tax_bp] = before + gross
        found.append(within(before + gross, tax_bp) - within(before, tax_bp))
    return found
