"""Halls that are on sale behind the real web server."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from novacast.tickets.events.models import NewItem, Price
from novacast.tickets.models import ItemKind
from tests.tickets.box import OWNER, Box
from tests.tickets.serving import Served, serving

PRICES = (("Front stalls", 4500), ("Stalls", 3200), ("Balcony", 1800), ("Blocks", 2500))


def arena(seats: int = 20_000) -> dict[str, Any]:
    """A round of blocks, each 25 rows of 40."""
    blocks = seats // 1000
    sections = [
        {
            "name": f"Block {n + 1}",
            "category": ("Front stalls", "Stalls", "Balcony")[n // 4 % 3],
            "x": n % 5 * 2600,
            "y": n // 5 * 2700,
            "rows": [{"name": str(row + 1), "count": 40, "aisles": [20]} for row in range(25)],
        }
        for n in range(blocks)
    ]
    stage = {"name": "Stage", "x": 5200, "y": -700, "width": 4000, "depth": 800}
    categories = [{"name": name, "hue": hue} for hue, (name, _) in enumerate(PRICES[:3])]
    return {"format": 2, "sections": sections, "stage": stage, "categories": categories}


async def furnished(box: Box, document: Mapping[str, Any]) -> None:
    """The box's evening gets this hall; its seats cost something else in each category."""
    assert box.night.map_id is not None
    await box.own.seat_maps.change(OWNER, box.night.map_id, "Hall", dict(document))
    await box.own.seat_maps.apply(OWNER, box.night.id, box.night.map_id, only_look=False)
    prices = tuple(Price(f"p-{name}", name, amount, None, None) for name, amount in PRICES)
    full = NewItem("Full price", ItemKind.SEATED, True, 3000, fee=50, prices=prices)
    box.seats = await box.own.performances.add_item(OWNER, box.night.id, full, [])


@asynccontextmanager
async def house(box: Box, document: Mapping[str, Any]) -> AsyncIterator[Served]:
    plain = box.seats.id
    await furnished(box, document)
    async with serving(box) as served:
        path = f"/performances/{box.night.id}/items/{plain}"
        assert (await served.ask("PATCH", path, {"on_sale": False}, who="owner")).status == 200
        yield served
