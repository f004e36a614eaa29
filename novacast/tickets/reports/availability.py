"""Whether there is anything left, in words that everybody may read: no figures, which are the house's own business."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum

from novacast.database import Database
from novacast.tickets.models import ItemKind
from novacast.tickets.reports import store
from novacast.tickets.reports.models import Place, Pool, filled, place_of

FEW = 10
"""Places left, or a tenth of all: then there are few."""


class Stock(StrEnum):
    NONE = "none"
    ONLINE = "online"
    """The house is full, and passes are left."""
    FEW = "few"
    SOME = "some"


class Availability:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, perf_ids: Sequence[str]) -> Mapping[str, Stock]:
        """Of performances that the asker sees; those without anything to sell are left out."""
        if not perf_ids:
            return {}
        async with self._db.snapshot() as view:
            kinds = await view.all(store.kinds(perf_ids))
            claimed = await view.all(store.claimed(perf_ids))
            quotas = await view.all(store.quotas(perf_ids))
            seats = dict(await view.all(store.seats(perf_ids)))
        taken: dict[str, int] = defaultdict(int)
        for item_id, _state, number in claimed:
            taken[item_id] += number
        pools: dict[str, list[Pool]] = defaultdict(list)
        for perf_id, capacity, items in quotas:
            pools[perf_id].append(Pool(capacity, frozenset(items)))
        known: dict[str, dict[str, ItemKind]] = defaultdict(dict)
        for perf_id, item_id, _name, kind, _seated in kinds:
            known[perf_id][item_id] = kind
        for perf_id in known:
            seated = frozenset(one[1] for one in kinds if one[0] == perf_id and one[4])
            pools[perf_id].append(Pool(seats.get(perf_id, 0), seated))
        return {perf_id: _stock(items, pools[perf_id], taken) for perf_id, items in known.items()}


def _stock(items: Mapping[str, ItemKind], pools: Sequence[Pool], taken: Mapping[str, int]) -> Stock:
    """Of the house if it has places, else of passes."""
    left: dict[Place, tuple[int, int]] = {}
    for place in (Place.HOUSE, Place.ONLINE):
        own = [item_id for item_id, kind in items.items() if place_of(kind) is place]
        if capacity := filled(own, pools):
            left[place] = max(0, capacity - sum(taken[one] for one in own)), capacity
    house, online = left.get(Place.HOUSE), left.get(Place.ONLINE)
    if house is not None and not house[0] and online is not None and online[0]:
        return Stock.ONLINE
    free, capacity = house or online or (0, 0)
    if not free:
        return Stock.NONE
    return Stock.FEW if free <= max(FEW, capacity // 10) and free < capacity else Stock.SOME
