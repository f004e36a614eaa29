"""An evening as organizers think of it: when, how many places, at which price, who may watch from elsewhere. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from novacast.tickets.events.models import Item, NewItem, PerformanceChanges

ONLINE_PLACES = 1000
"""Of a pass, where nobody says how many there are."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of ticket with a quota of its own."""

    item: NewItem
    places: int | None
    """How many there are; None: as many as the hall has seats."""


@dataclass(frozen=True, slots=True)
class Evening:
    """A performance with all that is sold of it."""

    hours: PerformanceChanges
    kinds: Sequence[Kind]
    map_id: str | None = None


def moved_by(item: Item, later: int) -> NewItem:
    """The same kind of ticket for another evening, `later` microseconds after the first."""

    def then(at: int | None) -> int | None:
        return None if at is None else at + later

    return NewItem(
        name=item.name,
        kind=item.kind,
        seated=item.seated,
        price=item.price,
        open_price=item.open_price,
        fee=item.fee,
        tax_bp=item.tax_bp,
        most=item.most,
        opens_live=item.opens_live,
        replay_until=then(item.replay_until),
        prices=tuple(replace(one, from_at=then(one.from_at), until_at=then(one.until_at)) for one in item.prices),
        least=item.least,
        most_per_person=item.most_per_person,
        sale_from=then(item.sale_from),
        sale_until=then(item.sale_until),
        hidden=item.hidden,
    )
