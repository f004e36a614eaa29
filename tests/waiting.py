"""Waiting for what another process, thread or task brings about: until it is so, never for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE = 60.0
"""Seconds after which it will not happen any more. Nothing takes nearly as long, on a busy machine either."""

BETWEEN = 0.01


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = PATIENCE) -> None:
    """Raises AssertionError when it has not come true within `seconds`. What `condition` raises ends the waiting."""
    try:
        async with asyncio.timeout(seconds):
            while not await _holds(condition):
                await asyncio.sleep(BETWEEN)
    except TimeoutError as late:
        raise AssertionError(f"it did not come true within {seconds:g} s") from late


async def _holds(condition: Callable[[], bool | Awaitable[bool]]) -> bool:
    answer = condition()
    return answer if isinstance(answer, bool) else await answer


def block_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """The same for tests without an event loop."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true within {seconds:g} s"
        time.sleep(BETWEEN)
