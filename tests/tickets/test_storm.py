"""Everybody wants the same evening at once: nothing is oversold, and nothing is lost, though the house dies thrice."""

import asyncio
from pathlib import Path

import pytest

from tests.tickets.box import Box
from tests.tickets.crowd import Buyer, Evening
from tests.tickets.serving import serving
from tests.tickets.storming import agree, storm


async def test_a_crowd_is_served_without_selling_anything_twice(box: Box) -> None:
    async with serving(box) as served:
        names = [f"Stalls/{row}/{number}" for row in "AB" for number in range(1, 11)]
        evening = Evening(served.client, lambda: served.url, box.night.id, box.seats.id, box.room.id, names)
        ends = await asyncio.gather(*(Buyer(evening, seed).live() for seed in range(40)))
    agree(box.db.path, ends, 20, 5)
    assert {"tickets", "refused"} <= {end.what for end in ends}
    await box.clean()


@pytest.mark.storm
async def test_two_thousand_buyers_and_a_house_that_dies_three_times(tmp_path: Path) -> None:
    outcome = await storm(tmp_path / "data")
    assert outcome.audit.clean, (outcome.audit.broken, outcome.audit.attacks)
