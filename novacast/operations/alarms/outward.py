"""Places outside that alarms are told to, by Apprise: some hundred kinds of chat, push and paging services."""

import asyncio
import logging
from collections.abc import Sequence

from novacast.operations.models import Finding, failed, ok

log = logging.getLogger(__name__)

SECONDS = 30.0
MEND = "Write each as its page of Apprise's wiki has it, such as ntfy://TOPIC."


class Outward:
    """`targets`: as Apprise writes them. The library is loaded with the first message: it is large."""

    def __init__(self, targets: Sequence[str]) -> None:
        self._targets = tuple(targets)

    def __len__(self) -> int:
        return len(self._targets)

    async def tell(self, target: int, title: str, body: str) -> bool:
        """Whether it arrived. Never raises for what a place does; a target that is none arrives nowhere."""
        if target >= len(self._targets):
            return False
        try:
            async with asyncio.timeout(SECONDS):
                return await asyncio.to_thread(_notify, self._targets[target], title, body)
        except TimeoutError:
            return False
        except Exception:
            log.exception("target %d of [alarms] could not be told", target + 1)
            return False


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
