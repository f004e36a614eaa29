"""The stand-in beside a demo: in a thread of its own, for it is somebody outside."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from novacast.clock import SECOND, SystemClock
from novacast.errors import Unavailable
from novacast_admin.stripe_stand_in import SIGNING, keeping
from novacast_admin.stripe_stand_in.server import StandIn, standing_in

log = logging.getLogger(__name__)

FILE = "stripe-stand-in.json"
PULSE_SECONDS = 0.5
READY_SECONDS = 30.0
KEPT = 1000
"""Requests that are remembered."""


@contextmanager
def beside(folder: Path, port: int, webhooks: str) -> Iterator[str]:
    """Its address, at which it answers until the block ends. `webhooks`: where it tells of what happens. Raises
    Unavailable."""
    loop = asyncio.new_event_loop()
    stop, ready = asyncio.Event(), threading.Event()
    failures: list[Exception] = []

    def run() -> None:
        try:
            loop.run_until_complete(_stand(folder / FILE, port, webhooks, stop, ready))
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="stripe stand-in", daemon=True)
    thread.start()
    try:
        if not ready.wait(READY_SECONDS) or failures:
            raise Unavailable(f"The stand-in for Stripe does not start: {failures or 'it takes too long'}.")
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(READY_SECONDS)
        if not thread.is_alive():
            loop.close()


async def _stand(file: Path, port: int, webhooks: str, stop: asyncio.Event, ready: threading.Event) -> None:
    clock = SystemClock()
    async with standing_in(lambda: clock.now() / SECOND, port=port) as standin:
        keeping.load(standin, file)
        standin.webhooks.url, standin.webhooks.secrets = webhooks, (SIGNING,)
        ready.set()
        seen = -1
        while not stop.is_set():
            seen = await _pulse(standin, file, seen)
            try:
                async with asyncio.timeout(PULSE_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue
        keeping.save(standin, file)


async def _pulse(standin: StandIn, file: Path, seen: int) -> int:
    """What fell due happens, what happened is told, and kept; how much was heard by now."""
    standin.account.tick()
    await standin.webhooks.deliver()
    del standin.asked[:-KEPT]
    heard = len(standin.account.events) + len(standin.account.objects) + len(standin.keys.kept)
    if heard != seen:
        keeping.save(standin, file)
    return heard
