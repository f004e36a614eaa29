"""Watching by WHEP: viewers, their places, and the process that sends to them."""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import field

from novacast.clock import Clock
from novacast.errors import Crowded, Gone, InvalidInput, NotFound, NotYet, NovaCastError, Unavailable
from novacast.i18n import Text, text
from novacast.identity import Principal
from novacast.live.webrtc.child import MediaProcess
from novacast.live.webrtc.messages import Message, Said
from novacast.live.webrtc.server import ANSWER_SECONDS, Receiving
from novacast.live.whep.counters import Counters
from novacast.live.whep.line import Line
from novacast.live.whep.ports import Monitors, WhepAudience
from novacast.metrics import Metrics
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

PROCESS = "novacast.live.whep.process"
LOOK_SECONDS = 0.4
"""From one look at the permission of a viewer to the next."""
KEPT = 5
"""Of so many places one is kept for members of the organizations."""
TRACK = "webrtc"

Permits = Callable[[Principal | None, str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Wish:
    """Of somebody who may watch the programme by WebRTC."""

    principal: Principal
    programme_id: str
    offer: str
    """SDP."""
    staff: bool
    address: str
    software: str
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    """Unguessable: whoever knows it may end it."""
    answer: str
    """SDP."""


@dataclass(eq=False, slots=True)
class Viewer:
    programme_id: str
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    answer: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    token: str = ""
    """Of the viewing session."""
    asked_at: int | None = None
    """When the permission was last asked, as far as it was looked at here."""
    line: Line | None = None


class WhepServer:
    """The process is started when somebody watches, and again when it has died."""

    def __init__(
        self,
        air: Monitors,
        audience: WhepAudience,
        permits: Permits,
        metrics: Metrics,
        clock: Clock,
        receiving: Receiving,
    ) -> None:
        self._air, self._audience, self._permits, self._receiving = air, audience, permits, receiving
        self._counters = Counters(metrics)
        self._viewers: dict[bytes, Viewer] = {}
        self._lines: dict[str, Line] = {}
        self._process = MediaProcess(text("The sender of WebRTC"), PROCESS, receiving.told, self._hear, self._died)
        self._tasks = TaskGroup("whep")
        self._closed = False

    def start(self) -> None:
        self._tasks.start(self._looking(), "permissions")

    async def close(self) -> None:
        self._closed = True
        for viewer in list(self._viewers.values()):
            await self._leave(viewer, text("The server is being stopped."))
        await self._tasks.close()
        await self._process.close()

    async def watch(self, wish: Wish) -> Session:
        """Raises Crowded, NotYet, InvalidInput for an offer that can't be used, Unavailable, what the audience does."""
        try:
            return await self._watched(wish)
        except NovaCastError as error:
            self._counters.refused.labels(error.code).inc()
            raise

    async def end(self, session: str) -> None:
        """Raises NotFound."""
        await self._leave(self._known(session), text("The viewer went."))

    def check(self, session: str) -> None:
        """Raises NotFound."""
        self._known(session)

    def _known(self, session: str) -> Viewer:
        try:
            return self._viewers[bytes.fromhex(session)]
        except (ValueError, KeyError):
            raise NotFound(text("There is no such session, or it has ended.")) from None

    async def _watched(self, wish: Wish) -> Session:
        if self._closed:
            raise Unavailable(text("The server is being stopped."))
        if self._air.monitor(wish.programme_id) is None:
            raise NotYet(text("Nothing of this programme is on air yet. Ask again in a moment."))
        self._check_places(staff=wish.staff)
        viewer = Viewer(wish.programme_id)
        self._viewers[viewer.id] = viewer
        self._counters.viewers.set(len(self._viewers))
        try:
            viewer.token = await self._audience.begin(
                wish.principal,
                wish.programme_id,
                address=wish.address,
                software=wish.software,
                take_over=wish.take_over,
            )
            answer = await self._asked(viewer, wish.offer)
        except BaseException:
            await self._leave(viewer, text("Nothing came of it."))
            raise
        self._counters.admitted.inc()
        return Session(viewer.id.hex(), answer)

    def _check_places(self, *, staff: bool) -> None:
        most = self._receiving.most
        places = most if staff else most - -(-most // KEPT)
        if len(self._viewers) >= places:
            raise Crowded(
                text(
                    "All {most} places for watching by WebRTC are taken. The programme's page shows it to everyone, "
                    "a second later.",
                    most=places,
                )
            )

    async def _asked(self, viewer: Viewer, offer: str) -> str:
        await self._process.start()
        line = self._line(viewer.programme_id)
        viewer.line = line
        self._process.say(Message(Said.OFFER, viewer.id, line.id + offer.encode()))
        try:
            return await asyncio.wait_for(asyncio.shield(viewer.answer), ANSWER_SECONDS)
        except TimeoutError as error:
            raise Unavailable(text("The sender of WebRTC gave no answer.")) from error

    def _line(self, programme_id: str) -> Line:
        """Raises NotYet: it may have ended meanwhile."""
        line = self._lines.get(programme_id)
        if line is None:
            monitor = self._air.monitor(programme_id)
            if monitor is None:
                raise NotYet(text("Nothing of this programme is on air yet. Ask again in a moment."))
            line = self._lines[programme_id] = Line(monitor, self._process, self._counters, self._ended)
            line.open()
        return line

    def _hear(self, message: Message) -> None:
        if message.said is Said.COUNTED:
            self._counters.grow(json.loads(message.content))
            return
        viewer = self._viewers.get(message.session)
        if viewer is None:
            return
        if message.said is Said.ANSWER and not viewer.answer.done():
            viewer.answer.set_result(message.content.decode())
        elif message.said is Said.REFUSED and not viewer.answer.done():
            viewer.answer.set_exception(InvalidInput(Text(message.content.decode())))
        elif message.said is Said.OVER:
            self._tasks.start(self._leave(viewer, Text(message.content.decode())), "leave")

    async def _leave(self, viewer: Viewer, why: Text) -> None:
        """Repeatable."""
        if self._viewers.pop(viewer.id, None) is None:
            return
        log.info("whep: a viewer of programme %s is gone: %s", viewer.programme_id, why)
        self._counters.viewers.set(len(self._viewers))
        self._process.say(Message(Said.CLOSE, viewer.id))
        if not viewer.answer.done():
            viewer.answer.cancel()
        line, viewer.line = viewer.line, None
        if line is not None and all(one.line is not line for one in self._viewers.values()):
            self._lines.pop(viewer.programme_id, None)
            line.close()
        if viewer.token:
            try:
                await self._audience.leave(viewer.token)
            except NovaCastError as error:
                log.warning("the end of a viewing session could not be written: %s", error.message)

    def _ended(self, line: Line) -> None:
        """A programme is over."""
        for viewer in list(self._viewers.values()):
            if viewer.line is line:
                self._tasks.start(self._leave(viewer, text("The programme ended.")), "end")

    def _died(self) -> None:
        """What was sent is lost; whoever still watches comes again."""
        self._counters.failures.inc()
        for viewer in list(self._viewers.values()):
            if not viewer.answer.done():
                viewer.answer.set_exception(Unavailable(text("Something went wrong here.")))
            self._tasks.start(self._leave(viewer, text("Something went wrong here.")), "died")

    async def _looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for viewer in list(self._viewers.values()):
                if viewer.token and viewer.answer.done():
                    await self._look(viewer)

    async def _look(self, viewer: Viewer) -> None:
        """Whether it may still watch. What keeps that from being known is no permission."""
        try:
            asked_at = await self._audience.hold(viewer.token, viewer.programme_id, TRACK)
            if asked_at != viewer.asked_at:
                principal = await self._audience.principal(viewer.token)
                if not await self._permits(principal, viewer.programme_id):
                    raise Gone(text("This programme may not be watched by WebRTC any longer."))
                viewer.asked_at = asked_at
        except Exception as error:
            if not isinstance(error, NovaCastError):
                log.exception("the permission of a viewer by WebRTC could not be asked")
            if viewer.id in self._viewers:
                self._counters.revoked.inc()
                await self._leave(viewer, text("The viewer may not watch any longer."))
