"""One encoder that calls by SRT, from its conclusion to its end."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import field, replace
from enum import Enum, auto

from novacast.clock import SECOND, Clock
from novacast.errors import NovaCastError
from novacast.i18n import Text, text
from novacast.live.ingest import Gate, Hello, Intake, Tag
from novacast.live.remuxer import Remuxer
from novacast.live.srt.buffer import WINDOW
from novacast.live.srt.counters import Counters
from novacast.live.srt.greeting import Wish, conclusion, rejected
from novacast.live.srt.limits import Limits
from novacast.live.srt.packets import CONTROL, HEADER, Control, Handshake, control
from novacast.live.srt.reception import Reception
from novacast.live.srt.rejection import Rejection, rejection
from novacast.live.valve import Valve
from novacast.media.ffmpeg import FindFFmpeg
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

TICK_SECONDS = 0.01
"""From one full acknowledgement to the next: draft-sharabayko-srt-01, section 4.8.1."""
COUNTED_EVERY = SECOND
TOLD_EVERY = 100
"""Refusals for one reason, of which one is logged: some callers try again at once, for ever."""
FAILED = text("Something went wrong here.")


class Phase(Enum):
    WAITING = auto()
    """The gate looks at the key; the encoder repeats its question."""
    FEEDING = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class House:
    """What all callers of a server share."""

    gate: Gate
    find: FindFFmpeg
    limits: Limits
    counters: Counters
    clock: Clock
    tasks: TaskGroup
    refusals: Counter[Rejection] = field(default_factory=Counter)

    def told(self, code: Rejection, who: str, why: str) -> None:
        if self.refusals[code] % TOLD_EVERY == 0:
            log.warning("%s was refused: %s", who, why)
        self.refusals[code] += 1

    def now(self) -> int:
        """Microseconds on a clock that no one can set."""
        return int(self.clock.monotonic() * SECOND)


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks for what."""

    address: str
    asked: Handshake
    wished: Wish
    socket: int
    """Ours for it."""
    stamp: int
    """Of its clock, when it asked."""


class Caller:
    """A Publisher of `live.ingest`. `send` sends a datagram to it; `left` is called once when nothing more is to be
    done for it but to repeat an answer."""

    def __init__(self, house: House, call: Call, send: Callable[[bytes], None], left: Callable[[], None]) -> None:
        self._house, self._call, self._send, self._left = house, call, send, left
        self._phase = Phase.WAITING
        self._began = house.now()
        self._answer = b""
        self._why = FAILED
        self._intake: Intake | None = None
        threw = house.counters.thrown.inc
        self._valve = Valve(self._take, threw)
        self._remuxer = Remuxer(house.find, self._gave, self._failed, threw)
        self._reception = Reception(call.asked.first, call.stamp, self._began, call.wished)
        self._heard = self._said = self._began
        self._counted = replace(self._reception.counts)
        self._counted_at = self._began
        self._timer: asyncio.TimerHandle | None = None
        self.gone = asyncio.get_running_loop().create_future()
        """Done when its intake has heard that it is over, or there never was one."""
        house.tasks.start(self._admission(), f"admission of {self}")

    def __str__(self) -> str:
        return f"srt from {self._call.address}"

    # the encoder's side

    def repeat(self) -> None:
        """It asks as if it had not heard the answer."""
        if self._answer:
            self._send(self._answer)

    def hear(self, head: tuple[int, int, int, int], data: bytes) -> None:
        if self._phase is not Phase.FEEDING:
            return
        try:
            if head[0] & CONTROL:
                self._control(head, data)
            else:
                self._reception.data(head, data)
        except NovaCastError as error:
            self._finish(Text(error.message))

    def _control(self, head: tuple[int, int, int, int], data: bytes) -> None:
        kind = head[0] >> 16 & 0x7FFF
        if kind == Control.SHUTDOWN:
            self._finish(text("The encoder ended its broadcast."))
            return
        for answer in self._reception.control(head, data[HEADER.size :], self._house.now()):
            self._tell(answer)

    # the engine's side

    def pause(self) -> None:
        self._valve.shut()

    def resume(self) -> None:
        self._valve.open()

    def close(self, why: Text) -> None:
        self._finish(why)

    # in between

    async def _admission(self) -> None:
        """Not cancelled when the encoder has gone: who was let in must be seen out."""
        wished = self._call.wished
        hello = Hello("srt", wished.request.key, self._call.address, wished.software)
        try:
            self._intake = await self._house.gate.admit(hello, self)
            await self._remuxer.start()
        except NovaCastError as error:
            await self._refuse(rejection(error), error.code, error.message)
        except Exception:
            log.exception("%s could not be admitted", self)
            await self._refuse(Rejection.SYSTEM, "error", FAILED)
        else:
            if self._phase is Phase.WAITING:
                self._begin()
            else:
                await self._refuse(Rejection.DOWN, "closed", self._why)

    def _begin(self) -> None:
        log.info("%s (%s) feeds now", self, self._call.wished.software)
        self._house.counters.admitted.inc()
        self._phase, self._heard = Phase.FEEDING, self._house.now()
        self._shake(conclusion(self._call.asked, self._call.wished, self._call.socket, WINDOW))
        self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    async def _refuse(self, code: Rejection, reason: str, why: str) -> None:
        self._house.told(code, str(self), why)
        self._phase = Phase.OVER
        self._house.counters.refused.labels(reason).inc()
        self._shake(rejected(self._call.asked, code))
        await self._end(why if isinstance(why, Text) else Text(why))

    def _shake(self, handshake: Handshake) -> None:
        self._answer = control(Control.HANDSHAKE, self._call.asked.socket, self._since(), handshake.written())
        self._send(self._answer)

    def _gave(self, tag: Tag) -> None:
        """Datagrams alone are no sign of life: there may be nothing in them."""
        self._heard = self._house.now()
        self._valve.pass_on(tag)

    def _take(self, tag: Tag) -> None:
        if self._intake is not None:
            self._intake.take(tag)

    def _tick(self) -> None:
        now, loop = self._house.now(), asyncio.get_running_loop()
        self._timer = loop.call_later(TICK_SECONDS, self._tick)
        if due := self._reception.due(now):
            self._remuxer.write(due)
        for answer in self._reception.reports(now):
            self._tell(answer)
        if now - self._said >= SECOND:
            self._tell((Control.KEEPALIVE, 0, 0, b""))
        if now - self._counted_at >= COUNTED_EVERY:
            self._count(now)
        idle = self._house.limits.idle_seconds
        if now - self._heard > idle * SECOND:
            self._finish(text("The encoder sent neither sound nor picture for {seconds:g} s.", seconds=idle))

    def _count(self, now: int) -> None:
        counts = self._reception.counts
        before = self._counted
        self._house.counters.add(counts, before)
        if self._intake is not None:
            self._intake.missed(counts.dropped - before.dropped, counts.late - before.late)
        self._counted, self._counted_at = replace(counts), now

    def _tell(self, answer: tuple[Control, int, int, bytes]) -> None:
        kind, about, subtype, body = answer
        self._said = self._house.now()
        self._send(control(kind, self._call.asked.socket, self._since(), body, about=about, subtype=subtype))

    def _since(self) -> int:
        return self._house.now() - self._began

    def _failed(self, error: NovaCastError) -> None:
        log.warning("what came by %s could not be read: %s", self, error.message)
        self._finish(text("What the encoder sends is no transport stream that can be read here."))

    def _finish(self, why: Text) -> None:
        was, self._phase = self._phase, Phase.OVER
        if was is Phase.WAITING:
            self._why = why  # the admission sees it
        elif was is Phase.FEEDING:
            if self._timer is not None:
                self._timer.cancel()
            self._tell((Control.SHUTDOWN, 0, 0, b""))
            self._house.tasks.start(self._end(why), f"end of {self}")

    async def _end(self, why: Text) -> None:
        """What has arrived is still given."""
        if rest := self._reception.rest():
            self._remuxer.write(rest)
        self._count(self._house.now())
        await self._remuxer.finish()
        self._valve.open()
        intake, self._intake = self._intake, None
        if intake is not None:
            log.info("%s feeds no more: %s", self, why)
            intake.end(why)
        if not self.gone.done():
            self.gone.set_result(None)
            self._left()
