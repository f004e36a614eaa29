"""Halls to begin with: for the demo, and for who draws their first one. Pure."""

from typing import Any

from novacast.tickets.seatmaps.document import FORMAT

_STALLS = (18, 18, 20, 20, 22, 22, 22, 24, 24, 16)
_BACK_CORNER = ("wheelchair", "companion")


def playhouse() -> dict[str, Any]:
    """300 seats: curved stalls with an aisle in the middle, places for wheelchairs behind them, and a balcony."""
    stalls = [_row(letter, count) for letter, count in zip("ABCDEFGHJK", _STALLS, strict=True)]
    stalls.append({"name": "L", "radius": 0, "y": 1000, "seats": _wheelchairs(8)})
    balcony = [_row(letter, count) for letter, count in zip("ABCD", (20, 22, 22, 22), strict=True)]
    return {
        "format": FORMAT,
        "categories": [
            {"name": "Front stalls", "hue": 0},
            {"name": "Stalls", "hue": 1},
            {"name": "Balcony", "hue": 2},
        ],
        "stage": {"name": "Stage", "x": 0, "y": -330, "width": 1000, "depth": 300},
        "sections": [
            {
                "name": "Stalls",
                "category": "Stalls",
                "x": 0,
                "y": 0,
                "radius": 1400,
                "rows": [one | {"category": "Front stalls"} for one in stalls[:4]] + stalls[4:],
            },
            {"name": "Balcony", "category": "Balcony", "x": 0, "y": 1350, "radius": 2600, "rows": balcony},
        ],
        "signs": [{"text": "Entrance", "x": -820, "y": 1100}, {"text": "Bar", "x": 820, "y": 1100}],
    }


def room() -> dict[str, Any]:
    """What an empty sheet begins with: a stage, and ten rows of ten."""
    rows = [{"name": letter, "count": 10} for letter in "ABCDEFGHJK"]
    return {
        "format": FORMAT,
        "stage": {"name": "Stage", "x": 0, "y": -300, "width": 700, "depth": 250},
        "sections": [{"name": "Stalls", "x": 0, "y": 0, "rows": rows}],
    }


def _row(name: str, count: int) -> dict[str, Any]:
    return {"name": name, "count": count, "aisles": [count // 2]}


def _wheelchairs(count: int) -> list[dict[str, Any]]:
    """Each with one for a companion beside it."""
    return [{"number": str(n + 1), "kind": _BACK_CORNER[n % 2], "aisle": n == count // 2} for n in range(count)]
