"""One who publishes by WebRTC, as the server sees it."""

import asyncio
import secrets
from collections.abc import Callable

from novacast.errors import Conflict, NovaCastError
from novacast.i18n import Text
from novacast.live.ingest import Intake, Tag
from novacast.live.valve import Valve
from novacast.live.webrtc.counters import Counters


class WhipPublisher:
    """A Publisher of `live.ingest`. `hang_up` ends its session in the process."""

    def __init__(self, counters: Counters, hang_up: Callable[["WhipPublisher"], None]) -> None:
        self.id = secrets.token_bytes(16)
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.intake: Intake | None = None
        self.heard_at = 0.0
        self.ended: NovaCastError | None = None
        """Why, for whoever still waits for an answer."""
        self._counters, self._hang_up = counters, hang_up
        self._valve = Valve(self._take, counters.thrown.inc)

    def pause(self) -> None:
        self._valve.shut()

    def resume(self) -> None:
        self._valve.open()

    def close(self, why: Text) -> None:
        self._hang_up(self)
        self.end(why)

    def hear(self, tag: Tag, now: float) -> None:
        self.heard_at = now
        self._counters.bytes.inc(len(tag.data))
        if self.ended is None:
            self._valve.pass_on(tag)

    def end(self, why: Text, as_: type[NovaCastError] = Conflict) -> None:
        """Repeatable: the first reason stands."""
        if self.ended is not None:
            return
        self.ended = as_(why)
        if not self.answer.done():
            self.answer.cancel()
        if self.intake is not None:
            self._valve.open()
            intake, self.intake = self.intake, None
            self._counters.publishers.dec()
            intake.end(why)

    def _take(self, tag: Tag) -> None:
        if self.intake is not None:
            self.intake.take(tag)
