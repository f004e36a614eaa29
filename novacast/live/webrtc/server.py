"""Publishing by WHIP: sessions, and the process that receives their media."""

import asyncio
import logging
from typing import Any

from novacast.clock import Clock
from novacast.errors import InvalidInput, NotFound, NovaCastError, Overloaded, Unavailable
from novacast.i18n import Text, text
from novacast.live.ingest import Gate, Hello
from novacast.live.webrtc.child import MediaProcess
from novacast.live.webrtc.counters import Counters
from novacast.live.webrtc.messages import Message, Said, unpacked
from novacast.live.webrtc.offers import check
from novacast.live.webrtc.publisher import WhipPublisher
from novacast.metrics import Metrics
from novacast.records import dataclass
from novacast.settings import Settings
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

ANSWER_SECONDS = 10.0
LOOK_SECONDS = 1.0
PROCESS = "novacast.live.webrtc.process"


@dataclass(frozen=True, slots=True)
class Receiving:
    """Where media comes in, and how much."""

    host: str
    ports: tuple[int, int] = (0, 65535)
    """UDP; a first one of 0 is any."""
    addresses: tuple[str, ...] = ()
    """That this machine has elsewhere, and does not know."""
    most: int = 25
    idle_seconds: float = 30.0

    @classmethod
    def of(cls, settings: Settings) -> "Receiving":
        live = settings.live
        host = live.webrtc_host or settings.server.host
        ports = (live.webrtc_first_port, live.webrtc_last_port)
        return cls(host, ports, live.webrtc_addresses, live.webrtc_publishers, live.idle_seconds)

    @property
    def told(self) -> dict[str, Any]:
        """For the process."""
        return {"host": self.host, "ports": self.ports, "addresses": self.addresses}


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    """Unguessable: whoever knows it may end it."""
    answer: str
    """SDP."""


class WhipServer:
    """The process is started when somebody publishes, and again when it has died."""

    def __init__(self, gate: Gate, metrics: Metrics, clock: Clock, receiving: Receiving) -> None:
        self._gate, self._clock, self._receiving = gate, clock, receiving
        self._counters = Counters(metrics)
        self._publishers: dict[bytes, WhipPublisher] = {}
        name = text("The receiver of WebRTC")
        self._process = MediaProcess(name, PROCESS, receiving.told, self._hear, self._died)
        self._tasks = TaskGroup("whip")
        self._closed = False

    def start(self) -> None:
        self._tasks.start(self._look(), "silence")

    async def close(self) -> None:
        """Every intake has heard its end when this returns. Repeatable."""
        self._closed = True
        for publisher in list(self._publishers.values()):
            self._hang_up(publisher)
            publisher.end(text("The server is being stopped."), Unavailable)
        await self._tasks.close()
        await self._process.close()

    async def publish(self, hello: Hello, offer: str) -> Session:
        """Raises what the gate does, Overloaded, Unavailable, InvalidInput for an offer that can't be used, Conflict
        where it was hung up on before there was an answer: the same key came once more, or is good no longer."""
        try:
            return await self._published(hello, offer)
        except NovaCastError as error:
            self._counters.refused.labels(error.code).inc()
            raise

    def end(self, session: str) -> None:
        """Raises NotFound."""
        try:
            publisher = self._publishers.get(bytes.fromhex(session))
        except ValueError:
            publisher = None
        if publisher is None:
            raise NotFound(text("There is no such broadcast, or it has ended."))
        publisher.close(text("The encoder ended its broadcast."))

    async def _published(self, hello: Hello, offer: str) -> Session:
        if self._closed:
            raise Unavailable(text("The server is being stopped."))
        check(offer)
        if len(self._publishers) >= self._receiving.most:
            raise Overloaded(text("All places for publishing by WebRTC are taken."))
        publisher = WhipPublisher(self._counters, self._hang_up)
        self._publishers[publisher.id] = publisher
        try:
            publisher.intake = await self._gate.admit(hello, publisher)
            self._counters.publishers.inc()
            answer = await self._asked(publisher, offer)
        except BaseException as error:
            why = error.message if isinstance(error, NovaCastError) else ""
            publisher.close(why if isinstance(why, Text) else text("Something went wrong here."))
            raise
        publisher.heard_at = self._clock.monotonic()
        self._counters.admitted.inc()
        return Session(publisher.id.hex(), answer)

    async def _asked(self, publisher: WhipPublisher, offer: str) -> str:
        await self._process.start()
        publisher.heard_at = self._clock.monotonic()
        self._process.say(Message(Said.OFFER, publisher.id, offer.encode()))
        try:
            return await asyncio.wait_for(asyncio.shield(publisher.answer), ANSWER_SECONDS)
        except TimeoutError as error:
            raise Unavailable(text("The receiver of WebRTC gave no answer.")) from error
        except asyncio.CancelledError:
            if publisher.ended is not None:
                raise publisher.ended from None
            raise

    def _hear(self, message: Message) -> None:
        publisher = self._publishers.get(message.session)
        if publisher is None:
            return
        if message.said is Said.TAG:
            publisher.hear(unpacked(message.content), self._clock.monotonic())
        elif message.said is Said.ANSWER and not publisher.answer.done():
            publisher.answer.set_result(message.content.decode())
        elif message.said is Said.REFUSED and not publisher.answer.done():
            publisher.answer.set_exception(InvalidInput(Text(message.content.decode())))
        elif message.said is Said.OVER:
            log.info("whip feeds no more: %s", message.content.decode())
            self._publishers.pop(publisher.id, None)
            publisher.end(Text(message.content.decode()))

    def _hang_up(self, publisher: WhipPublisher) -> None:
        if self._publishers.pop(publisher.id, None) is not None:
            self._process.say(Message(Said.CLOSE, publisher.id))

    def _died(self) -> None:
        self._counters.failures.inc()
        for publisher in list(self._publishers.values()):
            self._publishers.pop(publisher.id, None)
            publisher.end(text("Something went wrong here."), Unavailable)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            idle = self._receiving.idle_seconds
            for publisher in list(self._publishers.values()):
                if publisher.answer.done() and self._clock.monotonic() - publisher.heard_at > idle:
                    publisher.close(text("The encoder sent neither sound nor picture for {seconds:g} s.", seconds=idle))


class WhipDoor:
    """Where routes find the server; it is there while the station runs, unless WHIP is switched off."""

    def __init__(self) -> None:
        self.server: WhipServer | None = None

    def opened(self) -> WhipServer:
        """Raises Unavailable."""
        if self.server is None:
            raise Unavailable(text("Nobody can publish by WebRTC here now."))
        return self.server
