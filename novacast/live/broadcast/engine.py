"""All programmes on air: which publisher feeds which, what their producers want, and what is on."""

import asyncio
import logging
from typing import Any

from novacast.errors import Forbidden, NotFound, NovaCastError, Unavailable
from novacast.i18n import text
from novacast.live.broadcast.broadcast import Broadcast, House
from novacast.live.broadcast.feed import Feed
from novacast.live.ingest import Hello, Intake, Publisher
from novacast.live.models import Channel, FeedRole, Programme
from novacast.live.packaging.shelf import Shelf
from novacast.live.recording.journal import Journal
from novacast.live.whep.monitor import Monitor
from novacast.outbox import Event
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

MEASURED_SECONDS = 1.0


class Engine:
    """Fits `ingest.Gate`, which ingest servers speak to. `hear` is a subscriber of the outbox."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._broadcasts: dict[str, Broadcast] = {}
        self._tasks = TaskGroup("engine")
        self._closed = False

    async def start(self) -> None:
        """Go on with what was on air when the last server stopped."""
        for programme in await self._house.rows.open():
            try:
                broadcast = self._broadcast(programme, await self._house.rows.channel(programme.channel_id))
                await broadcast.resume()
            except NovaCastError as error:
                log.error("programme %s can't go on: %s", programme.id, error.message)
        self._tasks.start(self._measure(), "measures")

    async def close(self) -> None:
        self._closed = True
        await self._tasks.close()
        await asyncio.gather(*(one.close() for one in list(self._broadcasts.values())))

    async def admit(self, hello: Hello, publisher: Publisher) -> Intake:
        """Raises what `Airing.admit` does, Forbidden where another encoder is in the way."""
        admitted = await self._house.rows.admit(hello)
        try:
            if self._closed:
                raise Unavailable(text("The server stops. Try again in a moment."))
            return self._joined(admitted.programme, admitted.channel, admitted.feed, publisher)
        except NovaCastError as refused:
            await self._house.rows.left(admitted.feed.id, refused.message)
            raise

    async def admit_house(self, programme_id: str, role: FeedRole, label: str, publisher: Publisher) -> Intake:
        """Fed from within. Raises what `Airing.admit_house` does, Forbidden while another feed of this role sends."""
        there = self._broadcasts.get(programme_id)
        if there is not None and there.fed(role):
            raise Forbidden(text("An encoder feeds this programme already."))
        admitted = await self._house.rows.admit_house(programme_id, role, label)
        try:
            return self._joined(admitted.programme, admitted.channel, admitted.feed, publisher)
        except NovaCastError as refused:
            await self._house.rows.left(admitted.feed.id, refused.message)
            raise

    def _joined(self, programme: Programme, channel: Channel, row: Any, publisher: Publisher) -> Feed:
        return self._broadcast(programme, channel).join(row, publisher)

    def on_air(self, programme_id: str) -> Shelf | None:
        """What viewers of a programme fetch from; None before its first picture, and once it is over."""
        broadcast = self._broadcasts.get(programme_id)
        return None if broadcast is None else broadcast.shelf

    def monitor(self, programme_id: str) -> Monitor | None:
        """What viewers by WebRTC get; None as for `on_air`."""
        broadcast = self._broadcasts.get(programme_id)
        return None if broadcast is None else broadcast.monitor

    def journal(self, programme_id: str) -> Journal | None:
        """What is recorded of it by now; None where it is not on air."""
        broadcast = self._broadcasts.get(programme_id)
        return None if broadcast is None else broadcast.journal

    def drop_rung(self, programme_id: str) -> str:
        """The top rung goes, and stays away; its name. Raises NotFound, Conflict where only one is left."""
        broadcast = self._broadcasts.get(programme_id)
        if broadcast is None:
            raise NotFound(text("There is no such programme on air."))
        return broadcast.direction.shed()

    def shown(self, programme_id: str) -> FeedRole | None:
        """The feed that is on; None: the slate, or nothing."""
        broadcast = self._broadcasts.get(programme_id)
        return None if broadcast is None else broadcast.direction.on

    async def hear(self, event: Event) -> None:
        """What the producer wants, as the rows have it by now."""
        if event.topic in ("programme.cut", "programme.end_wanted", "programme.changed", "channel.changed"):
            for broadcast in list(self._broadcasts.values()):
                if event.subject in (broadcast.programme.id, broadcast.channel.id):
                    await broadcast.changed()
        elif event.topic in ("target.changed", "target.removed"):
            for broadcast in list(self._broadcasts.values()):
                if event.payload.get("channel") == broadcast.channel.id:
                    await broadcast.retarget()
        elif event.topic == "key.revoked":
            for broadcast in self._broadcasts.values():
                broadcast.revoke(event.subject)

    def _broadcast(self, programme: Programme, channel: Channel) -> Broadcast:
        found = self._broadcasts.get(programme.id)
        if found is None:
            found = self._broadcasts[programme.id] = Broadcast(programme, channel, self._house, self._over)
        return found

    def _over(self, broadcast: Broadcast) -> None:
        self._broadcasts.pop(broadcast.programme.id, None)
        if not self._closed:
            self._tasks.start(broadcast.close(), f"end of {broadcast.programme.id}")

    async def _measure(self) -> None:
        while True:
            await asyncio.sleep(MEASURED_SECONDS)
            for id_, broadcast in list(self._broadcasts.items()):
                try:
                    await self._house.rows.measured(id_, await broadcast.vitals())
                except Exception as error:  # noqa: BLE001  those of the others go on
                    log.warning("the numbers of programme %s could not be written: %s", id_, error)
