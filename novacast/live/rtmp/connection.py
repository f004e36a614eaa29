"""One encoder's connection, from its first byte to its last."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import ParamSpec, cast

from novacast.errors import NovaCastError
from novacast.i18n import Text, text
from novacast.live.ingest import Gate, Hello, Intake
from novacast.live.rtmp import replies
from novacast.live.rtmp.chunks import ChunkReader, Message
from novacast.live.rtmp.counters import Counters
from novacast.live.rtmp.dialogue import COMMAND, COMMAND_AMF3, Dialogue, Farewell, Offer
from novacast.live.rtmp.handshake import Handshake
from novacast.live.rtmp.limits import Limits
from novacast.live.rtmp.media import MEDIA, Tags
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)
P = ParamSpec("P")

FAILED = text("Something went wrong here.")


class Phase(Enum):
    GREETING = auto()
    """The handshake."""
    TALKING = auto()
    """Commands, up to a key."""
    WAITING = auto()
    """The gate looks at the key; nothing is read."""
    FEEDING = auto()
    LEAVING = auto()
    """All is said; what still arrives is thrown away."""


@dataclass(frozen=True, slots=True)
class House:
    """What all connections of a server share."""

    gate: Gate
    limits: Limits
    counters: Counters
    tasks: TaskGroup


class Connection(asyncio.Protocol):
    """A Publisher of `live.ingest`. Its intake is ended exactly once, whatever happens."""

    def __init__(self, house: House, protocol: str, address: str) -> None:
        self._house, self._protocol, self._address = house, protocol, address
        self._limits = limits = house.limits
        self._loop = asyncio.get_running_loop()
        self._phase = Phase.GREETING
        self._handshake = Handshake()
        self._reader = ChunkReader(limits)
        self._dialogue = Dialogue(self._write, limits)
        self._tags = Tags(limits)
        self._intake: Intake | None = None
        self._stream: int | None = None
        """The message stream it wants to publish on; errors are told there."""
        self._why: Text | str | None = None
        self._paused = self._draining = False
        self._received = self._acknowledged = self._counted = self._messages = 0
        self._window = replies.WINDOW
        self._heard = 0.0
        self._lost = False
        self.gone = self._loop.create_future()
        """Done when the connection is over and its intake has heard so."""

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's has the methods and not the class
        limits = self._limits
        self._timer = self._loop.call_later(limits.handshake_seconds, self._late, Phase.GREETING)
        self._deadline = self._loop.call_later(limits.publish_seconds, self._late, Phase.TALKING)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._phase is not Phase.LEAVING:
            self._guarded(self._read, data)

    def pause_writing(self) -> None:
        """It sends and does not read: what it is told would pile up."""
        self._why = self._why or text("The encoder does not read what it is answered.")
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._timer.cancel()
        self._deadline.cancel()
        broken = text("The connection to the encoder broke.")
        self._why = self._why or (broken if exc else text("The encoder hung up without ending its broadcast."))
        if self._phase is Phase.FEEDING:
            # It may have been paused with bytes in hand: they are few, and what had arrived is not lost.
            self._paused = False
            self._guarded(self._drain)
        if self._phase is not Phase.WAITING:
            self._end()

    # the engine's side

    def pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._house.counters.pauses.inc()
            self._still()

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            self._heard = self._loop.time()
            self._loop.call_soon(self._go_on)

    def close(self, why: Text) -> None:
        self._leave(why, self._failed)

    def cut(self) -> None:
        """For whoever waits no longer for the encoder to hang up."""
        self._transport.abort()

    @property
    def held(self) -> int:
        """Bytes that arrived and were not passed on."""
        return self._reader.held

    # in between

    def __str__(self) -> str:
        return f"{self._protocol} from {self._address}"

    @property
    def _failed(self) -> str:
        """The code of an error; before anything was asked for there is nobody to tell."""
        return "" if self._stream is None else "NetStream.Failed"

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    def _still(self) -> None:
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def _guarded(self, step: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """What an encoder sends, or a mistake of ours, ends its connection and no other."""
        try:
            step(*args, **kwargs)
        except NovaCastError as error:
            self._house.counters.refused.labels(error.code).inc()
            self._leave(error.message, self._failed)
        except Exception:
            log.exception("%s: the connection failed here", self)
            self._leave(FAILED, self._failed)

    def _go_on(self) -> None:
        self._guarded(self._drain)
        if not self._paused and self._phase is not Phase.WAITING and not self._transport.is_closing():
            self._transport.resume_reading()

    def _read(self, data: bytes) -> None:
        if self._phase is Phase.GREETING:
            answer, rest = self._handshake.feed(data)
            if answer:
                self._write(answer)
            if rest is None:
                return
            self._phase, data = Phase.TALKING, rest
        if self._phase is not Phase.FEEDING and self._received > self._limits.bytes_before:
            self._leave(text("The encoder sent media before its key was found good."))
            return
        self._reader.feed(data)
        self._drain()
        self._acknowledge()

    def _acknowledge(self) -> None:
        if self._phase is not Phase.LEAVING and self._received - self._acknowledged >= self._window // 2:
            self._acknowledged = self._received
            self._write(replies.control(replies.ACKNOWLEDGEMENT, self._received))
            self._count()

    def _count(self) -> None:
        self._house.counters.bytes.inc(self._received - self._counted)
        self._counted = self._received

    def _drain(self) -> None:
        """Pass on what is whole, until somebody wants a pause. Within itself it leaves that to the outer one."""
        if self._draining:
            return
        self._draining = True
        try:
            while not self._paused and self._phase in (Phase.TALKING, Phase.FEEDING):
                message = self._reader.next()
                if message is None:
                    break
                if message.kind in MEDIA:
                    self._media(message)
                else:
                    self._hear(message)
        finally:
            self._draining = False

    def _media(self, message: Message) -> None:
        if self._intake is None:
            return
        self._heard = self._loop.time()
        for tag in self._tags.of(message):
            self._messages += 1
            self._intake.take(tag)

    def _hear(self, message: Message) -> None:
        if self._phase is Phase.TALKING:
            self._messages += 1
            if self._messages > self._limits.messages_before:
                self._leave(text("The encoder says much and never what it wants to publish."))
                return
        kind, data = message.kind, message.data
        if kind in (COMMAND, COMMAND_AMF3):
            asked = self._dialogue.hear(message)
            if isinstance(asked, Offer):
                self._consider(asked)
            elif isinstance(asked, Farewell) and self._phase is Phase.FEEDING:
                self._leave(text("The encoder ended its broadcast."), "NetStream.Unpublish.Success", "status")
        elif kind == replies.WINDOW_SIZE and len(data) >= 4:
            self._window = min(int.from_bytes(data[:4], "big"), replies.WINDOW) or replies.WINDOW
        elif kind == replies.USER_CONTROL and data[:2] == replies.PING.to_bytes(2, "big"):
            self._write(replies.user_control(replies.PONG, data[2:6]))

    def _consider(self, offer: Offer) -> None:
        if self._phase is Phase.FEEDING:
            self._write(replies.status(offer.stream, "error", "NetStream.Publish.BadName", "One stream at a time."))
            return
        self._phase, self._stream = Phase.WAITING, offer.stream
        self._timer.cancel()
        self._deadline.cancel()
        self._still()
        hello = Hello(self._protocol, offer.key, self._address, offer.software)
        self._house.tasks.start(self._admission(hello), f"admission of {self}")

    async def _admission(self, hello: Hello) -> None:
        """Not cancelled when the encoder hangs up: who was let in must be seen out."""
        intake, refusal = None, None
        try:
            intake = await self._house.gate.admit(hello, self)
        except NovaCastError as error:
            refusal = error
        except Exception:
            log.exception("%s could not be admitted", self)
        if intake is not None:
            self._intake = intake
            self._house.counters.admitted.inc()
            self._house.counters.publishers.inc()
        if self._lost or self._phase is Phase.LEAVING:
            self._phase = Phase.LEAVING
            self._end()
        elif intake is None:
            self._turn_away(refusal)
        else:
            self._begin(hello)

    def _begin(self, hello: Hello) -> None:
        log.info("%s (%s) feeds now", self, hello.software or "an encoder that gave no name")
        self._phase, self._heard, self._messages = Phase.FEEDING, self._loop.time(), 0
        stream = self._stream or 0
        self._write(
            replies.user_control(replies.STREAM_BEGIN, stream.to_bytes(4, "big"))
            + replies.status(stream, "status", "NetStream.Publish.Start", "Publishing.")
        )
        self._timer = self._loop.call_later(self._limits.idle_seconds, self._idle)
        self._go_on()

    def _turn_away(self, refusal: NovaCastError | None) -> None:
        code, why = (refusal.code, refusal.message) if refusal else ("error", FAILED)
        log.warning("%s was refused: %s", self, why)
        self._house.counters.refused.labels(code).inc()
        self._leave(why, "NetStream.Publish.BadName")

    def _late(self, phase: Phase) -> None:
        if self._phase.value <= phase.value:
            self._house.counters.refused.labels("late").inc()
            self._leave(text("The encoder took too long to say what it wants to publish."))

    def _idle(self) -> None:
        """An encoder that is made to wait is not idle."""
        if self._phase is not Phase.FEEDING:
            return
        now, most = self._loop.time(), self._limits.idle_seconds
        due = most if self._paused else self._heard + most - now
        if due > 0:
            self._timer = self._loop.call_later(due, self._idle)
        else:
            self._leave(
                text("The encoder sent neither sound nor picture for {seconds:g} s.", seconds=most), "NetStream.Failed"
            )

    def _leave(self, why: Text | str, code: str = "", level: str = "error") -> None:
        """Say why where the encoder can hear it, throw away what still comes, and hang up."""
        if self._phase is Phase.LEAVING:
            return
        was, self._phase, self._why = self._phase, Phase.LEAVING, self._why or why
        self._reader, self._paused = ChunkReader(self._limits), False
        self._timer.cancel()
        self._deadline.cancel()
        if self._lost:
            return
        if was is Phase.FEEDING:
            self._loop.call_soon(self._end)
        elif not code:
            log.info("%s was hung up on: %s", self, why)
        if code:
            self._write(replies.status(self._stream or 0, level, code, why))
            if self._transport.can_write_eof() and not self._transport.is_closing():
                with suppress(OSError):  # it has hung up already, which nobody noticed yet
                    self._transport.write_eof()
        self._timer = self._loop.call_later(self._limits.linger_seconds if code else 0, self._transport.abort)
        self._go_on()

    def _end(self) -> None:
        intake, self._intake = self._intake, None
        if intake is not None:
            self._house.counters.publishers.dec()
            self._house.counters.messages.inc(self._messages)
            self._count()
            why = self._why or FAILED
            log.info("%s feeds no more: %s", self, why)
            intake.end(why if isinstance(why, Text) else Text(why))
        if self._lost and not self.gone.done():
            self.gone.set_result(None)
