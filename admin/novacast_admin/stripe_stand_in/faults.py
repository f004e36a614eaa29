"""What goes wrong between a client and the stand-in, planned by a test."""

import asyncio
from collections.abc import Callable
from dataclasses import field
from enum import StrEnum

from novacast.records import dataclass


class Fault(StrEnum):
    DROP_BEFORE = "drop before"
    """The connection breaks before anything happened."""
    DROP_AFTER = "drop after"
    """All happened, and the answer is lost."""
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    """All happened, and the answer is an error; an idempotency key keeps that error."""
    CONFLICT = "409"
    LIMITED = "429"
    HANG = "hang"
    """No answer until `release`, or until the client has gone."""


@dataclass
class Planned:
    fault: Fault
    path: str
    method: str
    times: int
    skip: int


@dataclass
class FaultPlan:
    plans: list[Planned] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    hanging: int = 0
    met: list[Fault] = field(default_factory=list)
    dice: Callable[[], Fault | None] | None = None
    """For requests that no plan is for."""

    def plan(self, fault: Fault, path: str = "", *, method: str = "", times: int = 1, skip: int = 0) -> None:
        """For the next `times` requests whose path contains `path`, after `skip` of them."""
        self.plans.append(Planned(fault, path, method, times, skip))

    def next(self, method: str, path: str) -> Fault | None:
        for planned in self.plans:
            if planned.times and planned.path in path and planned.method in ("", method):
                if planned.skip:
                    planned.skip -= 1
                    continue
                planned.times -= 1
                self.met.append(planned.fault)
                return planned.fault
        fault = None if self.dice is None else self.dice()
        if fault is not None:
            self.met.append(fault)
        return fault

    def clear(self) -> None:
        self.plans.clear()
        self.dice = None
        self.release()

    def release(self) -> None:
        self.gate.set()

    async def hang(self) -> None:
        self.hanging += 1
        try:
            await self.gate.wait()
        finally:
            self.hanging -= 1
