"""What the ledger hears of an order. Pure."""

from collections.abc import Iterable

from novacast.money import Entry, Parts
from novacast.tickets.holds.models import Claim
from novacast.tickets.orders.models import Order


def entry_of(order: Order, source: str, at: int) -> Entry:
    """`source`: id of what made it true."""
    return Entry(source, order.org_id, order.currency, order.test, order.id, order.perf_id, order.code, at)


def parts_of(claims: Iterable[Claim]) -> Parts:
    return [(one.cost, one.tax_bp) for one in claims if one.cost]


def capped(parts: Parts, most: int) -> Parts:
    """So much of these, laid on them in their order."""
    found = []
    for gross, rate in parts:
        part = min(gross, most)
        most -= part
        found.append((part, rate))
    return found


def spread(parts: Parts, amount: int) -> Parts:
    """An amount laid on these by what each is worth, to the minor unit."""
    total = sum(gross for gross, _rate in parts)
    found, before, given = [], 0, 0
    for gross, rate in parts:
        before += gross
        upto = amount * before // total
        found.append((upto - given, rate))
        given = upto
    return found
