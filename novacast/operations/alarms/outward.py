"""Places outside that alarms are told to, by Apprise: some hundred kinds of chat, push and paging services."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from novacast.operations.models import Finding, failed, ok

log = logging.getLogger(__name__)

SECONDS = 30.0
MEND = "Write each as its page of Apprise's wiki has it, such as ntfy://TOPIC."


class Outward:
    """`targets`: as Apprise writes them. The library is loaded with the first message: it is large."""

    def __init__(self, targets: Sequence[str], seconds: float = SECONDS) -> None:
        self._targets, self._seconds = tuple(targets), seconds
        self._calling: set[int] = set()

    def __len__(self) -> int:
        return len(self._targets)

    async def tell(self, target: int, title: str, body: str) -> bool:
        """Whether it arrived. Never raises for what a place does; a target that is none arrives nowhere, nor does one
        that has not let go of the call before."""
        if target >= len(self._targets) or target in self._calling:
            return False
        address = self._targets[target]
        self._calling.add(target)
        try:
            async with asyncio.timeout(self._seconds):
                return await _apart(lambda: _notify(address, title, body), lambda: self._calling.discard(target))
        except TimeoutError:
            return False
        except Exception:
            log.exception("target %d of [alarms] could not be told", target + 1)
            return False


async def _apart(work: Callable[[], bool], ended: Callable[[], None]) -> bool:
    """In a thread of its own, that nobody waits for where it hangs: neither who shares the pool, nor a server that
    stops."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def settle(said: bool, error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(said)
        else:
            answer.set_exception(error)

    def run() -> None:
        said, failure = False, None
        try:
            said = work()
        except Exception as error:  # noqa: BLE001 - it is raised again where it is waited for
            failure = error
        finally:
            ended()
        with suppress(RuntimeError):  # the loop is gone
            loop.call_soon_threadsafe(settle, said, failure)

    threading.Thread(target=run, name="alarm", daemon=True).start()
    return await answer


def examined(targets: Sequence[str]) -> Finding:
    """For the doctor. An address may hold a secret: its number is told."""
    from apprise import Apprise

    wrong = [number for number, target in enumerate(targets, 1) if not Apprise().add(target)]
    if wrong:
        numbers = ", ".join(map(str, wrong))
        return failed("alarms", f"[alarms] targets: Apprise knows no such place: number {numbers}.", MEND)
    return ok("alarms", f"{len(targets)} places outside are told of alarms.")


def _notify(target: str, title: str, body: str) -> bool:
    """Blocking."""
    from apprise import Apprise

    place = Apprise()
    return bool(place.add(target) and place.notify(title=title, body=body))
