"""What is said is judged after it was said, beside the room: nobody waits for the machine. It holds what it finds, and
deletes nothing. What it has no time for goes unjudged, and is counted."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence

from novacast.chat import store as chat
from novacast.chat.models import Message, State
from novacast.chat.moderation.authority import Chair
from novacast.chat.moderation.automatic.models import Breaker, Thresholds
from novacast.chat.moderation.holds import store as holds
from novacast.chat.moderation.holds.service import Holds
from novacast.chat.moderation.ports import Judge
from novacast.chat.moderation.rules import store as rules
from novacast.clock import Clock
from novacast.database import Database, Transaction
from novacast.errors import NovaCastError
from novacast.identity import SYSTEM
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Texts in one question."""
ASKING = 2
"""Questions at the same time."""
OUTCOMES = ("passed", "held", "dropped", "failed")


@dataclass(frozen=True, slots=True)
class Shown:
    """How it goes, for moderators."""

    on: bool
    waiting: int
    dropped: int
    """Since the server started; those that failed too."""
    resting: bool


class Automatic:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        holds_: Holds,
        judge: Judge | None,
        thresholds: Thresholds,
        *,
        most: int,
        seconds: float,
    ) -> None:
        """`judge`: None where none is set up. `most`: messages that wait; `seconds`: that one question may take."""
        self._db, self._clock, self._holds = db, clock, holds_
        self._judge, self._thresholds, self._seconds = judge, thresholds, seconds
        self._most = most
        self._waiting: deque[tuple[str, Message]] = deque()
        self._breaker = Breaker()
        self._tasks = TaskGroup("moderation")
        self._asking = 0
        self._timer: asyncio.TimerHandle | None = None
        self.counts: Counter[str] = Counter()
        self.count: Callable[[str, int], None] = lambda outcome, number: None

    def hear(self, org_id: str, one: Message) -> None:
        """On the event loop, after the commit. Takes no time."""
        if self._judge is None:
            return
        if len(self._waiting) >= self._most:
            self._counted("dropped", 1)
            return
        self._waiting.append((org_id, one))
        self._go_on()

    def shown(self) -> Shown:
        resting = self._breaker.is_open(self._clock.monotonic())
        lost = self.counts["dropped"] + self.counts["failed"]
        return Shown(self._judge is not None, len(self._waiting), lost, resting)

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._tasks.close()
        if self._judge is not None:
            await self._judge.close()

    def _go_on(self) -> None:
        while self._waiting and self._asking < ASKING and not self._breaker.is_open(self._clock.monotonic()):
            self._asking += 1
            self._tasks.start(self._work(), "judge")
            if self._asking * AT_ONCE >= len(self._waiting):
                break
        self._wake_later()

    def _wake_later(self) -> None:
        """Once the machine has rested."""
        rest = self._breaker.until - self._clock.monotonic()
        if self._waiting and self._timer is None and rest > 0:
            self._timer = asyncio.get_running_loop().call_later(rest, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._go_on()

    async def _work(self) -> None:
        try:
            while self._waiting and not self._breaker.is_open(self._clock.monotonic()):
                batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                await self._judged(batch)
        finally:
            self._asking -= 1
            self._wake_later()

    async def _judged(self, batch: Sequence[tuple[str, Message]]) -> None:
        assert self._judge is not None
        try:
            async with asyncio.timeout(self._seconds):
                found = await self._judge.judge([one.text for _, one in batch])
        except (NovaCastError, TimeoutError) as error:
            self._breaker.failed(self._clock.monotonic())
            self._counted("failed", len(batch))
            log.warning("%d messages were not judged: %s", len(batch), str(error) or "it took too long")
            return
        self._breaker.succeeded()
        for (org_id, one), scores in zip(batch, found, strict=True):
            await self._decide(org_id, one, scores)

    async def _decide(self, org_id: str, one: Message, scores: Mapping[str, float]) -> None:
        why = self._thresholds.exceeded(scores)
        if why is None:
            self._counted("passed", 1)
            return
        try:
            held = await self._db.write(lambda tx: self._hold(tx, org_id, one, why))
        except NovaCastError as error:
            log.warning("message %s could not be held: %s", one.id, error.message)
            self._counted("failed", 1)
        else:
            self._counted("held" if held else "passed", 1)

    def _hold(self, tx: Transaction, org_id: str, judged: Message, why: str) -> bool:
        """If it still stands there as it was judged, and nobody let it pass."""
        one = tx.one(chat.message(judged.id))
        if one is None or one.state is not State.SHOWN or one.text != judged.text:
            return False
        if not rules.layers_of(tx, org_id, one.room_id).rules.automatic or tx.one(holds.cleared(one.id)) == one.text:
            return False
        self._holds.hold_found(tx, Chair(SYSTEM, org_id, one.room_id), one, why)
        return True

    def _counted(self, outcome: str, number: int) -> None:
        self.counts[outcome] += number
        self.count(outcome, number)
