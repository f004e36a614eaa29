"""All that goes on, put together from the slices."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from novacast.clock import HOUR, Clock, iso
from novacast.database import Database
from novacast.identity import Principal, operates
from novacast.operations.tonight.ports import Alarms, BoxOffice, Broadcasts, Meter, Players, Rooms, Works
from novacast.overview import Machine, Night, Programme, ProgrammeNow, Tonight, Work
from novacast.records import dataclass

T = TypeVar("T")

SLOW_SECONDS = 5.0
"""What changes by hand, not by the second, is read so often."""
GONE, COMING, MOST_NIGHTS = 6 * HOUR, 72 * HOUR, 12


@dataclass(frozen=True, slots=True)
class Sources:
    broadcasts: Broadcasts
    players: Players
    rooms: Rooms
    box_office: BoxOffice
    works: Sequence[Works]


class Evening:
    def __init__(self, db: Database, clock: Clock, sources: Sources, machine: Meter, alarms: Alarms) -> None:
        self._db, self._clock, self._of, self._machine, self._alarms = db, clock, sources, machine, alarms
        self._nights = Slow(clock, self._read_nights)
        self._takings = Slow(clock, sources.box_office.takings)
        self._work = Slow(clock, self._read_work)

    async def look(self, principal: Principal) -> Tonight:
        """Raises Forbidden."""
        operates(principal)
        return await self.now()

    async def now(self) -> Tonight:
        machine, programmes = await asyncio.to_thread(self._machine.look), await self._of.broadcasts.now()
        return Tonight(
            at=iso(self._clock.now()),
            programmes=[await self._programme(one, machine) for one in programmes],
            viewers=sum(one.viewers for one in programmes),
            takings=await self._takings.get(),
            nights=await self._nights.get(),
            work=await self._work.get(),
            machine=replace(machine, hours_left=_hours_left(machine, programmes)),
            alarms=await self._alarms(),
        )

    async def _programme(self, one: Programme, machine: Machine) -> ProgrammeNow:
        idle = 1.0 if machine.cpu is None else 1 - machine.cpu
        headroom = None if one.headroom is None else round(min(one.headroom, idle), 2)
        rate = await self._of.rooms.rate(one.id)
        return ProgrammeNow(replace(one, headroom=headroom), self._of.players.of(one.id), rate)

    async def _read_nights(self) -> Sequence[Night]:
        now = self._clock.now()
        return await self._of.box_office.nights(now - GONE, now + COMING, MOST_NIGHTS)

    async def _read_work(self) -> Sequence[Work]:
        now = self._clock.now()
        return [found for works in self._of.works for query in works(now) for found in await self._db.all(query)]


class Slow(Generic[T]):
    """A value that is read again after some seconds at the earliest."""

    def __init__(self, clock: Clock, read: Callable[[], Awaitable[T]]) -> None:
        self._clock, self._read = clock, read
        self._kept: tuple[float, T] | None = None

    async def get(self) -> T:
        now = self._clock.monotonic()
        if self._kept is None or now - self._kept[0] >= SLOW_SECONDS:
            self._kept = now, await self._read()
        return self._kept[1]


def _hours_left(machine: Machine, programmes: Sequence[Programme]) -> float | None:
    """By what comes in. The rungs that are made of it take about as much again, so half of that time is promised."""
    bits = sum(one.bitrate or 0 for one in programmes if not one.test)
    if not bits:
        return None
    room = max(0, machine.disk_free - machine.reserve)
    return round(room * 8 / (2 * bits) / 3600, 1)
