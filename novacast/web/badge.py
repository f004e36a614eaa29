"""What every page shows of a basket, and the cookie by which a browser's is known."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from novacast.identity import Principal

COOKIE = "novacast_basket"


class Badge(Protocol):
    @property
    def count(self) -> int: ...
    @property
    def expires_at(self) -> int | None:
        """When the first of it is given back; None: nothing of it ends."""
        ...


Collected = Callable[[Principal, str | None], Awaitable[Badge | None]]
"""What somebody has collected, by who they are and what their browser's cookie says; None: nothing."""


async def nothing(principal: Principal, cookie: str | None) -> Badge | None:
    return None
