"""A database that crashes at a commit of one's choice."""

from collections.abc import Callable
from typing import TypeVar

from novacast.database import Database, Transaction

T = TypeVar("T")


class Crash(Exception):
    pass


class Fragile(Database):
    """Crashes at the commit that `fuse` counts down to; `late`: just behind it."""

    fuse = -1
    late = False

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        self.fuse -= 1
        if self.fuse == 0 and not self.late:
            raise Crash
        done = await super().write(unit)
        if self.fuse == 0:
            raise Crash
        return done
