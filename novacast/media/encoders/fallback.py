"""From one encoder to the next until a part of a video is encoded: GPU, other GPU, processor. For that part alone."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from novacast.clock import Clock
from novacast.errors import ChildFailed, MediaFailure, Unavailable
from novacast.i18n import text
from novacast.media.encoders.health import HealthBook
from novacast.media.encoders.models import Encoder, Proof, Route
from novacast.media.encoders.options import route_for
from novacast.media.encoders.reports import Event, Report
from novacast.media.encoders.sessions import Sessions
from novacast.media.encoders.trial import reason_of
from novacast.media.info import Video
from novacast.records import dataclass

log = logging.getLogger(__name__)
T = TypeVar("T")

REFUSED = re.compile(
    r"OpenEncodeSessionEx failed: (out of memory|incompatible client key)|MFX_ERR_(MEMORY_ALLOC|DEVICE_BUSY)"
    r"|Device or resource busy",
    re.IGNORECASE,
)
"""How drivers say that all sessions are taken, which is no fault of the device. Another program may have them."""


GONE = text("The device is not there any more.")


@dataclass(frozen=True, slots=True)
class Grant:
    """What an attempt may use."""

    encoder: Encoder
    route: Route
    sessions: int
    """Rungs that may be encoded at once. With fewer than were asked for, the part takes more than one run."""


Attempt = Callable[[Grant], Awaitable[T]]
"""Encodes one part from the beginning, into a place of its own, and checks what was written. MediaFailure means that
another encoder may do better: a child that failed, stalled (`StallGuard`), or wrote what is wrong. Anything else,
such as DiskFull or a cancellation, ends the matter.
"""
Tell = Callable[[Report], None]
Retrial = Callable[[Sequence[Encoder]], Awaitable[Sequence[Proof]]]
Order = Callable[[Sequence[Proof]], Iterable[Proof]]


def in_turn(ranked: Sequence[Proof]) -> Iterable[Proof]:
    return ranked


def untold(report: Report) -> None:
    """Reports that only the log gets."""


class Fallback:
    """One for a process. `retrial` is `Catalogue.retry`; `order` is how those that failed are followed."""

    def __init__(
        self, sessions: Sessions, health: HealthBook, clock: Clock, retrial: Retrial, *, order: Order = in_turn
    ) -> None:
        self._sessions = sessions
        self._health = health
        self._clock = clock
        self._retrial = retrial
        self._order = order

    async def encode_with(
        self, ranked: Sequence[Proof], attempt: Attempt[T], *,
        video: Video | None = None, sessions: int = 1, patience: float = 0.0,
        tell: Tell = untold, wanted: Callable[[], bool] = lambda: True,
    ) -> T:  # fmt: skip
        """The first attempt that ends well, of `ranked` in turn. Raises what the last one raised.

        `video` is the source, which may keep a device from decoding it; `sessions` how many rungs one run encodes;
        `patience` seconds to wait for a device's sessions. A failure is held against a device only when another
        encoder then did the same work: else the source is to blame. `wanted` is asked before another try: a job that
        was cancelled ends its child, and that is nobody's failure.
        """
        failed: list[tuple[Proof, MediaFailure]] = []
        turns = list(self._order(await self._usable(ranked, tell)))
        for place, proof in enumerate(turns):
            following = str(turns[place + 1].encoder) if place + 1 < len(turns) else ""
            try:
                done = await self._once(proof, attempt, video, sessions, patience)
            except _Busy as busy:
                self._say(tell, Event.BUSY, proof, busy.reason, following)
            except MediaFailure as failure:
                if not following or not wanted():
                    raise
                failed.append((proof, failure))
                log.info("%s failed: %s", proof.encoder, failure.message)
            else:
                await self._settle(proof, failed, tell)
                return done
        if failed:
            raise failed[-1][1]
        raise Unavailable(text("No encoder is free for this part; those that could do it are in use or set aside."))

    async def _once(self, proof: Proof, attempt: Attempt[T], video: Video | None, sessions: int, patience: float) -> T:
        assert proof.route is not None
        route = route_for(proof.route, video) if video is not None else proof.route
        async with self._sessions.lease(proof, sessions, patience) as granted:
            if not granted:
                raise _Busy(text("all {sessions} are in use here.", sessions=proof.sessions))
            try:
                return await attempt(Grant(proof.encoder, route, granted))
            except ChildFailed as failure:
                refused = next((line for line in failure.tail if REFUSED.search(line)), None)
                if refused is not None and proof.encoder.hardware:
                    raise _Busy(text("the driver gives none: {words}", words=refused)) from failure
                raise

    async def _settle(self, done: Proof, failed: Sequence[tuple[Proof, MediaFailure]], tell: Tell) -> None:
        instead = str(done.encoder)
        for proof, failure in failed:
            device, reason = proof.encoder.device, reason_of(failure)
            health = await asyncio.to_thread(self._health.failed, device, proof.encoder.name, reason)
            event = Event.SET_ASIDE if health.set_aside else Event.FAILED
            self._say(tell, event, proof, reason, instead, health.failures, health.until or None)
        if done.encoder.hardware:
            await asyncio.to_thread(self._health.succeeded, done.encoder.device)

    async def _usable(self, ranked: Sequence[Proof], tell: Tell) -> list[Proof]:
        """Without devices that are set aside; one whose time is over gets a new trial first."""
        usable = []
        for proof in ranked:
            device = proof.encoder.device
            health = await asyncio.to_thread(self._health.of, device)
            if not proof.encoder.hardware or not health.set_aside:
                usable.append(proof)
            elif await asyncio.to_thread(self._health.claim, device):
                proven = await self._tried_anew(proof, tell)
                usable.extend([proven] if proven.works else [])
        return usable

    async def _tried_anew(self, proof: Proof, tell: Tell) -> Proof:
        device = proof.encoder.device
        try:
            proven = next(iter(await self._retrial([proof.encoder])), Proof(proof.encoder, reason=GONE))
        except MediaFailure as failure:
            proven = Proof(proof.encoder, reason=reason_of(failure))
        if proven.works:
            await asyncio.to_thread(self._health.lifted, device)
            self._say(tell, Event.LIFTED, proof)
        else:
            health = await asyncio.to_thread(self._health.failed_again, device, proven.reason)
            self._say(tell, Event.SET_ASIDE, proof, proven.reason, "", health.failures, health.until)
        return proven

    def _say(
        self, tell: Tell, event: Event, proof: Proof, reason: str = "", instead: str = "",
        failures: int = 0, until: int | None = None,
    ) -> None:  # fmt: skip
        now, encoder = self._clock.now(), proof.encoder
        report = Report(now, event, encoder.name, encoder.device, reason, instead, failures, until)
        log.log(logging.INFO if event is Event.LIFTED else logging.WARNING, "%s", report.message)
        tell(report)


class _Busy(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
