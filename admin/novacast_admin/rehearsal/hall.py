"""The hall that the rehearsal sells."""

from typing import Any

SECTION, ROWS, ROW = "S", 200, 50
STANDING = 1_000_000
"""Places, so that a storm never runs out of them."""
APART = 3
SEATS = [f"{SECTION}/{row}/{number}" for row in range(1, ROWS + 1) for number in range(1, ROW - APART, APART)]
"""Ids, in the order in which they are wanted: so far apart that no wish leaves a single seat beside it, which the box
office would refuse."""


def drawing() -> dict[str, Any]:
    rows = [{"name": str(row), "count": ROW} for row in range(1, ROWS + 1)]
    return {"sections": [{"name": SECTION, "rows": rows}]}
