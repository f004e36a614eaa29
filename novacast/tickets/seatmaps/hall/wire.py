"""A drawing as browsers get it, of the shape `bodies.HallBody`: by columns, so that 20,000 seats are small. Pure."""

import json
from dataclasses import asdict
from typing import Any

from novacast.tickets.seatmaps.geometry import Drawing, Line


def written(drawing: Drawing, tag: str) -> bytes:
    return json.dumps(outlined(drawing, tag), ensure_ascii=False, separators=(",", ":")).encode()


def outlined(drawing: Drawing, tag: str) -> dict[str, Any]:
    numbers = {one.name: place for place, one in enumerate(drawing.categories)}
    return {
        "tag": tag,
        "seats": len(drawing.seats),
        "box": list(drawing.box),
        "categories": [asdict(one) for one in drawing.categories],
        "sections": [asdict(one) for one in drawing.sections],
        "lines": [_line(drawing, one, numbers) for one in drawing.lines],
        "tables": [asdict(one) for one in drawing.boards],
        "areas": [asdict(one) for one in drawing.areas],
        "stage": None if drawing.stage is None else asdict(drawing.stage),
        "signs": [asdict(one) for one in drawing.signs],
    }


def _line(drawing: Drawing, line: Line, numbers: dict[str, int]) -> dict[str, Any]:
    own = drawing.seats[line.first : line.first + line.count]
    return {
        "section": line.section,
        "name": line.name,
        "table": line.table,
        "ids": [one.seat_id for one in own],
        "numbers": [one.number for one in own],
        "places": [one.place for one in own],
        "categories": [numbers[one.category] for one in own],
        "kinds": "".join(one.kind.value[0] for one in own),
        "x": [one.x for one in own],
        "y": [one.y for one in own],
    }
