"""One target while the programme is on air: what waits for it, and the process that takes it there."""

import asyncio
import json
import logging
from collections import deque
from contextlib import suppress
from typing import Any

from novacast.clock import Clock
from novacast.errors import NovaCastError, Unavailable
from novacast.i18n import Text, text
from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.live.simulcast import pusher
from novacast.live.simulcast.addresses import look_up
from novacast.live.simulcast.muxing import Piece
from novacast.live.simulcast.ports import TargetRows
from novacast.live.targets.models import Target, TargetState, address_of
from novacast.media.process import ENVIRONMENT, STDOUT, Child, Command, Limits
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

BACK_OFF = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
HEALTHY = 60.0
"""Seconds of sending after which what failed before is forgotten."""
HANGS = 30.0
"""Seconds in which its process says nothing; longer than it may wait for the other side."""
BEHIND = 2 * 1024 * 1024
"""Bytes that may wait for its process before pictures are left out."""
MOST = 128 * 1024 * 1024
"""Bytes that the delay may keep."""
LOOK = 1.0
GOODBYE = 0.5
LONGEST_LINE = 4096


@dataclass(frozen=True, slots=True)
class Health:
    """Of one target, for the studio. `since`: seconds in this state; `bitrate`: bits a second."""

    state: TargetState
    since: float
    bitrate: int
    dropped: int
    waiting: int
    words: str


class Relay:
    """`offer` never waits and never raises. Fits `media.pipes.Flow`: that the process is slow shows in what waits."""

    def __init__(self, target: Target, rows: TargetRows, clock: Clock, *, private: bool) -> None:
        self.target, self._rows, self._clock, self._private = target, rows, clock, private
        self.state, self.words = TargetState.CONNECTING, ""
        self.since = clock.monotonic()
        self.dropped = self.bitrate = 0
        self._queue: deque[tuple[float, Piece]] = deque()
        self._bytes = 0
        self._headers: dict[Kind, Tag] = {}
        self._child: Child | None = None
        self._begun = self._skips = False
        self._heard_at, self._sent, self._line = 0.0, 0, b""
        self._wake = asyncio.Event()
        self._tasks = TaskGroup(f"target {target.id}")
        self._tasks.start(self._pump(), "queue")
        self._tasks.start(self._run(), "process")

    def offer(self, piece: Piece) -> None:
        self._queue.append((self._clock.monotonic() + self.target.delay_seconds, piece))
        self._bytes += len(piece.tag.data)
        if self._bytes > MOST:
            self._empty()
        self._wake.set()

    def health(self) -> Health:
        since = round(self._clock.monotonic() - self.since, 1)
        waiting = 0 if self._child is None else self._child.waiting
        return Health(self.state, since, self.bitrate, self.dropped, waiting, self.words)

    @property
    def waiting(self) -> int:
        """Bytes that wait for their hour."""
        return self._bytes

    async def close(self) -> None:
        await self._tasks.close()
        child, self._child = self._child, None
        if child is not None:
            await child.stop()
        await self._tell(TargetState.OFF, "")

    def pause(self) -> None:
        """Pictures are left out where too much waits."""

    def resume(self) -> None: ...

    def _empty(self) -> None:
        headers = [one for one in self._queue if one[1].header]
        self.dropped += len(self._queue) - len(headers)
        self._queue = deque(headers)
        self._bytes = sum(len(piece.tag.data) for _, piece in headers)
        self._skips = True

    async def _pump(self) -> None:
        while True:
            self._wake.clear()
            now = self._clock.monotonic()
            while self._queue and self._queue[0][0] <= now:
                piece = self._queue.popleft()[1]
                self._bytes -= len(piece.tag.data)
                self._pass(piece)
            try:
                async with asyncio.timeout(self._queue[0][0] - now if self._queue else None):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _pass(self, piece: Piece) -> None:
        tag = piece.tag
        if piece.header:
            self._headers[tag.kind] = tag
        child = self._child
        if child is None or self.state is not TargetState.LIVE:
            return
        if not self._begun:
            if piece.keyframe:
                self._begin(child, tag)
            return
        if child.waiting > BEHIND:
            self._skips = True
        if piece.keyframe and child.waiting <= BEHIND:
            self._skips = False
        if self._skips and not piece.header:
            self.dropped += 1
            return
        child.write(flv.framed(tag))

    def _begin(self, child: Child, first: Tag) -> None:
        """With the decoders' configurations, and from a keyframe on."""
        self._begun, self._skips = True, False
        for header in self._headers.values():
            child.write(flv.framed(Tag(header.kind, first.time, header.data)))
        child.write(flv.framed(first))

    async def _run(self) -> None:
        failures = 0
        while True:
            await self._tell(TargetState.CONNECTING, self.words)
            words: str
            try:
                words = await self._sent_on()
            except NovaCastError as failure:
                words = failure.message
            if self.state is TargetState.LIVE and self._clock.monotonic() - self.since > HEALTHY:
                failures = 0
            log.warning("target %s (%s) failed: %s", self.target.id, self.target.name, words)
            await self._tell(TargetState.FAILED, words)
            await asyncio.sleep(BACK_OFF[min(failures, len(BACK_OFF) - 1)])
            failures += 1

    async def _sent_on(self) -> str:
        """Until it fails: why. Raises NovaCastError before it has begun."""
        address = address_of(self.target.url)
        found = await look_up(address, private=self._private)
        secrets = await self._rows.secrets(self.target.id)
        order = pusher.Order(
            found, address.host, address.port, address.path, secrets.key, secrets.passphrase, address.scheme
        )
        command = Command(
            text("The target's process"),
            pusher.COMMAND,
            Limits(nice=5),
            outputs={STDOUT: self._hear},
            environment={**ENVIRONMENT, "PYTHONPATH": pusher.ROOT, "PYTHONDONTWRITEBYTECODE": "1"},
            grace=1.0,
            flow=self,
        )
        self._begun, self._sent, self._line = False, 0, b""
        child = self._child = await Child.start(command)
        self._heard_at = self._clock.monotonic()
        try:
            child.write(order.to_line() + flv.HEADER)
            return await self._watched(child)
        finally:
            if self._child is child:
                self._child = None
            self.bitrate = 0
            await _dismissed(child)

    async def _watched(self, child: Child) -> str:
        ending = self._tasks.start(child.wait(), "end")
        while not ending.done():
            await asyncio.wait({ending}, timeout=LOOK)
            if not ending.done() and self._clock.monotonic() - self._heard_at > HANGS:
                raise Unavailable(_HANGS)
        outcome = ending.result()
        return outcome.tail[-1] if outcome.tail else _ENDED

    def _hear(self, data: bytes) -> None:
        """What its process says, line by line."""
        *whole, self._line = (self._line + data).split(b"\n")
        self._line = self._line[:LONGEST_LINE]
        now = self._clock.monotonic()
        for line in whole:
            told: dict[str, Any] = json.loads(line)
            if told.get("live"):
                self._tasks.start(self._tell(TargetState.LIVE, ""), "live")
            elif isinstance(sent := told.get("sent"), int):
                passed = max(0.1, now - self._heard_at)
                self.bitrate, self._sent = round(8 * (sent - self._sent) / passed), sent
            self._heard_at = now

    async def _tell(self, state: TargetState, words: Text | str) -> None:
        if state is not self.state:
            self.since = self._clock.monotonic()
        self.state, self.words = state, words
        try:
            await self._rows.told(self.target.id, state, words)
        except NovaCastError as error:
            log.warning("how target %s goes could not be written: %s", self.target.id, error.message)


async def _dismissed(child: Child) -> None:
    """It may say goodbye to the other side, if it is quick."""
    child.finish()
    with suppress(TimeoutError, NovaCastError):
        async with asyncio.timeout(GOODBYE):
            await child.wait()
    await child.stop()


_HANGS = text("Its process did nothing any more, and is begun anew.")
_ENDED = text("The other side hung up.")
