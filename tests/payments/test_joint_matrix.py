"""Every fault x every step x a crash at every commit of one payment for two orders: each order ends paid with its
ticket, or not paid and free, or told to the house; never silently, never twice."""

import pytest

from novacast.folder import DataFolder
from tests.fakes.clock import FakeClock
from tests.payments.bundled_matrix import large_club
from tests.payments.joint_matrix import large_bundle
from tests.payments.matrix import Begin, Case, cases, run
from tests.payments.paying import House

EVERY = 97
"""Of the cases, one in so many is quick enough to be tried each time."""


async def _counted(folder: DataFolder, clock: FakeClock, every: int, *, element: bool = False) -> None:
    chosen = list(cases())[::every]
    async with large_bundle(folder.database, clock, element=element) as (house, _, begin):
        await _tried(house, chosen, begin)


async def _bundled(folder: DataFolder, clock: FakeClock, every: int) -> None:
    async with large_club(folder.database, clock) as (house, begin):
        await _tried(house, list(cases())[::every], begin)


async def _tried(house: House, chosen: list[Case], begin: Begin) -> None:
    counts = await run(house, chosen, begin)
    await house.box.clean()
    paid = sum(one["amount"] for one in house.standin.account.all("balance_transaction"))
    assert paid == house.standin.money.balance("eur")
    print(f"{len(chosen)} cases: {dict(counts)}")
    assert sum(counts.values()) == len(chosen)


async def test_some_of_the_matrix_ends_for_both_as_it_must(folder: DataFolder, clock: FakeClock) -> None:
    await _counted(folder, clock, EVERY)


@pytest.mark.slow
async def test_some_of_it_begins_a_membership_or_not(folder: DataFolder, clock: FakeClock) -> None:
    await _bundled(folder, clock, EVERY)


@pytest.mark.slow
async def test_the_whole_matrix_begins_a_membership_or_not(folder: DataFolder, clock: FakeClock) -> None:
    await _bundled(folder, clock, 1)


@pytest.mark.slow
async def test_the_whole_matrix_ends_for_both_as_it_must(folder: DataFolder, clock: FakeClock) -> None:
    await _counted(folder, clock, 1)


@pytest.mark.slow
async def test_the_whole_matrix_on_a_page_of_the_house(folder: DataFolder, clock: FakeClock) -> None:
    await _counted(folder, clock, 1, element=True)
