"""All targets of one programme on air."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from novacast.clock import Clock
from novacast.errors import NovaCastError
from novacast.live.packaging.models import Fragment, Init, Track
from novacast.live.simulcast.muxing import Muxer, Piece
from novacast.live.simulcast.ports import TargetRows
from novacast.live.simulcast.relay import Relay
from novacast.live.targets.models import Target
from novacast.records import dataclass

log = logging.getLogger(__name__)


class Simulcast:
    """Fits `broadcast.stage.Tap`: whatever goes wrong here stays here."""

    def __init__(
        self, channel_id: str, tracks: Sequence[Track], rows: TargetRows, clock: Clock, *, private: bool
    ) -> None:
        self._channel_id, self._rows, self._clock, self._private = channel_id, rows, clock, private
        self._relays: dict[str, Relay] = {}
        self._headers: dict[int, Piece] = {}
        self._muxer: Muxer | None = Muxer(tracks, self._give)
        self._closed = False
        self._lock = asyncio.Lock()

    def begin(self, inits: Mapping[str, Init], offset: Fraction) -> None:
        self._carefully(lambda muxer: muxer.begin(inits, offset))

    def take(self, name: str, fragment: Fragment) -> None:
        """Without targets nothing is done."""
        if self._relays:
            self._carefully(lambda muxer: muxer.take(name, fragment))

    def drop(self, name: str) -> None:
        self._carefully(lambda muxer: muxer.drop(name))

    async def refresh(self) -> None:
        """Begin and end targets as the rows want it; one that was changed begins anew."""
        async with self._lock:
            await self._refresh()

    async def _refresh(self) -> None:
        try:
            wanted = {one.id: one for one in await self._rows.wanted(self._channel_id)}
        except NovaCastError as error:
            log.warning("the targets of channel %s can't be read: %s", self._channel_id, error.message)
            return
        for id_, relay in list(self._relays.items()):
            if id_ not in wanted or _differs(relay.target, wanted[id_]):
                await self._relays.pop(id_).close()
        for id_, target in wanted.items():
            if id_ not in self._relays and not self._closed:
                self._begin(target)

    def health(self) -> list[dict[str, Any]]:
        return [_told(relay) for relay in self._relays.values()]

    async def close(self) -> None:
        self._closed = True
        relays = list(self._relays.values())
        self._relays.clear()
        await asyncio.gather(*(one.close() for one in relays))

    def _begin(self, target: Target) -> None:
        relay = self._relays[target.id] = Relay(target, self._rows, self._clock, private=self._private)
        for header in self._headers.values():
            relay.offer(header)

    def _give(self, piece: Piece) -> None:
        if piece.header:
            self._headers[piece.tag.kind] = piece
        for relay in self._relays.values():
            relay.offer(piece)

    def _carefully(self, work: Callable[[Muxer], object]) -> None:
        muxer = self._muxer
        if muxer is None:
            return
        try:
            work(muxer)
        except Exception:
            self._muxer = None
            log.exception("nothing more of channel %s is sent on; the show goes on", self._channel_id)


@dataclass(frozen=True, slots=True)
class Simulcasts:
    """What begins one for a programme that goes on air."""

    rows: TargetRows
    private: bool
    """Whether targets may be inside the server's own network."""

    def of(self, channel_id: str, tracks: Sequence[Track], clock: Clock) -> Simulcast:
        return Simulcast(channel_id, tracks, self.rows, clock, private=self.private)


def _differs(before: Target, after: Target) -> bool:
    """Whether it has to begin anew: how it goes, which is a row as well, is no reason."""
    return (before.url, before.delay_seconds, before.changed_at) != (after.url, after.delay_seconds, after.changed_at)


def _told(relay: Relay) -> dict[str, Any]:
    health = relay.health()
    return {
        "id": relay.target.id,
        "name": relay.target.name,
        "state": health.state.value,
        "since_seconds": health.since,
        "bitrate": health.bitrate,
        "dropped": health.dropped,
        "waiting_bytes": health.waiting,
        "words": str(health.words),
    }
